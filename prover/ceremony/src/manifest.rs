//! Entering a finalized key in `manifest.json`, which provers, verifiers and deployments read.

use std::{collections::BTreeMap, fs, path::Path};

use groth16::{
    Beacon, CircuitId, CircuitKeys, KeySet, LOCAL_CHAINS, MANIFEST_FILE, Manifest, ManifestError, Origin, Setup,
};

use crate::{
    error::Error,
    file::{sha256_of, write},
    key_files::KeyFiles,
    record::KeyRecord,
    transcript::{StepKind, Transcript},
};

/// The folder's manifest, empty if there is none.
///
/// # Errors
/// If it is of keys of another origin, which must not be mixed with these.
pub(crate) fn read(keys: &Path, origin: Origin) -> Result<Manifest, Error> {
    let path = keys.join(MANIFEST_FILE);
    if !path.exists() {
        return Ok(Manifest { origin, circuits: BTreeMap::new() });
    }
    let manifest = Manifest::from_json(&fs::read_to_string(&path).map_err(Error::io(&path))?)?;
    match manifest.origin == origin {
        true => Ok(manifest),
        false => Err(Error::Keys {
            path,
            reason: format!(
                "`origin` is {:?}, these keys are of {origin:?}: choose another folder for them",
                manifest.origin
            ),
        }),
    }
}

/// Where keys of this transcript come from.
pub(crate) fn origin(transcript: &Transcript) -> Origin {
    match transcript.powers.development {
        true => Origin::Development,
        false => Origin::Ceremony,
    }
}

/// Enters a circuit's files and checks the folder as a prover will.
pub(crate) fn enter(
    mut manifest: Manifest,
    keys: &Path,
    circuit: CircuitId,
    constraints: usize,
    transcript: &Transcript,
) -> Result<(), Error> {
    let files = KeyFiles::of(keys, transcript);
    let entry = CircuitKeys {
        constraints,
        variables: KeyRecord::read(&files.zkey)?.variables,
        r1cs_sha256: transcript.r1cs_sha256.clone(),
        zkey_sha256: sha256_of(&files.zkey)?,
        vk_sha256: sha256_of(&files.vk)?,
        setup: Some(setup(transcript)?),
    };
    manifest.circuits.insert(circuit, entry);
    // Written when it holds: a folder whose manifest does not is of no use to anybody.
    check(&KeySet::of(manifest.clone(), keys)?)?;
    write(&keys.join(MANIFEST_FILE), manifest.to_json().as_bytes())
}

/// What the manifest says about how a circuit's key was made.
fn setup(transcript: &Transcript) -> Result<Setup, Error> {
    let last = transcript.steps.last();
    let beacon = last.and_then(|step| match &step.kind {
        StepKind::Beacon { value, iterations_exp } => {
            Some(Beacon { value: value.clone(), iterations_exp: *iterations_exp })
        }
        StepKind::Contribution => None,
    });
    Ok(Setup {
        contributions: u32::try_from(transcript.contributions())
            .map_err(|_| Error::transcript("steps", "are more than 4,294,967,295"))?,
        beacon,
        circuit_hash: transcript.circuit_hash.clone(),
        final_hash: last.map(|step| step.hash.clone()).unwrap_or_default(),
        powers_sha256: transcript.powers.sha256.clone(),
    })
}

/// Checks keys as a prover will.
fn check(keys: &KeySet) -> Result<(), Error> {
    Ok(keys.manifest.check(LOCAL_CHAINS[0], &keys.verifying)?)
}

/// Checks that the manifest says what the transcript says.
///
/// # Errors
/// Naming the field that differs.
pub(crate) fn agrees(keys: &Path, circuit: CircuitId, transcript: &Transcript) -> Result<(), Error> {
    check(&KeySet::read(keys)?)?;
    let manifest = read(keys, origin(transcript))?;
    let entry = manifest.circuit(circuit)?;
    let hash = |field, expected: &str, found: &str| match expected == found {
        true => Ok(()),
        false => {
            let (expected, found) = (expected.to_owned(), found.to_owned());
            Err(ManifestError::Hash { circuit, field, expected, found })
        }
    };
    hash("r1cs_sha256", &entry.r1cs_sha256, &transcript.r1cs_sha256)?;
    hash("zkey_sha256", &entry.zkey_sha256, transcript.sha256_after(transcript.steps.len()))?;
    match entry.setup == Some(setup(transcript)?) {
        true => Ok(()),
        false => Err(Error::Keys {
            path: keys.join(MANIFEST_FILE),
            reason: format!("circuits.{circuit}.setup is not what {circuit}.ceremony.json says: finalize again"),
        }),
    }
}
