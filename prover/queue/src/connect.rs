//! Reaching the database, and making its tables.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::error::QueueError;

/// Jobs in one Postgres. Clones share connections.
///
/// One database serves one network: licenses are numbered by their chain.
#[derive(Clone, Debug)]
pub struct Queue {
    pub(crate) pool: PgPool,
}

impl Queue {
    /// Connects to `postgres://user:password@host:port/name`. Opens at most `connections`.
    ///
    /// # Errors
    /// [`QueueError::BadAddress`] or [`QueueError::Unreachable`]; neither repeats the password.
    pub async fn connect(address: &str, connections: u32) -> Result<Self, QueueError> {
        let address = address.trim();
        if !address.starts_with("postgres://") && !address.starts_with("postgresql://") {
            return Err(QueueError::BadAddress);
        }
        let options = PgConnectOptions::from_str(address).map_err(|_| QueueError::BadAddress)?;
        let options = options.application_name("datavault-prover").options([("timezone", "UTC")]);
        let place = format!(
            "{}:{}/{}",
            options.get_host(),
            options.get_port(),
            options.get_database().unwrap_or(options.get_username())
        );
        // A pool would go on trying where nobody listens.
        let first = PgConnection::connect_with(&options).await;
        first.map_err(|source| QueueError::Unreachable { place, source })?.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(connections.max(1))
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy_with(options);
        Ok(Self { pool })
    }

    /// Uses connections that are there.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Brings the tables up to date. Running it again, or twice at once, is safe.
    ///
    /// Where they are, it asks for no right but to read: a worker's role need not be their owner.
    ///
    /// # Errors
    /// If this user may not make tables, or they are a newer program's.
    pub async fn migrate(&self) -> Result<(), QueueError> {
        let mut ours = sqlx::migrate!();
        let exists: bool =
            sqlx::query_scalar("select to_regclass('proving.migrations') is not null").fetch_one(&self.pool).await?;
        if exists {
            let applied: Vec<i64> = sqlx::query_scalar("select version from proving.migrations where success")
                .fetch_all(&self.pool)
                .await?;
            if ours.iter().all(|migration| applied.contains(&migration.version)) {
                return Ok(());
            }
        }
        ours.create_schema("proving");
        ours.dangerous_set_table_name("proving.migrations");
        let mut connection = self.pool.acquire().await?;
        Ok(ours.run_direct(None, &mut *connection, false).await?)
    }
}
