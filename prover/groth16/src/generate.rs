//! Everything committed that is derived from the circuits.

use std::collections::BTreeMap;

use ark_bn254::Bn254;
use ark_groth16::ProvingKey;

use crate::{
    circuit::Circuit,
    key_delivery::KeyDelivery,
    keys::{self, Fingerprint, KeyError, WARNING},
    solidity::export_verifier,
    usage::Usage,
    verifying_key::VerifyingKey,
};

/// A generated file: where it belongs in the repository, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path from the repository's root.
    pub path: &'static str,
    /// The whole text.
    pub contents: String,
}

/// Makes both development keys and derives every committed file from them.
///
/// Deterministic; takes some seconds. `datavault-groth16` must be built again after
/// its own files under `keys/` were written, since it embeds them.
///
/// # Errors
/// [`KeyError`] if arkworks cannot make a key.
pub fn generated_files() -> Result<Vec<GeneratedFile>, KeyError> {
    let usage = made::<Usage>()?;
    let delivery = made::<KeyDelivery>()?;
    let fingerprints: BTreeMap<_, _> = [(Usage::NAME, &usage.1), (KeyDelivery::NAME, &delivery.1)].into();
    let mut json = serde_json::to_string_pretty(&fingerprints).expect("strings serialize");
    json.push('\n');
    let file = |path, contents| GeneratedFile { path, contents };
    Ok(vec![
        file("prover/groth16/keys/fingerprints.json", json),
        file("prover/groth16/keys/usage_128.vk.json", usage.0.to_json()),
        file("prover/groth16/keys/key_delivery.vk.json", delivery.0.to_json()),
        file("contracts/src/generated/UsageVerifier.sol", export_verifier(&usage.0, "UsageVerifier")),
        file("contracts/src/generated/KeyDeliveryVerifier.sol", export_verifier(&delivery.0, "KeyDeliveryVerifier")),
    ])
}

fn made<C: Circuit>() -> Result<(VerifyingKey, Fingerprint), KeyError> {
    let shape = C::shape();
    let key: ProvingKey<Bn254> = keys::generate::<C>(&shape)?;
    let verifying = VerifyingKey::new(C::NAME, WARNING, &key.vk);
    Ok((verifying, keys::fingerprint(&shape, &key)))
}
