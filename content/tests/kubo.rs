//! The Kubo client against a real IPFS node, whose RPC address is in `DATAVAULT_IPFS_RPC`.
//!
//! Compiled only with the feature `ipfs-node`; `tests/ipfs-node/` starts such a node.

use std::time::Duration;

use datavault_content::{
    CHUNK_BYTES, Cid, ContentKey, EmbeddedStore, FetchError, KuboError, KuboNode, Source, cid_of, fetch, open,
    parse_cid, seal_into,
};

const LIMIT: u64 = 16 << 20;

fn node() -> KuboNode {
    let url = std::env::var("DATAVAULT_IPFS_RPC")
        .expect("set DATAVAULT_IPFS_RPC to a node's RPC, such as http://127.0.0.1:5001: these tests need a real one");
    KuboNode::with_timeout(&url, Duration::from_secs(10)).expect("DATAVAULT_IPFS_RPC is an http URL")
}

fn store() -> (tempfile::TempDir, EmbeddedStore) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let store = EmbeddedStore::open(folder.path()).expect("a store opens in an empty folder");
    (folder, store)
}

fn pattern(len: usize, seed: u8) -> Vec<u8> {
    (0..len).map(|i| (i * 31 + (i >> 8) * 7) as u8 ^ seed).collect()
}

#[tokio::test]
async fn the_node_says_who_it_is() {
    let id = node().id().await.unwrap();
    assert!(!id.peer_id.is_empty() && !id.agent.is_empty(), "{id:?}");
    assert!(!node().version().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_added_gets_our_cid_and_comes_back() {
    let (_here, ours) = store();
    for len in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 << 20] {
        let data = pattern(len, 1);
        let cid = ours.add(data.as_slice()).unwrap().cid;
        node().add(&ours, &cid).await.unwrap();
        assert_eq!(node().cat(&cid, LIMIT).await.unwrap(), data, "{len} bytes");
    }
}

#[tokio::test]
async fn sealed_content_travels_through_the_node() {
    let (_here, ours) = store();
    let (_there, theirs) = store();
    let (key, data) = (ContentKey::generate(), pattern(2_000_000, 2));
    let sealed = seal_into(&key, data.as_slice(), &ours).unwrap();
    node().add(&ours, &sealed.cid).await.unwrap();

    let dead = KuboNode::new("http://127.0.0.1:1").unwrap();
    let sources = [Source::Kubo(dead), Source::Kubo(node())];
    let size = fetch(&sealed.cid, &theirs, &sources, LIMIT).await.unwrap();
    assert_eq!(size, sealed.sealed_size);
    let mut plain = Vec::new();
    open(&key, theirs.get(&sealed.cid).unwrap(), &mut plain, &sealed.content_hash).unwrap();
    assert_eq!(plain, data);
}

#[tokio::test]
async fn single_blocks_are_verified() {
    let (_here, ours) = store();
    let data = pattern(1_000, 3);
    let cid = ours.add(data.as_slice()).unwrap().cid;
    node().add(&ours, &cid).await.unwrap();
    assert_eq!(node().block(&cid).await.unwrap(), data);
    let error = node().cat(&cid, 999).await.unwrap_err();
    assert!(matches!(error, KuboError::Dag(_)), "{error}");
}

#[tokio::test]
async fn pins_come_and_go() {
    let (_here, ours) = store();
    let cid = ours.add(pattern(600_000, 4).as_slice()).unwrap().cid;
    node().add(&ours, &cid).await.unwrap();
    let is_pinned = async |cid: &Cid| {
        let pins = node().pins().await.unwrap();
        pins.iter().any(|pin| pin.hash() == cid.hash())
    };
    assert!(is_pinned(&cid).await);
    node().unpin(&cid).await.unwrap();
    assert!(!is_pinned(&cid).await);
    node().pin(&cid).await.unwrap();
    assert!(is_pinned(&cid).await);
}

#[tokio::test]
async fn content_that_nobody_has_ends_in_a_named_error() {
    let (_here, ours) = store();
    let (cid, _) = cid_of(pattern(5_000, 99).as_slice()).unwrap();
    let node = KuboNode::with_timeout(node().url(), Duration::from_secs(3)).unwrap();
    let name = node.url().to_owned();
    let error = fetch(&cid, &ours, &[Source::Kubo(node)], LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::NoSource { .. }));
    assert!(error.to_string().contains(&name) && error.to_string().contains(&cid.to_string()), "{error}");
}

#[tokio::test]
async fn a_folder_is_refused() {
    let (_here, ours) = store();
    // The empty UnixFS directory, which every node knows.
    let folder = parse_cid("QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn").unwrap();
    let error = fetch(&folder, &ours, &[Source::Kubo(node())], LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::Dag(_)), "{error}");
}
