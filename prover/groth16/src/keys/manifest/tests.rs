use alloy_primitives::U256;

use super::*;
use crate::verify::KeySet;

/// What a good ceremony would leave: the committed keys with other points.
fn ceremony() -> KeySet {
    let mut keys = KeySet::committed().unwrap();
    keys.manifest.origin = Origin::Ceremony;
    for (id, circuit) in &mut keys.manifest.circuits {
        let key = keys.verifying.get_mut(id).unwrap();
        key.alpha = key.inputs[0];
        circuit.vk_sha256 = hash(key.to_json().as_bytes());
        circuit.setup = Some(Setup {
            contributions: 3,
            beacon: Some(Beacon { value: "0102".into(), iterations_exp: 10 }),
            circuit_hash: "ab".repeat(64),
            final_hash: "cd".repeat(64),
            powers_sha256: "ef".repeat(32),
        });
    }
    keys
}

fn refused(change: impl FnOnce(&mut KeySet)) -> ManifestError {
    let mut keys = ceremony();
    change(&mut keys);
    keys.manifest.check(1, &keys.verifying).unwrap_err()
}

#[test]
fn a_ceremony_serves_every_chain_and_survives_json() {
    let KeySet { manifest, verifying } = ceremony();
    for chain_id in [1, 10, 31_337] {
        assert_eq!(manifest.check(chain_id, &verifying), Ok(()));
    }
    assert_eq!(Manifest::from_json(&manifest.to_json()), Ok(manifest));
    assert!(Manifest::from_json("{}").unwrap_err().to_string().contains("origin"));
}

#[test]
fn development_keys_are_known_under_every_name() {
    let mut keys = ceremony();
    keys.verifying = KeySet::committed().unwrap().verifying;
    for (id, circuit) in &mut keys.manifest.circuits {
        circuit.vk_sha256 = hash(keys.verifying[id].to_json().as_bytes());
    }
    for chain_id in [1, 31_337] {
        let refused = keys.manifest.check(chain_id, &keys.verifying);
        assert_eq!(refused, Err(ManifestError::Relabelled(CircuitId::Usage128)));
    }
}

#[test]
fn development_keys_serve_local_chains_only() {
    let KeySet { manifest, verifying } = KeySet::committed().unwrap();
    for chain_id in LOCAL_CHAINS {
        assert_eq!(manifest.check(chain_id, &verifying), Ok(()));
    }
    for chain_id in [1, 10, 8453, 11_155_111] {
        assert_eq!(manifest.check(chain_id, &verifying), Err(ManifestError::NotLocal(chain_id)));
    }
}

/// The setup of one circuit.
fn setup(keys: &mut KeySet) -> &mut Setup {
    keys.manifest.circuits.get_mut(&CircuitId::Usage1024).unwrap().setup.as_mut().unwrap()
}

#[test]
fn a_ceremony_that_one_person_could_have_held_is_refused() {
    let id = CircuitId::Usage1024;
    for found in [0, 1] {
        let error = refused(|keys| setup(keys).contributions = found);
        assert_eq!(error, ManifestError::TooFewContributions { circuit: id, found });
    }
    assert_eq!(refused(|keys| setup(keys).beacon = None), ManifestError::NoBeacon(id));
    let empty = Some(Beacon { value: String::new(), iterations_exp: 10 });
    assert_eq!(refused(|keys| setup(keys).beacon = empty), ManifestError::NoBeacon(id));
    let error = refused(|keys| keys.manifest.circuits.get_mut(&id).unwrap().setup = None);
    assert_eq!(error, ManifestError::NoSetup(id));
}

#[test]
fn hashes_must_be_hashes() {
    type Field = fn(&mut Setup) -> &mut String;
    let fields: [Field; 3] = [|s| &mut s.circuit_hash, |s| &mut s.final_hash, |s| &mut s.powers_sha256];
    for field in fields {
        for bad in ["", "00", "zz", &"00".repeat(64), &"AB".repeat(32)] {
            let error = refused(|keys| *field(setup(keys)) = bad.to_owned());
            assert!(matches!(error, ManifestError::NotAHash { circuit: CircuitId::Usage1024, .. }), "{error}");
        }
    }
}

#[test]
fn other_verifying_keys_are_refused() {
    let id = CircuitId::KeyDelivery;
    let error = refused(|keys| keys.verifying.get_mut(&id).unwrap().alpha[0] += U256::from(1));
    assert!(matches!(error, ManifestError::Hash { circuit, field: "vk_sha256", .. } if circuit == id), "{error}");
    assert_eq!(refused(|keys| drop(keys.verifying.remove(&id))), ManifestError::NoVerifyingKey(id));
}

#[test]
fn gamma_equal_to_delta_is_refused_even_if_the_hash_fits() {
    let error = refused(|keys| {
        let key = keys.verifying.get_mut(&CircuitId::Compliance).unwrap();
        key.delta = key.gamma;
        keys.manifest.circuits.get_mut(&CircuitId::Compliance).unwrap().vk_sha256 = hash(key.to_json().as_bytes());
    });
    assert_eq!(error, ManifestError::GammaIsDelta(CircuitId::Compliance));
}
