//! The chain changes its mind; the mirror is what a fresh one would be.

use rand::{Rng, SeedableRng, rngs::StdRng};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    Following, config,
    emitter::{Chain, eventually, some_event},
    mirror::{caught_up, drop_sibling, dump, migrated, sibling},
};

/// Number of logs that are stored.
async fn logs(conn: &mut sqlx::PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from logs").fetch_one(conn).await.unwrap()
}

/// Compares with a mirror that begins now and reads in another manner.
async fn assert_as_rebuilt(chain: &Chain, options: &PgConnectOptions, live: &mut sqlx::PgConnection, exact_depth: u64) {
    let fresh = sibling(options).await;
    let mut config = config(chain, &fresh);
    config.exact_depth = exact_depth;
    let following = Following::start(config);
    let mut conn = migrated(&fresh).await;
    caught_up(&mut conn, chain).await;
    following.stop().await;
    pretty(dump(live).await, dump(&mut conn).await);
    drop_sibling(options, &fresh).await;
}

fn pretty(live: Vec<(String, Vec<String>)>, rebuilt: Vec<(String, Vec<String>)>) {
    for (live, rebuilt) in live.iter().zip(&rebuilt) {
        assert_eq!(live, rebuilt, "the live mirror differs from the rebuilt one");
    }
    assert_eq!(live.len(), rebuilt.len());
}

#[sqlx::test(migrations = false)]
async fn rebuilt_equals_live_after_any_reorgs(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&chain, &options));
    let mut rng = StdRng::seed_from_u64(20_261_121);
    let mut number = 0;
    for round in 0..40 {
        let logs: Vec<_> = (0..rng.gen_range(0..4)).map(|i| some_event(number + i)).collect();
        number += logs.len() as u64;
        match rng.gen_range(0..6) {
            0..3 => chain.emit(&logs).await,
            3 => chain.mine(rng.gen_range(1..6)).await,
            // Not below block 3, where the emitting code was put.
            other => {
                let depth = rng.gen_range(1..8).min(chain.head().await.0 - 3);
                if depth > 0 && other == 4 {
                    chain.reorg(depth).await;
                } else if depth > 0 {
                    chain.roll_back(depth).await;
                }
                chain.emit(&logs).await;
            }
        }
        if round % 7 == 0 {
            caught_up(&mut conn, &chain).await;
        }
    }
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    assert!(logs(&mut conn).await > 0);
    assert_as_rebuilt(&chain, &options, &mut conn, 0).await;
    assert_as_rebuilt(&chain, &options, &mut conn, 1_000).await;
}

#[sqlx::test(migrations = false)]
async fn a_reorg_that_keeps_the_height_is_seen(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&chain, &options));
    chain.emit(&[some_event(1), some_event(2)]).await;
    chain.mine(2).await;
    caught_up(&mut conn, &chain).await;
    assert_eq!(logs(&mut conn).await, 2);
    chain.reorg(3).await;
    caught_up(&mut conn, &chain).await;
    assert_eq!(logs(&mut conn).await, 0);
    chain.emit(&[some_event(2), some_event(1)]).await;
    caught_up(&mut conn, &chain).await;
    assert_eq!(logs(&mut conn).await, 2);
    following.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_lower_head_is_followed_down(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&chain, &options));
    chain.emit(&[some_event(1)]).await;
    chain.mine(30).await;
    caught_up(&mut conn, &chain).await;
    chain.roll_back(31).await;
    caught_up(&mut conn, &chain).await;
    assert_eq!(logs(&mut conn).await, 0);
    following.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_mirror_that_slept_through_reorgs_finds_its_fork(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&chain, &options));
    for n in 0..90 {
        chain.emit(&[some_event(n)]).await;
    }
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    chain.reorg(80).await;
    chain.emit(&[some_event(500)]).await;
    chain.mine(20).await;
    let following = Following::start(config(&chain, &options));
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    assert_as_rebuilt(&chain, &options, &mut conn, 8).await;
}

#[sqlx::test(migrations = false)]
async fn stopping_at_any_moment_loses_and_doubles_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    for n in 0..40 {
        chain.emit(&[some_event(n), some_event(n + 1000)]).await;
    }
    let mut rng = StdRng::seed_from_u64(7);
    for n in 0..30 {
        let following = Following::start(config(&chain, &options));
        if n % 10 == 9 {
            chain.reorg(rng.gen_range(1..10)).await;
            chain.emit(&[some_event(n + 2000)]).await;
        }
        tokio::time::sleep(std::time::Duration::from_millis(rng.gen_range(0..60))).await;
        following.task.abort();
        assert!(following.task.await.is_err_and(|error| error.is_cancelled()));
    }
    let following = Following::start(config(&chain, &options));
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    assert_as_rebuilt(&chain, &options, &mut conn, 1_000).await;
}

#[sqlx::test(migrations = false)]
async fn the_second_writer_takes_over_when_the_first_ends(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let first = Following::start(config(&chain, &options));
    caught_up(&mut conn, &chain).await;
    let second = Following::start(config(&chain, &options));
    chain.emit(&[some_event(1)]).await;
    caught_up(&mut conn, &chain).await;
    first.stop().await;
    chain.emit(&[some_event(2)]).await;
    caught_up(&mut conn, &chain).await;
    second.stop().await;
    assert_as_rebuilt(&chain, &options, &mut conn, 8).await;
}

#[sqlx::test(migrations = false)]
async fn new_heads_are_heard_without_polling(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let mut config = config(&chain, &options);
    config.ws_url = Some(chain.anvil.ws_endpoint_url());
    config.poll_interval = std::time::Duration::from_secs(3600);
    let following = Following::start(config);
    // The subscription may come later than the first block.
    eventually("a new head is heard", async || {
        chain.mine(1).await;
        let head = chain.head().await;
        store::checkpoint(&mut conn).await.unwrap().is_some_and(|at| at.number + 1 >= head.0 && at.number > 4)
    })
    .await;
    following.stop().await;
}
