//! What stops following, and what does not.

use std::net::TcpListener;

use datavault_ingest::IngestError;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    Following, config,
    emitter::{Chain, foreign_event, some_event},
    mirror::{caught_up, migrated},
};

#[sqlx::test(migrations = false)]
async fn a_log_that_is_not_understood_stops_the_mirror_before_it(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    chain.emit(&[some_event(1)]).await;
    let sound = chain.head().await;
    chain.emit(&[some_event(2), foreign_event()]).await;
    chain.emit(&[some_event(3)]).await;
    let error = Following::start(config(&chain, &options)).task.await.unwrap().unwrap_err();
    let IngestError::Undecodable { block, .. } = &error else { panic!("{error}") };
    assert_eq!(*block, sound.0 + 1);
    assert!(error.to_string().contains("topic"), "{error}");
    let checkpoint = store::checkpoint(&mut conn).await.unwrap().unwrap();
    assert_eq!((checkpoint.number, checkpoint.hash), sound);
    let status = store::read::status(&mut conn).await.unwrap();
    assert!(status.halted.is_some_and(|reason| reason.contains(&format!("block {block}"))));

    // When the chain takes the block back, following goes on.
    chain.reorg(2).await;
    let following = Following::start(config(&chain, &options));
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    assert!(store::read::status(&mut conn).await.unwrap().halted.is_none());
}

#[sqlx::test(migrations = false)]
async fn a_node_that_does_not_answer_is_waited_for(_: PgPoolOptions, options: PgConnectOptions) {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut conn = migrated(&options).await;
    let mut early = config(&Chain::start(0).await, &options);
    early.rpc_url = format!("http://127.0.0.1:{port}").parse().unwrap();
    let following = Following::start(early);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!following.task.is_finished());
    let chain = Chain::start(port).await;
    caught_up(&mut conn, &chain).await;
    following.stop().await;
}

#[sqlx::test(migrations = false)]
async fn another_chain_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let mut wrong = config(&chain, &options);
    wrong.deployment.chain_id = 1;
    let error = Following::start(wrong).task.await.unwrap().unwrap_err();
    assert!(matches!(error, IngestError::WrongChain { node: 31337, deployment: 1, .. }), "{error}");

    let following = Following::start(config(&chain, &options));
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    let mut moved = config(&chain, &options);
    moved.deployment.addresses.escrow = alloy::primitives::Address::repeat_byte(7);
    let error = Following::start(moved).task.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("PaymentEscrow"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn an_unmigrated_database_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let error = Following::start(config(&chain, &options)).task.await.unwrap().unwrap_err();
    assert!(error.to_string().contains("datavault-indexer migrate"), "{error}");
}
