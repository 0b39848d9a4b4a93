//! Where on the chain something happened.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

/// A block, as its header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BlockRef {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: B256,
    /// Hash of the header before it.
    pub parent_hash: B256,
    /// Unix seconds.
    pub timestamp: u64,
}

/// A log, as the chain orders it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LogRef {
    /// Height of its block.
    pub block_number: u64,
    /// Hash of its block.
    pub block_hash: B256,
    /// The transaction that emitted it.
    pub transaction_hash: B256,
    /// Position in the block. Some nodes use the whole 32 bits and more.
    pub log_index: u64,
    /// The contract that emitted it.
    pub address: Address,
}
