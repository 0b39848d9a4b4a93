//! Everything committed that is derived from the circuits.

mod example;

use std::{collections::BTreeMap, path::Path};

use rand::{CryptoRng, RngCore, SeedableRng, rngs::OsRng};
use rand_chacha::ChaCha20Rng;
use statement::usage::Capacity;

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    compliance::Compliance,
    key_delivery::KeyDelivery,
    keys::{
        CircuitKeys, Development, KeyError, LOCAL_CHAINS, Manifest, ManifestError, Origin, WARNING, hash, r1cs_sha256,
    },
    prove::{Engine, Prover, prove_with},
    solidity::{export_batch_verifier, export_verifier},
    usage::{LongUsage, Usage},
    verify::KeySet,
    verifying_key::VerifyingKey,
};

/// A generated file: where it belongs in the repository, and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Path from the repository's root.
    pub path: String,
    /// The whole text.
    pub contents: String,
}

/// Derives every committed file from the keys: makes the development keys, or where a ceremony's are committed takes
/// those, which nobody could make again, and derives the contracts alone.
///
/// Deterministic; takes some seconds. `datavault-groth16` must be built again after
/// its own files under `keys/` were written, since it embeds them.
///
/// # Errors
/// [`KeyError`] if arkworks cannot make a key, or a committed one was damaged.
pub fn generated_files() -> Result<Vec<GeneratedFile>, KeyError> {
    let committed = KeySet::committed();
    if let Ok(KeySet { manifest, verifying }) = &committed
        && manifest.origin == Origin::Ceremony
    {
        return contracts(verifying);
    }
    let made = [
        made::<Usage>(&example::usage(Capacity::Events128))?,
        made::<LongUsage>(&example::usage(Capacity::Events1024))?,
        made::<KeyDelivery>(&example::key_delivery())?,
        made::<Compliance>(&example::compliance())?,
    ];
    let circuits = made.iter().map(|made| (made.circuit, made.keys.clone())).collect();
    let verifying = made.iter().map(|made| (made.circuit, made.key.clone())).collect();
    let keys = KeySet { manifest: Manifest { origin: Origin::Development, circuits }, verifying };
    files(&keys, made.map(|made| (made.circuit, made.example)))
}

/// Derives every file from the keys of a ceremony, from the folder where it was finalized. The examples are proved
/// anew, so they differ each time.
///
/// # Errors
/// [`KeyError`] if a key is missing or not as the manifest says.
pub fn files_of_ceremony(folder: &Path) -> Result<Vec<GeneratedFile>, KeyError> {
    let prover = Prover::open(folder, LOCAL_CHAINS[0])?;
    let examples = [
        proved::<Usage>(prover.engine::<Usage>()?, &example::usage(Capacity::Events128), &mut OsRng)?,
        proved::<LongUsage>(prover.engine::<LongUsage>()?, &example::usage(Capacity::Events1024), &mut OsRng)?,
        proved::<KeyDelivery>(prover.engine::<KeyDelivery>()?, &example::key_delivery(), &mut OsRng)?,
        proved::<Compliance>(prover.engine::<Compliance>()?, &example::compliance(), &mut OsRng)?,
    ];
    files(&KeySet::read(folder)?, examples)
}

/// Keys, examples and contracts.
fn files(keys: &KeySet, examples: [(CircuitId, String); 4]) -> Result<Vec<GeneratedFile>, KeyError> {
    let mut files = contracts(&keys.verifying)?;
    let mut add = |path, contents| files.push(GeneratedFile { path, contents });
    add("prover/groth16/keys/manifest.json".to_owned(), keys.manifest.to_json());
    for (circuit, key) in &keys.verifying {
        add(format!("prover/groth16/keys/{circuit}.vk.json"), key.to_json());
    }
    for (circuit, example) in examples {
        add(format!("prover/groth16/vectors/{circuit}.json"), example);
    }
    Ok(files)
}

/// The verifiers in Solidity.
fn contracts(keys: &BTreeMap<CircuitId, VerifyingKey>) -> Result<Vec<GeneratedFile>, KeyError> {
    let export = |circuit, name: &str, write: fn(&VerifyingKey, &str) -> String| {
        let key = keys.get(&circuit).ok_or(ManifestError::NoVerifyingKey(circuit))?;
        Ok(GeneratedFile { path: format!("contracts/src/generated/{name}.sol"), contents: write(key, name) })
    };
    [
        export(CircuitId::Usage128, "UsageVerifier", export_verifier),
        export(CircuitId::Usage128, "UsageBatchVerifier", export_batch_verifier),
        export(CircuitId::Usage1024, "UsageLongVerifier", export_verifier),
        export(CircuitId::Usage1024, "UsageLongBatchVerifier", export_batch_verifier),
        export(CircuitId::KeyDelivery, "KeyDeliveryVerifier", export_verifier),
        export(CircuitId::Compliance, "ComplianceVerifier", export_verifier),
    ]
    .into_iter()
    .collect()
}

struct Made {
    circuit: CircuitId,
    key: VerifyingKey,
    keys: CircuitKeys,
    example: String,
}

/// The key of a circuit and what follows from it, with one proof of a public witness.
fn made<C: Circuit>(assignment: &C::Assignment) -> Result<Made, KeyError> {
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
    let engine = Engine::new(made.key).ok_or_else(|| refused::<C>("no domain".to_owned()))?;
    let (circuit, example) = proved::<C>(&engine, assignment, &mut ChaCha20Rng::seed_from_u64(0))?;
    Ok(Made { circuit, key, keys, example })
}

/// A circuit's example: the proof of a public witness.
fn proved<C: Circuit>(
    engine: &Engine,
    assignment: &C::Assignment,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(CircuitId, String), KeyError> {
    let proof = prove_with::<C>(engine, assignment, rng).map_err(|error| refused::<C>(error.to_string()))?;
    let inputs = &C::assign(assignment).0[1..=C::ID.public_inputs()];
    Ok((C::ID, example::to_json(&proof, inputs)))
}

fn refused<C: Circuit>(reason: String) -> KeyError {
    KeyError::Arkworks { circuit: C::ID, reason }
}
