//! `datavault prover export`: files that snarkjs reads.

use std::{fmt, path::PathBuf};

use serde::Serialize;

use crate::{arguments::Global, failure::Failure};

/// Write a circuit, a witness, keys and a proof in the formats of snarkjs.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// Folder for the files
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
}

/// What was written.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The files.
    pub files: Vec<PathBuf>,
}

/// Writes the files.
///
/// # Errors
/// If a file cannot be written.
pub async fn run(_global: &Global, args: Args) -> Result<Report, Failure> {
    Err(Failure::failed(format!("cannot write to `{}` yet", args.out.display())))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} files", self.files.len())
    }
}
