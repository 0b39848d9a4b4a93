//! Starting and stopping the parts.

use std::net::SocketAddr;

use api::{ApiConfig, ServeError};
use ingest::{IngestConfig, IngestError};
use sqlx::{Connection, PgConnection};
use store::{MigrateError, PgConnectOptions, StoreError};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// Which parts run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Bring this database's schema up to date first.
    pub migrate: Option<PgConnectOptions>,
    /// Follow the chain.
    pub ingest: Option<IngestConfig>,
    /// Answer requests.
    pub serve: Option<ServeConfig>,
}

/// Where and how to answer.
#[derive(Clone, Debug)]
pub struct ServeConfig {
    /// The address; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The rest.
    pub api: ApiConfig,
}

/// A part failed.
#[derive(Debug, thiserror::Error)]
pub enum IndexerError {
    /// The schema is not, and could not be made, this program's.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database cannot be reached.
    #[error("cannot open the database {database}: {source}. Is Postgres there, and does it have this database?")]
    Unreachable {
        /// Host, port and name.
        database: String,
        /// Why.
        source: sqlx::Error,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Following ended.
    #[error(transparent)]
    Ingest(#[from] IngestError),
    /// Answering ended.
    #[error(transparent)]
    Serve(#[from] ServeError),
    /// The address is taken, or not ours.
    #[error("cannot listen on {listen}: {source}. Give another --listen; port 0 takes a free one")]
    Listen {
        /// The address.
        listen: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A part panicked.
    #[error("a part of the indexer panicked: {0}")]
    Panicked(#[from] tokio::task::JoinError),
}

async fn connect(options: &PgConnectOptions) -> Result<PgConnection, IndexerError> {
    PgConnection::connect_with(options).await.map_err(|source| {
        let name = options.get_database().unwrap_or(options.get_username());
        let database = format!("{name} at {}:{}", options.get_host(), options.get_port());
        IndexerError::Unreachable { database, source }
    })
}

/// Brings the schema up to date. Running it again is safe.
pub async fn migrate(database: &PgConnectOptions) -> Result<(), IndexerError> {
    let mut conn = connect(database).await?;
    store::migrate(&mut conn).await?;
    conn.close().await.map_err(StoreError::from)?;
    Ok(())
}

/// Parts that run. Dropping this stops them at once; the database stays at a commit.
pub struct Running {
    parts: JoinSet<Result<(), IndexerError>>,
    stop: CancellationToken,
    api_address: Option<SocketAddr>,
}

impl Running {
    /// Where requests are answered.
    #[must_use]
    pub fn api_address(&self) -> Option<SocketAddr> {
        self.api_address
    }

    /// Waits until all parts stopped. If one fails, the others are stopped, and its error is returned.
    pub async fn wait(mut self) -> Result<(), IndexerError> {
        let mut ended = Ok(());
        while let Some(part) = self.parts.join_next().await {
            if let Err(error) = part.map_err(IndexerError::from).flatten() {
                self.stop.cancel();
                ended = ended.and(Err(error));
            }
        }
        ended
    }

    /// Stops all parts and waits for them.
    pub async fn stop(self) -> Result<(), IndexerError> {
        self.stop.cancel();
        self.wait().await
    }
}

/// Starts the parts of `config`; they run until `stop` is cancelled or one fails. When this returns, migrations are done
/// and the address is listening.
pub async fn start(config: Config, stop: CancellationToken) -> Result<Running, IndexerError> {
    if let Some(database) = &config.migrate {
        migrate(database).await?;
    }
    let stop = stop.child_token();
    let mut parts = JoinSet::new();
    let mut api_address = None;
    if let Some(ServeConfig { listen, api }) = config.serve {
        let mut conn = connect(&api.database).await?;
        store::check_schema(&mut conn).await?;
        conn.close().await.map_err(StoreError::from)?;
        let failed = |source| IndexerError::Listen { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        api_address = Some(listener.local_addr().map_err(failed)?);
        let stop = stop.clone();
        parts.spawn(async move { Ok(api::serve(listener, &api, stop).await?) });
    }
    if let Some(ingest) = config.ingest {
        let stop = stop.clone();
        parts.spawn(async move { Ok(ingest::run(&ingest, stop).await?) });
    }
    Ok(Running { parts, stop, api_address })
}
