//! Everything committed that is derived from the circuits.

mod example;

use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::usage::Capacity;

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    compliance::Compliance,
    key_delivery::KeyDelivery,
    keys::{CircuitKeys, Development, KeyError, Manifest, Origin, WARNING, hash, r1cs_sha256},
    prove::{Engine, prove_with},
    solidity::{export_batch_verifier, export_verifier},
    usage::{LongUsage, Usage},
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
    let usage = made::<Usage>(&example::usage(Capacity::Events128))?;
    let long = made::<LongUsage>(&example::usage(Capacity::Events1024))?;
    let delivery = made::<KeyDelivery>(&example::key_delivery())?;
    let compliance = made::<Compliance>(&example::compliance())?;
    let all = [&usage, &long, &delivery, &compliance];
    let circuits = all.map(|made| (made.circuit, made.keys.clone())).into();
    let manifest = Manifest { origin: Origin::Development, circuits };
    let file = |path, contents| GeneratedFile { path, contents };
    Ok(vec![
        file("prover/groth16/keys/manifest.json", manifest.to_json()),
        file("prover/groth16/keys/usage_128.vk.json", usage.key.to_json()),
        file("prover/groth16/keys/usage_1024.vk.json", long.key.to_json()),
        file("prover/groth16/keys/key_delivery.vk.json", delivery.key.to_json()),
        file("prover/groth16/keys/compliance.vk.json", compliance.key.to_json()),
        file("prover/groth16/vectors/usage_128.json", usage.example),
        file("prover/groth16/vectors/usage_1024.json", long.example),
        file("prover/groth16/vectors/key_delivery.json", delivery.example),
        file("prover/groth16/vectors/compliance.json", compliance.example),
        file("contracts/src/generated/UsageVerifier.sol", export_verifier(&usage.key, "UsageVerifier")),
        file("contracts/src/generated/UsageBatchVerifier.sol", export_batch_verifier(&usage.key, "UsageBatchVerifier")),
        file("contracts/src/generated/UsageLongVerifier.sol", export_verifier(&long.key, "UsageLongVerifier")),
        file(
            "contracts/src/generated/UsageLongBatchVerifier.sol",
            export_batch_verifier(&long.key, "UsageLongBatchVerifier"),
        ),
        file("contracts/src/generated/KeyDeliveryVerifier.sol", export_verifier(&delivery.key, "KeyDeliveryVerifier")),
        file("contracts/src/generated/ComplianceVerifier.sol", export_verifier(&compliance.key, "ComplianceVerifier")),
    ])
}

struct Made {
    circuit: CircuitId,
    key: VerifyingKey,
    keys: CircuitKeys,
    example: String,
}

/// The key of a circuit and what follows from it, with one proof of a public witness.
fn made<C: Circuit>(assignment: &C::Assignment) -> Result<Made, KeyError> {
    let refused = |reason: String| KeyError::Arkworks { circuit: C::ID, reason };
    let made = Development::generate::<C>(C::shape())?;
    let key = VerifyingKey::new(C::NAME, WARNING, &made.key.vk);
    let keys = CircuitKeys {
        constraints: made.shape.rows(),
        variables: made.shape.variables,
        r1cs_sha256: r1cs_sha256(&made.shape),
        zkey_sha256: hash(&made.zkey()),
        vk_sha256: hash(key.to_json().as_bytes()),
        setup: None,
    };
    let engine = Engine::new(made.key).ok_or_else(|| refused("no domain".to_owned()))?;
    let mut rng = ChaCha20Rng::seed_from_u64(0);
    let proof = prove_with::<C>(&engine, assignment, &mut rng).map_err(|error| refused(error.to_string()))?;
    let inputs = &C::assign(assignment).0[1..=C::ID.public_inputs()];
    Ok(Made { circuit: C::ID, key, keys, example: example::to_json(&proof, inputs) })
}
