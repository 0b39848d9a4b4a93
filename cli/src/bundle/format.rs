//! What is in a bundle. Every field is bound to the block's hash or to the proof by some check.

use alloy::primitives::{Address, B256, Bytes, U256};
use groth16::{CircuitId, VerifyingKey};
use serde::{Deserialize, Serialize};
use statement::usage::Capacity;

/// The format that this program writes and reads.
pub const FORMAT: &str = "datavault-bundle/1";

/// A settled proof and where it was settled.
///
/// Times are unix seconds, units are metered units, numbers of the circuits are hexadecimal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// EIP-155 id of the chain.
    pub chain_id: u64,
    /// The usage tracker that settled it.
    pub tracker: Address,
    /// Whose use it is.
    pub license: LicensePart,
    /// Lane of the license.
    pub lane: u32,
    /// Chain, tracker, license, content, lane and epoch, hashed; the first public input.
    pub ctx: U256,
    /// What is proved.
    pub statement: Statement,
    /// The eight numbers of the verifier.
    pub proof: [U256; 8],
    /// What the proof is verified by.
    pub verifying_key: KeyPart,
    /// The log that the tracker emitted.
    pub log: LogPart,
    /// The transaction's receipt, and that it is in the block.
    pub receipt: ReceiptPart,
    /// The transaction, and that it is in the block.
    pub transaction: TransactionPart,
    /// The block.
    pub block: BlockPart,
}

/// The license, as far as the proof and the log say anything of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LicensePart {
    /// Its token id.
    pub id: u64,
    /// What it covers.
    pub content_id: B256,
    /// In which keying.
    pub epoch: u32,
    /// Poseidon of the licensee's key in that epoch.
    pub licensee_commitment: U256,
    /// Poseidon of the meter's key.
    pub meter_key_hash: U256,
}

/// What is proved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Statement {
    /// Units in a window.
    Usage(UsageClaim),
    /// Units within a limit.
    Compliance(ComplianceClaim),
}

/// Units that were used in a window.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UsageClaim {
    /// Events that the circuit holds: 128 or 1024.
    pub capacity: Capacity,
    /// The head that was proved before; zero is genesis.
    pub head_before: U256,
    /// The head that the proof ends at.
    pub head_after: U256,
    /// First second in which an event may lie.
    pub window_start: u64,
    /// Last one.
    pub window_end: u64,
    /// Units of the events.
    pub units: u32,
    /// Units proved in the lane, with these.
    pub proved_total: u64,
    /// Units settled in the lane, with these.
    pub settled_total: u64,
    /// Units settled for the license, with these.
    pub settled_units: u64,
}

/// That no more than so many units were used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ComplianceClaim {
    /// The head that the meter signed.
    pub head: U256,
    /// When its last event happened.
    pub as_of: u64,
    /// What the units behind it do not exceed.
    pub max_allowed: u64,
}

/// A verifying key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPart {
    /// SHA-256 of the key's file, which manifests name.
    pub sha256: B256,
    /// The key.
    pub key: VerifyingKey,
}

/// A log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPart {
    /// Position in the receipt, from 0.
    pub position: u64,
    /// Who emitted it.
    pub address: Address,
    /// Indexed fields.
    pub topics: Vec<B256>,
    /// The rest.
    pub data: Bytes,
}

/// A receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptPart {
    /// As EIP-2718 encodes it.
    pub envelope: Bytes,
    /// The nodes of the block's receipt trie that lead to it, the root first.
    pub nodes: Vec<Bytes>,
}

/// A transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TransactionPart {
    /// Its hash.
    pub hash: B256,
    /// Position in the block, from 0.
    pub index: u64,
    /// As EIP-2718 encodes it.
    pub envelope: Bytes,
    /// The nodes of the block's transaction trie that lead to it, the root first.
    pub nodes: Vec<Bytes>,
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BlockPart {
    /// Height.
    pub number: u64,
    /// Hash of the header.
    pub hash: B256,
    /// When it was made.
    pub timestamp: u64,
    /// The header in RLP.
    pub header: Bytes,
}

impl Statement {
    /// The circuit that proves it.
    #[must_use]
    pub fn circuit(&self) -> CircuitId {
        match self {
            Self::Usage(usage) => usage.capacity.into(),
            Self::Compliance(_) => CircuitId::Compliance,
        }
    }
}
