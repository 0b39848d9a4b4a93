//! `ceremony.json`: what was done, by whom, and the hash of every file.

use groth16::CircuitId;
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    name::{circuit_name, contributor_name, slug},
};

/// Name of the transcript's file.
pub const TRANSCRIPT: &str = "ceremony.json";
/// The only version of the format.
pub const VERSION: u32 = 1;

/// The public record of a ceremony.
///
/// Everything in it but the notes, the times and the announced source of the beacon can be derived from the files again, and
/// [`Ceremony::verify`](crate::Ceremony::verify) does. Names are said by who contributed: no
/// cryptography ties a name to a person, so contributors publish their hash elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transcript {
    /// Version of the format.
    pub version: u32,
    /// The circuit: one of the built-in ones, or any other name.
    pub circuit: String,
    /// Of `circuit.r1cs`.
    pub r1cs_sha256: String,
    /// The powers of tau that the initial key was made from.
    pub powers: Powers,
    /// BLAKE2b of the initial key, as snarkjs prints it.
    pub circuit_hash: String,
    /// Of `0000.zkey`.
    pub initial_sha256: String,
    /// Where the beacon will come from, as announced before the first contribution.
    pub beacon_source: Option<String>,
    /// When it began, seconds since 1970.
    pub began_at_secs: u64,
    /// The steps since, in order.
    pub steps: Vec<Step>,
}

/// The powers of tau.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Powers {
    /// Of `powers.ptau`.
    pub sha256: String,
    /// They serve circuits of fewer than 2^power rows.
    pub power: u32,
    /// How many contributed to them.
    pub contributions: usize,
    /// Made for development: one machine knew their secret.
    pub development: bool,
}

/// What a step was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum StepKind {
    /// Somebody's secret.
    Contribution,
    /// A public value that nobody could foresee.
    Beacon {
        /// Hexadecimal.
        value: String,
        /// It was hashed 2^this times.
        iterations_exp: u8,
    },
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it was.
    pub kind: StepKind,
    /// Who.
    pub name: String,
    /// A link or remark of theirs.
    pub note: Option<String>,
    /// BLAKE2b of the contribution, as snarkjs prints it: contributors publish it.
    pub hash: String,
    /// Of the key that it wrote.
    pub sha256: String,
    /// When, seconds since 1970.
    pub at_secs: u64,
}

impl Transcript {
    /// Reads a transcript.
    ///
    /// # Errors
    /// [`Error::Transcript`] naming the field that is impossible.
    pub fn parse(json: &[u8]) -> Result<Self, Error> {
        let transcript: Self =
            serde_json::from_slice(json).map_err(|error| Error::transcript("json", error.to_string()))?;
        transcript.check()?;
        Ok(transcript)
    }

    /// The file's bytes.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = serde_json::to_string_pretty(self).expect("strings and numbers serialize");
        json.push('\n');
        json
    }

    /// The built-in circuit, if it is one.
    #[must_use]
    pub fn builtin(&self) -> Option<CircuitId> {
        self.circuit.parse().ok()
    }

    /// File name of the key after `count` steps. It follows from index and name, so a
    /// transcript cannot point outside its folder.
    ///
    /// # Panics
    /// If there are fewer steps.
    #[must_use]
    pub fn file_after(&self, count: usize) -> String {
        match count {
            0 => "0000.zkey".to_owned(),
            _ => file_name(count, &self.steps[count - 1].name),
        }
    }

    /// SHA-256 of the key after `count` steps.
    pub(crate) fn sha256_after(&self, count: usize) -> &str {
        match count {
            0 => &self.initial_sha256,
            _ => &self.steps[count - 1].sha256,
        }
    }

    /// Did a beacon end it?
    #[must_use]
    pub fn ended(&self) -> bool {
        self.steps.last().is_some_and(|step| step.kind != StepKind::Contribution)
    }

    /// How many people's steps there are.
    #[must_use]
    pub fn contributions(&self) -> usize {
        self.steps.iter().filter(|step| step.kind == StepKind::Contribution).count()
    }

    fn check(&self) -> Result<(), Error> {
        if self.version != VERSION {
            return Err(Error::transcript("version", format!("{} is not {VERSION}, the only one known", self.version)));
        }
        circuit_name(&self.circuit).map_err(|error| Error::transcript("circuit", error.to_string()))?;
        hex("r1cs_sha256", &self.r1cs_sha256, 32)?;
        hex("powers.sha256", &self.powers.sha256, 32)?;
        hex("circuit_hash", &self.circuit_hash, 64)?;
        hex("initial_sha256", &self.initial_sha256, 32)?;
        for (index, step) in self.steps.iter().enumerate() {
            let field = |name: &str| format!("steps[{index}].{name}");
            contributor_name(&step.name).map_err(|error| Error::transcript(field("name"), error.to_string()))?;
            hex(&field("hash"), &step.hash, 64)?;
            hex(&field("sha256"), &step.sha256, 32)?;
            if step.kind != StepKind::Contribution && index + 1 != self.steps.len() {
                return Err(Error::transcript(field("kind"), "a beacon ends a ceremony, but steps follow"));
            }
        }
        Ok(())
    }
}

pub(crate) fn file_name(index: usize, name: &str) -> String {
    format!("{index:04}-{}.zkey", slug(name))
}

fn hex(field: &str, text: &str, bytes: usize) -> Result<(), Error> {
    let fine = text.len() == 2 * bytes && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    match fine {
        true => Ok(()),
        false => Err(Error::transcript(field, format!("is not {bytes} bytes of lower-case hexadecimal"))),
    }
}
