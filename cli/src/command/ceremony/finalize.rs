//! `datavault ceremony finalize`: takes the keys out.

use std::{fmt, path::PathBuf};

use ::ceremony::{Ceremony, KeyFiles, Policy, USUAL, Verified};
use serde::Serialize;

use super::{Trust, found, working};
use crate::{failure::Failure, output::Fields};

/// Check a ceremony that has ended as `verify` does, and write its keys with the transcript and the manifest.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault ceremony finalize compliance-2026 --out keys --at-least 5")]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
    /// Folder of keys; a manifest in it is added to
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// How many people must have contributed, never less than two
    #[arg(long, value_name = "N", default_value_t = USUAL)]
    pub at_least: u32,
    /// Accept powers of tau that were made for development: the keys are development keys then
    #[arg(long)]
    pub development: bool,
    /// What is trusted, and what must be found.
    #[command(flatten)]
    pub trust: Trust,
}

/// The keys.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where they are.
    pub files: KeyFiles,
    /// What was found before they were written.
    pub verified: Verified,
}

/// Takes them out.
///
/// # Errors
/// The first check or rule that fails; nothing is written then.
pub async fn run(args: Args) -> Result<Report, Failure> {
    working("verifying", move |say| {
        let policy = Policy { at_least: args.at_least, development: args.development };
        let ceremony = Ceremony::open(&args.folder)?;
        let (verified, files) = ceremony.finalize(&args.out, policy, &args.trust.checks(), say)?;
        Ok(Report { files, verified })
    })
    .await
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = Fields::new()
            .with("proving key", self.files.zkey.display())
            .with("verifying key", self.files.vk.display())
            .with("for snarkjs", self.files.snarkjs_vk.display())
            .with("transcript", self.files.transcript.display());
        write!(f, "{}\n\n{files}", found(&self.verified))
    }
}
