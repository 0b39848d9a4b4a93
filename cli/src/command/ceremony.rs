//! `datavault ceremony`: proving keys made by several people.

use std::path::PathBuf;

use crate::{arguments::Global, failure::Failure, output::Output};

/// `datavault ceremony`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Begin a ceremony for a circuit
    New {
        /// Folder of the ceremony
        folder: PathBuf,
    },
}

/// Runs a command.
///
/// # Errors
/// Whatever stopped it.
pub async fn run(_global: &Global, command: Command) -> Result<Box<dyn Output>, Failure> {
    match command {
        Command::New { folder } => Err(Failure::failed(format!("cannot begin in `{}` yet", folder.display()))),
    }
}
