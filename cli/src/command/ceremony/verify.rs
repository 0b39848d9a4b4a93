//! `datavault ceremony verify`: checks a ceremony from its public files alone.

use std::{fmt, path::PathBuf};

use ::ceremony::{Ceremony, Checks, Policy, USUAL, Verified};
use serde::Serialize;

use super::{Trust, found, working};
use crate::failure::Failure;

/// Check a ceremony from its public files alone, trusting nobody.
///
/// Makes the initial key again from circuit and powers, checks every contribution's proof, hash and name, every file's
/// SHA-256, every point, and the rules: enough people, a beacon at the end, gamma other than delta.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault ceremony verify compliance-2026
  datavault ceremony verify compliance-2026 --expect Alice=6b1f… --key keys/compliance.zkey
  datavault ceremony verify compliance-2026 --running")]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
    /// What is trusted, and what must be found.
    #[command(flatten)]
    pub trust: Trust,
    /// A key in use, which must be the one that the ceremony ended with
    #[arg(long, value_name = "ZKEY")]
    pub key: Option<PathBuf>,
    /// How many people must have contributed
    #[arg(long, value_name = "N", default_value_t = USUAL, conflicts_with = "running")]
    pub at_least: u32,
    /// Accept powers of tau that were made for development
    #[arg(long)]
    pub development: bool,
    /// Check a ceremony that has not ended
    #[arg(long)]
    pub running: bool,
}

/// What was found.
#[derive(Debug, Serialize)]
pub struct Report {
    /// It still runs.
    pub running: bool,
    /// In detail.
    #[serde(flatten)]
    pub verified: Verified,
}

/// Checks it.
///
/// # Errors
/// The first check that fails.
pub async fn run(args: Args) -> Result<Report, Failure> {
    working("verifying", move |say| {
        let policy = Policy { at_least: args.at_least, development: args.development };
        let policy = (!args.running).then_some(policy);
        let checks = Checks { policy, key: args.key.as_deref(), ..args.trust.checks() };
        let verified = Ceremony::open(&args.folder)?.verify(&checks, say)?;
        Ok(Report { running: args.running, verified })
    })
    .await
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sentence = match (self.running, self.verified.development) {
            (true, _) => "Everything so far is as the transcript says.",
            (false, true) => {
                "Everything is as the transcript says. Development keys: whoever made the powers may forge."
            }
            (false, false) => "Nobody can forge proofs if one of these people told nobody their secret and forgot it.",
        };
        write!(f, "{}\n{sentence}", found(&self.verified))
    }
}
