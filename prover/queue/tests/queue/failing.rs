//! What fails at once, what is tried again, and when.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use queue::{Failed, Outcome};
use sqlx::PgPool;
use statement::usage::Window;

use super::*;

/// Runs a worker on one job, and gives the sentence with which it failed, at the first attempt.
async fn refused(queue: &Queue, lane: &Lane, bad: Job) -> String {
    let id = submit(queue, bad).await;
    let tally = worker(queue, lane).run(Default::default()).await.unwrap();
    let row = job(queue, id).await;
    assert_eq!((row.state, row.attempts, tally.failed), (State::Failed, 1, 1), "{row:?}");
    row.error.unwrap()
}

#[sqlx::test(migrations = false)]
async fn what_cannot_be_proved_fails_at_once_and_names_the_field(pool: PgPool) {
    let queue = fresh(pool).await;
    let change = |lane: u32, change: &dyn Fn(&Lane, &mut Job)| {
        let mut lane = Lane::new(1, lane);
        lane.fetch(2);
        let mut job = lane.job(3);
        change(&lane, &mut job);
        (lane, job)
    };
    type Change = fn(&Lane, &mut Job);
    let cases: [(Change, &str); 7] = [
        (|_, job| job.work.window = Window::new(1, 2).unwrap(), "outside the window"),
        (|_, job| job.work.events.swap(0, 2), "event 1 does not extend the chain"),
        (|_, job| job.work.events[1].units += 1, "meter signature"),
        (|lane, job| job.work.meter_signature = lane.sign(U256::from(5)), "meter signature"),
        (|_, job| job.work.meter = SecretKey::derive(&[8; 32], "meter").public(), "meter signature"),
        (|_, job| job.work.events.truncate(2), "meter signature"),
        (|_, job| job.head_after = U256::from(5), "head_after"),
    ];
    for (number, (bad, words)) in (0..).zip(cases) {
        let (lane, job) = change(number, &bad);
        let told = refused(&queue, &lane, job).await;
        assert!(told.contains(words), "{told}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_damaged_payload_fails_and_names_the_field(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let mut lane = Lane::new(1, 0);
    let changes = [
        ("payload = substring(payload for 100)", "payload.before"),
        ("payload = set_byte(payload, 0, 9)", "payload.version"),
        ("payload = set_byte(payload, 32, (get_byte(payload, 32) + 1) % 256)", "payload.ctx"),
        ("head_before = sha256('another')", "payload.before"),
    ];
    for (change, words) in changes {
        let id = submit(&queue, lane.job(1)).await;
        let statement = format!("update proving.jobs set {change} where id = $1");
        sqlx::query(sqlx::AssertSqlSafe(statement)).bind(id.0).execute(&pool).await.unwrap();
        worker(&queue, &lane).run(Default::default()).await.unwrap();
        let row = job(&queue, id).await;
        assert_eq!((row.state, row.attempts), (State::Failed, 1));
        let told = row.error.unwrap();
        assert!(told.contains(words), "{told}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_failed_attempt_is_repeated_later_and_the_wait_doubles(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    for (attempt, secs) in [(1, 10.0), (2, 20.0), (3, 40.0), (4, 80.0)] {
        let claimed = claim(&queue, &lane, LONG).await.unwrap();
        assert_eq!(claimed.attempt, attempt);
        let state = queue.fail(&claimed, "no luck", Failed::Once(Duration::from_secs(10))).await.unwrap();
        assert_eq!(state, Some(State::Queued));
        assert!(claim(&queue, &lane, LONG).await.is_none(), "not before its time");
        let wait: f64 = sqlx::query_scalar(
            "update proving.jobs as job set run_after = now() from proving.jobs as old
             where job.id = $1 and old.id = job.id returning extract(epoch from old.run_after - now())::float8",
        )
        .bind(id.0)
        .fetch_one(&pool)
        .await
        .unwrap();
        assert!((secs - 5.0..=secs).contains(&wait), "attempt {attempt}: {wait}");
    }
    let claimed = claim(&queue, &lane, LONG).await.unwrap();
    let state = queue.fail(&claimed, "no luck", Failed::Once(Duration::ZERO)).await.unwrap();
    assert_eq!(state, Some(State::Failed), "the fifth is the last");
    queue.retry(id).await.unwrap();
    assert_eq!(claim(&queue, &lane, LONG).await.unwrap().attempt, 1);
}

#[sqlx::test(migrations = false)]
async fn a_prover_that_fails_or_panics_for_a_while_is_tried_until_it_works(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    let tries = Arc::new(AtomicU32::new(0));
    let counted = tries.clone();
    let moody = move |capacity: Capacity, witness: &UsageWitness| match counted.fetch_add(1, Ordering::SeqCst) {
        0 => panic!("what it worked on: {witness:?}"),
        1 => Err(AttemptError::Unverified),
        _ => checked_only(capacity, witness),
    };
    let worker = Worker::proving_with(queue.clone(), "moody", lane.licensee.clone(), moody, FAST);
    let stop = Default::default();
    let first = worker.step(&stop).await.unwrap().unwrap();
    assert_eq!(first.outcome, Outcome::Later("the prover panicked".into()));
    let tally = worker.run(stop).await.unwrap();
    assert_eq!((tally.proofs, tally.retried), (1, 1));
    let row = job(&queue, id).await;
    assert_eq!((row.state, row.attempts, row.error), (State::Done, 3, None));
    assert_eq!(tries.load(Ordering::SeqCst), 3);
}
