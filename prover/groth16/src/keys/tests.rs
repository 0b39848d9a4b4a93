use std::fs;

use super::*;
use crate::{
    constraint::Builder,
    key_delivery::KeyDelivery,
    prove::Prover,
    usage::Usage,
    verify::{KeySet, Verifier},
};

fn committed<C: Circuit>() -> (CircuitKeys, VerifyingKey) {
    let KeySet { manifest, verifying } = KeySet::committed().unwrap();
    (manifest.circuit(C::ID).unwrap().clone(), verifying[&C::ID].clone())
}

fn load_delivery(dir: &Path, origin: Origin) -> Result<ProvingKey<Bn254>, KeyError> {
    let (keys, verifying) = committed::<KeyDelivery>();
    load_or_generate::<KeyDelivery>(dir, origin, &keys, &verifying)
}

#[test]
fn public_chains_are_refused_before_anything_is_read() {
    for chain_id in [1, 10, 8453, 11155111] {
        let error = Verifier::new(chain_id).err().unwrap();
        assert!(matches!(error, KeyError::Manifest(ManifestError::NotLocal(id)) if id == chain_id));
        assert!(error.to_string().contains("development keys"), "{error}");
    }
    assert!(LOCAL_CHAINS.iter().all(|id| Verifier::new(*id).is_ok()));
}

#[test]
fn committed_files_are_what_the_circuits_generate() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    for file in crate::generated_files().unwrap() {
        let committed = fs::read_to_string(root.join(&file.path)).unwrap();
        assert!(committed == file.contents, "{} is stale: regenerate it", file.path);
    }
}

#[test]
fn a_folder_of_keys_gives_the_same_files_and_examples_of_its_own() {
    let root = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let shared = root.join("target/keys");
    let prover = Prover::load_or_generate(&shared, LOCAL_CHAINS[0]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let keys = KeySet::committed().unwrap();
    fs::write(folder.path().join("manifest.json"), keys.manifest.to_json()).unwrap();
    for circuit in CircuitId::ALL {
        prover.load(circuit).unwrap();
        let zkey = format!("{circuit}.dev.zkey");
        fs::copy(shared.join(&zkey), folder.path().join(&zkey)).unwrap();
        fs::write(folder.path().join(format!("{circuit}.vk.json")), keys.verifying[&circuit].to_json()).unwrap();
    }
    let files = crate::files_of_ceremony(folder.path()).unwrap();
    assert_eq!(files.len(), 15);
    for file in files {
        let committed = fs::read_to_string(root.join(&file.path)).unwrap();
        // Proofs are blinded anew.
        assert_eq!(committed == file.contents, !file.path.contains("/vectors/"), "{}", file.path);
    }
}

#[test]
fn a_damaged_or_truncated_development_key_is_made_again() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key_delivery.dev.zkey");
    let made = load_delivery(dir.path(), Origin::Development).unwrap();
    let good = fs::read(&path).unwrap();
    let mut flipped = good.clone();
    flipped[5_000] ^= 1;
    for damaged in [&flipped[..], &good[..100], &[]] {
        fs::write(&path, damaged).unwrap();
        let again = load_delivery(dir.path(), Origin::Development).unwrap();
        assert!(again == made);
        assert!(fs::read(&path).unwrap() == good);
    }
    let files = fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    let files: std::collections::BTreeSet<_> = files.collect();
    assert_eq!(files, ["key_delivery.dev.lock".into(), "key_delivery.dev.zkey".into()].into());
}

/// Keys of a ceremony cannot be made again: whatever is wrong is said.
#[test]
fn a_ceremony_key_that_is_missing_cut_or_of_another_circuit_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("key_delivery.zkey");
    let named = |error: KeyError, words: &str| {
        let message = error.to_string();
        assert!(message.contains("key_delivery.zkey") && message.contains(words), "{message}");
    };
    named(load_delivery(dir.path(), Origin::Ceremony).unwrap_err(), "proving key");
    load_delivery(dir.path(), Origin::Development).unwrap();
    fs::rename(dir.path().join("key_delivery.dev.zkey"), &path).unwrap();
    assert!(load_delivery(dir.path(), Origin::Ceremony).is_ok());

    let bytes = fs::read(&path).unwrap();
    fs::write(&path, &bytes[..bytes.len() - 1]).unwrap();
    named(load_delivery(dir.path(), Origin::Ceremony).unwrap_err(), "zkey_sha256");
    // Even if the manifest names these bytes, they are no key, or not this circuit's.
    let (mut keys, verifying) = committed::<KeyDelivery>();
    keys.zkey_sha256 = hash(&bytes[..bytes.len() - 1]);
    let load = |keys: &CircuitKeys, verifying: &VerifyingKey| load(&path, CircuitId::KeyDelivery, keys, verifying);
    named(load(&keys, &verifying).unwrap_err(), "cut short");
    fs::write(&path, &bytes).unwrap();
    let (mut keys, verifying) = committed::<KeyDelivery>();
    keys.variables += 1;
    named(load(&keys, &verifying).unwrap_err(), "number of variables");
    let (mut other, usage) = committed::<Usage>();
    other.zkey_sha256 = hash(&bytes);
    named(load(&other, &usage).unwrap_err(), "another circuit");
    let (keys, mut verifying) = committed::<KeyDelivery>();
    verifying.delta = verifying.beta;
    named(load(&keys, &verifying).unwrap_err(), "delta");
}

#[test]
fn an_unusable_cache_folder_is_named() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let error = load_delivery(file.path(), Origin::Development).unwrap_err();
    assert!(matches!(&error, KeyError::Io { .. }), "{error}");
}

#[test]
fn a_changed_circuit_does_not_pass_for_the_committed_one() {
    struct Changed;
    impl Circuit for Changed {
        const ID: CircuitId = CircuitId::KeyDelivery;
        type Assignment = <KeyDelivery as Circuit>::Assignment;
        fn blank() -> Self::Assignment {
            KeyDelivery::blank()
        }
        fn build(builder: &mut Builder, assignment: &Self::Assignment) {
            KeyDelivery::build(builder, assignment);
            let one = builder.witness(ark_ff::Field::ONE);
            builder.enforce(&one, &one, &one);
        }
    }
    let dir = tempfile::tempdir().unwrap();
    let (keys, verifying) = committed::<KeyDelivery>();
    let error = load_or_generate::<Changed>(dir.path(), Origin::Development, &keys, &verifying).unwrap_err();
    assert!(matches!(error, KeyError::Fingerprint { what: "R1CS", .. }), "{error}");
}
