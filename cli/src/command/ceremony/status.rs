//! `datavault ceremony status`: what was done, and what is next.

use std::{fmt, path::PathBuf};

use ::ceremony::{Ceremony, StepKind, Transcript};
use serde::Serialize;

use super::failure;
use crate::{
    failure::Failure,
    output::{Fields, table},
    span::show_time,
};

/// Show what was done in a ceremony, by whom, and what is next. Checks nothing: `verify` does.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault ceremony status compliance-2026")]
pub struct Args {
    /// Folder of the ceremony
    pub folder: PathBuf,
}

/// Where a ceremony stands.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The key that the next person gets.
    pub newest: PathBuf,
    /// A beacon ended it.
    pub ended: bool,
    /// The record.
    pub transcript: Transcript,
}

/// Reads the transcript.
///
/// # Errors
/// If there is none.
pub fn run(args: &Args) -> Result<Report, Failure> {
    let ceremony = Ceremony::open(&args.folder).map_err(failure)?;
    let transcript = ceremony.transcript().clone();
    Ok(Report { newest: ceremony.newest(), ended: transcript.ended(), transcript })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let transcript = &self.transcript;
        let powers = &transcript.powers;
        let purpose = if powers.development { ", for development only" } else { "" };
        let fields = Fields::new()
            .with("circuit", &transcript.circuit)
            .with("began", show_time(transcript.began_at_secs))
            .with("powers", format!("2^{}, {} contributions{purpose}", powers.power, powers.contributions))
            .maybe("beacon source", transcript.beacon_source.as_ref())
            .with("newest key", self.newest.display());
        writeln!(f, "{fields}")?;
        let mut steps = table(&["step", "name", "when", "hash", "note"]);
        for (index, step) in (1..).zip(&transcript.steps) {
            let name = match &step.kind {
                StepKind::Contribution => step.name.clone(),
                StepKind::Beacon { value, iterations_exp } => format!("beacon {value}, 2^{iterations_exp}"),
            };
            let hash = format!("{}…", &step.hash[..16]);
            steps.add_row([
                index.to_string(),
                name,
                show_time(step.at_secs),
                hash,
                step.note.clone().unwrap_or_default(),
            ]);
        }
        if !transcript.steps.is_empty() {
            writeln!(f, "{steps}")?;
        }
        f.write_str(match (self.ended, transcript.contributions()) {
            (true, _) => "It has ended. Next: `datavault ceremony finalize`",
            (false, 0 | 1) => "Next: `datavault ceremony contribute`",
            (false, _) => "Next: `datavault ceremony contribute`, or `datavault ceremony beacon` to end it",
        })
    }
}
