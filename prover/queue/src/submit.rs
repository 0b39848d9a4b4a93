//! Putting jobs in.

use std::collections::BTreeSet;

use alloy_primitives::U256;
use serde::Serialize;
use sqlx::Row;

use crate::{
    connect::Queue,
    error::{QueueError, violates},
    job::{Job, JobId},
    payload,
    ranges::Covered,
    row::{Columns, int, word},
};

/// What became of a submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Submitted {
    /// It was not there.
    New(JobId),
    /// It was there, and stays as it is: queued, running or done.
    Known(JobId),
    /// It was there, failed or cancelled, and is queued again.
    Again(JobId),
}

impl Submitted {
    /// The job.
    #[must_use]
    pub fn id(self) -> JobId {
        match self {
            Self::New(id) | Self::Known(id) | Self::Again(id) => id,
        }
    }
}

impl Queue {
    /// Submits jobs, all or none. The same range again is the same job.
    ///
    /// Many jobs are better submitted some at a time: each holds up to 44 kB.
    ///
    /// # Errors
    /// [`QueueError::Overlap`] if a live job goes on from the same head to another.
    pub async fn submit(&self, jobs: &[Job]) -> Result<Vec<Submitted>, QueueError> {
        let mut transaction = self.pool.begin().await?;
        // One submission of a lane at a time. Of two that insert the same row at once, the second may meet the index of
        // live jobs first, and would be told of an overlap with itself. In one order, so that none waits for another.
        for ctx in jobs.iter().map(|job| job.work.before.ctx).collect::<BTreeSet<_>>() {
            sqlx::query("select pg_advisory_xact_lock(hashtextextended('datavault.proving.' || encode($1, 'hex'), 0))")
                .bind(word(ctx))
                .execute(&mut *transaction)
                .await?;
        }
        let mut submitted = Vec::with_capacity(jobs.len());
        for job in jobs {
            let head_before = job.work.before.head();
            let row = sqlx::query(
                "insert into proving.jobs as old
                   (license_id, epoch, lane, ctx, licensee, head_before, head_after, seq_before, events, capacity, payload)
                 values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
                 on conflict (ctx, head_before, head_after) do update set
                   state = 'queued', licensee = excluded.licensee, capacity = excluded.capacity,
                   payload = excluded.payload, attempts = 0, run_after = now(), worker = null, error = null,
                   started_at = null, finished_at = null
                 where old.state in ('failed', 'cancelled')
                 returning id, xmax = 0 as is_new",
            )
            .bind(int("license_id", job.lane.license_id.0)?)
            .bind(i64::from(job.lane.epoch))
            .bind(i64::from(job.lane.lane))
            .bind(word(job.work.before.ctx))
            .bind(word(job.licensee))
            .bind(word(head_before))
            .bind(word(job.head_after))
            .bind(int("seq_before", job.work.before.seq)?)
            .bind(i32::try_from(job.work.events.len()).unwrap_or(i32::MAX))
            .bind(i32::from(u16::from(job.capacity)))
            .bind(payload::encode(&job.work))
            .fetch_optional(&mut *transaction)
            .await
            .map_err(|error| overlap(error, head_before))?;
            submitted.push(match row {
                Some(row) if row.try_get("is_new")? => Submitted::New(JobId(row.try_get("id")?)),
                Some(row) => Submitted::Again(JobId(row.try_get("id")?)),
                None => Submitted::Known(JobId(
                    sqlx::query_scalar(
                        "select id from proving.jobs where ctx = $1 and head_before = $2 and head_after = $3",
                    )
                    .bind(word(job.work.before.ctx))
                    .bind(word(head_before))
                    .bind(word(job.head_after))
                    .fetch_one(&mut *transaction)
                    .await?,
                )),
            });
        }
        transaction.commit().await?;
        Ok(submitted)
    }

    /// What of a lane is proved or will be, from its `from_seq`-th event on.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn covered(&self, ctx: U256, from_seq: u64) -> Result<Vec<Covered>, QueueError> {
        let rows = sqlx::query(
            "select id, seq_before, events, head_after from proving.jobs
             where ctx = $1 and seq_before >= $2 and state in ('queued', 'running', 'done') order by seq_before",
        )
        .bind(word(ctx))
        .bind(int("seq_before", from_seq)?)
        .fetch_all(&self.pool)
        .await?;
        let read = |row| {
            let columns = Columns::of(row)?;
            Ok(Covered {
                seq_before: columns.number("seq_before")?,
                events: columns.small::<u32>("events")?.into(),
                head_after: columns.word("head_after")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

/// Says which lane it is about if a live job is in the way.
pub(crate) fn overlap(error: sqlx::Error, head_before: U256) -> QueueError {
    match violates(&error, "one_way_on") {
        true => QueueError::Overlap { head_before },
        false => error.into(),
    }
}
