//! Workers.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use alloy_primitives::U256;
use groth16::{Proof, ProveError, Prover, UsageWitness};
use serde::Serialize;
use statement::{
    SecretKey,
    usage::{Capacity, PublicInputs},
};
use tokio::{task::JoinError, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use crate::{
    claim::{Claimed, Failed},
    connect::Queue,
    error::QueueError,
    job::{JobId, LaneKey, State},
    threads::Threads,
};

/// How often in a row a database may fail before a worker gives up: some minutes.
const PATIENCE: u32 = 8;
/// The least time that a database is given to answer.
const SHORTEST_PATIENCE: Duration = Duration::from_secs(15);
/// The longest wait between two tries to reach it.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Why an attempt gave no proof.
#[derive(Debug, thiserror::Error)]
pub enum AttemptError {
    /// There is none, or no key.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// There is one, and it is wrong.
    #[error("the proof does not verify: remove the proving keys, which are damaged")]
    Unverified,
}

impl AttemptError {
    /// Whether the same witness would fail again.
    fn is_permanent(&self) -> bool {
        matches!(self, Self::Prove(ProveError::Usage(_) | ProveError::Unsatisfied { .. }))
    }
}

/// A proof and what it proves.
type Proved = Result<(Proof, PublicInputs), AttemptError>;
/// What makes a proof. It verified it.
type Prove = dyn Fn(Capacity, &UsageWitness) -> Proved + Send + Sync;
/// Who is told how each job ended.
type Tell = dyn Fn(&Ended) + Send + Sync;

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// How long a job stays with a worker that is not heard of; a heartbeat every third of it prolongs it.
    pub lease: Duration,
    /// How often an idle worker looks.
    pub poll: Duration,
    /// The wait before the second attempt; it doubles with each.
    pub back_off: Duration,
    /// Whether to end when no job of this key is open any more, waiting for those of other workers.
    pub until_empty: bool,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self {
            lease: Duration::from_secs(60),
            poll: Duration::from_secs(1),
            back_off: Duration::from_secs(5),
            until_empty: false,
        }
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Proved and kept.
    Done,
    /// It is queued again.
    Later(String),
    /// It cannot be proved.
    Failed(String),
    /// Cancelled meanwhile, or taken over: the proof is dropped.
    Dropped,
    /// Given back, because the worker is to stop.
    Released,
}

/// An attempt that ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Ended {
    /// The job.
    pub id: JobId,
    /// Whose.
    #[serde(flatten)]
    pub lane: LaneKey,
    /// Events in it.
    pub events: u32,
    /// How.
    pub outcome: Outcome,
}

/// What a worker did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Proofs kept.
    pub proofs: u64,
    /// Events in them.
    pub events: u64,
    /// Attempts that will be repeated.
    pub retried: u64,
    /// Jobs that cannot be proved.
    pub failed: u64,
    /// Proofs dropped, because their job was cancelled or taken over.
    pub dropped: u64,
}

impl Tally {
    /// Adds what another worker did.
    pub fn add(&mut self, other: Self) {
        self.proofs += other.proofs;
        self.events += other.events;
        self.retried += other.retried;
        self.failed += other.failed;
        self.dropped += other.dropped;
    }

    fn count(&mut self, ended: &Ended) {
        match ended.outcome {
            Outcome::Done => {
                self.proofs += 1;
                self.events += u64::from(ended.events);
            }
            Outcome::Later(_) => self.retried += 1,
            Outcome::Failed(_) => self.failed += 1,
            Outcome::Dropped => self.dropped += 1,
            Outcome::Released => {}
        }
    }
}

/// Proves one job at a time. Several in one process share keys and threads.
///
/// It holds the licensee's key, which is zeroized with it, and claims only jobs of that key.
#[derive(Clone)]
pub struct Worker {
    queue: Queue,
    name: String,
    secret: SecretKey,
    licensee: U256,
    prove: Arc<Prove>,
    tell: Arc<Tell>,
    options: WorkerOptions,
}

impl Worker {
    /// A worker that proves with these keys on these threads. Its name shows where it runs.
    #[must_use]
    pub fn new(
        queue: Queue,
        name: &str,
        secret: SecretKey,
        (prover, threads): (Arc<Prover>, Threads),
        options: WorkerOptions,
    ) -> Self {
        let prove = move |capacity: Capacity, witness: &UsageWitness| {
            // Not on the threads: one that waits for its part of the loading could take up another worker's proof,
            // which waits for the keys.
            prover.load(capacity.into()).map_err(ProveError::Key)?;
            // Whatever the prover does in parallel stays on these threads, however many workers share them.
            threads.run(|| prove(&prover, capacity, witness))
        };
        Self::proving_with(queue, name, secret, prove, options)
    }

    /// A worker that makes proofs in another way.
    #[must_use]
    pub fn proving_with(
        queue: Queue,
        name: &str,
        secret: SecretKey,
        prove: impl Fn(Capacity, &UsageWitness) -> Result<(Proof, PublicInputs), AttemptError> + Send + Sync + 'static,
        options: WorkerOptions,
    ) -> Self {
        let licensee = secret.public().commitment();
        Self { queue, name: name.to_owned(), secret, licensee, prove: Arc::new(prove), tell: Arc::new(|_| ()), options }
    }

    /// The same, telling how each job ended.
    #[must_use]
    pub fn telling(mut self, tell: impl Fn(&Ended) + Send + Sync + 'static) -> Self {
        self.tell = Arc::new(tell);
        self
    }

    /// Another of the same, sharing everything but the name.
    #[must_use]
    pub fn named(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Works until it is told to stop, or with `until_empty` until there is nothing left.
    ///
    /// A job that is being proved when it is told is proved and kept: that takes about a second.
    ///
    /// # Errors
    /// If the database stays away for some minutes.
    pub async fn run(&self, shutdown: CancellationToken) -> Result<Tally, QueueError> {
        let (mut tally, mut failures) = (Tally::default(), 0u32);
        while !shutdown.is_cancelled() {
            let wait = match self.step(&shutdown).await {
                Ok(Some(ended)) => {
                    failures = 0;
                    tally.count(&ended);
                    (self.tell)(&ended);
                    continue;
                }
                Ok(None) => {
                    failures = 0;
                    if self.options.until_empty && self.queue.open(self.licensee).await.is_ok_and(|(ours, _)| ours == 0)
                    {
                        break;
                    }
                    self.options.poll
                }
                Err(error) if failures < PATIENCE => {
                    failures += 1;
                    tracing::warn!(target: "datavault_queue", worker = %self.name, %error, "trying again");
                    self.options.poll.saturating_mul(1 << failures).min(LONGEST_WAIT)
                }
                Err(error) => return Err(error),
            };
            tokio::select! {
                () = shutdown.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
        Ok(tally)
    }

    /// Takes one job and tries it; nothing if there is none for this key now.
    ///
    /// # Errors
    /// If the database fails. A job that was taken is free again after its lease.
    pub async fn step(&self, shutdown: &CancellationToken) -> Result<Option<Ended>, QueueError> {
        let claimed = self.queue.claim(&self.name, self.licensee, self.options.lease);
        let Some(job) = self.answered(claimed).await? else { return Ok(None) };
        let outcome = match shutdown.is_cancelled() {
            true => {
                self.answered(self.queue.release(&job)).await?;
                Outcome::Released
            }
            false => self.attempt(&job).await?,
        };
        Ok(Some(Ended { id: job.id, lane: job.lane, events: job.events, outcome }))
    }

    async fn attempt(&self, job: &Claimed) -> Result<Outcome, QueueError> {
        let witness = match job.witness(&self.secret) {
            Ok(witness) => witness,
            Err(refusal) => return self.failed(job, &refusal.to_string(), Failed::ForGood).await,
        };
        let started = Instant::now();
        let Some(result) = self.prove_under_lease(job, witness).await else { return Ok(Outcome::Dropped) };
        let retry = Failed::Once(self.options.back_off);
        let (proof, inputs) = match result {
            Ok(Ok(proved)) => proved,
            Ok(Err(error)) => {
                let how = if error.is_permanent() { Failed::ForGood } else { retry };
                return self.failed(job, &error.to_string(), how).await;
            }
            // Its words may show what it worked on.
            Err(_) => return self.failed(job, "the prover panicked", retry).await,
        };
        if let Err(refusal) = job.check(&inputs) {
            return self.failed(job, &refusal.to_string(), Failed::ForGood).await;
        }
        match self.keep(job, &proof, &inputs, started.elapsed()).await? {
            true => Ok(Outcome::Done),
            false => Ok(Outcome::Dropped),
        }
    }

    /// Proves beside the runtime, while heartbeats keep the job. Nothing if it was lost meanwhile.
    async fn prove_under_lease(&self, job: &Claimed, witness: UsageWitness) -> Option<Result<Proved, JoinError>> {
        let (prove, capacity) = (self.prove.clone(), job.capacity);
        let mut proving = tokio::task::spawn_blocking(move || prove(capacity, &witness));
        let mut heartbeat = tokio::time::interval((self.options.lease / 3).max(Duration::from_millis(1)));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        heartbeat.tick().await;
        let mut is_ours = true;
        loop {
            tokio::select! {
                result = &mut proving => return is_ours.then_some(result),
                _ = heartbeat.tick(), if is_ours => match self.answered(self.queue.renew(job, self.options.lease)).await {
                    Ok(renewed) => is_ours = renewed,
                    // The lease may outlast whatever this is; if not, the proof is dropped when it is done.
                    Err(error) => tracing::warn!(target: "datavault_queue", job = %job.id, %error, "no heartbeat"),
                },
            }
        }
    }

    /// A proof is worth some patience with the database.
    async fn keep(
        &self,
        job: &Claimed,
        proof: &Proof,
        inputs: &PublicInputs,
        took: Duration,
    ) -> Result<bool, QueueError> {
        let mut wait = self.options.poll;
        for _ in 0..3 {
            match self.answered(self.queue.complete(job, proof, inputs, took)).await {
                Err(error) => {
                    tracing::warn!(target: "datavault_queue", job = %job.id, %error, "cannot keep a proof yet");
                    tokio::time::sleep(wait).await;
                    wait = wait.saturating_mul(2);
                }
                kept => return kept,
            }
        }
        self.answered(self.queue.complete(job, proof, inputs, took)).await
    }

    /// The database's answer. A connection that died in silence would be waited for without an end, so after a lease
    /// it counts as failed.
    async fn answered<T>(&self, call: impl Future<Output = Result<T, QueueError>>) -> Result<T, QueueError> {
        let patience = self.options.lease.max(SHORTEST_PATIENCE);
        tokio::time::timeout(patience, call).await.unwrap_or(Err(QueueError::Silent(patience)))
    }

    async fn failed(&self, job: &Claimed, error: &str, how: Failed) -> Result<Outcome, QueueError> {
        Ok(match self.answered(self.queue.fail(job, error, how)).await? {
            None => Outcome::Dropped,
            Some(State::Queued) => Outcome::Later(error.to_owned()),
            Some(_) => Outcome::Failed(error.to_owned()),
        })
    }
}

/// Proves, and verifies before anybody relies on it.
fn prove(prover: &Prover, capacity: Capacity, witness: &UsageWitness) -> Proved {
    let (proof, inputs) = prover.prove_usage(capacity, witness)?;
    match prover.verify_usage(capacity, &inputs, &proof) {
        true => Ok((proof, inputs)),
        false => Err(AttemptError::Unverified),
    }
}
