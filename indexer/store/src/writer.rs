//! The right to write.

use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use crate::{
    connect::{Access, connect_options},
    error::StoreError,
};

/// Advisory lock of the one writer: "dvwriter" in ASCII. Such locks belong to one database.
const LOCK: i64 = 0x6476_7772_6974_6572;

/// The right to write cannot be had now.
#[derive(Debug, thiserror::Error)]
pub enum WriterError {
    /// Another process has it.
    #[error("another indexer (Postgres process {holder}) writes this database")]
    Taken {
        /// Its backend's process id.
        holder: i32,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The only writer of a mirror.
///
/// # Invariants
/// At most one exists per database. Everything is written through the connection that holds the lock, so a writer whose
/// lock is gone has no connection left to write through.
pub struct Writer {
    conn: PgConnection,
}

impl Writer {
    /// Becomes the writer, or says who is.
    pub async fn try_new(base: &PgConnectOptions) -> Result<Self, WriterError> {
        let options = connect_options(base, Access::Write).await?;
        let mut conn = PgConnection::connect_with(&options).await.map_err(StoreError::from)?;
        let got = sqlx::query_scalar!(r#"select pg_try_advisory_lock($1) as "got!""#, LOCK)
            .fetch_one(&mut conn)
            .await
            .map_err(StoreError::from)?;
        if got {
            return Ok(Self { conn });
        }
        let holder = sqlx::query_scalar!(
            r#"
            select pid as "pid!" from pg_locks
            where locktype = 'advisory' and granted and objsubid = 1
              and database = (select oid from pg_database where datname = current_database())
              and classid::bigint = ($1::bigint >> 32) and objid::bigint = ($1::bigint & 4294967295)
            "#,
            LOCK
        )
        .fetch_optional(&mut conn)
        .await
        .map_err(StoreError::from)?;
        let _ = conn.close().await;
        Err(WriterError::Taken { holder: holder.unwrap_or_default() })
    }

    /// The connection to write through.
    pub fn conn(&mut self) -> &mut PgConnection {
        &mut self.conn
    }

    /// Gives the right back.
    pub async fn close(self) -> Result<(), StoreError> {
        Ok(self.conn.close().await?)
    }
}
