//! What creators publish: meters, content, versions.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use crate::{ContentId, ContentKind, ContentStatus, MeterId};

/// A meter version exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterPublished {
    pub meter_id: MeterId,
    pub owner: Address,
    pub key_x: U256,
    pub key_y: U256,
    pub key_hash: U256,
    pub signer: Address,
    pub url: String,
}

/// Content exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentRegistered {
    pub content_id: ContentId,
    pub creator: Address,
    pub content_no: u32,
    pub content_hash: B256,
    pub cid: Bytes,
    pub key_commitment: U256,
    pub metadata_cid: Bytes,
    pub kind: ContentKind,
    pub meter_id: MeterId,
}

/// A later edition of content exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentVersioned {
    pub content_id: ContentId,
    pub version: u8,
    pub content_hash: B256,
    pub cid: Bytes,
    pub key_commitment: U256,
    pub metadata_cid: Bytes,
}

/// Content was suspended, resumed or retired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentStatusChanged {
    pub content_id: ContentId,
    pub status: ContentStatus,
}

/// Licenses sold from now on are served by another meter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentMeterChanged {
    pub content_id: ContentId,
    pub meter_id: MeterId,
}

/// Content was offered to another creator; to zero withdraws.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTransferProposed {
    pub content_id: ContentId,
    pub pending: Address,
}

/// Content has another creator; offers of earlier generations ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentTransferred {
    pub content_id: ContentId,
    pub from: Address,
    pub to: Address,
    pub generation: u8,
}

/// Who may say how well creators are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttesterSet {
    pub attester: Address,
}

/// How well a creator is known: 0 unknown … 4 audited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatorLevelSet {
    pub creator: Address,
    pub level: u8,
    pub attester: Address,
}
