//! A ceremony's folder and the steps that change it.
//!
//! Every step writes its key beside its place, moves it there, and writes the transcript last. A
//! step that is killed leaves the transcript as it was; the same step can be run again.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
};

use snarkrs_ceremony::{CpuKeyScale, contribute, setup};
use snarkrs_msm::CpuMsm;

use crate::{
    chain::{extends, proofs},
    circuit::{self, CircuitFrom},
    error::Error,
    file::{expect_sha256, publish, scratch_in, sha256_of, sweep, write},
    guard::guarded,
    lone::{contribute_at, last_of},
    name::{circuit_name, contributor_name},
    powers::{self, PowersFrom},
    record::{Contribution, KeyRecord, MOST_ITERATIONS_EXP},
    transcript::{Powers, Step, StepKind, TRANSCRIPT, Transcript, VERSION, file_name},
};

/// Name that the beacon's step gets.
const BEACON: &str = "beacon";

/// How a ceremony begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// The circuit.
    pub circuit: CircuitFrom<'a>,
    /// The powers of tau.
    pub powers: PowersFrom<'a>,
    /// Where the beacon will come from.
    pub beacon_source: Option<&'a str>,
    /// Now, seconds since 1970.
    pub at_secs: u64,
}

/// Who does a step, and when.
#[derive(Debug, Clone, Copy)]
pub struct Who<'a> {
    /// Their name.
    pub name: &'a str,
    /// A link or remark.
    pub note: Option<&'a str>,
    /// Now, seconds since 1970.
    pub at_secs: u64,
}

/// A ceremony in its folder.
#[derive(Debug)]
pub struct Ceremony {
    pub(crate) folder: PathBuf,
    pub(crate) transcript: Transcript,
}

impl Ceremony {
    /// Begins a ceremony: circuit, powers and the initial key.
    ///
    /// # Errors
    /// If the folder holds one already, or a file does not fit.
    pub fn begin(folder: &Path, how: Beginning<'_>) -> Result<Self, Error> {
        fs::create_dir_all(folder).map_err(Error::io(folder))?;
        let _lock = lock(folder)?;
        if folder.join(TRANSCRIPT).exists() {
            return Err(Error::AlreadyBegun(folder.to_owned()));
        }
        sweep(folder)?;
        let (name, bytes) = circuit::load(how.circuit)?;
        circuit_name(&name)?;
        let [r1cs, ptau, initial] = ["circuit.r1cs", "powers.ptau", "0000.zkey"].map(|file| folder.join(file));
        write(&r1cs, &bytes)?;
        let power = circuit::power(&r1cs)?;
        let powers: Powers = powers::put(how.powers, power, &ptau)?;
        let scratch = scratch_in(folder)?;
        let unfinished = scratch.path().join("key");
        guarded(&r1cs, || setup::setup(&r1cs, &ptau, &unfinished, &CpuMsm::new()))?;
        publish(&unfinished, &initial).map_err(Error::io(&initial))?;
        let transcript = Transcript {
            version: VERSION,
            circuit: name,
            r1cs_sha256: sha256_of(&r1cs)?,
            powers,
            circuit_hash: KeyRecord::read(&initial)?.circuit_hash,
            initial_sha256: sha256_of(&initial)?,
            beacon_source: how.beacon_source.map(str::to_owned),
            began_at_secs: how.at_secs,
            steps: Vec::new(),
        };
        let ceremony = Self { folder: folder.to_owned(), transcript };
        ceremony.save()?;
        Ok(ceremony)
    }

    /// Opens a ceremony.
    ///
    /// # Errors
    /// If there is none, or its transcript is impossible.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let path = folder.join(TRANSCRIPT);
        if !path.is_file() {
            return Err(Error::NoCeremony(folder.to_owned()));
        }
        let json = fs::read(&path).map_err(Error::io(path))?;
        Ok(Self { folder: folder.to_owned(), transcript: Transcript::parse(&json)? })
    }

    /// The record.
    #[must_use]
    pub fn transcript(&self) -> &Transcript {
        &self.transcript
    }

    /// The newest key: the next to contribute gets this one.
    #[must_use]
    pub fn newest(&self) -> PathBuf {
        self.key(self.transcript.steps.len())
    }

    /// Contributes: a secret of the system's randomness, with `entropy` mixed in, used and forgotten.
    ///
    /// # Errors
    /// If the ceremony has ended, or the newest key is not the one attested.
    pub fn contribute(&mut self, who: Who<'_>, entropy: &str) -> Result<&Step, Error> {
        contributor_name(who.name)?;
        self.step(who, |from, to| contribute_at(from, to, who.name, entropy))
    }

    /// Ends the ceremony with a public value that nobody could foresee when the last person contributed.
    ///
    /// # Errors
    /// Also if the value is not hexadecimal, or the rounds are not 10 to 30.
    pub fn beacon(&mut self, value: &str, iterations_exp: u8, at_secs: u64) -> Result<&Step, Error> {
        let value = alloy_primitives::hex::decode(value)
            .ok()
            .filter(|value| value.iter().any(|byte| *byte != 0) && value.len() <= 255);
        let value = value.ok_or_else(|| Error::Argument {
            argument: "value",
            reason: "is not 1 to 255 bytes of hexadecimal, one of them above zero: give what the beacon published"
                .into(),
        })?;
        if !(10..=MOST_ITERATIONS_EXP).contains(&iterations_exp) {
            let reason = format!("2^{iterations_exp} is not between 2^10 and 2^{MOST_ITERATIONS_EXP}");
            return Err(Error::Argument { argument: "iterations-exp", reason });
        }
        if self.transcript.contributions() == 0 {
            return Err(crate::policy::Violation::GammaIsDelta.into());
        }
        self.step(Who { name: BEACON, note: None, at_secs }, |from, to| {
            guarded(from, || contribute::beacon(from, to, Some(BEACON), &value, iterations_exp, &CpuKeyScale))?;
            last_of(to)
        })
    }

    /// Takes in a key that somebody contributed to elsewhere, with this program or snarkjs.
    ///
    /// # Errors
    /// If it is not the newest key with exactly one honest contribution more.
    pub fn accept(&mut self, file: &Path, note: Option<&str>, at_secs: u64) -> Result<&Step, Error> {
        // A copy of our own: whoever handed the file over may change it meanwhile.
        let scratch = tempfile::tempdir().map_err(|source| Error::Io { path: std::env::temp_dir(), source })?;
        let ours = scratch.path().join("handed-over");
        fs::copy(file, &ours).map_err(Error::io(file))?;
        let record = KeyRecord::read(&ours).map_err(|error| error.of(&ours, file))?;
        let last = record.contributions.last().filter(|c| c.kind == StepKind::Contribution);
        let name = last.map(|contribution| contribution.name.clone()).ok_or_else(|| Error::Unfit {
            file: file.to_owned(),
            reason: "its last step is nobody's contribution: have somebody contribute to the newest key".into(),
        })?;
        contributor_name(&name)?;
        let [ptau, initial] = [self.powers(), self.key(0)];
        expect_sha256(&initial, &self.transcript.initial_sha256)?;
        let count = self.transcript.steps.len() + 1;
        self.step(Who { name: &name, note, at_secs }, |from, to| {
            extends(&KeyRecord::read(from)?, &record, file)?;
            if record.contributions.len() != count {
                let reason = format!(
                    "has {} contributions, {count} are due: it was not made from the newest key",
                    record.contributions.len()
                );
                return Err(Error::Unfit { file: file.to_owned(), reason });
            }
            proofs(&ptau, &initial, &ours).map_err(|error| error.of(&ours, file))?;
            fs::copy(&ours, to).map_err(Error::io(to))?;
            last_of(to)
        })
    }

    fn step(
        &mut self,
        who: Who<'_>,
        make: impl FnOnce(&Path, &Path) -> Result<Contribution, Error>,
    ) -> Result<&Step, Error> {
        let _lock = lock(&self.folder)?;
        // Somebody may have gone on since this was opened.
        self.transcript = Self::open(&self.folder)?.transcript;
        if self.transcript.ended() {
            return Err(Error::Ended(self.transcript.contributions()));
        }
        sweep(&self.folder)?;
        let from = self.newest();
        expect_sha256(&from, self.transcript.sha256_after(self.transcript.steps.len()))?;
        let to = self.folder.join(file_name(self.transcript.steps.len() + 1, who.name));
        let scratch = scratch_in(&self.folder)?;
        let unfinished = scratch.path().join("key");
        let contribution = make(&from, &unfinished)?;
        // What a killed step may have moved there was never attested, and its secret is gone.
        publish(&unfinished, &to).map_err(Error::io(&to))?;
        self.transcript.steps.push(Step {
            kind: contribution.kind,
            name: contribution.name,
            note: who.note.map(str::to_owned),
            hash: contribution.hash,
            sha256: sha256_of(&to)?,
            at_secs: who.at_secs,
        });
        self.save()?;
        self.transcript.steps.last().ok_or(Error::Damaged(to))
    }

    fn save(&self) -> Result<(), Error> {
        write(&self.transcript_file(), self.transcript.to_json().as_bytes())
    }

    pub(crate) fn transcript_file(&self) -> PathBuf {
        self.folder.join(TRANSCRIPT)
    }

    pub(crate) fn r1cs(&self) -> PathBuf {
        self.folder.join("circuit.r1cs")
    }

    pub(crate) fn powers(&self) -> PathBuf {
        self.folder.join("powers.ptau")
    }

    pub(crate) fn key(&self, count: usize) -> PathBuf {
        self.folder.join(self.transcript.file_after(count))
    }
}

/// Held while a step changes the folder. The system releases it, however the step ends.
fn lock(folder: &Path) -> Result<File, Error> {
    let path = folder.join(".lock");
    let file = File::create(&path).map_err(|source| Error::Io { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(Error::Busy(folder.to_owned())),
        Err(fs::TryLockError::Error(source)) => Err(Error::Io { path, source }),
    }
}
