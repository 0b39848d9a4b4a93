use super::*;
use crate::CHUNK_BYTES;
use crate::cid::tests::pattern;
use crate::store::tests::branch;

const LIMIT: u64 = 10 << 20;

fn store() -> (tempfile::TempDir, EmbeddedStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(folder.path()).unwrap();
    (folder, store)
}

fn sends(name: &str, data: Vec<u8>) -> Source {
    Source::stream(name, move |_| {
        let parts: Vec<_> = data.chunks(100_000).map(|part| Ok(Bytes::copy_from_slice(part))).collect();
        async { Ok(futures::stream::iter(parts).boxed()) }
    })
}

fn fails(name: &str) -> Source {
    Source::stream(name, async |_| Err("connection refused".into()))
}

#[tokio::test]
async fn liars_and_the_dead_are_passed_over() {
    let (_folder, store) = store();
    let data = pattern(3 * CHUNK_BYTES + 7);
    let (cid, size) = crate::cid_of(data.as_slice()).unwrap();
    let sources = [
        fails("http://dead"),
        sends("http://liar", pattern(1_000)),
        sends("http://endless", pattern(11 << 20)),
        sends("http://honest", data.clone()),
    ];
    assert_eq!(fetch(&cid, &store, &sources, LIMIT).await.unwrap(), size);
    assert_eq!(store.read_all(&cid, size).unwrap(), data);
    // Now it is here: no source is needed.
    assert_eq!(fetch(&cid, &store, &[], LIMIT).await.unwrap(), size);
}

#[tokio::test]
async fn a_failure_tells_what_every_source_said_and_keeps_nothing() {
    let (_folder, store) = store();
    let (cid, _) = crate::cid_of(&b"wanted"[..]).unwrap();
    let liar = pattern(50);
    let sources = [fails("http://dead"), sends("http://liar", liar.clone())];
    let error = fetch(&cid, &store, &sources, LIMIT).await.unwrap_err().to_string();
    for part in ["http://dead", "connection refused", "http://liar", &cid.to_string()] {
        assert!(error.contains(part), "{error}");
    }
    assert!(!store.has(&crate::cid_of(liar.as_slice()).unwrap().0));
    let error = fetch(&cid, &store, &[], LIMIT).await.unwrap_err().to_string();
    assert!(error.contains("no source"), "{error}");
}

#[tokio::test]
async fn damage_in_the_store_is_repaired_from_a_source() {
    let (folder, store) = store();
    let data = pattern(2 * CHUNK_BYTES);
    let cid = store.add(data.as_slice()).unwrap().cid;
    let (leaf, _) = crate::cid_of(&data[..CHUNK_BYTES]).unwrap();
    let name = leaf.to_string();
    let shard = &name[name.len() - 3..name.len() - 1];
    std::fs::write(folder.path().join("blocks").join(shard).join(&name), b"rot").unwrap();
    let error = fetch(&cid, &store, &[], LIMIT).await.unwrap_err();
    assert!(error.to_string().contains(&leaf.to_string()), "{error}");
    let source = sends("http://honest", data.clone());
    fetch(&cid, &store, &[source], LIMIT).await.unwrap();
    assert_eq!(store.verify(&cid).unwrap(), data.len() as u64);
}

#[tokio::test]
async fn a_bomb_of_shared_links_is_refused_at_its_root() {
    let (_folder, store) = store();
    let mut link = (store.add(&b"four"[..]).unwrap().cid, 4_u64);
    for _ in 0..10 {
        let size = link.1 * 32;
        let (cid, block) = branch(size, &[link; 32]);
        store.put_block(&cid, &block).unwrap();
        link = (cid, size);
    }
    let error = fetch(&link.0, &store, &[], LIMIT).await.unwrap_err();
    assert!(matches!(error, FetchError::Dag(DagError::TooLarge { .. })), "{error}");
    // With the limit raised the walk is linear in distinct blocks.
    assert_eq!(fetch(&link.0, &store, &[], u64::MAX).await.unwrap(), link.1);
}

#[test]
fn futures_and_readers_may_cross_threads() {
    fn is_send<T: Send>(_: T) {}
    let (_folder, store) = store();
    let added = store.add(&b"x"[..]).unwrap();
    let node = KuboNode::new("http://127.0.0.1:1").unwrap();
    is_send(fetch(&added.cid, &store, &[], LIMIT));
    is_send(node.add(&store, &added.cid));
    is_send(node.cat(&added.cid, LIMIT));
    is_send(store.get(&added.cid).unwrap());
    is_send(crate::Plaintext::new(&crate::ContentKey::generate(), store.get(&added.cid).unwrap()));
}
