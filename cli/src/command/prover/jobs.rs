//! `datavault prover jobs`: how far the queue is.

use std::fmt;

use domain::LicenseId;
use queue::{JobFilter, JobId, JobRow, Progress, State};
use serde::Serialize;

use super::database::{Database, failed};
use crate::{failure::Failure, output::table, span::show_secs};

/// Show how far the queue is, lane by lane, and list jobs.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  datavault prover jobs\n  datavault prover jobs --license 2 --state failed --json")]
pub struct Args {
    /// Only of this license
    #[arg(long, value_name = "LICENSE")]
    pub license: Option<LicenseId>,
    /// Only jobs that are queued, running, done, failed or cancelled
    #[arg(long)]
    pub state: Option<State>,
    /// Only jobs after this one
    #[arg(long, value_name = "JOB")]
    pub after: Option<JobId>,
    /// How many jobs to list
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub limit: u32,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
}

/// How far the queue is.
#[derive(Debug, Serialize)]
pub struct Report {
    /// All jobs, counted.
    #[serde(flatten)]
    pub progress: Progress,
    /// The jobs that were asked for.
    pub jobs: Vec<JobRow>,
}

/// Reads the queue.
///
/// # Errors
/// If the database does not answer.
pub async fn run(args: Args) -> Result<Report, Failure> {
    let queue = args.database.open(1).await?;
    let filter = JobFilter { license_id: args.license, state: args.state, after: args.after };
    Ok(Report {
        progress: queue.progress(args.license).await.map_err(failed)?,
        jobs: queue.jobs(filter, args.limit).await.map_err(failed)?,
    })
}

/// Whoever writes to the database does not write to the terminal.
fn shown(text: Option<&str>) -> String {
    text.unwrap_or_default().replace(char::is_control, " ")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let progress = &self.progress;
        if progress.lanes.is_empty() {
            return f.write_str("no jobs");
        }
        let mut lanes =
            table(&["license", "lane", "queued", "running", "done", "failed", "cancelled", "events", "to go"]);
        for lane in &progress.lanes {
            let of = lane.lane;
            let counts = [lane.queued, lane.running, lane.done, lane.failed, lane.cancelled];
            let ids = [of.license_id.to_string(), of.lane.to_string()];
            let events = [lane.events_proved, lane.events_open];
            lanes.add_row(ids.into_iter().chain(counts.into_iter().chain(events).map(|count| count.to_string())));
        }
        let mut jobs = table(&["job", "license", "lane", "state", "events", "attempts", "worker", "error"]);
        for job in &self.jobs {
            jobs.add_row([
                job.id.to_string(),
                job.lane.license_id.to_string(),
                job.lane.lane.to_string(),
                job.state.to_string(),
                job.events.to_string(),
                job.attempts.to_string(),
                shown(job.worker.as_deref()),
                shown(job.error.as_deref()),
            ]);
        }
        write!(f, "{lanes}\n\n{jobs}\n\n{} events proved, {} to go", progress.events_proved, progress.events_open)?;
        if let Some(rate) = progress.events_per_sec {
            write!(f, ", {rate:.0} a second")?;
        }
        match progress.eta_secs {
            Some(secs) if secs > 0 => write!(f, ", {} left", show_secs(secs)),
            _ => Ok(()),
        }
    }
}
