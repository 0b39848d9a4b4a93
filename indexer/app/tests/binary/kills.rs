//! SIGKILL between any two steps.

use std::time::Duration;

use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    Indexer,
    emitter::{Chain, some_event},
    mirror::{caught_up, drop_sibling, dump, migrated, sibling},
};

const INGEST: &[&str] = &["ingest", "--poll-interval-ms", "10", "--exact-depth", "4", "--max-range", "3"];

#[sqlx::test(migrations = false)]
async fn killed_at_any_moment_it_loses_and_doubles_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    for n in 0..60 {
        chain.emit(&[some_event(n), some_event(n + 1000)]).await;
    }
    let mut rng = StdRng::seed_from_u64(42);
    for n in 0..12 {
        let indexer = Indexer::start(INGEST, &options, &chain, &files);
        if n % 4 == 3 {
            chain.reorg(rng.gen_range(1..20)).await;
            chain.emit(&[some_event(n + 2000)]).await;
        }
        tokio::time::sleep(Duration::from_millis(rng.gen_range(20..150))).await;
        indexer.signal("KILL");
        indexer.ended().await;
    }
    let indexer = Indexer::start(INGEST, &options, &chain, &files);
    // Only the last one can have seen this block, so it is up when the mirror has it.
    chain.emit(&[some_event(5000)]).await;
    caught_up(&mut conn, &chain).await;
    indexer.signal("TERM");
    assert!(indexer.ended().await.0.success());

    let fresh = sibling(&options).await;
    let rebuilding = Indexer::start(&["ingest"], &fresh, &chain, &files);
    let mut rebuilt = migrated(&fresh).await;
    caught_up(&mut rebuilt, &chain).await;
    drop(rebuilding);
    assert_eq!(dump(&mut conn).await, dump(&mut rebuilt).await);
    drop_sibling(&options, &fresh).await;
}
