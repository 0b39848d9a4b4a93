//! How the two sides reach the database.

use std::time::Duration;

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::error::StoreError;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Following the chain.
    Write,
    /// Answering: Postgres refuses writes, and where the role `datavault_reader` exists, even a statement that lifts
    /// the default finds no right to write.
    Read,
}

/// Options for `access`, from options that name the database and its user.
pub async fn connect_options(base: &PgConnectOptions, access: Access) -> Result<PgConnectOptions, StoreError> {
    let named = base.clone().application_name("datavault-indexer").options([("timezone", "UTC")]);
    if access == Access::Write {
        return Ok(named);
    }
    let mut conn = PgConnection::connect_with(&named).await?;
    // Missing, or not ours to become: then the defaults below have to do.
    let has_role = sqlx::query("set role datavault_reader").execute(&mut conn).await.is_ok();
    conn.close().await?;
    let readable = named.options([("default_transaction_read_only", "on"), ("statement_timeout", "10s")]);
    Ok(if has_role { readable.options([("role", "datavault_reader")]) } else { readable })
}

/// A pool that gives up after five seconds of waiting for a connection.
pub async fn pool(options: PgConnectOptions, max_connections: u32) -> Result<PgPool, StoreError> {
    Ok(PgPoolOptions::new()
        .max_connections(max_connections)
        .acquire_timeout(Duration::from_secs(5))
        .connect_with(options)
        .await?)
}
