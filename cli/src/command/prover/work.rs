//! `datavault prover work`: proves what is queued for this wallet.

use std::{fmt, num::NonZeroU32, time::Duration};

use queue::{CancellationToken, Ended, Outcome, Tally, Threads, Worker, WorkerOptions};
use serde::Serialize;

use super::database::{Database, failed};
use crate::{
    failure::{Failure, OrFail},
    interrupt::interrupted,
    output::Fields,
    session::Session,
};

/// Prove what is queued, with the keys of this wallet, until interrupted.
///
/// Run as many as you like, on as many machines. Interrupted, it finishes the proofs that it is at, about a second; if it
/// is killed, somebody else takes them after its lease. Each worker proves one job at a time, within about 50 MB at 1,024
/// events; all share one set of keys and one set of threads.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  DATAVAULT_PROVER_DATABASE_URL=postgres://… datavault prover work
  datavault prover work --workers 4 --threads 16 --until-empty")]
pub struct Args {
    /// Jobs that are proved at the same time
    #[arg(long, value_name = "N", default_value = "1")]
    pub workers: NonZeroU32,
    /// Threads that all of them prove on; one for each core if not given
    #[arg(long, value_name = "N")]
    pub threads: Option<NonZeroU32>,
    /// End when nothing is queued or under way
    #[arg(long)]
    pub until_empty: bool,
    /// Seconds after which a job of a worker that is not heard of is somebody else's
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub lease: u64,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
}

/// What was proved.
#[derive(Debug, Serialize)]
pub struct Report {
    /// What the workers did.
    #[serde(flatten)]
    pub tally: Tally,
    /// Jobs of this wallet that are still queued or under way.
    pub open: u64,
    /// Jobs that only other wallets can prove.
    pub foreign: u64,
}

/// Proves until Ctrl-C or SIGTERM.
///
/// # Errors
/// If there are no keys, the database stays away, or with `--until-empty` a job failed or all are for other wallets.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let stop = CancellationToken::new();
    let told = stop.clone();
    let listening = tokio::spawn(async move {
        interrupted().await;
        told.cancel();
        tracing::warn!("finishing what is being proved; once more ends at once");
        interrupted().await;
        // What was being proved is somebody else's after its lease.
        std::process::exit(130);
    });
    let report = run_until(session, args, stop).await;
    listening.abort();
    report
}

/// Proves until it is told to stop.
///
/// # Errors
/// As [`run`].
pub async fn run_until(session: &Session, args: Args, stop: CancellationToken) -> Result<Report, Failure> {
    let secret = session.licensee_keys()?.secret;
    let licensee = secret.public().commitment();
    let prover = session.prover().await?;
    let threads = Threads::new(args.threads.map_or(0, |threads| threads.get() as usize));
    let threads = threads.or_fail(|| "the system gives no threads to prove on".into())?;
    // A worker needs a second one for its heartbeat.
    let queue = args.database.open(args.workers.get().saturating_mul(2).saturating_add(1)).await?;

    let known = queue.progress(None).await.map_err(failed)?;
    let shown = session.progress.count("proving events", known.events_open);
    let lease = Duration::from_secs(args.lease);
    let options = WorkerOptions { until_empty: args.until_empty, lease, ..WorkerOptions::default() };
    let host = host();
    let first = Worker::new(queue.clone(), &host, secret, (prover, threads), options).telling(move |ended| {
        if ended.outcome == Outcome::Done {
            shown.advance(ended.events.into());
        }
        shown.pause(|| log(ended));
    });
    let workers: Vec<_> = (1..=args.workers.get())
        .map(|number| {
            let (worker, stop) = (first.named(&format!("{host}/{number}")), stop.clone());
            tokio::spawn(async move { worker.run(stop).await })
        })
        .collect();
    let (mut tally, mut error) = (Tally::default(), None);
    for worker in workers {
        match worker.await.or_fail(|| "a worker died".into()).and_then(|ended| ended.map_err(failed)) {
            Ok(did) => tally.add(did),
            Err(failure) => error = Some(failure),
        }
    }
    if let Some(failure) = error {
        return Err(failure);
    }
    let (open, foreign) = queue.open(licensee).await.map_err(failed)?;
    if args.until_empty && tally == Tally::default() && foreign > 0 {
        return Err(Failure::state(format!(
            "{foreign} jobs wait for other licensee keys, and none for this wallet's, {licensee:#x}"
        ))
        .fix("run it with the wallets that own these licenses; `datavault prover jobs` lists them"));
    }
    if args.until_empty && tally.failed > 0 {
        return Err(Failure::state(format!(
            "{} jobs cannot be proved, {} proofs were made",
            tally.failed, tally.proofs
        ))
        .fix("`datavault prover jobs --state failed` says why; `datavault prover retry` queues one again"));
    }
    Ok(Report { tally, open, foreign })
}

/// Says what somebody must look at.
fn log(ended: &Ended) {
    let Ended { id, lane, outcome, .. } = ended;
    match outcome {
        Outcome::Failed(error) => {
            tracing::warn!(job = %id, license = %lane.license_id, lane = lane.lane, %error, "a job cannot be proved");
        }
        Outcome::Later(error) => tracing::warn!(job = %id, %error, "a job is tried again later"),
        Outcome::Dropped => tracing::info!(job = %id, "a proof was dropped: its job was cancelled or taken over"),
        Outcome::Done | Outcome::Released => {}
    }
}

/// What workers of this process are called.
fn host() -> String {
    let named = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = named.as_deref().map(str::trim).filter(|name| !name.is_empty()).unwrap_or("worker").to_owned();
    format!("{name}:{}", std::process::id())
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |count: u64| (count > 0).then_some(count);
        Fields::new()
            .with("proved", format!("{} events in {} proofs", self.tally.events, self.tally.proofs))
            .maybe("to be tried again", some(self.tally.retried))
            .maybe(
                "failed",
                some(self.tally.failed).map(|failed| format!("{failed}; see `datavault prover jobs --state failed`")),
            )
            .maybe("dropped", some(self.tally.dropped))
            .with("open", self.open)
            .maybe("of other wallets", some(self.foreign))
            .fmt(f)
    }
}
