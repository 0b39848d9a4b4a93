//! The verifiers of the circuits, and which verifying keys they hold.

use alloy::primitives::{Address, B256, Bytes, keccak256};
use sha2::{Digest, Sha256};

use crate::{
    abi::{ComplianceVerifier, KeyDeliveryVerifier, UsageBatchVerifier, UsageVerifier},
    connection::Connection,
    error::ChainError,
};

/// A generated verifier and the verifying key it was generated from.
#[derive(Clone, Copy)]
pub(crate) struct Verifier {
    pub(crate) name: &'static str,
    pub(crate) creation_code: &'static Bytes,
    pub(crate) runtime_code: &'static Bytes,
    /// The committed file.
    verifying_key: &'static str,
}

const USAGE_KEY: &str = include_str!("../../../prover/groth16/keys/usage_128.vk.json");

pub(crate) static USAGE: Verifier = Verifier {
    name: "UsageVerifier",
    creation_code: &UsageVerifier::BYTECODE,
    runtime_code: &UsageVerifier::DEPLOYED_BYTECODE,
    verifying_key: USAGE_KEY,
};

pub(crate) static USAGE_BATCH: Verifier = Verifier {
    name: "UsageBatchVerifier",
    creation_code: &UsageBatchVerifier::BYTECODE,
    runtime_code: &UsageBatchVerifier::DEPLOYED_BYTECODE,
    verifying_key: USAGE_KEY,
};

pub(crate) static KEY_DELIVERY: Verifier = Verifier {
    name: "KeyDeliveryVerifier",
    creation_code: &KeyDeliveryVerifier::BYTECODE,
    runtime_code: &KeyDeliveryVerifier::DEPLOYED_BYTECODE,
    verifying_key: include_str!("../../../prover/groth16/keys/key_delivery.vk.json"),
};

pub(crate) static COMPLIANCE: Verifier = Verifier {
    name: "ComplianceVerifier",
    creation_code: &ComplianceVerifier::BYTECODE,
    runtime_code: &ComplianceVerifier::DEPLOYED_BYTECODE,
    verifying_key: include_str!("../../../prover/groth16/keys/compliance.vk.json"),
};

/// All, in the order of `VerifierSet`.
pub(crate) static ALL: [&Verifier; 4] = [&USAGE, &USAGE_BATCH, &KEY_DELIVERY, &COMPLIANCE];

/// What `VerifierSets` records of the verifying keys: keccak256 of their SHA-256 digests.
pub(crate) fn keys_hash() -> B256 {
    keccak256([&USAGE, &KEY_DELIVERY, &COMPLIANCE].map(|verifier| verifier.verifying_key_sha256().0).concat())
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

/// A key counts as a development key unless its file says that it is none: `"development": false`, and no warning.
fn is_development(verifying_key: &str) -> bool {
    let file: serde_json::Value = serde_json::from_str(verifying_key).unwrap_or_default();
    file["development"] != serde_json::Value::Bool(false) || !file["warning"].is_null()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_does_not_say_otherwise_is_a_development_key() {
        assert!(ALL.iter().all(|verifier| verifier.is_development()));
        for doubtful in
            ["", "{}", "not JSON", r#"{"development": "false"}"#, r#"{"development": false, "warning": "x"}"#]
        {
            assert!(is_development(doubtful), "{doubtful}");
        }
        assert!(!is_development(r#"{"circuit": "usage_128", "development": false}"#));
    }
}
