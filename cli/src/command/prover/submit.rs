//! `datavault prover submit`: queues the proofs of a license's unproved events.

use std::fmt;

use alloy::primitives::U256;
use domain::{Context, LicenseId};
use gateway::{client::Receipts, journal::DatabaseError};
use queue::{Gap, Job, LaneKey, Queue, Submitted, gaps};
use serde::Serialize;
use statement::{PublicKey, usage::Capacity};

use super::database::{Database, failed};
use crate::{
    blocks::blocking,
    command::{content::fetch::receipts, usage::prove::lanes},
    failure::{Failure, OrFail},
    output::table,
    progress::Step,
    session::Session,
};

/// Jobs that are read and sent at a time: some hundred kB, however long the history.
const AT_A_TIME: usize = 8;

/// Queue proofs for every event of a license that is neither proved nor queued.
///
/// It may be run again at any time, and only adds what is new. Each proof takes up to 1,024 events. What is queued tells
/// when each event was, but holds no key: only a worker with the licensee's wallet can prove it.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  DATAVAULT_PROVER_DATABASE_URL=postgres://… datavault prover submit 2
  datavault prover submit 2 --lane 0 --database postgres://proofs@db.internal/proofs")]
pub struct Args {
    /// The license
    pub license: LicenseId,
    /// Only this lane
    #[arg(long)]
    pub lane: Option<u32>,
    /// Events from before the license was bound to other keys, in this epoch
    #[arg(long)]
    pub epoch: Option<u32>,
    /// Where the queue is.
    #[command(flatten)]
    pub database: Database,
    /// The most events that one proof takes
    #[arg(long, default_value_t = Capacity::Events1024.events() as u64, hide = true,
          value_parser = clap::value_parser!(u64).range(1..=Capacity::Events1024.events() as u64))]
    pub batch: u64,
}

/// What was queued.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// Lane by lane.
    pub lanes: Vec<LaneReport>,
}

/// What was queued of a lane.
#[derive(Debug, Default, Serialize)]
pub struct LaneReport {
    /// The lane.
    pub lane: u32,
    /// In which keying of the license.
    pub epoch: u32,
    /// Events that both sides signed.
    pub events: u64,
    /// Events of these that the chain knows to be proved.
    pub settled: u64,
    /// Events that are now queued, and were not.
    pub queued: u64,
    /// Jobs that are new.
    pub new_jobs: u64,
    /// Jobs that had failed or been cancelled, and are queued again.
    pub again: u64,
}

/// A lane and what of it is to be queued.
struct History {
    key: LaneKey,
    ctx: U256,
    licensee: U256,
    gaps: Vec<Gap>,
    report: LaneReport,
}

/// Queues every event that is not proved or queued.
///
/// # Errors
/// If the license is not the wallet's, receipts are missing, or the database refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.own_license(args.license).await?;
    let store = receipts(session).await?;
    let meter = session.meter_key(license.view.meter_id).await?;
    let queue = args.database.open(2).await?;
    let mut histories = Vec::new();
    for (lane, ctx) in lanes(&store, args.license, args.lane).await? {
        // Only who had the keys of an epoch can prove its events.
        if lane.epoch == license.view.epoch || args.epoch == Some(lane.epoch) {
            let key = LaneKey { license_id: args.license, lane: lane.lane, epoch: lane.epoch };
            histories.push(history(session, &store, &queue, (key, ctx)).await?);
        }
    }
    let events = histories.iter().flat_map(|history| &history.gaps).map(|gap| gap.events).sum();
    let progress = session.progress.count("queueing events", events);
    let mut lanes = Vec::new();
    for history in histories {
        lanes.push(submit(&store, &queue, history, (meter, args.batch), &progress).await?);
    }
    Ok(Report { license_id: args.license, lanes })
}

/// What a lane recorded, less what the chain knows to be proved, less what has a job.
async fn history(
    session: &Session,
    store: &Receipts,
    queue: &Queue,
    (key, ctx): (LaneKey, U256),
) -> Result<History, Failure> {
    let LaneKey { license_id, lane, epoch } = key;
    let licensee = session.licensee_keys()?.secret.public().commitment();
    let bound = session.chain.settlement_terms(license_id, epoch).await?.licensee_commitment;
    if bound != licensee {
        return Err(Failure::state(format!(
            "license {license_id} is bound to licensee key {bound:#x} in epoch {epoch}, and this wallet has {licensee:#x}"
        ))
        .fix("use the wallet that the license was bound to"));
    }
    let head = session.chain.lane_state(Context(ctx)).await?.proved_head;
    let reading = store.clone();
    let known = blocking(move || {
        let last = reading.last(ctx)?.map_or(0, |last| last.head.seq);
        Ok::<_, DatabaseError>((reading.accumulator_at(ctx, head)?, last))
    });
    let (before, last) = known.await?.or_fail(|| "cannot read the receipts".into())?;
    let settled = before.ok_or_else(|| unknown_head(lane, "is proved up to", head))?.seq;
    let covered = queue.covered(ctx, settled).await.map_err(failed)?;
    let report = LaneReport { lane, epoch, events: last, settled, ..LaneReport::default() };
    Ok(History { key, ctx, licensee, gaps: gaps((head, settled), last, &covered), report })
}

/// Reads some ranges, queues them, and goes on: a history is never in memory as a whole.
async fn submit(
    store: &Receipts,
    queue: &Queue,
    history: History,
    (meter, batch): (PublicKey, u64),
    progress: &Step,
) -> Result<LaneReport, Failure> {
    let History { key, ctx, licensee, gaps, mut report } = history;
    for Gap { mut head_before, events: mut left, .. } in gaps {
        while left > 0 {
            let reading = store.clone();
            let read = blocking(move || read(&reading, (key, ctx, licensee), (head_before, left), (meter, batch)));
            let jobs = read.await??;
            let events: Vec<_> = jobs.iter().map(|job| job.work.events.len() as u64).collect();
            head_before = match jobs.last() {
                Some(last) => last.head_after,
                None => return Err(unknown_head(key.lane, "has a job up to", head_before)),
            };
            for (submitted, events) in queue.submit(&jobs).await.map_err(failed)?.into_iter().zip(events) {
                match submitted {
                    Submitted::New(_) => report.new_jobs += 1,
                    Submitted::Again(_) => report.again += 1,
                    Submitted::Known(_) => {}
                }
                if !matches!(submitted, Submitted::Known(_)) {
                    report.queued += events;
                }
                left = left.saturating_sub(events);
                progress.advance(events);
            }
        }
    }
    Ok(report)
}

/// The next jobs of a gap.
fn read(
    store: &Receipts,
    (key, ctx, licensee): (LaneKey, U256, U256),
    (mut head, mut left): (U256, u64),
    (meter, batch): (PublicKey, u64),
) -> Result<Vec<Job>, Failure> {
    let mut jobs = Vec::with_capacity(AT_A_TIME);
    while left > 0 && jobs.len() < AT_A_TIME {
        let most = usize::try_from(left.min(batch)).unwrap_or(usize::MAX);
        let range = store.provable_from(ctx, head, most).or_fail(|| "cannot read the receipts".into())?;
        let Some(range) = range else { break };
        left = left.saturating_sub(range.events.len() as u64);
        head = range.after.head.head;
        let signed = (meter, range.after.meter_eddsa);
        jobs.push(
            Job::new(key, licensee, range.before, range.events, head, signed)
                .or_mismatch(|| format!("the receipts of lane {} cannot be proved", key.lane))?,
        );
    }
    Ok(jobs)
}

fn unknown_head(lane: u32, what: &str, head: U256) -> Failure {
    Failure::state(format!("lane {lane} {what} head {head:#x}, which these receipts do not have"))
        .fix("use the data folder that this lane was used with")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.lanes.iter().all(|lane| lane.queued == 0) {
            writeln!(f, "nothing new to prove")?;
        }
        let mut lanes = table(&["lane", "events", "settled", "now queued", "jobs"]);
        for lane in &self.lanes {
            lanes.add_row([
                lane.lane.to_string(),
                lane.events.to_string(),
                lane.settled.to_string(),
                lane.queued.to_string(),
                (lane.new_jobs + lane.again).to_string(),
            ]);
        }
        write!(
            f,
            "{lanes}\nprove them with `datavault prover work`, then `datavault prover collect {}`",
            self.license_id
        )
    }
}
