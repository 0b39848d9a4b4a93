//! What was used, and what was attested of it.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::{ContentId, Context, LicenseId};

/// Use was settled by proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageProved {
    pub license_id: LicenseId,
    pub content_id: ContentId,
    pub ctx: Context,
    pub lane: u32,
    pub epoch: u32,
    pub head_before: U256,
    pub head_after: U256,
    pub window_start: u64,
    pub window_end: u64,
    pub units: u32,
    pub proved_total: u64,
    pub settled_total: u64,
    pub settled_units: u64,
}

/// Use was settled by a head that both sides signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageSigned {
    pub license_id: LicenseId,
    pub content_id: ContentId,
    pub ctx: Context,
    pub lane: u32,
    pub epoch: u32,
    pub seq: u64,
    pub head: U256,
    pub time: u64,
    pub signed_total: u64,
    pub settled_total: u64,
    pub settled_units: u64,
}

/// A lane's total was proved to be at most `max_allowed` at `as_of`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplianceProved {
    pub license_id: LicenseId,
    pub content_id: ContentId,
    pub ctx: Context,
    pub lane: u32,
    pub epoch: u32,
    pub head: U256,
    pub as_of: u64,
    pub max_allowed: u64,
}
