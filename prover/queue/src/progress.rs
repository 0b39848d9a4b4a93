//! How far it is.

use alloy_primitives::U256;
use domain::LicenseId;
use serde::Serialize;
use sqlx::Row;

use crate::{
    connect::Queue,
    error::QueueError,
    job::{LaneKey, State},
    row::{Columns, int, word},
};

/// Over how many seconds the rate is measured.
const RATE_SECS: f64 = 600.0;

/// A lane's jobs, counted by state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct LaneProgress {
    /// The lane.
    #[serde(flatten)]
    pub lane: LaneKey,
    /// Jobs that wait.
    pub queued: u64,
    /// Jobs under way.
    pub running: u64,
    /// Jobs that are proved.
    pub done: u64,
    /// Jobs that failed.
    pub failed: u64,
    /// Jobs that nobody wants.
    pub cancelled: u64,
    /// Events of the jobs that are proved.
    pub events_proved: u64,
    /// Events of the jobs that wait or are under way.
    pub events_open: u64,
}

/// How far the queue is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Progress {
    /// Every lane that has jobs.
    pub lanes: Vec<LaneProgress>,
    /// Events proved, of all lanes.
    pub events_proved: u64,
    /// Events not yet proved.
    pub events_open: u64,
    /// Events proved a second by all workers, over the last ten minutes; nothing if none were.
    pub events_per_sec: Option<f64>,
    /// Seconds to the end at this rate.
    pub eta_secs: Option<u64>,
}

impl Queue {
    /// How far the queue is, for one license or all.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn progress(&self, license_id: Option<LicenseId>) -> Result<Progress, QueueError> {
        let license_id = license_id.map(|id| int("license_id", id.0)).transpose()?;
        let rows = sqlx::query(
            "select min(id) as id, license_id, epoch, lane,
               count(*) filter (where state = 'queued') as queued, count(*) filter (where state = 'running') as running,
               count(*) filter (where state = 'done') as done, count(*) filter (where state = 'failed') as failed,
               count(*) filter (where state = 'cancelled') as cancelled,
               coalesce(sum(events) filter (where state = 'done'), 0) as events_proved,
               coalesce(sum(events) filter (where state in ('queued', 'running')), 0) as events_open
             from proving.jobs where $1::bigint is null or license_id = $1
             group by license_id, epoch, lane order by license_id, epoch, lane",
        )
        .bind(license_id)
        .fetch_all(&self.pool)
        .await?;
        let lanes: Vec<LaneProgress> = rows.iter().map(lane).collect::<Result<_, _>>()?;
        let events_per_sec: Option<f64> = sqlx::query_scalar(
            "select sum(events)::float8
               / greatest(extract(epoch from now() - greatest(min(started_at), now() - make_interval(secs => $2)))::float8, 0.001)
             from proving.jobs
             where state = 'done' and finished_at > now() - make_interval(secs => $2)
               and ($1::bigint is null or license_id = $1)",
        )
        .bind(license_id)
        .bind(RATE_SECS)
        .fetch_one(&self.pool)
        .await?;
        let (events_proved, events_open) =
            lanes.iter().fold((0, 0), |(proved, open), lane| (proved + lane.events_proved, open + lane.events_open));
        let eta = |rate: f64| (rate > 0.0).then(|| (events_open as f64 / rate).ceil() as u64);
        Ok(Progress { lanes, events_proved, events_open, events_per_sec, eta_secs: events_per_sec.and_then(eta) })
    }

    /// How many jobs of this key wait or are under way, and how many of other keys.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn open(&self, licensee: U256) -> Result<(u64, u64), QueueError> {
        let row = sqlx::query(
            "select count(*) filter (where licensee = $1) as ours, count(*) filter (where licensee <> $1) as others
             from proving.jobs where state in ('queued', 'running')",
        )
        .bind(word(licensee))
        .fetch_one(&self.pool)
        .await?;
        let count = |name| Ok::<_, QueueError>(row.try_get::<i64, _>(name)?.unsigned_abs());
        Ok((count("ours")?, count("others")?))
    }
}

fn lane(row: &sqlx::postgres::PgRow) -> Result<LaneProgress, QueueError> {
    let columns = Columns::of(row)?;
    let count = |state: State| columns.number::<u64>(state.name());
    Ok(LaneProgress {
        lane: columns.lane()?,
        queued: count(State::Queued)?,
        running: count(State::Running)?,
        done: count(State::Done)?,
        failed: count(State::Failed)?,
        cancelled: count(State::Cancelled)?,
        events_proved: columns.number("events_proved")?,
        events_open: columns.number("events_open")?,
    })
}
