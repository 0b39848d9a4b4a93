//! The end of a ceremony: keys that are ready for use, with what vouches for them.

use std::{fs, path::Path};

use snarkrs_ceremony::vkey::export_verification_key;

use crate::{
    ceremony::Ceremony,
    circuit,
    error::Error,
    file::{copy, publish, scratch_in, write},
    key_files::{KeyFiles, transcript_file},
    manifest,
    policy::{Policy, Violation, check_beacon},
    record::KeyRecord,
    transcript::Transcript,
    verify::{Checks, Verified},
    vk::verifying_key,
};

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
        if checks.trust_powers && verified.powers_name.is_none() && !verified.development {
            return Err(Violation::UncheckedPowers.into());
        }
        say("keys");
        let circuit = &self.transcript.circuit;
        let newest = self.newest();
        let files = KeyFiles::of(keys, &self.transcript);
        let manifest = manifest::read(keys, manifest::origin(&self.transcript))?;
        fs::create_dir_all(keys).map_err(Error::io(keys))?;
        let vk = verifying_key(circuit, &warning(&verified), &newest)?;
        let scratch = scratch_in(keys)?;
        let snarkjs_vk = scratch.path().join("vk");
        export_verification_key(&newest, &snarkjs_vk).map_err(|source| Error::File { file: newest.clone(), source })?;
        copy(&newest, &files.zkey)?;
        write(&files.vk, vk.to_json().as_bytes())?;
        publish(&snarkjs_vk, &files.snarkjs_vk).map_err(Error::io(&files.snarkjs_vk))?;
        write(&files.transcript, self.transcript.to_json().as_bytes())?;
        if let Some(builtin) = self.transcript.builtin() {
            let rows = circuit::rows(&self.r1cs())?;
            manifest::enter(manifest, keys, builtin, rows, &self.transcript)?;
        }
        load(keys, circuit, policy)?;
        Ok((verified, files))
    }
}

/// Loads a finalized key's record and checks the rules again: hashes, number of contributions,
/// beacon, γ ≠ δ, that the verifying key is this proving key's, and that the manifest says so.
///
/// # Errors
/// The first rule or hash that does not hold.
pub fn load(keys: &Path, circuit: &str, policy: Policy) -> Result<(Transcript, KeyRecord), Error> {
    let path = transcript_file(keys, circuit);
    let transcript = Transcript::parse(&fs::read(&path).map_err(Error::io(&path))?)?;
    let files = KeyFiles::of(keys, &transcript);
    if transcript.circuit != circuit {
        let reason = format!("is of the circuit {}, not {circuit}", transcript.circuit);
        return Err(Error::Keys { path, reason });
    }
    crate::file::expect_sha256(&files.zkey, transcript.sha256_after(transcript.steps.len()))?;
    let record = KeyRecord::read(&files.zkey)?;
    policy.check(&record, &transcript.powers)?;
    check_beacon(&transcript)?;
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
    if let Some(builtin) = transcript.builtin() {
        manifest::agrees(keys, builtin, &transcript)?;
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
