//! One range, one job.

use queue::{Covered, JobError, QueueError, State, Submitted};
use sqlx::PgPool;

use super::*;

#[sqlx::test(migrations = false)]
async fn submitting_twice_is_one_job(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let jobs = lane.jobs(3);
    let (one, other) = tokio::join!(queue.submit(&jobs), queue.submit(&jobs));
    let (one, other) = (one.unwrap(), other.unwrap());
    let ids = |submitted: &[Submitted]| submitted.iter().map(|it| it.id()).collect::<Vec<_>>();
    assert_eq!(ids(&one), ids(&other));
    let new = [one, other].concat().into_iter().filter(|it| matches!(it, Submitted::New(_))).count();
    assert_eq!(new, 3);
    assert_eq!(count(&queue, State::Queued).await, 3);
}

#[sqlx::test(migrations = false)]
async fn a_queued_running_or_done_job_stays_as_it_is_when_submitted_again(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let submitted = lane.job(2);
    let id = submit(&queue, submitted.clone()).await;
    let again = async || queue.submit(std::slice::from_ref(&submitted)).await.unwrap();
    assert_eq!(again().await, [Submitted::Known(id)]);
    let claimed = claim(&queue, &lane, LONG).await.unwrap();
    assert_eq!(again().await, [Submitted::Known(id)]);
    assert!(complete(&queue, &claimed, &lane).await);
    assert_eq!(again().await, [Submitted::Known(id)]);
    assert_eq!(job(&queue, id).await.state, State::Done);
}

#[sqlx::test(migrations = false)]
async fn a_failed_or_cancelled_job_is_queued_again_when_submitted(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let good = lane.job(2);
    let mut bad = good.clone();
    bad.work.meter_signature = lane.sign(U256::from(1));
    let id = submit(&queue, bad).await;
    worker(&queue, &lane).run(Default::default()).await.unwrap();
    assert_eq!(job(&queue, id).await.state, State::Failed);
    // With what was wrong put right.
    assert_eq!(queue.submit(std::slice::from_ref(&good)).await.unwrap(), [Submitted::Again(id)]);
    queue.cancel(id).await.unwrap();
    assert_eq!(queue.submit(&[good]).await.unwrap(), [Submitted::Again(id)]);
    let done = worker(&queue, &lane).run(Default::default()).await.unwrap();
    assert_eq!((done.proofs, done.events), (1, 2));
}

#[sqlx::test(migrations = false)]
async fn from_a_head_only_one_live_job_goes_on(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut short = Lane::new(1, 0);
    let mut long = Lane::new(1, 0);
    let id = submit(&queue, short.job(2)).await;
    let longer = long.job(3);
    let error = queue.submit(std::slice::from_ref(&longer)).await.unwrap_err();
    assert!(matches!(error, QueueError::Overlap { head_before: U256::ZERO }), "{error}");
    // All or none: a job that would have been fine is not there either.
    let mut fine = Lane::new(1, 1);
    assert!(queue.submit(&[fine.job(1), longer.clone()]).await.is_err());
    assert_eq!(count(&queue, State::Queued).await, 1);

    queue.cancel(id).await.unwrap();
    submit(&queue, longer).await;
    let error = queue.retry(id).await.unwrap_err();
    assert!(matches!(error, QueueError::Overlap { .. }), "{error}");
}

#[sqlx::test(migrations = false)]
async fn what_is_covered_tells_where_to_go_on(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let ctx = lane.chain.ctx;
    submit(&queue, lane.job(3)).await;
    let middle = lane.chain.head();
    let gone = submit(&queue, lane.job(4)).await;
    submit(&queue, lane.job(5)).await;
    queue.cancel(gone).await.unwrap();
    let covered = queue.covered(ctx, 0).await.unwrap();
    let expected = [
        Covered { seq_before: 0, events: 3, head_after: middle },
        Covered { seq_before: 7, events: 5, head_after: lane.chain.head() },
    ];
    assert_eq!(covered, expected);
    assert_eq!(queue.covered(ctx, 1).await.unwrap(), expected[1..]);
    let gaps = queue::gaps((U256::ZERO, 0), lane.chain.seq, &covered);
    assert_eq!(gaps, [queue::Gap { head_before: middle, seq_before: 3, events: 4 }]);
}

#[test]
fn ranges_take_the_smallest_circuit_that_holds_them() {
    for (events, capacity) in [(1, 128), (128, 128), (129, 1_024), (1_024, 1_024)] {
        assert_eq!(u16::from(Lane::new(1, 0).job(events).capacity), capacity);
    }
    let mut lane = Lane::new(1, 0);
    let before = lane.chain.clone();
    let meter = (lane.meter.public(), lane.sign(U256::from(1)));
    let make = |events| Job::new(lane.key, U256::ZERO, before.clone(), events, U256::from(1), meter);
    assert_eq!(make(Vec::new()), Err(JobError::NoEvents));
    let event = Event { time: 1, units: 1, call: U256::ZERO };
    assert_eq!(make(vec![event; 1_025]), Err(JobError::TooManyEvents(1_025)));
    let later = Event { time: 2, ..event };
    assert!(matches!(make(vec![later, event]), Err(JobError::Window(_))));
    assert!(matches!(make(vec![Event { time: 1 << 40, ..event }]), Err(JobError::Window(_))));
    lane.fetch(1);
}
