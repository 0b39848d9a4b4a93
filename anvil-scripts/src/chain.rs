//! A real anvil, and the powers over time and history that only a development chain gives.

use std::io;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use alloy::eips::BlockNumberOrTag;
use alloy::providers::ext::AnvilApi;
use alloy::providers::{DynProvider, Provider, ProviderBuilder};
use alloy::rpc::types::anvil::ReorgOptions;
use alloy::transports::{RpcError, TransportErrorKind};
use url::Url;

use crate::actors::ACTOR_COUNT;
use crate::guarded::{Guarded, GuardedOptions};
use crate::root::target_dir;
use crate::tools::Tools;

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The chain could not be started or asked.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// The process could not be spawned.
    #[error("cannot start {program}")]
    Spawn {
        /// The binary.
        program: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It ended before it was ready: often the asked-for port is taken.
    #[error(
        "anvil ended before it was ready ({status}); if port {port} is taken, choose another or 0; its log {log} ends:\n{tail}"
    )]
    Ended {
        /// How it ended.
        status: String,
        /// The port it was told to use.
        port: u16,
        /// The log file.
        log: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// It did not say in time where it listens.
    #[error("anvil was not ready after {seconds} s; its log {log} ends:\n{tail}")]
    NotReady {
        /// How long we waited.
        seconds: u64,
        /// The log file.
        log: PathBuf,
        /// The log's end.
        tail: String,
    },
    /// A request failed.
    #[error("the development chain refused: {request}")]
    Request {
        /// What was asked.
        request: &'static str,
        /// The answer.
        source: RpcError<TransportErrorKind>,
    },
    /// The node answered without a latest block.
    #[error("the development chain has no latest block")]
    NoBlock,
}

/// How to start the chain.
#[derive(Debug, Clone)]
pub struct ChainOptions {
    /// 0 takes a free port; any other must be free.
    pub port: u16,
    /// `None` mines a block per transaction; else one block each period.
    pub block_time: Option<Duration>,
    /// The chain's id.
    pub chain_id: u64,
    /// Where anvil's output goes; `None` is `target/anvil/<our pid>-<count>.log`.
    pub log: Option<PathBuf>,
}

impl Default for ChainOptions {
    fn default() -> Self {
        Self { port: 0, block_time: None, chain_id: 31_337, log: None }
    }
}

/// A running anvil: ends when dropped, and with our process.
#[derive(Debug)]
pub struct Devnet {
    /// JSON-RPC over HTTP.
    pub rpc_url: Url,
    /// JSON-RPC over WebSocket, for subscriptions.
    pub ws_url: Url,
    /// The chain's id.
    pub chain_id: u64,
    provider: DynProvider,
    process: Guarded,
}

impl Devnet {
    /// Starts anvil with all [`crate::Actors`] funded with 10,000 ETH each, and waits until it answers.
    pub async fn start(tools: &Tools, options: &ChainOptions) -> Result<Self, ChainError> {
        let mut command = Command::new(&tools.anvil);
        command
            .args(["--host", "127.0.0.1", "--port", &options.port.to_string()])
            .args(["--chain-id", &options.chain_id.to_string()])
            .args(["--accounts", &ACTOR_COUNT.to_string(), "--balance", "10000"])
            // `finalized` is two epochs back: with 32 slots it would stay at 0 through the demo.
            .args(["--slots-in-an-epoch", "1"]);
        if let Some(period) = options.block_time {
            command.args(["--block-time", &period.as_secs_f64().to_string()]);
        }
        let log = options.log.clone().unwrap_or_else(|| target_dir().join("anvil").join(log_name()));
        let mut process = Guarded::spawn(&command, &GuardedOptions::new(log))
            .map_err(|source| ChainError::Spawn { program: tools.anvil.clone(), source })?;

        let address = wait_for_address(&mut process, options.port).await?;
        let url = |scheme: &str| Url::parse(&format!("{scheme}://{address}")).expect("anvil prints a socket address");
        let (rpc_url, ws_url) = (url("http"), url("ws"));
        let provider = ProviderBuilder::new().connect_http(rpc_url.clone()).erased();
        let chain_id = provider.get_chain_id().await.map_err(refused("eth_chainId"))?;
        Ok(Self { rpc_url, ws_url, chain_id, provider, process })
    }

    /// A provider without a key.
    pub fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The file with anvil's output.
    pub fn log(&self) -> &std::path::Path {
        self.process.log()
    }

    /// Ends the chain; dropping does the same.
    pub fn stop(mut self) {
        self.process.stop();
    }

    /// The latest block's number and time (seconds since 1970).
    pub async fn latest(&self) -> Result<(u64, u64), ChainError> {
        let block = self
            .provider
            .get_block_by_number(BlockNumberOrTag::Latest)
            .await
            .map_err(refused("eth_getBlockByNumber"))?
            .ok_or(ChainError::NoBlock)?;
        Ok((block.header.number, block.header.timestamp))
    }

    /// Mines `count` empty blocks.
    pub async fn mine(&self, count: u64) -> Result<(), ChainError> {
        self.provider.anvil_mine(Some(count), None).await.map_err(refused("anvil_mine"))
    }

    /// The next block will have exactly this time, which must be later than the latest block's.
    pub async fn set_next_block_timestamp(&self, timestamp: u64) -> Result<(), ChainError> {
        self.provider.anvil_set_next_block_timestamp(timestamp).await.map_err(refused("evm_setNextBlockTimestamp"))
    }

    /// Moves the clock forward and mines a block that shows it. Returns the new time.
    pub async fn increase_time(&self, seconds: u64) -> Result<u64, ChainError> {
        let (_, now) = self.latest().await?;
        self.warp_to(now + seconds).await
    }

    /// Mines a block at `timestamp`, or, if the chain is already there, does nothing. Returns the
    /// chain's time. The clock goes on from there.
    pub async fn warp_to(&self, timestamp: u64) -> Result<u64, ChainError> {
        let (_, now) = self.latest().await?;
        if timestamp <= now {
            return Ok(now);
        }
        self.set_next_block_timestamp(timestamp).await?;
        self.mine(1).await?;
        Ok(timestamp)
    }

    /// Replaces the last `depth` blocks with as many empty ones. Their transactions are gone for
    /// good, and no subscriber is told: whoever follows has to see it by the blocks' hashes.
    pub async fn reorg(&self, depth: u64) -> Result<(), ChainError> {
        self.provider
            .anvil_reorg(ReorgOptions { depth, tx_block_pairs: Vec::new() })
            .await
            .map_err(refused("anvil_reorg"))
    }
}

/// Waits for the line in which anvil says where it listens: with port 0 nobody else knows, and
/// asking the system for a free port beforehand would race with other processes.
async fn wait_for_address(process: &mut Guarded, port: u16) -> Result<String, ChainError> {
    let deadline = Instant::now() + START_TIMEOUT;
    loop {
        let text = std::fs::read_to_string(process.log()).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("Listening on "));
        if let Some(address) = line.filter(|_| text.ends_with('\n')) {
            return Ok(address.trim().to_owned());
        }
        if let Ok(Some(status)) = process.exited() {
            return Err(ChainError::Ended {
                status: status.to_string(),
                port,
                log: process.log().to_path_buf(),
                tail: process.log_tail(),
            });
        }
        if Instant::now() > deadline {
            return Err(ChainError::NotReady {
                seconds: START_TIMEOUT.as_secs(),
                log: process.log().to_path_buf(),
                tail: process.log_tail(),
            });
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn log_name() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static COUNT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}.log", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

fn refused(request: &'static str) -> impl FnOnce(RpcError<TransportErrorKind>) -> ChainError {
    move |source| ChainError::Request { request, source }
}
