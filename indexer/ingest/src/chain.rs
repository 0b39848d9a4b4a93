//! The node, as far as following needs it.

use std::{future::IntoFuture, time::Duration};

use alloy::{
    consensus::BlockHeader,
    eips::BlockNumberOrTag,
    network::primitives::HeaderResponse,
    primitives::{Address, B256, Bloom, BloomInput},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::{Filter, Log},
    transports::{RpcError, TransportError},
};
use contracts::Addresses;
use domain::BlockRef;
use url::Url;

/// A call that takes longer has failed.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// The node did not answer, or not with what was asked.
#[derive(Debug, thiserror::Error)]
#[error("{call} failed at {rpc_url}: {cause}")]
pub struct RpcFailure {
    /// The method and what it was asked.
    pub call: String,
    /// The node, without credentials.
    pub rpc_url: String,
    /// Why.
    #[source]
    pub cause: RpcCause,
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum RpcCause {
    /// Not reached, or refused.
    #[error(transparent)]
    Transport(TransportError),
    /// Too late.
    #[error("no answer within {} s", CALL_TIMEOUT.as_secs())]
    TimedOut,
    /// The answer is empty where it cannot be.
    #[error("the answer is empty")]
    Empty,
}

/// A header, as far as following needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) block: BlockRef,
    bloom: Bloom,
}

impl Header {
    /// Whether a contract may have emitted logs in this block. `false` is certain.
    pub(crate) fn may_hold_logs_of(&self, address: &Address) -> bool {
        self.bloom.contains_input(BloomInput::Raw(address.as_slice()))
    }
}

/// A node on the chain of our contracts.
#[derive(Clone)]
pub struct Chain {
    provider: DynProvider,
    rpc_url: String,
    addresses: Addresses,
}

impl Chain {
    /// A node behind HTTP. Nothing is asked yet.
    #[must_use]
    pub fn connect(rpc_url: &Url, addresses: Addresses) -> Self {
        let provider = ProviderBuilder::new().disable_recommended_fillers().connect_http(rpc_url.clone()).erased();
        Self { provider, rpc_url: without_secrets(rpc_url), addresses }
    }

    /// The node, without credentials.
    #[must_use]
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// Whose logs are read.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// EIP-155.
    pub async fn chain_id(&self) -> Result<u64, RpcFailure> {
        self.call(|| "eth_chainId".into(), self.provider.get_chain_id().into_future()).await
    }

    /// The newest header.
    pub async fn head(&self) -> Result<BlockRef, RpcFailure> {
        let call = || "eth_getBlockByNumber(latest)".to_owned();
        let block = self.call(call, self.provider.get_block_by_number(BlockNumberOrTag::Latest).into_future()).await?;
        block.map(|block| header(&block.header).block).ok_or_else(|| self.failure(call(), RpcCause::Empty))
    }

    /// The header at a height. `None`: the chain is not that long, for this node, now.
    pub(crate) async fn header(&self, number: u64) -> Result<Option<Header>, RpcFailure> {
        let call = || format!("eth_getBlockByNumber({number})");
        let block = self.call(call, self.provider.get_block_by_number(number.into()).into_future()).await?;
        Ok(block.map(|block| header(&block.header)))
    }

    /// The logs of our contracts in exactly this block, whether or not it is canonical.
    pub async fn logs_at(&self, hash: B256) -> Result<Vec<Log>, RpcFailure> {
        let filter = Filter::new().address(self.addresses.all()).at_block_hash(hash);
        self.call(|| format!("eth_getLogs(block {hash})"), self.provider.get_logs(&filter)).await
    }

    /// The logs of our contracts in a range of heights, of whatever is canonical.
    pub async fn logs_in(&self, from: u64, to: u64) -> Result<Vec<Log>, RpcFailure> {
        let filter = Filter::new().address(self.addresses.all()).from_block(from).to_block(to);
        self.call(|| format!("eth_getLogs({from}..={to})"), self.provider.get_logs(&filter)).await
    }

    /// How many logs of our contracts the receipts of a block hold. `None`: this node does not give receipts by block.
    pub(crate) async fn logs_in_receipts(&self, hash: B256) -> Result<Option<usize>, RpcFailure> {
        let call = || format!("eth_getBlockReceipts({hash})");
        let receipts = match self.call(call, self.provider.get_block_receipts(hash.into()).into_future()).await {
            Err(RpcFailure { cause: RpcCause::Transport(RpcError::ErrorResp(refused)), .. }) => {
                tracing::debug!(%refused, "no receipts by block");
                return Ok(None);
            }
            answer => answer?.ok_or_else(|| self.failure(call(), RpcCause::Empty))?,
        };
        let ours = self.addresses.all();
        Ok(Some(receipts.iter().flat_map(|r| r.logs()).filter(|log| ours.contains(&log.address())).count()))
    }

    async fn call<T>(
        &self,
        call: impl Fn() -> String,
        answer: impl Future<Output = Result<T, TransportError>>,
    ) -> Result<T, RpcFailure> {
        let cause = match tokio::time::timeout(CALL_TIMEOUT, answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => RpcCause::Transport(error),
            Err(_) => RpcCause::TimedOut,
        };
        Err(self.failure(call(), cause))
    }

    fn failure(&self, call: String, cause: RpcCause) -> RpcFailure {
        RpcFailure { call, rpc_url: self.rpc_url.clone(), cause }
    }
}

fn header(header: &alloy::rpc::types::Header) -> Header {
    Header {
        block: BlockRef {
            number: header.number(),
            hash: header.hash(),
            parent_hash: header.parent_hash(),
            timestamp: header.timestamp(),
        },
        bloom: header.logs_bloom(),
    }
}

/// Scheme, host and port: paths, queries and user names of node URLs often are keys.
pub(crate) fn without_secrets(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_url_is_shown_without_its_key() {
        let url = "wss://me:secret@node.example:8546/v2/key?token=1".parse().unwrap();
        assert_eq!(without_secrets(&url), "wss://node.example:8546");
    }
}
