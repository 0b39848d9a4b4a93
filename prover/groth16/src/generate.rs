//! Everything committed that is derived from the circuits.

mod example;

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

use crate::{
    circuit::Circuit,
    compliance::Compliance,
    key_delivery::KeyDelivery,
    keys::{self, Fingerprint, KeyError, WARNING},
    prove::prove_with,
    solidity::{export_batch_verifier, export_verifier},
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

/// Makes the development keys and derives every committed file from them.
///
/// Deterministic; takes some seconds. `datavault-groth16` must be built again after
/// its own files under `keys/` were written, since it embeds them.
///
/// # Errors
/// [`KeyError`] if arkworks cannot make a key.
pub fn generated_files() -> Result<Vec<GeneratedFile>, KeyError> {
    let usage = made::<Usage>(&example::usage())?;
    let delivery = made::<KeyDelivery>(&example::key_delivery())?;
    let compliance = made::<Compliance>(&example::compliance())?;
    let fingerprints: BTreeMap<_, _> = [
        (Usage::NAME, &usage.fingerprint),
        (KeyDelivery::NAME, &delivery.fingerprint),
        (Compliance::NAME, &compliance.fingerprint),
    ]
    .into();
    let mut json = serde_json::to_string_pretty(&fingerprints).expect("strings serialize");
    json.push('\n');
    let file = |path, contents| GeneratedFile { path, contents };
    Ok(vec![
        file("prover/groth16/keys/fingerprints.json", json),
        file("prover/groth16/keys/usage_128.vk.json", usage.key.to_json()),
        file("prover/groth16/keys/key_delivery.vk.json", delivery.key.to_json()),
        file("prover/groth16/keys/compliance.vk.json", compliance.key.to_json()),
        file("prover/groth16/vectors/usage_128.json", usage.example),
        file("prover/groth16/vectors/key_delivery.json", delivery.example),
        file("prover/groth16/vectors/compliance.json", compliance.example),
        file("contracts/src/generated/UsageVerifier.sol", export_verifier(&usage.key, "UsageVerifier")),
        file("contracts/src/generated/KeyDeliveryVerifier.sol", export_verifier(&delivery.key, "KeyDeliveryVerifier")),
        file("contracts/src/generated/ComplianceVerifier.sol", export_verifier(&compliance.key, "ComplianceVerifier")),
        file("contracts/src/generated/UsageBatchVerifier.sol", export_batch_verifier(&usage.key, "UsageBatchVerifier")),
    ])
}

struct Made {
    key: VerifyingKey,
    fingerprint: Fingerprint,
    example: String,
}

/// The key of a circuit and what follows from it, with one proof of a public witness.
fn made<C: Circuit>(assignment: &C::Assignment) -> Result<Made, KeyError> {
    let shape = C::shape();
    let key = keys::generate::<C>(&shape)?;
    let mut rng = ChaCha20Rng::seed_from_u64(0);
    let proof = prove_with::<C>(&shape, &key, assignment, &mut rng)
        .map_err(|error| KeyError::Arkworks { circuit: C::NAME, reason: error.to_string() })?;
    Ok(Made {
        key: VerifyingKey::new(C::NAME, WARNING, &key.vk),
        fingerprint: keys::fingerprint(&shape, &key),
        example: example::to_json(&proof, &C::assign(assignment).0[1..shape.inputs]),
    })
}
