use super::*;
use crate::{key_delivery::KeyDelivery, usage::Usage, verify::Verifier};

#[test]
fn public_chains_are_refused_before_anything_is_read() {
    for chain_id in [1, 10, 8453, 11155111] {
        let message = require_local(chain_id).unwrap_err().to_string();
        assert!(message.contains("development keys"), "{message}");
        assert!(matches!(Verifier::new(chain_id), Err(KeyError::NotLocal(id)) if id == chain_id));
    }
    assert!(LOCAL_CHAINS.iter().all(|id| require_local(*id).is_ok()));
}

#[test]
fn committed_files_are_what_the_circuits_generate() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for file in crate::generated_files().unwrap() {
        let committed = fs::read_to_string(root.join(file.path)).unwrap();
        assert!(committed == file.contents, "{} is stale: regenerate it", file.path);
    }
}

#[test]
fn a_damaged_or_truncated_cache_file_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let shape = KeyDelivery::shape();
    let path = dir.path().join("key_delivery.dev.pk");
    let made = load_or_generate::<KeyDelivery>(dir.path(), &shape).unwrap();
    let good = fs::read(&path).unwrap();
    assert!(good.starts_with(WARNING.as_bytes()));
    let mut flipped = good.clone();
    flipped[5_000] ^= 1;
    for damaged in [&flipped[..], &good[..100], &[]] {
        fs::write(&path, damaged).unwrap();
        let again = load_or_generate::<KeyDelivery>(dir.path(), &shape).unwrap();
        assert!(again == made);
        assert!(fs::read(&path).unwrap() == good);
    }
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn an_unusable_cache_folder_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let shape = KeyDelivery::shape();
    let error = load_or_generate::<KeyDelivery>(file.path(), &shape).unwrap_err();
    assert!(matches!(&error, KeyError::Io { .. }), "{error}");
}

#[test]
fn a_changed_circuit_does_not_pass_for_the_committed_one() {
    let dir = tempfile::tempdir().unwrap();
    let other = KeyDelivery::shape();
    let error = load_or_generate::<Usage>(dir.path(), &other).unwrap_err();
    assert!(matches!(error, KeyError::Fingerprint { what: "R1CS", .. }), "{error}");
}
