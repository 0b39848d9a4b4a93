//! Answering until told to stop.

use std::{future::IntoFuture, time::Duration};

use store::{Access, PgConnectOptions, StoreError};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::routes::router;

/// How to answer.
#[derive(Clone, Debug)]
pub struct ApiConfig {
    /// The mirror. It is reached read-only.
    pub database: PgConnectOptions,
    /// Connections to it.
    pub max_connections: u32,
    /// A request that takes longer is answered with `timed_out`.
    pub request_timeout: Duration,
    /// Blocks behind the head from which `/ready` says no.
    pub ready_max_lag_blocks: u64,
    /// Seconds without a look at the chain from which `/ready` says no.
    pub ready_max_silence_secs: u64,
}

impl ApiConfig {
    /// The usual: 10 connections, 10 seconds; ready within 16 blocks and 60 seconds.
    #[must_use]
    pub fn new(database: PgConnectOptions) -> Self {
        Self {
            database,
            max_connections: 10,
            request_timeout: Duration::from_secs(10),
            ready_max_lag_blocks: 16,
            ready_max_silence_secs: 60,
        }
    }
}

/// Serving cannot begin, or ended.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The database cannot be reached.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The listener failed.
    #[error("listening failed: {0}")]
    Listen(#[source] std::io::Error),
}

/// How long open requests may take after `stop`.
const DRAIN: Duration = Duration::from_secs(5);

/// Answers requests on `listener` until `stop`, then finishes those that are open.
pub async fn serve(listener: TcpListener, config: &ApiConfig, stop: CancellationToken) -> Result<(), ServeError> {
    let options = store::connect_options(&config.database, Access::Read).await?;
    let pool = store::pool(options, config.max_connections).await?;
    let stopping = stop.clone();
    let serving = axum::serve(listener, router(pool.clone(), config))
        .with_graceful_shutdown(async move { stopping.cancelled().await })
        .into_future();
    let ended = tokio::select! {
        ended = serving => ended,
        () = async { stop.cancelled().await; tokio::time::sleep(DRAIN).await } => Ok(()),
    };
    pool.close().await;
    ended.map_err(ServeError::Listen)
}
