//! Many jobs, many workers, and things that go wrong.

use std::collections::BTreeMap;

use queue::{CancellationToken, Failed};
use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::PgPool;

use super::*;

#[sqlx::test(migrations = false)]
async fn two_hundred_jobs_with_workers_that_are_killed_are_each_proved_once(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let mut lane = Lane::new(1, 0);
    queue.submit(&lane.jobs(200)).await.unwrap();
    let slowly = |capacity: Capacity, witness: &UsageWitness| {
        std::thread::sleep(Duration::from_millis(4));
        checked_only(capacity, witness)
    };
    let options = WorkerOptions { lease: Duration::from_millis(150), ..FAST };
    let worker = Worker::proving_with(queue.clone(), "w", lane.licensee.clone(), slowly, options);
    let start = |number: u32| {
        let worker = worker.named(&format!("worker {number}"));
        tokio::spawn(async move { worker.run(CancellationToken::new()).await })
    };
    let mut workers: Vec<_> = (0..4).map(start).collect();
    let mut random = StdRng::seed_from_u64(4);
    for kill in 0..24 {
        tokio::time::sleep(Duration::from_millis(random.gen_range(1..25))).await;
        let victim = random.gen_range(0..4);
        workers[victim].abort();
        workers[victim] = start(4 + kill);
    }
    for worker in workers {
        worker.await.unwrap().unwrap();
    }
    let rows = queue.jobs(JobFilter::default(), 10_000).await.unwrap();
    let mut states = BTreeMap::new();
    rows.iter().for_each(|row| *states.entry(row.state).or_insert(0) += 1);
    assert_eq!(states, BTreeMap::from([(State::Done, 200)]));
    // The proofs lead from genesis to the last head, in order.
    let (mut head, mut proofs) = (U256::ZERO, 0);
    while let Some(proof) = queue.proof_from(lane.ctx(), head).await.unwrap() {
        (head, proofs) = (proof.inputs.head_after, proofs + 1);
    }
    assert_eq!((head, proofs), (lane.chain.head(), 200));
    let killed: i64 =
        sqlx::query_scalar("select count(*) from proving.jobs where attempts > 1").fetch_one(&pool).await.unwrap();
    assert!(killed > 0, "nobody was killed at work");
}

#[sqlx::test(migrations = false)]
async fn heartbeats_keep_a_job_that_takes_longer_than_its_lease(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    let lease = Duration::from_millis(240);
    let slowly = move |capacity: Capacity, witness: &UsageWitness| {
        std::thread::sleep(3 * lease);
        checked_only(capacity, witness)
    };
    let worker =
        Worker::proving_with(queue.clone(), "slow", lane.licensee.clone(), slowly, WorkerOptions { lease, ..FAST });
    let rival = worker.named("rival");
    let (one, other) = tokio::join!(worker.run(Default::default()), rival.run(Default::default()));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_eq!((one.proofs + other.proofs, one.dropped + other.dropped), (1, 0));
    assert_eq!(job(&queue, id).await.attempts, 1);
}

#[sqlx::test(migrations = false)]
async fn a_worker_that_is_told_to_stop_finishes_its_job_and_leaves_the_rest(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    queue.submit(&lane.jobs(5)).await.unwrap();
    let stop = CancellationToken::new();
    let told = stop.clone();
    let prove = move |capacity: Capacity, witness: &UsageWitness| {
        told.cancel();
        checked_only(capacity, witness)
    };
    let worker = Worker::proving_with(queue.clone(), "w", lane.licensee.clone(), prove, FAST);
    assert_eq!(worker.run(stop.clone()).await.unwrap().proofs, 1);
    assert_eq!((count(&queue, State::Done).await, count(&queue, State::Queued).await), (1, 4));
    // Told between claiming and proving, it gives the job back.
    assert_eq!(worker.step(&stop).await.unwrap().unwrap().outcome, queue::Outcome::Released);
    assert_eq!(count(&queue, State::Queued).await, 4);
}

#[sqlx::test(migrations = false)]
async fn a_worker_outlives_its_connections(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let mut lane = Lane::new(1, 0);
    queue.submit(&lane.jobs(20)).await.unwrap();
    let slowly = |capacity: Capacity, witness: &UsageWitness| {
        std::thread::sleep(Duration::from_millis(5));
        checked_only(capacity, witness)
    };
    let options = WorkerOptions { lease: Duration::from_millis(200), ..FAST };
    let worker = Worker::proving_with(queue.clone(), "w", lane.licensee.clone(), slowly, options);
    let working = tokio::spawn(async move { worker.run(Default::default()).await });
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(20)).await;
        // Whoever asks may be hit by it as well.
        let _ = sqlx::query(
            "select pg_terminate_backend(pid) from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid()",
        )
        .execute(&pool)
        .await;
    }
    working.await.unwrap().unwrap();
    assert_eq!(count(&queue, State::Done).await, 20);
}

#[sqlx::test(migrations = false)]
async fn an_idle_worker_waits_for_the_jobs_of_others(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    let other = claim(&queue, &lane, LONG).await.unwrap();
    let worker = worker(&queue, &lane);
    let waiting = tokio::spawn(async move { worker.run(Default::default()).await });
    tokio::time::sleep(Duration::from_millis(60)).await;
    assert!(!waiting.is_finished());
    queue.fail(&other, "no luck", Failed::Once(Duration::ZERO)).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().proofs, 1);
    assert_eq!(job(&queue, id).await.state, State::Done);
}
