//! `datavault prover`: proofs as jobs, and files for other provers.

pub mod cancel;
pub mod collect;
mod database;
pub mod export;
pub mod jobs;
pub mod retry;
pub mod submit;
pub mod work;

pub use database::Database;

use crate::{arguments::Global, failure::Failure, output::Output, session::Session};

/// `datavault prover`.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Queue proofs for every event of a license that is neither proved nor queued
    Submit(submit::Args),
    /// Prove what is queued, with the keys of this wallet, until interrupted
    Work(work::Args),
    /// Show how far the queue is, and list jobs
    Jobs(jobs::Args),
    /// Cancel a job, or all of a license
    Cancel(cancel::Args),
    /// Queue a job again that failed or was cancelled
    Retry(retry::Args),
    /// Take proofs out of the queue, or settle them
    Collect(collect::Args),
    /// Write a circuit, a witness, keys and a proof in the formats of snarkjs
    Export(export::Args),
}

/// Runs a command.
///
/// # Errors
/// Whatever stopped it.
pub async fn run(global: &Global, command: Command) -> Result<Box<dyn Output>, Failure> {
    Ok(match command {
        Command::Submit(args) => Box::new(submit::run(&Session::open(global).await?, args).await?),
        Command::Work(args) => Box::new(work::run(&Session::open(global).await?, args).await?),
        Command::Jobs(args) => Box::new(jobs::run(args).await?),
        Command::Cancel(args) => Box::new(cancel::run(args).await?),
        Command::Retry(args) => Box::new(retry::run(args).await?),
        Command::Collect(args) => Box::new(collect::run(&Session::open(global).await?, args).await?),
        Command::Export(args) => Box::new(export::run(global, args).await?),
    })
}
