//! The verifier: from the public files alone, trusting nobody.

use std::path::Path;

use serde::Serialize;
use snarkrs_ceremony::setup;
use snarkrs_msm::CpuMsm;

use crate::{
    ceremony::Ceremony,
    chain::{extends, proofs},
    circuit,
    error::Error,
    file::{expect_sha256, sha256, sha256_of},
    guard::guarded,
    known,
    policy::{Policy, check_beacon, check_running},
    powers,
    record::KeyRecord,
    transcript::StepKind,
};

/// What to check.
#[derive(Debug, Clone, Copy, Default)]
pub struct Checks<'a> {
    /// What is asked of the finished key; `None` for a ceremony that still runs.
    pub policy: Option<Policy>,
    /// Take the powers by their hash, without checking every contribution to them.
    pub trust_powers: bool,
    /// The powers, if the folder has none.
    pub powers: Option<&'a Path>,
    /// A contributor's name and the hash that they published.
    pub expect: &'a [(String, String)],
    /// A key that should be the one that the ceremony ended with.
    pub key: Option<&'a Path>,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The circuit.
    pub circuit: String,
    /// It is one that this build proves.
    pub builtin: bool,
    /// Contributor and hash, in order.
    pub contributions: Vec<(String, String)>,
    /// The beacon's value and rounds (as power of two).
    pub beacon: Option<(String, u8)>,
    /// The powers were checked in full.
    pub powers_checked: bool,
    /// What the world calls the powers, if it knows them.
    pub powers_name: Option<String>,
    /// Made for development.
    pub development: bool,
    /// SHA-256 of the newest key.
    pub key_sha256: String,
    /// SHA-256 of `ceremony.json`.
    pub transcript_sha256: String,
}

impl Ceremony {
    /// Checks everything from the public files alone. `say` is told what is being done.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn verify(&self, checks: &Checks<'_>, say: &dyn Fn(&str)) -> Result<Verified, Error> {
        let transcript = &self.transcript;
        say("circuit");
        let r1cs = self.r1cs();
        expect_sha256(&r1cs, &transcript.r1cs_sha256)?;
        circuit::power(&r1cs)?;
        if let Some(builtin) = transcript.builtin() {
            let expected = sha256(&groth16::format::r1cs::of(builtin));
            if expected != transcript.r1cs_sha256 {
                let found = transcript.r1cs_sha256.clone();
                return Err(Error::OtherCircuit { circuit: transcript.circuit.clone(), expected, found });
            }
        }
        say("powers of tau");
        let ptau = checks.powers.map_or_else(|| self.powers(), Path::to_owned);
        expect_sha256(&ptau, &transcript.powers.sha256)?;
        if powers::read(&ptau)? != transcript.powers {
            return Err(Error::transcript("powers", "does not say what the file of powers says"));
        }
        if !checks.trust_powers {
            powers::verify(&ptau)?;
        }
        say("initial key");
        let scratch = tempfile::tempdir().map_err(|source| Error::Io { path: std::env::temp_dir(), source })?;
        let initial = scratch.path().join("initial.zkey");
        guarded(&r1cs, || setup::setup(&r1cs, &ptau, &initial, &CpuMsm::new()))?;
        expect_sha256(&self.key(0), &transcript.initial_sha256)?;
        if sha256_of(&initial)? != transcript.initial_sha256 {
            return Err(Error::OtherBeginning);
        }
        let mut before = KeyRecord::read(&initial)?;
        if before.circuit_hash != transcript.circuit_hash {
            return Err(Error::transcript("circuit_hash", "is not that of the initial key"));
        }
        for (count, step) in (1..).zip(&transcript.steps) {
            say(&format!("step {count}, {}", step.name));
            let file = self.key(count);
            expect_sha256(&file, &step.sha256)?;
            let record = KeyRecord::read(&file)?;
            extends(&before, &record, &file)?;
            let field = |name: &str| format!("steps[{}].{name}", count - 1);
            let last = record.contributions.last().filter(|_| record.contributions.len() == count);
            let last = last.ok_or_else(|| Error::Unfit {
                file: file.clone(),
                reason: format!("has {} contributions, the transcript has {count}", record.contributions.len()),
            })?;
            if last.name != step.name {
                let reason = format!("is `{}`, the key says `{}`", step.name, last.name.escape_debug());
                return Err(Error::transcript(field("name"), reason));
            }
            if last.hash != step.hash {
                return Err(Error::transcript(field("hash"), "is not the hash of the contribution in the key"));
            }
            if last.kind != step.kind {
                return Err(Error::transcript(field("kind"), "is not what the key says"));
            }
            proofs(&ptau, &initial, &file)?;
            before = record;
        }
        say("rules");
        check_running(&before)?;
        if let Some(policy) = checks.policy {
            policy.check(&before, &transcript.powers)?;
            check_beacon(transcript)?;
        }
        self.expected(checks)?;
        let contributions = transcript.steps.iter().filter(|step| step.kind == StepKind::Contribution);
        Ok(Verified {
            circuit: transcript.circuit.clone(),
            builtin: transcript.builtin().is_some(),
            contributions: contributions.map(|step| (step.name.clone(), step.hash.clone())).collect(),
            beacon: transcript.steps.iter().find_map(|step| match &step.kind {
                StepKind::Beacon { value, iterations_exp } => Some((value.clone(), *iterations_exp)),
                StepKind::Contribution => None,
            }),
            powers_checked: !checks.trust_powers,
            powers_name: known::name_of(&ptau)?,
            development: transcript.powers.development,
            key_sha256: transcript.sha256_after(transcript.steps.len()).to_owned(),
            transcript_sha256: sha256_of(&self.transcript_file())?,
        })
    }

    /// What people published, and the key that is in use.
    fn expected(&self, checks: &Checks<'_>) -> Result<(), Error> {
        for (name, hash) in checks.expect {
            let hash = hash.trim().to_lowercase();
            if !self.transcript.steps.iter().any(|step| step.name == *name && step.hash == hash) {
                let reason =
                    format!("no step is `{name}` with hash {hash}, which was published: somebody was left out");
                return Err(Error::transcript("steps", reason));
            }
        }
        match checks.key {
            Some(key) => expect_sha256(key, self.transcript.sha256_after(self.transcript.steps.len())),
            None => Ok(()),
        }
    }
}
