//! Mirrors of a test's chain, and what is in them.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, postgres::PgConnectOptions};

use crate::emitter::{Chain, eventually};

/// A second database beside the test's own, migrated and empty. It goes with the server's data folder.
pub async fn sibling(options: &PgConnectOptions) -> PgConnectOptions {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!("fresh_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
    let mut conn = options.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("drop database if exists \"{name}\" with (force)")))
        .execute(&mut conn)
        .await
        .unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("create database \"{name}\""))).execute(&mut conn).await.unwrap();
    let options = options.clone().database(&name);
    migrated(&options).await;
    options
}

/// Drops a [`sibling`].
pub async fn drop_sibling(options: &PgConnectOptions, sibling: &PgConnectOptions) {
    let name = sibling.get_database().unwrap();
    let mut conn = options.connect().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(format!("drop database \"{name}\" with (force)"))).execute(&mut conn).await.unwrap();
}

/// A connection to the database, after migrating it.
pub async fn migrated(options: &PgConnectOptions) -> PgConnection {
    let mut conn = options.connect().await.unwrap();
    store::migrate(&mut conn).await.unwrap();
    conn
}

/// Waits until the mirror stands at the chain's head.
pub async fn caught_up(conn: &mut PgConnection, chain: &Chain) {
    eventually("the mirror is at the head", async || {
        let head = chain.head().await;
        store::checkpoint(conn).await.unwrap().is_some_and(|at| (at.number, at.hash) == head)
    })
    .await;
}

/// Every row that is a fold over the chain, as text, in order. Headers without logs are bookkeeping of how it was read.
pub async fn dump(conn: &mut PgConnection) -> Vec<(String, Vec<String>)> {
    let tables: Vec<String> = sqlx::query_scalar(
        "select table_name::text from information_schema.tables
         where table_schema = 'public' and table_type = 'BASE TABLE'
           and table_name not like '\\_sqlx%' and table_name <> 'observed_head' order by 1",
    )
    .fetch_all(&mut *conn)
    .await
    .unwrap();
    let mut dumped = Vec::new();
    for table in tables {
        let only =
            if table == "blocks" { "where exists (select from logs l where l.block_number = t.number)" } else { "" };
        let sql = format!("select t::text from {table} t {only} order by 1");
        dumped.push((table, sqlx::query_scalar(AssertSqlSafe(sql)).fetch_all(&mut *conn).await.unwrap()));
    }
    dumped
}

/// How often tests look at the chain.
pub const POLL: Duration = Duration::from_millis(20);
