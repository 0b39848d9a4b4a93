//! The end of a ceremony: keys that are ready for use, with what vouches for them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde::Serialize;
use snarkrs_ceremony::vkey::export_verification_key;

use crate::{
    ceremony::Ceremony,
    error::Error,
    file::{copy, publish, scratch_in, write},
    policy::Policy,
    record::KeyRecord,
    transcript::Transcript,
    verify::{Checks, Verified},
    vk::verifying_key,
};

/// Where finalized keys lie.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyFiles {
    /// The proving key.
    pub zkey: PathBuf,
    /// The verifying key, in our JSON.
    pub vk: PathBuf,
    /// The verifying key, in snarkjs's JSON.
    pub snarkjs_vk: PathBuf,
    /// The ceremony's transcript.
    pub transcript: PathBuf,
}

impl KeyFiles {
    /// The files of a circuit in a folder of keys.
    #[must_use]
    pub fn of(keys: &Path, circuit: &str) -> Self {
        let file = |suffix: &str| keys.join(format!("{circuit}.{suffix}"));
        Self {
            zkey: file("zkey"),
            vk: file("vk.json"),
            snarkjs_vk: file("verification_key.json"),
            transcript: file("ceremony.json"),
        }
    }
}

impl Ceremony {
    /// Verifies everything and writes the keys to the folder `keys`; a built-in circuit's are
    /// entered in its `manifest.json`.
    ///
    /// # Errors
    /// The first check or rule that fails; nothing is written then.
    pub fn finalize(
        &self,
        keys: &Path,
        policy: Policy,
        checks: &Checks<'_>,
        say: &dyn Fn(&str),
    ) -> Result<(Verified, KeyFiles), Error> {
        let verified = self.verify(&Checks { policy: Some(policy), ..*checks }, say)?;
        say("keys");
        let circuit = &self.transcript.circuit;
        let newest = self.newest();
        let files = KeyFiles::of(keys, circuit);
        fs::create_dir_all(keys).map_err(Error::io(keys))?;
        let vk = verifying_key(circuit, &warning(&verified), &newest)?;
        let scratch = scratch_in(keys)?;
        let snarkjs_vk = scratch.path().join("vk");
        export_verification_key(&newest, &snarkjs_vk).map_err(|source| Error::File { file: newest.clone(), source })?;
        copy(&newest, &files.zkey)?;
        write(&files.vk, vk.to_json().as_bytes())?;
        publish(&snarkjs_vk, &files.snarkjs_vk).map_err(Error::io(&files.snarkjs_vk))?;
        write(&files.transcript, self.transcript.to_json().as_bytes())?;
        load(keys, circuit, policy)?;
        Ok((verified, files))
    }
}

/// Loads a finalized key's record and checks the rules again: hashes, number of contributions,
/// beacon, γ ≠ δ, and that the verifying key is this proving key's.
///
/// # Errors
/// The first rule or hash that does not hold.
pub fn load(keys: &Path, circuit: &str, policy: Policy) -> Result<(Transcript, KeyRecord), Error> {
    let files = KeyFiles::of(keys, circuit);
    let json = fs::read(&files.transcript).map_err(Error::io(&files.transcript))?;
    let transcript = Transcript::parse(&json)?;
    if transcript.circuit != circuit {
        let reason = format!("is of the circuit {}, not {circuit}", transcript.circuit);
        return Err(Error::Keys { path: files.transcript, reason });
    }
    crate::file::expect_sha256(&files.zkey, transcript.sha256_after(transcript.steps.len()))?;
    let record = KeyRecord::read(&files.zkey)?;
    policy.check(&record, &transcript.powers)?;
    let attested = transcript.steps.iter().map(|step| &step.hash);
    if !record.contributions.iter().map(|contribution| &contribution.hash).eq(attested) {
        return Err(Error::transcript("steps", "are not the contributions in the key"));
    }
    let text = fs::read_to_string(&files.vk).map_err(Error::io(&files.vk))?;
    let committed = groth16::VerifyingKey::from_json(&text)
        .map_err(|error| Error::Keys { path: files.vk.clone(), reason: error.to_string() })?;
    if verifying_key(circuit, &committed.warning, &files.zkey)? != committed {
        let reason = "is not the verifying key of the proving key beside it: finalize the ceremony again".to_owned();
        return Err(Error::Keys { path: files.vk, reason });
    }
    Ok((transcript, record))
}

fn warning(verified: &Verified) -> String {
    let names: Vec<_> = verified.contributions.iter().map(|(name, _)| name.as_str()).collect();
    let key = match verified.development {
        true => "development key: one machine made its powers of tau; ceremony of",
        false => "ceremony key of",
    };
    format!("{key} {}, SHA-256 {}", names.join(", "), verified.key_sha256)
}
