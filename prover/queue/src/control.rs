//! Cancelling and trying again.

use domain::LicenseId;
use serde::Serialize;

use crate::{
    connect::Queue,
    error::QueueError,
    job::{JobId, State},
    row::{Columns, int},
    submit::overlap,
};

/// What a cancelled job was doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Cancelled {
    /// The job.
    pub id: JobId,
    /// Queued: nobody will take it. Running: its worker learns it at the next heartbeat, and its proof is dropped.
    pub was: State,
}

impl Queue {
    /// Cancels a job that is queued or running.
    ///
    /// # Errors
    /// [`QueueError::WrongState`] if it ended already.
    pub async fn cancel(&self, id: JobId) -> Result<Cancelled, QueueError> {
        match self.cancel_open(Some(id), None, None).await?.pop() {
            Some(cancelled) => Ok(cancelled),
            None => Err(self.wrong_state(id, "cancelled").await?),
        }
    }

    /// Cancels every open job of a license, or of one of its lanes.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn cancel_license(&self, id: LicenseId, lane: Option<u32>) -> Result<Vec<Cancelled>, QueueError> {
        self.cancel_open(None, Some(id), lane).await
    }

    async fn cancel_open(
        &self,
        id: Option<JobId>,
        license_id: Option<LicenseId>,
        lane: Option<u32>,
    ) -> Result<Vec<Cancelled>, QueueError> {
        let license_id = license_id.map(|id| int("license_id", id.0)).transpose()?;
        let rows = sqlx::query(
            "with open as (
               select id, state from proving.jobs
               where state in ('queued', 'running') and ($1::bigint is null or id = $1)
                 and ($2::bigint is null or license_id = $2) and ($3::bigint is null or lane = $3)
               order by id for update)
             update proving.jobs as job set state = 'cancelled', lease_until = null, finished_at = now()
             from open where job.id = open.id returning job.id, open.state",
        )
        .bind(id.map(|id| id.0))
        .bind(license_id)
        .bind(lane.map(i64::from))
        .fetch_all(&self.pool)
        .await?;
        let read = |row| {
            let columns = Columns::of(row)?;
            Ok(Cancelled { id: columns.id(), was: columns.state()? })
        };
        rows.iter().map(read).collect()
    }

    /// Queues a failed or cancelled job again, with all its attempts.
    ///
    /// # Errors
    /// [`QueueError::WrongState`] if it is queued, running or done; [`QueueError::Overlap`] if its events got another
    /// job meanwhile.
    pub async fn retry(&self, id: JobId) -> Result<(), QueueError> {
        let known = sqlx::query("select id, head_before from proving.jobs where id = $1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?
            .ok_or(QueueError::UnknownJob(id))?;
        let head_before = Columns::of(&known)?.word("head_before")?;
        let queued = sqlx::query(
            "update proving.jobs set state = 'queued', attempts = 0, run_after = now(), error = null, worker = null,
               started_at = null, finished_at = null
             where id = $1 and state in ('failed', 'cancelled')",
        )
        .bind(id.0)
        .execute(&self.pool)
        .await
        .map_err(|error| overlap(error, head_before))?;
        match queued.rows_affected() {
            1 => Ok(()),
            _ => Err(self.wrong_state(id, "tried again").await?),
        }
    }

    async fn wrong_state(&self, id: JobId, action: &'static str) -> Result<QueueError, QueueError> {
        let row = sqlx::query("select id, state from proving.jobs where id = $1")
            .bind(id.0)
            .fetch_optional(&self.pool)
            .await?;
        Ok(match row {
            Some(row) => QueueError::WrongState { id, state: Columns::of(&row)?.state()?, action },
            None => QueueError::UnknownJob(id),
        })
    }
}
