//! Cancelling, trying again, and what is done for ever.

use std::sync::mpsc;

use queue::{Failed, Outcome, QueueError};
use sqlx::PgPool;

use super::*;

#[sqlx::test(migrations = false)]
async fn a_queued_job_is_cancelled_at_once_and_may_be_tried_again(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    assert_eq!(queue.cancel(id).await.unwrap().was, State::Queued);
    assert!(claim(&queue, &lane, LONG).await.is_none());
    assert!(matches!(queue.cancel(id).await, Err(QueueError::WrongState { state: State::Cancelled, .. })));
    queue.retry(id).await.unwrap();
    assert!(matches!(queue.retry(id).await, Err(QueueError::WrongState { state: State::Queued, .. })));
    assert_eq!(claim(&queue, &lane, LONG).await.unwrap().id, id);
    for missing in [queue.cancel(JobId(99)).await.map(|_| ()), queue.retry(JobId(99)).await] {
        assert!(matches!(missing, Err(QueueError::UnknownJob(JobId(99)))));
    }
}

#[sqlx::test(migrations = false)]
async fn the_proof_of_a_job_cancelled_while_it_ran_is_dropped(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    // A prover that begins, and ends when it may.
    let (begun, begins) = mpsc::channel();
    let (go_on, may_end) = mpsc::channel::<()>();
    let may_end = std::sync::Mutex::new(may_end);
    let prove = move |capacity: Capacity, witness: &UsageWitness| {
        begun.send(()).unwrap();
        may_end.lock().unwrap().recv().unwrap();
        checked_only(capacity, witness)
    };
    let worker = Worker::proving_with(queue.clone(), "slow", lane.licensee.clone(), prove, FAST);
    let working = tokio::spawn(async move { worker.step(&Default::default()).await });
    tokio::task::spawn_blocking(move || begins.recv().unwrap()).await.unwrap();
    assert_eq!(queue.cancel(id).await.unwrap().was, State::Running);
    go_on.send(()).unwrap();
    assert_eq!(working.await.unwrap().unwrap().unwrap().outcome, Outcome::Dropped);
    assert_eq!(job(&queue, id).await.state, State::Cancelled);
    assert!(queue.proof_from(lane.ctx(), U256::ZERO).await.unwrap().is_none());
}

#[sqlx::test(migrations = false)]
async fn a_license_or_lane_is_cancelled_as_a_whole(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lanes = [Lane::new(1, 0), Lane::new(1, 1), Lane::new(2, 0)];
    for lane in &mut lanes {
        let jobs = lane.jobs(3);
        queue.submit(&jobs).await.unwrap();
    }
    let done = claim(&queue, &lanes[0], LONG).await.unwrap();
    assert!(complete(&queue, &done, &lanes[0]).await);
    assert_eq!(queue.cancel_license(LicenseId(1), Some(1)).await.unwrap().len(), 3);
    assert_eq!(queue.cancel_license(LicenseId(1), None).await.unwrap().len(), 2);
    let left = [State::Queued, State::Done, State::Cancelled];
    let mut counts = Vec::new();
    for state in left {
        counts.push(count(&queue, state).await);
    }
    assert_eq!(counts, [3, 1, 5]);
}

#[sqlx::test(migrations = false)]
async fn a_proof_that_is_done_never_changes(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let mut lane = Lane::new(1, 0);
    let submitted = lane.job(2);
    let id = submit(&queue, submitted.clone()).await;
    let claimed = claim(&queue, &lane, LONG).await.unwrap();
    assert!(complete(&queue, &claimed, &lane).await);
    let ctx = lane.ctx();
    let proof = queue.proof_from(ctx, U256::ZERO).await.unwrap().unwrap();

    // The same proof again, as by a worker that did not hear the answer: it is kept already.
    assert!(complete(&queue, &claimed, &lane).await);
    assert!(!queue.renew(&claimed, LONG).await.unwrap());
    assert_eq!(queue.fail(&claimed, "no", Failed::ForGood).await.unwrap(), None);
    queue.release(&claimed).await.unwrap();
    for refused in [queue.cancel(id).await.map(|_| ()), queue.retry(id).await] {
        assert!(matches!(refused, Err(QueueError::WrongState { state: State::Done, .. })));
    }
    queue.submit(&[submitted]).await.unwrap();
    // Nor by hand.
    let by_hand = sqlx::query("update proving.jobs set state = 'queued'").execute(&pool).await.unwrap_err();
    assert!(by_hand.to_string().contains("never changes"), "{by_hand}");
    assert_eq!(queue.proof_from(ctx, U256::ZERO).await.unwrap().unwrap(), proof);
    // Who reads the database afterwards learns what the proof makes public, and no event.
    let kept: bool = sqlx::query_scalar("select payload is not null from proving.jobs").fetch_one(&pool).await.unwrap();
    assert!(!kept);
}
