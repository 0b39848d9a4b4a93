//! `datavault prover`: proofs as jobs, and files for other provers.

pub mod export;

use crate::{arguments::Global, failure::Failure, output::Output};

/// `datavault prover`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Write a circuit, a witness, keys and a proof in the formats of snarkjs
    Export(export::Args),
}

/// Runs a command.
///
/// # Errors
/// Whatever stopped it.
pub async fn run(global: &Global, command: Command) -> Result<Box<dyn Output>, Failure> {
    match command {
        Command::Export(args) => Ok(Box::new(export::run(global, args).await?)),
    }
}
