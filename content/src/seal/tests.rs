use super::*;
use crate::cid::tests::pattern;
use proptest::prelude::*;

fn sealed(data: &[u8]) -> (ContentKey, Vec<u8>, Sealed) {
    let key = ContentKey::generate();
    let mut out = Vec::new();
    let sealed = seal(&key, data, &mut out).unwrap();
    (key, out, sealed)
}

#[test]
fn one_pass_learns_hashes_sizes_and_cid() {
    for len in [0, 1, 65_536, 65_537, 700_000] {
        let data = pattern(len);
        let (key, out, sealed) = sealed(&data);
        assert_eq!(sealed.content_hash, <[u8; 32]>::from(Sha256::digest(&data)));
        assert_eq!(sealed.sealed_sha256, <[u8; 32]>::from(Sha256::digest(&out)));
        assert_eq!((sealed.size, sealed.sealed_size), (len as u64, out.len() as u64));
        assert_eq!(sealed.cid, crate::cid_of(out.as_slice()).unwrap().0);
        let mut back = Vec::new();
        let bytes = open(&key, out.as_slice(), &mut back, &sealed.content_hash).unwrap();
        assert_eq!((bytes, back), (len as u64, data));
    }
}

#[test]
fn the_store_holds_what_was_sealed_into_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = EmbeddedStore::open(folder.path()).unwrap();
    let (key, data) = (ContentKey::generate(), pattern(600_000));
    let sealed = seal_into(&key, data.as_slice(), &store).unwrap();
    let path = folder.path().join("plain.bin");
    let ciphertext = store.get(&sealed.cid).unwrap();
    assert_eq!(ciphertext.size(), sealed.sealed_size);
    open_to_path(&key, ciphertext, &path, &sealed.content_hash).unwrap();
    assert_eq!(std::fs::read(&path).unwrap(), data);
    let mut plain = Plaintext::new(&key, store.get(&sealed.cid).unwrap()).unwrap();
    assert_eq!(plain.read_range(400_000, 1_000).unwrap(), &data[400_000..401_000]);
}

#[test]
fn wrong_key_changed_bytes_and_truncation_have_their_own_errors() {
    let (key, out, sealed) = sealed(&pattern(200_000));
    let open_with = |key: &ContentKey, bytes: &[u8]| open(key, bytes, io::sink(), &sealed.content_hash).unwrap_err();
    assert!(matches!(open_with(&ContentKey::generate(), &out), OpenError::WrongKey));
    assert!(matches!(open_with(&key, b"not age at all\n"), OpenError::NotAge(_) | OpenError::Read { .. }));
    let mut changed = out.clone();
    changed[150_000] ^= 1;
    assert!(matches!(open_with(&key, &changed), OpenError::Read { bytes: 131_072, .. }));
    for cut in [out.len() - 1, 100_000, 300] {
        assert!(matches!(open_with(&key, &out[..cut]), OpenError::Read { .. }), "cut at {cut}");
    }
    assert!(Plaintext::new(&key, io::Cursor::new(&out[..out.len() - 1])).is_err());
}

#[test]
fn an_endless_header_is_cut_short() {
    let stanza =
        b"-> X25519 CJM36AHmTbdHSuOQL+NESqyVQE75f2e610iRdLPEN20\nC3ZAeY64NXS4QFrksLm3EGz+uPRyI0eQsWw7LWbbYig\n";
    let header = io::Cursor::new(b"age-encryption.org/v1\n").chain(io::Cursor::new(stanza.repeat(10_000)));
    let error = open(&ContentKey::generate(), header, io::sink(), &[0; 32]).unwrap_err();
    assert!(error.to_string().contains("header"), "{error}");
}

#[test]
fn other_content_leaves_no_file_behind() {
    let folder = tempfile::tempdir().unwrap();
    let (key, out, _) = sealed(b"not what was registered");
    let path = folder.path().join("plain.bin");
    let error = open_to_path(&key, out.as_slice(), &path, &[7; 32]).unwrap_err();
    assert!(matches!(&error, OpenError::WrongContent { .. }));
    assert!(error.to_string().contains(&"07".repeat(32)), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_missing_plaintext_file_is_named() {
    let error = open_plaintext(Path::new("/nowhere/data.csv")).unwrap_err();
    assert!(error.to_string().contains("/nowhere/data.csv"), "{error}");
    assert!(open_plaintext(&std::env::temp_dir()).is_err());
}

#[derive(serde::Deserialize)]
struct Foreign {
    identity: String,
    recipient: String,
    ciphertext: String,
    bytes: usize,
    sha256: String,
}

#[derive(serde::Deserialize)]
struct ForeignFiles {
    vectors: Vec<Foreign>,
}

#[test]
fn files_sealed_by_other_age_tools_open() {
    let pinned: ForeignFiles = serde_json::from_str(include_str!("../../vectors/age.json")).unwrap();
    assert!(pinned.vectors.len() >= 2);
    for vector in pinned.vectors {
        let key = ContentKey::from_identity(&vector.identity).unwrap();
        assert_eq!(key.recipient(), vector.recipient);
        let ciphertext = hex::decode(&vector.ciphertext).unwrap();
        let hash: [u8; 32] = hex::decode(&vector.sha256).unwrap().try_into().unwrap();
        let mut plain = Vec::new();
        open(&key, ciphertext.as_slice(), &mut plain, &hash).unwrap();
        assert_eq!(plain, pattern(vector.bytes));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]
    #[test]
    fn any_ranges_equal_the_slices(
        chunks in 0_usize..4, odd in prop::sample::select(vec![0_usize, 1, 100, 65_535]),
        ranges in prop::collection::vec((0_usize..300_000, 0_usize..150_000), 1..6),
    ) {
        let data = pattern(chunks * 65_536 + odd);
        let (key, out, _) = sealed(&data);
        let mut plain = Plaintext::new(&key, io::Cursor::new(&out)).unwrap();
        prop_assert_eq!(plain.size(), data.len() as u64);
        for (at, take) in ranges {
            let from = at.min(data.len());
            let expected = &data[from..(at + take).clamp(from, data.len())];
            prop_assert_eq!(plain.read_range(at as u64, take).unwrap(), expected);
        }
    }
}
