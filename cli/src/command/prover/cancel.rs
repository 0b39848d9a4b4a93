//! `datavault prover cancel`.

use std::fmt;

use domain::LicenseId;
use queue::{Cancelled, JobId};
use serde::Serialize;

use super::database::{Database, failed};
use crate::failure::Failure;

/// Cancel a job, or all of a license that are queued or running.
///
/// A queued job is cancelled at once; the proof of a running one is dropped. What is done stays.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  datavault prover cancel 17\n  datavault prover cancel --license 2 --lane 0")]
pub struct Args {
    /// The job
    #[arg(required_unless_present = "license", conflicts_with = "license")]
    pub job: Option<JobId>,
    /// Every job of this license
    #[arg(long, value_name = "LICENSE")]
    pub license: Option<LicenseId>,
    /// Of this lane only
    #[arg(long, requires = "license")]
    pub lane: Option<u32>,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
}

/// What was cancelled.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The jobs.
    pub cancelled: Vec<Cancelled>,
}

/// Cancels.
///
/// # Errors
/// If there is no such job, or it ended already.
pub async fn run(args: Args) -> Result<Report, Failure> {
    let queue = args.database.open(1).await?;
    let cancelled = match (args.job, args.license) {
        (Some(job), _) => queue.cancel(job).await.map(|cancelled| vec![cancelled]),
        (None, Some(license)) => queue.cancel_license(license, args.lane).await,
        (None, None) => return Err(Failure::usage("cancel what?").fix("name a job, or a --license")),
    };
    Ok(Report { cancelled: cancelled.map_err(failed)? })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cancelled[..] {
            [] => f.write_str("nothing was queued or running"),
            [one] => write!(f, "job {} is cancelled; it was {}", one.id, one.was),
            many => write!(f, "{} jobs are cancelled", many.len()),
        }
    }
}
