//! The contracts of one chain, ready to be asked.

mod lookup;
mod read;
mod submit;

use std::{sync::Arc, time::Duration};

use alloy::{
    eips::BlockNumberOrTag, primitives::Address, providers::DynProvider, sol_types::SolCall, transports::TransportError,
};
use domain::BlockRef;

pub use submit::Receipt;

use crate::{
    connection::Connection,
    deployment::{Addresses, Deployment},
    error::{ChainError, origin},
};

/// The contracts of one chain. Cheap to clone; clones share the connection.
#[derive(Clone, Debug)]
pub struct Datavault {
    pub(crate) connection: Connection,
    deployment: Arc<Deployment>,
}

impl Datavault {
    /// Connects, and checks that the chain is the deployment's and that the contracts are there.
    ///
    /// # Errors
    /// The RPC does not answer within seconds, is another chain, or has no contracts at the addresses.
    pub async fn connect(rpc_url: &str, deployment: Deployment) -> Result<Self, ChainError> {
        Self::on(Connection::open(rpc_url).await?, deployment).await
    }

    /// As [`Self::connect`], on an open connection.
    pub(crate) async fn on(connection: Connection, deployment: Deployment) -> Result<Self, ChainError> {
        let url = || origin(&connection.rpc_url);
        if connection.chain_id != deployment.chain_id {
            return Err(ChainError::WrongChain {
                url: url(),
                found: connection.chain_id,
                expected: deployment.chain_id,
            });
        }
        for (name, address) in deployment.addresses.named() {
            if connection.code(address).await?.is_empty() {
                return Err(ChainError::NotDeployed { name, address, url: url() });
            }
        }
        Ok(Self { connection, deployment: Arc::new(deployment) })
    }

    /// Waits that long for a transaction to be mined, instead of two minutes.
    #[must_use]
    pub const fn with_receipt_timeout(mut self, timeout: Duration) -> Self {
        self.connection.receipt_timeout = timeout;
        self
    }

    /// The deployment this client was connected with.
    #[must_use]
    pub fn deployment(&self) -> &Deployment {
        &self.deployment
    }

    /// The contracts that speak; also the builders of [`Call`](crate::Call)s.
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
        &self.connection.rpc_url
    }

    /// The connection, for what this client has no words for.
    #[must_use]
    pub const fn provider(&self) -> &DynProvider {
        &self.connection.provider
    }

    /// The error of a request that was made through [`Self::provider`]. It shows no more of the URL than its origin.
    #[must_use]
    pub fn failed(&self, what: &'static str, source: TransportError) -> ChainError {
        self.connection.failed(what, source)
    }

    /// The newest block.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn latest_block(&self) -> Result<BlockRef, ChainError> {
        self.connection.block(BlockNumberOrTag::Latest).await
    }

    /// The block that would be mined now. Not every node has one.
    pub(crate) async fn pending_block(&self) -> Result<BlockRef, ChainError> {
        self.connection.block(BlockNumberOrTag::Pending).await
    }

    /// Asks a contract for a sibling's address.
    pub(crate) async fn address<C: SolCall<Return = Address>>(
        &self,
        contract: Address,
        call: C,
    ) -> Result<Address, ChainError> {
        self.connection.read(contract, "read a contract's sibling", call).await
    }
}
