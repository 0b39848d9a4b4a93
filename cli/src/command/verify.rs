//! `datavault verify`: a settled proof, checked from its bundle alone.

use std::{fmt, path::PathBuf};

use serde::Serialize;

use crate::{arguments::Global, failure::Failure};

/// Check a settled proof from its bundle alone.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The bundle
    #[arg(value_name = "FILE")]
    pub bundle: PathBuf,
}

/// What the bundle shows.
#[derive(Debug, Serialize)]
pub struct Report {
    /// In a sentence.
    pub sentence: String,
}

/// Checks a bundle.
///
/// # Errors
/// If it does not show what it says.
pub async fn run(_global: &Global, args: Args) -> Result<Report, Failure> {
    Err(Failure::failed(format!("cannot check `{}` yet", args.bundle.display())))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}
