//! A node that is asked about blocks alone, wherever our contracts are.

use alloy::{eips::BlockNumberOrTag, primitives::B256, providers::Provider, rpc::types::TransactionReceipt};
use domain::BlockRef;

use crate::{connection::Connection, error::ChainError};

/// A node whose chain id is known.
#[derive(Clone, Debug)]
pub struct Node(Connection);

impl Node {
    /// Connects.
    ///
    /// # Errors
    /// The RPC does not answer within seconds.
    pub async fn connect(rpc_url: &str) -> Result<Self, ChainError> {
        Connection::open(rpc_url).await.map(Self)
    }

    /// EIP-155.
    #[must_use]
    pub const fn chain_id(&self) -> u64 {
        self.0.chain_id
    }

    /// The block of a number, the newest or the newest that is final; `None` if the node has none.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn block(&self, block: BlockNumberOrTag) -> Result<Option<BlockRef>, ChainError> {
        match self.0.block(block).await {
            Ok(block) => Ok(Some(block)),
            Err(ChainError::NotFound(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How a transaction of the chain went; `None` if it is not on it.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn receipt(&self, transaction: B256) -> Result<Option<TransactionReceipt>, ChainError> {
        let asked = self.0.provider.get_transaction_receipt(transaction).await;
        asked.map_err(|error| self.0.failed("read a receipt", error))
    }
}
