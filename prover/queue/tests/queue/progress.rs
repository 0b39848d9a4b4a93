//! What is counted.

use sqlx::PgPool;

use super::*;

#[sqlx::test(migrations = false)]
async fn progress_counts_jobs_and_events_by_lane_and_tells_when_it_ends(pool: PgPool) {
    let queue = fresh(pool.clone()).await;
    let none = queue.progress(None).await.unwrap();
    assert_eq!((none.lanes.len(), none.events_per_sec, none.eta_secs), (0, None, None));

    let mut lanes = [Lane::new(1, 0), Lane::new(1, 4), Lane::new(2, 0)];
    for lane in &mut lanes {
        let jobs = [lane.job(10), lane.job(20), lane.job(30)];
        queue.submit(&jobs).await.unwrap();
    }
    let done = claim(&queue, &lanes[0], LONG).await.unwrap();
    // It took ten seconds.
    sqlx::query("update proving.jobs set started_at = now() - interval '10 s' where id = $1")
        .bind(done.id.0)
        .execute(&pool)
        .await
        .unwrap();
    assert!(complete(&queue, &done, &lanes[0]).await);
    claim(&queue, &lanes[0], LONG).await.unwrap();

    let progress = queue.progress(Some(LicenseId(1))).await.unwrap();
    let [first, second] = &progress.lanes[..] else { panic!("{progress:?}") };
    assert_eq!((first.done, first.running, first.queued, first.lane.lane), (1, 1, 1, 0));
    assert_eq!((first.events_proved, first.events_open), (10, 50));
    assert_eq!((second.queued, second.lane.lane), (3, 4));
    assert_eq!((progress.events_proved, progress.events_open), (10, 110));
    let rate = progress.events_per_sec.unwrap();
    assert!((0.5..=1.0).contains(&rate), "{rate}");
    assert!((110..=220).contains(&progress.eta_secs.unwrap()));
    assert_eq!(queue.progress(None).await.unwrap().events_open, 170);
    assert_eq!(queue.lanes(LicenseId(1)).await.unwrap().len(), 2);
}

#[sqlx::test(migrations = false)]
async fn lists_go_on_after_the_last_job_seen(pool: PgPool) {
    let queue = fresh(pool).await;
    let mut lane = Lane::new(3, 0);
    queue.submit(&lane.jobs(5)).await.unwrap();
    let mut filter = JobFilter { license_id: Some(LicenseId(3)), ..JobFilter::default() };
    let first = queue.jobs(filter, 3).await.unwrap();
    filter.after = first.last().map(|row| row.id);
    let rest = queue.jobs(filter, 3).await.unwrap();
    assert_eq!((first.len(), rest.len()), (3, 2));
    assert_eq!(rest[1].seq_before, 4);
    filter.license_id = Some(LicenseId(4));
    assert!(queue.jobs(filter, 3).await.unwrap().is_empty());
}
