//! `datavault ceremony`: proving keys made by several people.

pub mod accept;
pub mod beacon;
pub mod contribute;
pub mod finalize;
pub mod new;
pub mod status;
pub mod verify;

use std::path::PathBuf;

use ::ceremony::{Ceremony, Checks, Error, Kind, Verified};
use serde::Serialize;

use crate::{
    arguments::Global,
    blocks::blocking,
    failure::{Failure, FailureKind},
    output::{Fields, Output},
    progress::Progress,
};

/// `datavault ceremony`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Begin a ceremony for a circuit
    New(new::Args),
    /// Contribute a secret to the newest key
    Contribute(contribute::Args),
    /// Take in a key that somebody contributed to elsewhere
    Accept(accept::Args),
    /// End a ceremony with a public value that nobody could foresee
    Beacon(beacon::Args),
    /// Show what was done, by whom, and what is next
    Status(status::Args),
    /// Check a ceremony from its public files alone
    Verify(verify::Args),
    /// Check a ceremony that has ended, and take its keys out
    Finalize(finalize::Args),
}

/// Runs a command.
///
/// # Errors
/// Whatever stopped it.
pub async fn run(_global: &Global, command: Command) -> Result<Box<dyn Output>, Failure> {
    Ok(match command {
        Command::New(args) => Box::new(new::run(args).await?),
        Command::Contribute(args) => Box::new(contribute::run(args).await?),
        Command::Accept(args) => Box::new(accept::run(args).await?),
        Command::Beacon(args) => Box::new(beacon::run(args).await?),
        Command::Status(args) => Box::new(status::run(&args)?),
        Command::Verify(args) => Box::new(verify::run(args).await?),
        Command::Finalize(args) => Box::new(finalize::run(args).await?),
    })
}

/// What `verify` and `finalize` may be told.
#[derive(Clone, Debug, clap::Args)]
pub struct Trust {
    /// The powers of tau, if they are not in the folder
    #[arg(long, value_name = "PTAU")]
    pub powers: Option<PathBuf>,
    /// Take the powers of tau by their SHA-256, without checking every contribution to them
    #[arg(long)]
    pub trust_powers: bool,
    /// A hash that a contributor published, and that must be in the transcript
    #[arg(long, value_name = "NAME=HASH", value_parser = name_and_hash)]
    pub expect: Vec<(String, String)>,
}

impl Trust {
    fn checks(&self) -> Checks<'_> {
        Checks {
            trust_powers: self.trust_powers,
            powers: self.powers.as_deref(),
            expect: &self.expect,
            ..Checks::default()
        }
    }
}

fn name_and_hash(text: &str) -> Result<(String, String), String> {
    // Names may have `=`, hashes never.
    let (name, hash) = text.rsplit_once('=').ok_or("write NAME=HASH")?;
    let hash: String = hash.split_whitespace().collect();
    match hash.len() == 128 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        true => Ok((name.to_owned(), hash)),
        false => Err("the hash is not 64 bytes of hexadecimal, as contributors publish it".into()),
    }
}

/// A step that was done.
#[derive(Debug, Serialize)]
pub struct StepReport {
    /// Which one, from 1; nobody knows for a key handed over alone.
    pub index: Option<usize>,
    /// Whose.
    pub name: String,
    /// The contribution's hash, as snarkjs prints it.
    pub hash: String,
    /// The new key.
    pub file: PathBuf,
    /// What to do now.
    pub next: String,
}

impl StepReport {
    /// The last step of a ceremony.
    fn last(ceremony: &Ceremony, next: impl Into<String>) -> Result<Self, Failure> {
        let steps = &ceremony.transcript().steps;
        let step = steps.last().ok_or_else(|| Failure::state("the ceremony has no step"))?;
        Ok(Self {
            index: Some(steps.len()),
            name: step.name.clone(),
            hash: step.hash.clone(),
            file: ceremony.newest(),
            next: next.into(),
        })
    }
}

impl std::fmt::Display for StepReport {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let fields = Fields::new()
            .maybe("step", self.index)
            .with("name", &self.name)
            .with("hash", &self.hash)
            .with("key", self.file.display());
        write!(f, "{fields}\n{}", self.next)
    }
}

/// Lines about what a verification found.
fn found(verified: &Verified) -> Fields {
    let origin = if verified.builtin { ", of this build" } else { "" };
    let mut fields = Fields::new().with("circuit", format!("{}{origin}", verified.circuit));
    for (name, hash) in &verified.contributions {
        fields = fields.with("contribution", format!("{name}, {hash}"));
    }
    let beacon = verified.beacon.as_ref().map(|(value, exp)| format!("{value}, hashed 2^{exp} times"));
    let checked = if verified.powers_checked { "checked" } else { "trusted by their SHA-256" };
    let powers = match (&verified.powers_name, verified.development) {
        (_, true) => format!("made for development, {checked}: these are development keys"),
        (Some(name), false) => format!("{name}, {checked}"),
        (None, false) => format!("of a ceremony that this program does not know, {checked}"),
    };
    fields
        .with("beacon", beacon.unwrap_or_else(|| "none yet".into()))
        .with("powers", powers)
        .with("key SHA-256", &verified.key_sha256)
        .with("transcript SHA-256", &verified.transcript_sha256)
}

/// Does minutes of arithmetic beside the runtime, with a moving line.
async fn working<T: Send + 'static>(
    words: &'static str,
    work: impl FnOnce(&dyn Fn(&str)) -> Result<T, Error> + Send + 'static,
) -> Result<T, Failure> {
    let step = Progress::detect().step(words);
    blocking(move || work(&|now| step.say(format!("{words}: {now}")))).await?.map_err(failure)
}

/// The crate's errors name the field and the fix.
fn failure(error: Error) -> Failure {
    let kind = match error.kind() {
        Kind::System => FailureKind::Failed,
        Kind::Argument => FailureKind::Usage,
        Kind::State => FailureKind::State,
        Kind::Mismatch => FailureKind::Mismatch,
    };
    Failure::of_kind(kind, error.to_string())
}

fn now_secs() -> u64 {
    time::OffsetDateTime::now_utc().unix_timestamp().try_into().unwrap_or_default()
}
