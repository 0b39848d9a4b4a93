//! The contracts of one chain, ready to be asked.

mod lookup;
mod read;
mod submit;

use std::{sync::Arc, time::Duration};

use alloy::{
    eips::BlockNumberOrTag,
    network::TransactionBuilder,
    primitives::{Address, Bytes},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::TransactionRequest,
    sol_types::SolCall,
    transports::http::reqwest,
};
use domain::BlockRef;
use tokio::sync::Mutex;

pub use submit::Receipt;

use crate::{
    deployment::{Addresses, Deployment},
    error::ChainError,
};

/// How long a node may take to accept a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(4);
/// How long a node may take to answer.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);
/// How long we wait for a transaction to be mined, unless told otherwise.
const RECEIPT_TIMEOUT: Duration = Duration::from_secs(120);

/// The contracts of one chain. Cheap to clone; clones share the connection.
#[derive(Clone, Debug)]
pub struct Datavault {
    provider: DynProvider,
    rpc_url: Arc<str>,
    deployment: Arc<Deployment>,
    receipt_timeout: Duration,
    /// Held from reading a nonce until the transaction is handed over, so that our own sends never share one.
    sending: Arc<Mutex<()>>,
}

impl Datavault {
    /// Connects, and checks that the chain is the deployment's and that the contracts are there.
    ///
    /// # Errors
    /// The RPC does not answer within seconds, is another chain, or has no contracts at the addresses.
    pub async fn connect(rpc_url: &str, deployment: Deployment) -> Result<Self, ChainError> {
        let (provider, found) = connect_provider(rpc_url).await?;
        if found != deployment.chain_id {
            return Err(ChainError::WrongChain { url: rpc_url.to_owned(), found, expected: deployment.chain_id });
        }
        for (name, address) in deployment.addresses.named() {
            let code = provider
                .get_code_at(address)
                .await
                .map_err(|e| ChainError::request(rpc_url, "read contract code", e))?;
            if code.is_empty() {
                return Err(ChainError::NotDeployed { name, address, url: rpc_url.to_owned() });
            }
        }
        Ok(Self::new(provider, rpc_url, deployment))
    }

    /// On a connection whose chain was checked.
    pub(crate) fn new(provider: DynProvider, rpc_url: &str, deployment: Deployment) -> Self {
        Self {
            provider,
            rpc_url: rpc_url.into(),
            deployment: Arc::new(deployment),
            receipt_timeout: RECEIPT_TIMEOUT,
            sending: Arc::default(),
        }
    }

    /// Waits that long for a transaction to be mined, instead of two minutes.
    #[must_use]
    pub const fn with_receipt_timeout(mut self, timeout: Duration) -> Self {
        self.receipt_timeout = timeout;
        self
    }

    /// The deployment this client was connected with.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The five contracts; also the builders of [`Call`](crate::Call)s.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        &self.deployment.addresses
    }

    /// EIP-155.
    #[must_use]
    pub fn chain_id(&self) -> u64 {
        self.deployment.chain_id
    }

    /// Where this client asks.
    #[must_use]
    pub fn rpc_url(&self) -> &str {
        &self.rpc_url
    }

    /// The connection, for what this client has no words for.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.provider
    }

    /// The newest block.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn latest_block(&self) -> Result<BlockRef, ChainError> {
        self.block(BlockNumberOrTag::Latest).await
    }

    pub(crate) async fn block(&self, block: BlockNumberOrTag) -> Result<BlockRef, ChainError> {
        let found = self
            .provider
            .get_block_by_number(block)
            .await
            .map_err(|e| self.failed("read a block", e))?
            .ok_or_else(|| ChainError::NotFound(format!("block {block}")))?;
        Ok(BlockRef {
            number: found.header.number,
            hash: found.header.hash,
            parent_hash: found.header.parent_hash,
            timestamp: found.header.timestamp,
        })
    }

    /// Asks a contract about the newest block's state.
    async fn read<C: SolCall>(&self, to: Address, what: &'static str, call: C) -> Result<C::Return, ChainError> {
        let request = TransactionRequest::default().with_to(to).with_input(Bytes::from(call.abi_encode()));
        let answer = self.provider.call(request).await.map_err(|e| ChainError::call(&self.rpc_url, what, e))?;
        C::abi_decode_returns(&answer).map_err(|source| ChainError::Answer { what, source })
    }

    fn failed(&self, what: &'static str, source: alloy::transports::TransportError) -> ChainError {
        ChainError::request(&self.rpc_url, what, source)
    }
}

/// Connects to an RPC and asks for its chain id.
pub(crate) async fn connect_provider(rpc_url: &str) -> Result<(DynProvider, u64), ChainError> {
    let unusable = || ChainError::Url { url: rpc_url.to_owned() };
    let url: url::Url = rpc_url.parse().map_err(|_| unusable())?;
    let provider = match url.scheme() {
        "http" | "https" => {
            let client = reqwest::Client::builder().connect_timeout(CONNECT_TIMEOUT).timeout(REQUEST_TIMEOUT);
            // A proxy of the environment cannot reach a node on this machine.
            let client = if is_this_machine(&url) { client.no_proxy() } else { client };
            let client = client.build().map_err(|_| unusable())?;
            ProviderBuilder::new().disable_recommended_fillers().connect_reqwest(client, url).erased()
        }
        "ws" | "wss" => {
            let connecting = ProviderBuilder::new().disable_recommended_fillers().connect(rpc_url);
            tokio::time::timeout(CONNECT_TIMEOUT, connecting)
                .await
                .map_err(|_| silent(rpc_url))?
                .map_err(|e| ChainError::request(rpc_url, "connect", e))?
                .erased()
        }
        _ => return Err(unusable()),
    };
    let chain_id = tokio::time::timeout(CONNECT_TIMEOUT, provider.get_chain_id())
        .await
        .map_err(|_| silent(rpc_url))?
        .map_err(|e| ChainError::request(rpc_url, "tell its chain id", e))?;
    Ok((provider, chain_id))
}

fn is_this_machine(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

fn silent(rpc_url: &str) -> ChainError {
    ChainError::Unreachable { url: rpc_url.to_owned(), cause: format!("no answer in {} s", CONNECT_TIMEOUT.as_secs()) }
}
