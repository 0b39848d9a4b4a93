//! Following a real anvil into a real Postgres: `DATABASE_URL` names a server on which databases may be created.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod deployed;
mod emitter;
mod faults;
mod mirror;
mod refusals;
mod reorgs;

use datavault_ingest::{IngestConfig, IngestError, run};
use emitter::Chain;
use sqlx::postgres::PgConnectOptions;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How tests follow: often, and with small steps.
fn config(chain: &Chain, database: &PgConnectOptions) -> IngestConfig {
    IngestConfig {
        poll_interval: mirror::POLL,
        exact_depth: 8,
        max_range: 16,
        ..IngestConfig::new(database.clone(), chain.anvil.endpoint_url(), chain.deployment.clone())
    }
}

/// Someone who follows.
struct Following {
    task: JoinHandle<Result<(), IngestError>>,
    stop: CancellationToken,
}

impl Following {
    fn start(config: IngestConfig) -> Self {
        let stop = CancellationToken::new();
        let stopping = stop.clone();
        Self { task: tokio::spawn(async move { run(&config, stopping).await }), stop }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }
}
