//! What is public about the keys: where they come from, and the hashes of all artifacts.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{LOCAL_CHAINS, development::is_development};
use crate::{circuit_id::CircuitId, verifying_key::VerifyingKey};

/// The fewest contributions with which a ceremony counts as one.
pub const MIN_CONTRIBUTIONS: u32 = 2;

/// The committed `keys/manifest.json`, or a ceremony's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Where the keys come from.
    pub origin: Origin,
    /// The keys of each circuit.
    pub circuits: BTreeMap<CircuitId, CircuitKeys>,
}

/// Where keys come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// From a public seed: anyone can forge proofs. Local chains only.
    Development,
    /// From a ceremony.
    Ceremony,
}

/// A circuit with its keys. Hashes are SHA-256 in lower-case hexadecimal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CircuitKeys {
    /// Rows.
    pub constraints: usize,
    /// Variables, the one and the public inputs included.
    pub variables: usize,
    /// Of the rows as an iden3 `.r1cs` file.
    pub r1cs_sha256: String,
    /// Of the proving key, an iden3 `.zkey` file.
    pub zkey_sha256: String,
    /// Of the verifying key, our `<name>.vk.json`.
    pub vk_sha256: String,
    /// How the keys were made; development keys have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub setup: Option<Setup>,
}

/// A circuit's part of a ceremony.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// Contributions to the second phase, without the beacon.
    pub contributions: u32,
    /// The last contribution, which nobody chose.
    pub beacon: Option<Beacon>,
    /// snarkjs's hash of the circuit.
    pub circuit_hash: String,
    /// snarkjs's hash of the last contribution.
    pub final_hash: String,
    /// SHA-256 of the powers of tau.
    pub powers_sha256: String,
}

/// Public randomness from after the last contribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beacon {
    /// Its bytes, hexadecimal.
    pub value: String,
    /// Base-2 logarithm of how often it is hashed.
    pub iterations_exp: u8,
}

/// Why keys may not be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not a manifest.
    #[error("manifest.json is not readable: {0}")]
    Json(String),
    /// Development keys on a public chain.
    #[error(
        "chain {0} is not a local development chain ({LOCAL_CHAINS:?}), and these are development keys with which \
         anyone can forge proofs: run a key ceremony first"
    )]
    NotLocal(u64),
    /// Development keys under another name.
    #[error(
        "manifest.json says that a ceremony made {0}.vk.json, but it is the development key, with which anyone can \
         forge proofs: finalize the ceremony"
    )]
    Relabelled(CircuitId),
    /// A circuit without keys.
    #[error("manifest.json has no circuits.{0}")]
    Missing(CircuitId),
    /// A verifying key that the manifest promises is not there.
    #[error("{0}.vk.json is missing")]
    NoVerifyingKey(CircuitId),
    /// A ceremony's manifest says nothing about how the keys of a circuit were made.
    #[error("manifest.json: circuits.{0}.setup is missing: finalize the ceremony")]
    NoSetup(CircuitId),
    /// One person could have made the keys alone.
    #[error(
        "manifest.json: circuits.{circuit}.setup.contributions is {found}, of {MIN_CONTRIBUTIONS} at least: let more \
         people contribute"
    )]
    TooFewContributions {
        /// The circuit.
        circuit: CircuitId,
        /// How many there are.
        found: u32,
    },
    /// The last contributor could have chosen the outcome.
    #[error("manifest.json: circuits.{0}.setup.beacon is missing or empty: apply a beacon")]
    NoBeacon(CircuitId),
    /// A hash is not one.
    #[error("manifest.json: circuits.{circuit}.{field} is `{value}`, not {bytes} bytes in lower-case hexadecimal")]
    NotAHash {
        /// The circuit.
        circuit: CircuitId,
        /// Which of its fields.
        field: &'static str,
        /// What is there.
        value: String,
        /// Bytes of such a hash.
        bytes: usize,
    },
    /// A file is not the one that the manifest names.
    #[error("manifest.json: circuits.{circuit}.{field} is {expected}, the file has {found}")]
    Hash {
        /// The circuit.
        circuit: CircuitId,
        /// Which of its fields.
        field: &'static str,
        /// What the manifest says.
        expected: String,
        /// What the file has.
        found: String,
    },
    /// γ = δ: such a key lets anyone forge proofs.
    #[error("{0}.vk.json has gamma equal to delta: nobody contributed to it, anyone forges proofs")]
    GammaIsDelta(CircuitId),
}

impl Manifest {
    /// Reads `manifest.json`.
    ///
    /// # Errors
    /// [`ManifestError::Json`] says where it is not one.
    pub fn from_json(json: &str) -> Result<Self, ManifestError> {
        serde_json::from_str(json).map_err(|error| ManifestError::Json(error.to_string()))
    }

    /// `manifest.json`.
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers serialize");
        json.push('\n');
        json
    }

    /// The keys of one circuit.
    ///
    /// # Errors
    /// [`ManifestError::Missing`].
    pub fn circuit(&self, circuit: CircuitId) -> Result<&CircuitKeys, ManifestError> {
        self.circuits.get(&circuit).ok_or(ManifestError::Missing(circuit))
    }

    /// Whether these keys may be used on a chain: development keys only on local ones, a
    /// ceremony's if it had enough contributions and a beacon; γ ≠ δ and the verifying keys
    /// are those of the manifest.
    ///
    /// Looks at the circuits that are in the manifest; who needs one asks for it with
    /// [`Manifest::circuit`].
    ///
    /// # Errors
    /// [`ManifestError`] names the field that rules the keys out.
    pub fn check(
        &self,
        chain_id: u64,
        verifying_keys: &BTreeMap<CircuitId, VerifyingKey>,
    ) -> Result<(), ManifestError> {
        if self.origin == Origin::Development && !LOCAL_CHAINS.contains(&chain_id) {
            return Err(ManifestError::NotLocal(chain_id));
        }
        for (id, keys) in &self.circuits {
            let key = verifying_keys.get(id).ok_or(ManifestError::NoVerifyingKey(*id))?;
            keys.check(*id, self.origin, key)?;
        }
        Ok(())
    }
}

impl CircuitKeys {
    fn check(&self, id: CircuitId, origin: Origin, key: &VerifyingKey) -> Result<(), ManifestError> {
        hexadecimal(id, "r1cs_sha256", &self.r1cs_sha256, 32)?;
        hexadecimal(id, "zkey_sha256", &self.zkey_sha256, 32)?;
        let found = hash(key.to_json().as_bytes());
        if found != self.vk_sha256 {
            let expected = self.vk_sha256.clone();
            return Err(ManifestError::Hash { circuit: id, field: "vk_sha256", expected, found });
        }
        if key.gamma == key.delta {
            return Err(ManifestError::GammaIsDelta(id));
        }
        match (origin, &self.setup) {
            (Origin::Development, _) => Ok(()),
            (Origin::Ceremony, _) if is_development(id, key) => Err(ManifestError::Relabelled(id)),
            (Origin::Ceremony, None) => Err(ManifestError::NoSetup(id)),
            (Origin::Ceremony, Some(setup)) => setup.check(id),
        }
    }
}

impl Setup {
    fn check(&self, circuit: CircuitId) -> Result<(), ManifestError> {
        if self.contributions < MIN_CONTRIBUTIONS {
            return Err(ManifestError::TooFewContributions { circuit, found: self.contributions });
        }
        let beacon = self.beacon.as_ref().filter(|beacon| !beacon.value.is_empty());
        let beacon = beacon.ok_or(ManifestError::NoBeacon(circuit))?;
        hexadecimal(circuit, "setup.beacon.value", &beacon.value, beacon.value.len() / 2)?;
        hexadecimal(circuit, "setup.circuit_hash", &self.circuit_hash, 64)?;
        hexadecimal(circuit, "setup.final_hash", &self.final_hash, 64)?;
        hexadecimal(circuit, "setup.powers_sha256", &self.powers_sha256, 32)
    }
}

fn hexadecimal(circuit: CircuitId, field: &'static str, value: &str, bytes: usize) -> Result<(), ManifestError> {
    let digits = value.len() == 2 * bytes && value.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    match digits && value.bytes().any(|b| b != b'0') {
        true => Ok(()),
        false => Err(ManifestError::NotAHash { circuit, field, value: value.to_owned(), bytes }),
    }
}

/// SHA-256, lower-case hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    alloy_primitives::hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests;
