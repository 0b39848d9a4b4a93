//! The verifiers of the circuits, and which verifying keys they hold.

use alloy::primitives::{Address, B256, Bytes, keccak256};
use sha2::{Digest, Sha256};

use crate::{
    abi::{
        ComplianceVerifier, KeyDeliveryVerifier, UsageBatchVerifier, UsageLongBatchVerifier, UsageLongVerifier,
        UsageVerifier,
    },
    connection::Connection,
    error::ChainError,
};

/// How many there are.
pub(crate) const COUNT: usize = 6;

/// A generated verifier and the verifying key it was generated from.
#[derive(Clone, Copy)]
pub(crate) struct Verifier {
    pub(crate) name: &'static str,
    pub(crate) creation_code: &'static Bytes,
    pub(crate) runtime_code: &'static Bytes,
    /// The committed file.
    verifying_key: &'static str,
    /// A committed proof that it accepts, with its public inputs.
    pub(crate) example: &'static str,
}

macro_rules! verifier {
    ($contract:ident, $circuit:literal) => {
        Verifier {
            name: stringify!($contract),
            creation_code: &$contract::BYTECODE,
            runtime_code: &$contract::DEPLOYED_BYTECODE,
            verifying_key: include_str!(concat!("../../../prover/groth16/keys/", $circuit, ".vk.json")),
            example: include_str!(concat!("../../../prover/groth16/vectors/", $circuit, ".json")),
        }
    };
}

pub(crate) static USAGE: Verifier = verifier!(UsageVerifier, "usage_128");
pub(crate) static USAGE_BATCH: Verifier = verifier!(UsageBatchVerifier, "usage_128");
pub(crate) static USAGE_LONG: Verifier = verifier!(UsageLongVerifier, "usage_1024");
pub(crate) static USAGE_LONG_BATCH: Verifier = verifier!(UsageLongBatchVerifier, "usage_1024");
pub(crate) static KEY_DELIVERY: Verifier = verifier!(KeyDeliveryVerifier, "key_delivery");
pub(crate) static COMPLIANCE: Verifier = verifier!(ComplianceVerifier, "compliance");

/// All, in the order of `VerifierSet`.
pub(crate) static ALL: [&Verifier; COUNT] =
    [&USAGE, &USAGE_BATCH, &USAGE_LONG, &USAGE_LONG_BATCH, &KEY_DELIVERY, &COMPLIANCE];

/// Of each circuit, its name and the SHA-256 of the verifying-key file that its verifiers were generated from, in the
/// order in which `VerifierSets` hashes them.
#[must_use]
pub fn verifying_key_digests() -> [(&'static str, B256); 4] {
    [("usage_128", &USAGE), ("usage_1024", &USAGE_LONG), ("key_delivery", &KEY_DELIVERY), ("compliance", &COMPLIANCE)]
        .map(|(circuit, verifier)| (circuit, verifier.verifying_key_sha256()))
}

/// What `VerifierSets` records of the verifying keys: keccak256 of their SHA-256 digests.
pub(crate) fn keys_hash() -> B256 {
    keccak256(verifying_key_digests().map(|(_, digest)| digest.0).concat())
}

impl Verifier {
    /// Of the committed verifying-key file.
    pub(crate) fn verifying_key_sha256(&self) -> B256 {
        B256::from_slice(&Sha256::digest(self.verifying_key))
    }

    /// Whether its key was made from a public seed: whoever knows that can forge proofs.
    pub(crate) fn is_development(&self) -> bool {
        is_development(self.verifying_key)
    }

    /// Whether exactly this verifier is at an address. It has no immutables, so its code tells its key.
    pub(crate) async fn is_at(&self, connection: &Connection, address: Address) -> Result<bool, ChainError> {
        Ok(connection.code(address).await? == *self.runtime_code)
    }
}

/// What the warning of a ceremony's key begins with; `datavault ceremony finalize` writes it.
const OF_A_CEREMONY: &str = "ceremony key of ";

/// A key counts as a development key unless its file says that a ceremony made it. Whether that is so, the manifest's
/// check asks, before anything is deployed.
fn is_development(verifying_key: &str) -> bool {
    let file: serde_json::Value = serde_json::from_str(verifying_key).unwrap_or_default();
    !file["warning"].as_str().is_some_and(|warning| warning.starts_with(OF_A_CEREMONY))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_does_not_say_otherwise_is_a_development_key() {
        assert!(ALL.iter().all(|verifier| verifier.is_development()));
        for doubtful in
            ["", "{}", "not JSON", r#"{"warning": null}"#, r#"{"warning": "development key: ceremony key of Alice"}"#]
        {
            assert!(is_development(doubtful), "{doubtful}");
        }
        assert!(!is_development(r#"{"circuit": "usage_128", "warning": "ceremony key of Alice, Bob"}"#));
    }

    #[test]
    fn the_hash_is_of_four_keys_in_the_order_of_the_circuits() {
        let digest = |key: &str| Sha256::digest(key).to_vec();
        let keys = [
            include_str!("../../../prover/groth16/keys/usage_128.vk.json"),
            include_str!("../../../prover/groth16/keys/usage_1024.vk.json"),
            include_str!("../../../prover/groth16/keys/key_delivery.vk.json"),
            include_str!("../../../prover/groth16/keys/compliance.vk.json"),
        ];
        assert_eq!(keys_hash(), keccak256(keys.map(digest).concat()));
    }
}
