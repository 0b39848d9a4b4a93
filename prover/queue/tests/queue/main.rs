//! The queue on a real Postgres: `DATABASE_URL` names a server on which databases may be created.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

extern crate datavault_queue as queue;

mod cancelling;
mod claiming;
mod connecting;
mod crowd;
mod failing;
mod progress;
mod proving;
mod submitting;

use std::time::Duration;

use alloy_primitives::U256;
use domain::LicenseId;
use groth16::{Proof, ProveError, UsageWitness};
use queue::{
    AttemptError, Claimed, Job, JobFilter, JobId, JobRow, LaneKey, Queue, State, Submitted, Worker, WorkerOptions,
};
use sqlx::PgPool;
use statement::{
    Accumulator, Event, SecretKey, Signature,
    usage::{Capacity, PublicInputs},
};

/// Longer than anything here takes.
const LONG: Duration = Duration::from_secs(60);
/// What workers of tests work with: nobody waits.
const FAST: WorkerOptions = WorkerOptions {
    lease: LONG,
    poll: Duration::from_millis(5),
    back_off: Duration::from_millis(5),
    until_empty: true,
};

/// A lane that both sides sign, natively.
struct Lane {
    key: LaneKey,
    licensee: SecretKey,
    meter: SecretKey,
    chain: Accumulator,
}

impl Lane {
    fn new(license: u64, lane: u32) -> Self {
        let ctx = U256::from(license * 1_000 + u64::from(lane) + 1);
        Self {
            key: LaneKey { license_id: LicenseId(license), lane, epoch: 0 },
            licensee: SecretKey::derive(&[1; 32], "licensee"),
            meter: SecretKey::derive(&[2; 32], "meter"),
            chain: Accumulator::genesis(ctx),
        }
    }

    fn commitment(&self) -> U256 {
        self.licensee.public().commitment()
    }

    fn ctx(&self) -> U256 {
        self.chain.ctx
    }

    fn sign(&self, head: U256) -> Signature {
        self.meter.sign(head)
    }

    /// The next events, which change the lane.
    fn fetch(&mut self, count: u64) -> Vec<Event> {
        let event = |i| Event { time: 1_700_000_000 + i, units: (i % 7) as u16, call: U256::from(i + 1) };
        let events: Vec<_> = (self.chain.seq..self.chain.seq + count).map(event).collect();
        for event in &events {
            self.chain.step(event).unwrap();
        }
        events
    }

    /// A job for the next events.
    fn job(&mut self, count: u64) -> Job {
        let before = self.chain.clone();
        let events = self.fetch(count);
        let head = self.chain.head();
        let meter = (self.meter.public(), self.sign(head));
        Job::new(self.key, self.commitment(), before, events, head, meter).unwrap()
    }

    fn jobs(&mut self, count: usize) -> Vec<Job> {
        (0..count).map(|_| self.job(1)).collect()
    }
}

async fn fresh(pool: PgPool) -> Queue {
    let queue = Queue::new(pool);
    queue.migrate().await.unwrap();
    queue
}

async fn submit(queue: &Queue, job: Job) -> JobId {
    match queue.submit(&[job]).await.unwrap()[..] {
        [Submitted::New(id)] => id,
        ref other => panic!("{other:?}"),
    }
}

async fn job(queue: &Queue, id: JobId) -> JobRow {
    let all = queue.jobs(JobFilter::default(), 10_000).await.unwrap();
    all.into_iter().find(|row| row.id == id).unwrap()
}

async fn claim(queue: &Queue, lane: &Lane, lease: Duration) -> Option<Claimed> {
    queue.claim("test", lane.commitment(), lease).await.unwrap()
}

/// Checks a witness as the prover does, and gives a proof that proves nothing: for tests of everything else.
fn checked_only(_: Capacity, witness: &UsageWitness) -> Result<(Proof, PublicInputs), AttemptError> {
    let inputs = witness.public_inputs().map_err(ProveError::from)?;
    Ok((no_proof(), inputs))
}

fn no_proof() -> Proof {
    Proof::from_calldata([U256::ZERO; 8]).unwrap()
}

fn worker(queue: &Queue, lane: &Lane) -> Worker {
    Worker::proving_with(queue.clone(), "test", lane.licensee.clone(), checked_only, FAST)
}

/// Inputs as a worker would have proved them.
fn inputs(job: &Claimed, lane: &Lane) -> PublicInputs {
    job.witness(&lane.licensee).unwrap().public_inputs().unwrap()
}

async fn complete(queue: &Queue, job: &Claimed, lane: &Lane) -> bool {
    queue.complete(job, &no_proof(), &inputs(job, lane), Duration::from_millis(1)).await.unwrap()
}

async fn count(queue: &Queue, state: State) -> usize {
    queue.jobs(JobFilter { state: Some(state), ..JobFilter::default() }, 10_000).await.unwrap().len()
}
