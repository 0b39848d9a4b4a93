//! `datavault prover retry`.

use std::fmt;

use queue::JobId;
use serde::Serialize;

use super::database::{Database, failed};
use crate::failure::Failure;

/// Queue a job again that failed or was cancelled.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault prover retry 17")]
pub struct Args {
    /// The job
    pub job: JobId,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
}

/// What is queued again.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The job.
    pub job: JobId,
}

/// Queues it.
///
/// # Errors
/// If there is no such job, it is queued, running or done, or its events got another job meanwhile.
pub async fn run(args: Args) -> Result<Report, Failure> {
    let queue = args.database.open(1).await?;
    queue.retry(args.job).await.map_err(failed)?;
    Ok(Report { job: args.job })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "job {} is queued again", self.job)
    }
}
