//! Taking a job, keeping it, and saying how it ended.

use std::time::Duration;

use alloy_primitives::U256;
use groth16::{Proof, UsageWitness};
use statement::{
    SecretKey,
    usage::{Capacity, PublicInputs},
};

use crate::{
    connect::Queue,
    error::QueueError,
    job::{JobId, LaneKey, State},
    payload::{self, PayloadError},
    row::{Columns, word, words},
};

/// The longest wait between two attempts.
const MAX_BACK_OFF: Duration = Duration::from_secs(600);

/// The job of a key that has been free for longest, locked; jobs that others look at are skipped.
///
/// By `run_after`, not by `id` alone: for that, Postgres would walk the primary key, past all that is done.
macro_rules! next {
    () => {
        "select id from proving.jobs
         where licensee = $1 and state in ('queued', 'running')
           and (state = 'queued' and run_after <= now()
                or state = 'running' and lease_until < now() and attempts < max_attempts)
         order by run_after, id limit 1 for update skip locked"
    };
}

/// A job that a worker has, until its lease ends.
#[derive(Clone, Debug)]
pub struct Claimed {
    /// Its number.
    pub id: JobId,
    /// Whose.
    pub lane: LaneKey,
    /// The lane's context.
    pub ctx: U256,
    /// Commitment of the key that proves it.
    pub licensee: U256,
    /// Where it begins.
    pub head_before: U256,
    /// Where it ends.
    pub head_after: U256,
    /// Which circuit.
    pub capacity: Capacity,
    /// Events in it.
    pub events: u32,
    /// Which attempt this is, from 1.
    pub attempt: u32,
    claim: i64,
    payload: Vec<u8>,
}

/// Why a claimed job cannot be proved by this worker, or by any.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is for another key.
    #[error(
        "licensee: the job is for key {expected:#x}, this worker has {given:#x}: run it with the wallet that owns \
         license {license_id}"
    )]
    ForeignLicensee {
        /// The license.
        license_id: domain::LicenseId,
        /// The job's.
        expected: U256,
        /// The worker's.
        given: U256,
    },
    /// The payload is no payload.
    #[error("payload.{0}")]
    Payload(#[from] PayloadError),
    /// The payload is another job's.
    #[error("payload.{0}: it is not the job's")]
    OtherJob(&'static str),
    /// The proof is about something else.
    #[error("{0}: what was proved is not what the job asks for")]
    OtherProof(&'static str),
}

impl Claimed {
    /// What is to be proved, with the licensee's key.
    ///
    /// # Errors
    /// [`Refusal`] if the key is not the job's, or the payload does not fit its row.
    pub fn witness(&self, secret: &SecretKey) -> Result<UsageWitness, Refusal> {
        let given = secret.public().commitment();
        if given != self.licensee {
            let (license_id, expected) = (self.lane.license_id, self.licensee);
            return Err(Refusal::ForeignLicensee { license_id, expected, given });
        }
        let work = payload::decode(&self.payload)?;
        if work.before.ctx != self.ctx {
            return Err(Refusal::OtherJob("ctx"));
        }
        if work.before.head() != self.head_before {
            return Err(Refusal::OtherJob("before"));
        }
        Ok(work.witness(secret.clone()))
    }

    /// Whether a proof's inputs are the job's.
    ///
    /// # Errors
    /// [`Refusal::OtherProof`] names what differs.
    pub fn check(&self, inputs: &PublicInputs) -> Result<(), Refusal> {
        let pairs = [
            ("ctx", inputs.ctx, self.ctx),
            ("licensee", inputs.licensee_commitment, self.licensee),
            ("head_before", inputs.head_before, self.head_before),
            ("head_after", inputs.head_after, self.head_after),
        ];
        match pairs.into_iter().find(|(_, proved, asked)| proved != asked) {
            Some((field, ..)) => Err(Refusal::OtherProof(field)),
            None => Ok(()),
        }
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failed {
    /// It would fail again: nobody tries.
    ForGood,
    /// It may go better after this time, which doubles with each attempt.
    Once(Duration),
}

impl Queue {
    /// Takes the job of this key that has waited longest, or whose worker died, for the length of a lease.
    ///
    /// Two workers never get the same: whoever looks at a row locks it, and others skip it.
    ///
    /// # Errors
    /// If the database fails, or a row is damaged.
    pub async fn claim(&self, worker: &str, licensee: U256, lease: Duration) -> Result<Option<Claimed>, QueueError> {
        let row = sqlx::query(concat!(
            "with next as (",
            next!(),
            ") update proving.jobs as job set
               state = 'running', worker = $2, attempts = attempts + 1, claims = claims + 1,
               lease_until = now() + make_interval(secs => $3), started_at = now()
             from next where job.id = next.id
             returning job.id, license_id, epoch, lane, ctx, licensee, head_before, head_after, capacity, events,
               attempts, claims, payload",
        ))
        .bind(word(licensee))
        .bind(worker)
        .bind(lease.as_secs_f64())
        .fetch_optional(&self.pool)
        .await?;
        let Some(row) = row else {
            self.give_up(licensee).await?;
            return Ok(None);
        };
        let columns = Columns::of(&row)?;
        Ok(Some(Claimed {
            id: columns.id(),
            lane: columns.lane()?,
            ctx: columns.word("ctx")?,
            licensee: columns.word("licensee")?,
            head_before: columns.word("head_before")?,
            head_after: columns.word("head_after")?,
            capacity: columns.capacity()?,
            events: columns.small("events")?,
            attempt: columns.small("attempts")?,
            claim: columns.get("claims")?,
            payload: columns.get("payload")?,
        }))
    }

    /// Jobs whose worker died at the last attempt fail: one that kills whoever tries it must not go round for ever.
    async fn give_up(&self, licensee: U256) -> Result<(), QueueError> {
        sqlx::query(
            "update proving.jobs set state = 'failed', lease_until = null, finished_at = now(),
               error = 'the worker did not come back from attempt ' || attempts
             where id in (
               select id from proving.jobs
               where licensee = $1 and state = 'running' and lease_until < now() and attempts >= max_attempts
               for update skip locked)",
        )
        .bind(word(licensee))
        .execute(&self.pool)
        .await?;
        Ok(())
    }

    /// Prolongs the lease; false if the job is not the worker's any more: cancelled, or taken after the lease.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn renew(&self, job: &Claimed, lease: Duration) -> Result<bool, QueueError> {
        let renewed = sqlx::query(
            "update proving.jobs set lease_until = now() + make_interval(secs => $3)
             where id = $1 and state = 'running' and claims = $2",
        )
        .bind(job.id.0)
        .bind(job.claim)
        .bind(lease.as_secs_f64())
        .execute(&self.pool)
        .await?;
        Ok(renewed.rows_affected() == 1)
    }

    /// Keeps a proof, and drops the payload; false if the job is not the worker's any more, whose proof is dropped then.
    ///
    /// Whoever calls has verified the proof, and [`Claimed::check`]ed its inputs.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn complete(
        &self,
        job: &Claimed,
        proof: &Proof,
        inputs: &PublicInputs,
        took: Duration,
    ) -> Result<bool, QueueError> {
        let done = sqlx::query(
            "update proving.jobs set state = 'done', proof = $3, public_inputs = $4, proving_ms = $5, payload = null,
               lease_until = null, error = null, finished_at = now()
             where id = $1 and state = 'running' and claims = $2",
        )
        .bind(job.id.0)
        .bind(job.claim)
        .bind(words(&proof.to_calldata()))
        .bind(words(&inputs.to_array()))
        .bind(i64::try_from(took.as_millis()).unwrap_or(i64::MAX))
        .execute(&self.pool)
        .await?;
        if done.rows_affected() == 1 {
            return Ok(true);
        }
        // An earlier try may have been heard, and its answer lost.
        let kept = sqlx::query_scalar(
            "select exists (select from proving.jobs where id = $1 and state = 'done' and claims = $2 and proof = $3)",
        );
        Ok(kept.bind(job.id.0).bind(job.claim).bind(words(&proof.to_calldata())).fetch_one(&self.pool).await?)
    }

    /// Records a failed attempt: queued again with a delay, or failed. Nothing if the job is not the worker's any more.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn fail(&self, job: &Claimed, error: &str, failed: Failed) -> Result<Option<State>, QueueError> {
        let wait = match failed {
            Failed::ForGood => None,
            Failed::Once(first) => {
                let doubled = first.saturating_mul(1u32 << job.attempt.saturating_sub(1).min(16));
                Some(doubled.min(MAX_BACK_OFF).as_secs_f64())
            }
        };
        let row = sqlx::query(
            "update proving.jobs set
               state = case when $4::float8 is null or attempts >= max_attempts then 'failed' else 'queued' end,
               finished_at = case when $4::float8 is null or attempts >= max_attempts then now() end,
               run_after = now() + make_interval(secs => coalesce($4::float8, 0)), lease_until = null, error = $3
             where id = $1 and state = 'running' and claims = $2 returning id, state",
        )
        .bind(job.id.0)
        .bind(job.claim)
        .bind(error)
        .bind(wait)
        .fetch_optional(&self.pool)
        .await?;
        row.as_ref().map(|row| Columns::of(row)?.state()).transpose()
    }

    /// Gives a job back that was not tried: it is queued as if it had not been claimed.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn release(&self, job: &Claimed) -> Result<(), QueueError> {
        sqlx::query(
            "update proving.jobs set state = 'queued', attempts = attempts - 1, run_after = now(), lease_until = null,
               worker = null, started_at = null
             where id = $1 and state = 'running' and claims = $2",
        )
        .bind(job.id.0)
        .bind(job.claim)
        .execute(&self.pool)
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{AssertSqlSafe, PgPool};

    use super::*;

    #[sqlx::test(migrations = false)]
    async fn the_next_job_is_found_by_an_index_among_millions_of_events(pool: PgPool) {
        Queue::new(pool.clone()).migrate().await.unwrap();
        let mine = word(U256::from(1));
        // A third is proved, a third somebody else's.
        sqlx::query(
            "insert into proving.jobs
               (license_id, epoch, lane, ctx, licensee, head_before, head_after, seq_before, events, capacity, state,
                proof, public_inputs, payload, finished_at)
             select 1, 0, 0, sha256('lane'), case when i % 3 = 0 then sha256('somebody') else $1 end,
               sha256(int8send(i)), sha256(int8send(i + 1)), i * 1024, 1024, 1024,
               case when i % 3 = 1 then 'done' else 'queued' end,
               case when i % 3 = 1 then decode(repeat('00', 256), 'hex') end,
               case when i % 3 = 1 then decode(repeat('00', 192), 'hex') end,
               case when i % 3 <> 1 then decode('01', 'hex') end, case when i % 3 = 1 then now() end
             from generate_series(0::bigint, 4999) as i",
        )
        .bind(&mine)
        .execute(&pool)
        .await
        .unwrap();
        sqlx::query("analyze proving.jobs").execute(&pool).await.unwrap();
        let explain = AssertSqlSafe(format!("explain {}", next!()));
        let plan: Vec<String> = sqlx::query_scalar(explain).bind(&mine).fetch_all(&pool).await.unwrap();
        let plan = plan.join("\n");
        assert!(plan.contains("Index Scan using jobs_open") && !plan.contains("Sort"), "{plan}");
    }
}
