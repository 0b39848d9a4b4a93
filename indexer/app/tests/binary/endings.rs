//! How it begins and ends when nobody kills it.

use std::net::TcpListener;

use datavault_indexer::{ApiConfig, CancellationToken, Config, IngestConfig, ServeConfig, start};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    Indexer,
    emitter::{Chain, eventually, foreign_event, some_event},
    get,
    mirror::{POLL, migrated},
};

#[sqlx::test(migrations = false)]
async fn all_migrates_follows_answers_and_ends_when_asked(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    chain.emit(&[some_event(0)]).await;
    let mut indexer = Indexer::start(&["all", "--listen", "127.0.0.1:0"], &options, &chain, &files);
    let url = indexer.api_url();
    eventually("it is ready", async || get(&format!("{url}/ready")).await.0 == 200).await;
    let (_, status) = get(&format!("{url}/v1/status")).await;
    assert_eq!(status["block"]["number"], chain.head().await.0);
    indexer.signal("INT");
    let (status, said) = indexer.ended().await;
    assert!(status.success(), "{said}");
}

#[sqlx::test(migrations = false)]
async fn a_log_that_is_not_understood_ends_it_loudly(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    chain.emit(&[foreign_event()]).await;
    let block = chain.head().await.0;
    let indexer = Indexer::start(&["all", "--listen", "127.0.0.1:0"], &options, &chain, &files);
    let (status, said) = indexer.ended().await;
    assert!(!status.success());
    assert!(said.contains(&format!("stopped at block {block}")), "{said}");
}

#[sqlx::test(migrations = false)]
async fn serving_an_unmigrated_database_says_what_to_run(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    let indexer = Indexer::start(&["serve", "--listen", "127.0.0.1:0"], &options, &chain, &files);
    let (status, said) = indexer.ended().await;
    assert!(!status.success() && said.contains("datavault-indexer migrate"), "{said}");
}

#[sqlx::test(migrations = false)]
async fn it_runs_inside_another_program(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let config = |listen| Config {
        migrate: Some(options.clone()),
        ingest: Some(IngestConfig {
            poll_interval: POLL,
            ..IngestConfig::new(options.clone(), chain.anvil.endpoint_url(), chain.deployment.clone())
        }),
        serve: Some(ServeConfig { listen, api: ApiConfig::new(options.clone()) }),
    };
    let running = start(config("127.0.0.1:0".parse().unwrap()), CancellationToken::new()).await.unwrap();
    let url = format!("http://{}", running.api_address().unwrap());
    eventually("it is ready", async || get(&format!("{url}/ready")).await.0 == 200).await;
    running.stop().await.unwrap();

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let Err(error) = start(config(taken.local_addr().unwrap()), CancellationToken::new()).await else {
        panic!("listens on a taken port")
    };
    assert!(error.to_string().contains("--listen"), "{error}");
}

#[sqlx::test(migrations = false)]
async fn the_reader_sees_what_the_writer_commits(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    migrated(&options).await;
    let _writer = Indexer::start(&["ingest", "--poll-interval-ms", "20"], &options, &chain, &files);
    let mut reader = Indexer::start(&["serve", "--listen", "127.0.0.1:0"], &options, &chain, &files);
    let url = reader.api_url();
    for n in 1..4 {
        chain.emit(&[some_event(n)]).await;
        let head = chain.head().await;
        eventually("the reader is at the head", async || {
            let (status, answer) = get(&format!("{url}/v1/disputes")).await;
            status == 200 && answer["block"]["hash"] == head.1.to_string()
        })
        .await;
    }
}

#[sqlx::test(migrations = false)]
async fn a_database_that_is_not_there_is_named_without_its_password(_: PgPoolOptions, options: PgConnectOptions) {
    let files = tempfile::tempdir().unwrap();
    let chain = Chain::start(0).await;
    let missing = options.database("nowhere_to_be_found").password("secret");
    for command in [&["migrate"][..], &["serve", "--listen", "127.0.0.1:0"]] {
        let (status, said) = Indexer::start(command, &missing, &chain, &files).ended().await;
        assert_eq!(status.code(), Some(1), "{said}");
        assert!(said.contains("nowhere_to_be_found at") && !said.contains("secret"), "{said}");
    }
}
