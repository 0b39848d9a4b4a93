//! Verification without proving keys.

use std::{collections::BTreeMap, fs, path::Path};

use alloy_primitives::U256;
use ark_bn254::Bn254;
use ark_groth16::{Groth16, PreparedVerifyingKey};
use statement::{
    compliance, key_delivery,
    usage::{self, Capacity},
};

use crate::{
    circuit_id::CircuitId,
    key_delivery::canonical,
    keys::{KeyError, Manifest, ManifestError},
    proof::Proof,
    verifying_key::VerifyingKey,
};

/// The manifest's name in a folder of keys.
pub const MANIFEST_FILE: &str = "manifest.json";

const MANIFEST: &str = include_str!("../keys/manifest.json");
const USAGE_128: &str = include_str!("../keys/usage_128.vk.json");
const USAGE_1024: &str = include_str!("../keys/usage_1024.vk.json");
const KEY_DELIVERY: &str = include_str!("../keys/key_delivery.vk.json");
const COMPLIANCE: &str = include_str!("../keys/compliance.vk.json");

/// The committed verifying keys.
///
/// # Errors
/// [`KeyError::Verifying`] if a committed file was damaged.
pub fn verifying_keys() -> Result<BTreeMap<CircuitId, VerifyingKey>, KeyError> {
    let read = |id| {
        let json = match id {
            CircuitId::Usage128 => USAGE_128,
            CircuitId::Usage1024 => USAGE_1024,
            CircuitId::KeyDelivery => KEY_DELIVERY,
            CircuitId::Compliance => COMPLIANCE,
        };
        Ok((id, VerifyingKey::from_json(json)?))
    };
    CircuitId::ALL.into_iter().map(read).collect()
}

/// What is public of a set of keys: the manifest and the verifying keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeySet {
    /// Origin and hashes.
    pub manifest: Manifest,
    /// The verifying keys.
    pub verifying: BTreeMap<CircuitId, VerifyingKey>,
}

impl KeySet {
    /// The keys that are committed beside this source.
    ///
    /// # Errors
    /// [`KeyError`] if a committed file was damaged.
    pub fn committed() -> Result<Self, KeyError> {
        Ok(Self { manifest: Manifest::from_json(MANIFEST)?, verifying: verifying_keys()? })
    }

    /// `manifest.json` and the `<name>.vk.json` that it names, from a ceremony's folder.
    ///
    /// Says nothing about whether these are the keys of a deployment: compare the hashes.
    ///
    /// # Errors
    /// [`KeyError`] names the file.
    pub fn read(dir: &Path) -> Result<Self, KeyError> {
        let path = dir.join(MANIFEST_FILE);
        let text = fs::read_to_string(&path).map_err(|source| KeyError::Io { path, source })?;
        Self::of(Manifest::from_json(&text)?, dir)
    }

    /// A manifest with the `<name>.vk.json` that it names.
    ///
    /// # Errors
    /// As [`KeySet::read`].
    pub fn of(manifest: Manifest, dir: &Path) -> Result<Self, KeyError> {
        let text = |name: String| {
            let path = dir.join(name);
            fs::read_to_string(&path).map_err(|source| KeyError::Io { path, source })
        };
        let read = |id: &CircuitId| Ok((*id, VerifyingKey::from_json(&text(format!("{id}.vk.json"))?)?));
        let verifying = manifest.circuits.keys().map(read).collect::<Result<_, KeyError>>()?;
        Ok(Self { manifest, verifying })
    }

    /// The verifying key of a circuit.
    ///
    /// # Errors
    /// [`ManifestError::NoVerifyingKey`].
    pub fn verifying(&self, circuit: CircuitId) -> Result<&VerifyingKey, ManifestError> {
        self.verifying.get(&circuit).ok_or(ManifestError::NoVerifyingKey(circuit))
    }
}

/// Verifies proofs of all circuits, offline, from the verifying keys alone.
pub struct Verifier {
    prepared: BTreeMap<CircuitId, PreparedVerifyingKey<Bn254>>,
}

impl Verifier {
    /// With the committed keys, for proofs meant for `chain_id`.
    ///
    /// # Errors
    /// [`ManifestError::NotLocal`] for any but a local chain, as long as the committed keys
    /// are development keys; [`KeyError`] if a committed file was damaged.
    pub fn new(chain_id: u64) -> Result<Self, KeyError> {
        Self::with(&KeySet::committed()?, chain_id)
    }

    /// With other keys, which must pass [`Manifest::check`].
    ///
    /// # Errors
    /// [`KeyError`] names the circuit and field that rule them out.
    pub fn with(keys: &KeySet, chain_id: u64) -> Result<Self, KeyError> {
        keys.manifest.check(chain_id, &keys.verifying)?;
        let prepare = |(id, key): (&CircuitId, &VerifyingKey)| Ok((*id, key.prepare_for(*id)?));
        Ok(Self { prepared: keys.verifying.iter().map(prepare).collect::<Result<_, KeyError>>()? })
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_usage(&self, capacity: Capacity, inputs: &usage::PublicInputs, proof: &Proof) -> bool {
        self.verify(capacity.into(), inputs.to_array(), proof)
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_key_delivery(&self, inputs: &key_delivery::PublicInputs, proof: &Proof) -> bool {
        self.verify(CircuitId::KeyDelivery, inputs.to_array(), proof)
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_compliance(&self, inputs: &compliance::PublicInputs, proof: &Proof) -> bool {
        self.verify(CircuitId::Compliance, inputs.to_array(), proof)
    }

    fn verify<const N: usize>(&self, circuit: CircuitId, inputs: [U256; N], proof: &Proof) -> bool {
        let Some(key) = self.prepared.get(&circuit) else { return false };
        let verified = canonical(inputs).map(|inputs| Groth16::<Bn254>::verify_proof(key, &proof.0, &inputs));
        matches!(verified, Ok(Ok(true)))
    }
}
