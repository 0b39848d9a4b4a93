//! The API over a real Postgres: `DATABASE_URL` names a server on which databases may be created.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod answers;
mod nouns;
mod problems;
#[path = "../../../store/tests/store/samples.rs"]
mod samples;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use datavault_api::{ApiConfig, router};
use domain::{BlockRef, ChainEvent, LogRef};
use samples::{account, hash};
use serde_json::Value;
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use store::{Access, Batch, Mirror, RawLog};
use tower::ServiceExt;

/// What was answered.
struct Answered {
    status: StatusCode,
    headers: HeaderMap,
    json: Value,
}

/// The API on a migrated, empty mirror, and a connection to write with.
async fn empty(options: &PgConnectOptions) -> (Router, PgConnection) {
    let mut conn = options.connect().await.unwrap();
    store::migrate(&mut conn).await.unwrap();
    let reading = store::connect_options(options, Access::Read).await.unwrap();
    let pool = store::pool(reading, 4).await.unwrap();
    (router(pool, &ApiConfig::new(options.clone())), conn)
}

/// The API on a mirror in which one of everything happened, in block 7.
async fn filled(options: &PgConnectOptions) -> (Router, PgConnection) {
    let (api, mut conn) = empty(options).await;
    let mirror = Mirror {
        chain_id: 31337,
        genesis_hash: hash(1),
        start_block: 3,
        registry: account(1),
        licenses: account(2),
        escrow: account(3),
        usage: account(4),
        disputes: account(5),
        verifier_sets: account(6),
    };
    store::claim_mirror(&mut conn, &mirror).await.unwrap();
    append(&mut conn, 7, samples::all()).await;
    store::observe_head(&mut conn, 9, hash(9)).await.unwrap();
    (api, conn)
}

/// Mirrors block `number` in which `events` happened.
async fn append(conn: &mut PgConnection, number: u64, events: Vec<ChainEvent>) {
    let block =
        BlockRef { number, hash: hash(1000 + number), parent_hash: hash(999 + number), timestamp: 1_700_000_000 };
    let at = |log_index: u64| LogRef {
        block_number: number,
        block_hash: block.hash,
        transaction_hash: hash(log_index),
        log_index,
        address: account(0xaa),
    };
    let batch = Batch {
        blocks: vec![block],
        logs: (0..events.len() as u64).map(|i| RawLog { at: at(i), topics: vec![], data: vec![].into() }).collect(),
        events: events.into_iter().enumerate().map(|(i, event)| (at(i as u64), event)).collect(),
    };
    store::append(conn, &batch).await.unwrap();
}

/// Asks.
async fn get(api: &Router, path: &str) -> Answered {
    let request = Request::get(path).body(Body::empty()).unwrap();
    ask(api, request).await
}

async fn ask(api: &Router, request: Request<Body>) -> Answered {
    let response = api.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 20).await.unwrap();
    let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Answered { status: parts.status, headers: parts.headers, json }
}
