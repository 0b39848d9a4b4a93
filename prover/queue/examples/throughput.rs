//! How fast a queue is proved, and in how much memory: `throughput [events] [workers] [threads]`, with `DATABASE_URL`.
//!
//! Makes a lane of that many events, submits it, proves it with workers of this process,
//! and prints one line of JSON.

use std::{error::Error, sync::Arc, time::Instant};

use alloy_primitives::U256;
use datavault_queue::{Job, JobFilter, LaneKey, Queue, State, Threads, Worker, WorkerOptions};
use domain::LicenseId;
use groth16::Prover;
use statement::{Accumulator, Event, SecretKey, usage::Capacity};

const LOCAL_CHAIN: u64 = 31_337;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let number = |at: usize, usual: usize| std::env::args().nth(at).map_or(Ok(usual), |word| word.parse());
    let (events, workers, threads) = (number(1, 4_096)?, number(2, 1)?, number(3, 0)?);
    let address = std::env::var("DATABASE_URL")?;
    let queue = Queue::connect(&address, u32::try_from(2 * workers + 1)?).await?;
    queue.migrate().await?;
    let licensee = SecretKey::derive(&[1; 32], "licensee");

    let started = Instant::now();
    let jobs = submit(&queue, &licensee, events).await?;
    let submitting = started.elapsed();

    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/keys");
    let prover = Arc::new(Prover::load_or_generate(keys.as_ref(), LOCAL_CHAIN)?);
    prover.load(Capacity::Events1024.into())?;
    let with_keys = memory_mb("VmRSS");
    let options = WorkerOptions { until_empty: true, ..WorkerOptions::default() };
    let first = Worker::new(queue.clone(), "throughput", licensee, (prover, Threads::new(threads)?), options);
    let started = Instant::now();
    let all: Vec<_> = (0..workers)
        .map(|index| {
            let worker = first.named(&format!("throughput/{index}"));
            tokio::spawn(async move { worker.run(Default::default()).await })
        })
        .collect();
    for worker in all {
        worker.await??;
    }
    let proving = started.elapsed().as_secs_f64();
    let open = queue.jobs(JobFilter { state: Some(State::Done), ..JobFilter::default() }, 1_000_000).await?;
    println!(
        r#"{{"events": {events}, "workers": {workers}, "jobs": {jobs}, "done": {}, "submit_s": {:.2}, "prove_s": {proving:.2}, "events_per_s": {:.0}, "rss_with_keys_mb": {with_keys}, "rss_peak_mb": {}}}"#,
        open.len(),
        submitting.as_secs_f64(),
        events as f64 / proving,
        memory_mb("VmHWM"),
    );
    Ok(())
}

/// Events of one lane, cut into the largest jobs.
async fn submit(queue: &Queue, licensee: &SecretKey, events: usize) -> Result<usize, Box<dyn Error>> {
    let meter = SecretKey::derive(&[2; 32], "meter");
    // Another lane each time: what is done stays.
    let ctx = U256::from(std::time::UNIX_EPOCH.elapsed()?.as_nanos());
    let lane = LaneKey { license_id: LicenseId(1), lane: 0, epoch: 0 };
    let (mut chain, mut jobs) = (Accumulator::genesis(ctx), 0);
    while (chain.seq as usize) < events {
        let before = chain.clone();
        let count = (events as u64 - chain.seq).min(Capacity::Events1024.events() as u64);
        let event = |i| Event { time: 1_700_000_000 + i, units: 1, call: U256::from(i) };
        let range: Vec<_> = (chain.seq..chain.seq + count).map(event).collect();
        chain.extend(&range).map_err(|(_, error)| error)?;
        let head = chain.head();
        let signed = (meter.public(), meter.sign(head));
        queue.submit(&[Job::new(lane, licensee.public().commitment(), before, range, head, signed)?]).await?;
        jobs += 1;
    }
    Ok(jobs)
}

/// What the system says of this process.
fn memory_mb(field: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
    line.split_whitespace().find_map(|word| word.parse::<u64>().ok()).unwrap_or_default() / 1_024
}
