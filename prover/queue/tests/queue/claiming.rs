//! Leases.

use std::collections::BTreeSet;

use queue::{Failed, Refusal};
use sqlx::PgPool;

use super::*;

#[sqlx::test(migrations = false)]
async fn two_workers_never_take_the_same_job(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    queue.submit(&lane.jobs(60)).await.unwrap();
    let take = |name: u32| {
        let (queue, licensee) = (queue.clone(), lane.commitment());
        tokio::spawn(async move {
            let mut mine = Vec::new();
            while let Some(job) = queue.claim(&format!("worker {name}"), licensee, LONG).await.unwrap() {
                mine.push(job.id);
            }
            mine
        })
    };
    let workers: Vec<_> = (0..6).map(take).collect();
    let mut taken = Vec::new();
    for worker in workers {
        taken.extend(worker.await.unwrap());
    }
    assert_eq!((taken.len(), taken.iter().collect::<BTreeSet<_>>().len()), (60, 60));
}

#[sqlx::test(migrations = false)]
async fn a_dead_workers_job_is_taken_after_its_lease_and_it_may_no_longer_write(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    let thought_dead = claim(&queue, &lane, Duration::ZERO).await.unwrap();
    let heir = claim(&queue, &lane, LONG).await.unwrap();
    assert_eq!((heir.id, heir.attempt), (thought_dead.id, 2));
    assert!(claim(&queue, &lane, LONG).await.is_none(), "within the lease nobody else gets it");

    assert!(!queue.renew(&thought_dead, LONG).await.unwrap());
    assert!(!complete(&queue, &thought_dead, &lane).await);
    assert_eq!(queue.fail(&thought_dead, "late", Failed::ForGood).await.unwrap(), None);
    queue.release(&thought_dead).await.unwrap();
    assert_eq!(job(&queue, id).await.state, State::Running);
    assert!(queue.renew(&heir, LONG).await.unwrap());
    assert!(complete(&queue, &heir, &lane).await);
}

#[sqlx::test(migrations = false)]
async fn a_job_that_kills_its_workers_fails_in_the_end(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    for attempt in 1..=5 {
        assert_eq!(claim(&queue, &lane, Duration::ZERO).await.unwrap().attempt, attempt);
    }
    assert!(claim(&queue, &lane, LONG).await.is_none());
    let row = job(&queue, id).await;
    assert_eq!((row.state, row.attempts), (State::Failed, 5));
    assert!(row.error.unwrap().contains("did not come back"));
}

#[sqlx::test(migrations = false)]
async fn a_job_that_was_given_back_counts_no_attempt(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(1, 0);
    let id = submit(&queue, lane.job(1)).await;
    let claimed = claim(&queue, &lane, LONG).await.unwrap();
    queue.release(&claimed).await.unwrap();
    let row = job(&queue, id).await;
    assert_eq!((row.state, row.attempts, row.worker), (State::Queued, 0, None));
    assert_eq!(claim(&queue, &lane, LONG).await.unwrap().attempt, 1);
}

#[sqlx::test(migrations = false)]
async fn jobs_of_another_key_are_not_taken_and_refused_by_name(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(7, 0);
    let id = submit(&queue, lane.job(1)).await;
    let mut stranger = Lane::new(7, 0);
    stranger.licensee = SecretKey::derive(&[9; 32], "licensee");
    assert!(claim(&queue, &stranger, LONG).await.is_none());
    assert_eq!(queue.open(stranger.commitment()).await.unwrap(), (0, 1));
    assert_eq!(queue.open(lane.commitment()).await.unwrap(), (1, 0));

    let claimed = claim(&queue, &lane, LONG).await.unwrap();
    let refusal = claimed.witness(&stranger.licensee).unwrap_err();
    assert!(matches!(refusal, Refusal::ForeignLicensee { .. }));
    let told = refusal.to_string();
    assert!(told.starts_with("licensee:") && told.contains("license 7"), "{told}");
    assert_eq!(job(&queue, id).await.state, State::Running);
}
