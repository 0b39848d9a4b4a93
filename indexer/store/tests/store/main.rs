//! The store against a real Postgres: `DATABASE_URL` names a server on which databases may be created.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

extern crate datavault_store as store;

mod access;
mod contents;
mod disputes;
mod licenses;
mod mirror;
mod offers;
mod payments;
mod policy;
mod prepared;
mod samples;
mod usage;

use alloy_primitives::Bytes;
use domain::{BlockRef, ChainEvent, LogRef};
use samples::{account, hash};
use sqlx::{ConnectOptions, PgConnection, postgres::PgConnectOptions};
use store::{Batch, RawLog};

/// A connection to a migrated database.
async fn migrated(options: &PgConnectOptions) -> PgConnection {
    let mut conn = options.connect().await.unwrap();
    store::migrate(&mut conn).await.unwrap();
    conn
}

/// Block `number` of the chain's `branch`.
fn block(number: u64, branch: u64) -> BlockRef {
    BlockRef {
        number,
        hash: hash(branch * 1_000_000 + number + 1),
        parent_hash: hash(branch * 1_000_000 + number),
        timestamp: 1_700_000_000 + number,
    }
}

/// Block `number` of `branch`, in which each of `events` happened.
fn batch(number: u64, branch: u64, events: Vec<ChainEvent>) -> Batch {
    let block = block(number, branch);
    let at = |log_index| LogRef {
        block_number: number,
        block_hash: block.hash,
        transaction_hash: hash(log_index),
        log_index,
        address: account(0xaa),
    };
    Batch {
        blocks: vec![block],
        logs: (0..events.len() as u64)
            .map(|i| RawLog { at: at(i), topics: vec![hash(1), hash(2)], data: Bytes::from_static(b"\0") })
            .collect(),
        events: events.into_iter().enumerate().map(|(i, event)| (at(i as u64), event)).collect(),
    }
}

/// Appends block `number` of the first branch, in which each of `events` happened.
async fn tell(conn: &mut PgConnection, number: u64, events: Vec<ChainEvent>) {
    store::append(conn, &batch(number, 0, events)).await.unwrap();
}

/// All that a short list holds.
const ALL: store::read::Page = store::read::Page { after: None, limit: 100 };

/// Every table with all its rows as text, in order.
async fn dump(conn: &mut PgConnection) -> Vec<(String, Vec<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE' and table_name not like '\\_sqlx%' order by 1",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let mut dumped = Vec::new();
    for table in tables {
        let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(format!("select t::text from {table} t order by 1")))
            .fetch_all(&mut *conn)
            .await
            .unwrap();
        dumped.push((table, rows));
    }
    dumped
}
