//! Jobs as they stand.

use alloy_primitives::U256;
use domain::LicenseId;
use serde::Serialize;

use crate::{
    connect::Queue,
    error::QueueError,
    job::{JobId, LaneKey, State},
    row::{Columns, int},
};

/// Which jobs are listed.
#[derive(Clone, Copy, Debug, Default)]
pub struct JobFilter {
    /// Of one license.
    pub license_id: Option<LicenseId>,
    /// In one state.
    pub state: Option<State>,
    /// After this one.
    pub after: Option<JobId>,
}

/// A job, without what is confidential in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JobRow {
    /// Its number.
    pub id: JobId,
    /// Whose.
    #[serde(flatten)]
    pub lane: LaneKey,
    /// Where it stands.
    pub state: State,
    /// Events in it.
    pub events: u32,
    /// Events of the lane before it.
    pub seq_before: u64,
    /// What its circuit holds.
    pub capacity: u16,
    /// The head where it begins.
    pub head_before: U256,
    /// The head where it ends.
    pub head_after: U256,
    /// How often it was tried.
    pub attempts: u32,
    /// Who has it, or had it last.
    pub worker: Option<String>,
    /// Why the last attempt failed.
    pub error: Option<String>,
    /// Milliseconds that the proof took.
    pub proving_ms: Option<i64>,
}

impl Queue {
    /// Jobs in the order of their numbers, at most `limit`.
    ///
    /// # Errors
    /// If the database fails, or a row is damaged.
    pub async fn jobs(&self, filter: JobFilter, limit: u32) -> Result<Vec<JobRow>, QueueError> {
        let license_id = filter.license_id.map(|id| int("license_id", id.0)).transpose()?;
        let rows = sqlx::query(
            "select id, license_id, epoch, lane, state, events, seq_before, capacity, head_before, head_after, attempts,
               worker, error, proving_ms
             from proving.jobs
             where ($1::bigint is null or license_id = $1) and ($2::text is null or state = $2)
               and ($3::bigint is null or id > $3)
             order by id limit $4",
        )
        .bind(license_id)
        .bind(filter.state.map(State::name))
        .bind(filter.after.map(|id| id.0))
        .bind(i64::from(limit))
        .fetch_all(&self.pool)
        .await?;
        let read = |row| {
            let columns = Columns::of(row)?;
            Ok(JobRow {
                id: columns.id(),
                lane: columns.lane()?,
                state: columns.state()?,
                events: columns.small("events")?,
                seq_before: columns.number("seq_before")?,
                capacity: columns.capacity()?.into(),
                head_before: columns.word("head_before")?,
                head_after: columns.word("head_after")?,
                attempts: columns.small("attempts")?,
                worker: columns.get("worker")?,
                error: columns.get("error")?,
                proving_ms: columns.get("proving_ms")?,
            })
        };
        rows.iter().map(read).collect()
    }
}
