//! Verification without proving keys.

use alloy_primitives::U256;
use ark_bn254::Bn254;
use ark_groth16::{Groth16, PreparedVerifyingKey};
use statement::{compliance, key_delivery, usage};

use crate::{
    key_delivery::canonical,
    keys::{KeyError, require_local},
    proof::Proof,
    verifying_key::VerifyingKey,
};

const USAGE: &str = include_str!("../keys/usage_128.vk.json");
const KEY_DELIVERY: &str = include_str!("../keys/key_delivery.vk.json");
const COMPLIANCE: &str = include_str!("../keys/compliance.vk.json");

/// The committed verifying keys: usage, key delivery, compliance.
///
/// # Errors
/// [`KeyError::Verifying`] if a committed file was damaged.
pub fn verifying_keys() -> Result<[VerifyingKey; 3], KeyError> {
    Ok([VerifyingKey::from_json(USAGE)?, VerifyingKey::from_json(KEY_DELIVERY)?, VerifyingKey::from_json(COMPLIANCE)?])
}

/// Verifies proofs of all circuits, offline, from the committed verifying keys.
pub struct Verifier {
    usage: PreparedVerifyingKey<Bn254>,
    key_delivery: PreparedVerifyingKey<Bn254>,
    compliance: PreparedVerifyingKey<Bn254>,
}

impl Verifier {
    /// For proofs meant for `chain_id`.
    ///
    /// # Errors
    /// [`KeyError::NotLocal`] for any but a local chain, since the committed keys are
    /// development keys; [`KeyError::Verifying`] if a committed file was damaged.
    pub fn new(chain_id: u64) -> Result<Self, KeyError> {
        require_local(chain_id)?;
        let [usage, key_delivery, compliance] = verifying_keys()?;
        Ok(Self {
            usage: usage.prepare(usage::INPUTS)?,
            key_delivery: key_delivery.prepare(key_delivery::INPUTS)?,
            compliance: compliance.prepare(compliance::INPUTS)?,
        })
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_usage(&self, inputs: &usage::PublicInputs, proof: &Proof) -> bool {
        verify(&self.usage, inputs.to_array(), proof)
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_key_delivery(&self, inputs: &key_delivery::PublicInputs, proof: &Proof) -> bool {
        verify(&self.key_delivery, inputs.to_array(), proof)
    }

    /// Whether `proof` proves these inputs. False also if an input is not canonical.
    pub fn verify_compliance(&self, inputs: &compliance::PublicInputs, proof: &Proof) -> bool {
        verify(&self.compliance, inputs.to_array(), proof)
    }
}

pub(crate) fn verify<const N: usize>(key: &PreparedVerifyingKey<Bn254>, inputs: [U256; N], proof: &Proof) -> bool {
    canonical(inputs).is_ok_and(|inputs| Groth16::<Bn254>::verify_proof(key, &proof.0, &inputs).unwrap_or(false))
}
