//! Following until told to stop.

use std::{sync::Arc, time::Duration};

use contracts::Deployment;
use store::{Mirror, PgConnectOptions, Writer, WriterError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::{
    chain::Chain,
    error::IngestError,
    follow::{Follower, MAX_EXACT, Step},
    wake,
};

/// Between two attempts, at first and at most.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(30));

/// What to follow, and where to keep it.
#[derive(Clone, Debug)]
pub struct IngestConfig {
    /// The database, which must be migrated.
    pub database: PgConnectOptions,
    /// The node's HTTP address.
    pub rpc_url: Url,
    /// The node's WebSocket address, to hear of new blocks early.
    pub ws_url: Option<Url>,
    /// Whose logs.
    pub deployment: Deployment,
    /// Between two looks at the chain when there was nothing new.
    pub poll_interval: Duration,
    /// Blocks below the head that are read one by one; deeper ones are read in ranges.
    pub exact_depth: u64,
    /// The most blocks of one range. Nodes that refuse get smaller ones.
    pub max_range: u64,
}

impl IngestConfig {
    /// The usual: look every second, 64 blocks one by one, ranges of up to 5,000.
    #[must_use]
    pub fn new(database: PgConnectOptions, rpc_url: Url, deployment: Deployment) -> Self {
        Self {
            database,
            rpc_url,
            ws_url: None,
            deployment,
            poll_interval: Duration::from_secs(1),
            exact_depth: 64,
            max_range: 5_000,
        }
    }
}

/// Follows the chain until `stop`, or until something happens that waiting does not cure.
///
/// # Errors
/// See [`IngestError`]; only those for which [`IngestError::is_passing`] is false are returned.
pub async fn run(config: &IngestConfig, stop: CancellationToken) -> Result<(), IngestError> {
    let wake = Arc::new(Notify::new());
    let listener = config.ws_url.clone().map(|ws_url| tokio::spawn(wake::on_new_heads(ws_url, wake.clone())));
    let chain = Chain::connect(&config.rpc_url, config.deployment.addresses);
    let mut pause = Backoff::default();
    let ended = loop {
        let followed = tokio::select! {
            followed = follow(config, &chain, &wake, &mut pause) => followed,
            () = stop.cancelled() => break Ok(()),
        };
        let Err(error) = followed else { continue };
        if !error.is_passing() {
            break Err(error);
        }
        let wait = pause.next();
        tracing::warn!(%error, retry_in_ms = wait.as_millis() as u64, "interrupted; trying again");
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => break Ok(()),
        }
    };
    if let Some(listener) = listener {
        listener.abort();
    }
    ended
}

/// Becomes the writer and follows. Returns only with an error; dropping it leaves the database at a commit.
async fn follow(config: &IngestConfig, chain: &Chain, wake: &Notify, pause: &mut Backoff) -> Result<(), IngestError> {
    let deployment = &config.deployment;
    let node = chain.chain_id().await?;
    if node != deployment.chain_id {
        let rpc_url = chain.rpc_url().to_owned();
        return Err(IngestError::WrongChain { rpc_url, node, deployment: deployment.chain_id });
    }
    let genesis = chain.header(0).await?;
    let genesis = genesis.ok_or_else(|| IngestError::NoGenesis { rpc_url: chain.rpc_url().to_owned() })?;
    let mut writer = become_writer(&config.database).await?;
    let addresses = deployment.addresses;
    let mirror = Mirror {
        chain_id: deployment.chain_id,
        genesis_hash: genesis.block.hash,
        start_block: deployment.start_block,
        registry: addresses.registry,
        licenses: addresses.licenses,
        escrow: addresses.escrow,
        usage: addresses.usage,
        disputes: addresses.disputes,
        verifier_sets: addresses.verifier_sets,
    };
    store::check_schema(writer.conn()).await?;
    store::claim_mirror(writer.conn(), &mirror).await?;
    tracing::info!(chain_id = deployment.chain_id, start_block = deployment.start_block, "following");
    let mut follower = Follower {
        chain,
        start_block: deployment.start_block,
        max_range: config.max_range.max(1),
        exact_depth: config.exact_depth,
        range: config.max_range.clamp(1, 500),
        exact: MAX_EXACT,
        lower_heads: 0,
    };
    loop {
        let step = follower.step(writer.conn()).await;
        match step {
            Ok(Step::Moved) => pause.reset(),
            Ok(Step::UpToDate) => {
                pause.reset();
                tokio::select! {
                    () = tokio::time::sleep(config.poll_interval) => {}
                    () = wake.notified() => {}
                }
            }
            // The node failed, the database did not: the right to write is kept.
            Err(IngestError::Rpc(failure)) => {
                let wait = pause.next();
                tracing::warn!(%failure, retry_in_ms = wait.as_millis() as u64, "the node failed; trying again");
                tokio::time::sleep(wait).await;
            }
            Err(error) => {
                if !error.is_passing()
                    && let Err(unsaid) = store::set_halted(writer.conn(), &error.to_string()).await
                {
                    tracing::warn!(%unsaid, "readers could not be told");
                }
                return Err(error);
            }
        }
    }
}

async fn become_writer(database: &PgConnectOptions) -> Result<Writer, IngestError> {
    let mut told = false;
    loop {
        match Writer::try_new(database).await {
            Err(taken @ WriterError::Taken { .. }) => {
                if !std::mem::replace(&mut told, true) {
                    tracing::warn!(%taken, "waiting for it to end");
                }
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
            other => return Ok(other?),
        }
    }
}

/// Doubling pauses.
#[derive(Default)]
struct Backoff {
    last: Option<Duration>,
}

impl Backoff {
    fn next(&mut self) -> Duration {
        let next = self.last.map_or(BACKOFF.0, |last| (last * 2).min(BACKOFF.1));
        self.last = Some(next);
        next
    }

    fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_start_over() {
        let mut pause = Backoff::default();
        let pauses: Vec<_> = (0..9).map(|_| pause.next().as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1000, 2000, 4000, 8000, 16000, 30000, 30000]);
        pause.reset();
        assert_eq!(pause.next(), BACKOFF.0);
    }
}
