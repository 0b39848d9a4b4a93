//! A license's life.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Serialize};

use crate::{Amount, ContentId, LicenseId, MeterId, OfferId, PaymentId, ProfileId, Token};

/// A licensee's key version exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfilePublished {
    pub profile_id: ProfileId,
    pub owner: Address,
    pub key_x: U256,
    pub key_y: U256,
    pub commitment: U256,
    pub session_key: Address,
}

/// A license was bought. Its first payment has its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseIssued {
    pub license_id: LicenseId,
    pub offer_id: OfferId,
    pub content_id: ContentId,
    pub licensee: Address,
    pub payer: Address,
    pub profile_id: ProfileId,
    pub meter_id: MeterId,
    pub content_version: u8,
    pub units: u64,
    pub starts_at: u64,
    pub expires_at: u64,
    pub token: Token,
    pub total: Amount,
    pub referrer: Address,
}

/// A license changed hands (ERC-721 `Transfer`); from zero when issued.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseTransferred {
    pub license_id: LicenseId,
    pub from: Address,
    pub to: Address,
}

/// Periods were added to a license. All fields but the payment are totals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseRenewed {
    pub license_id: LicenseId,
    pub payment_id: PaymentId,
    pub periods: u8,
    pub units: u64,
    pub expires_at: u64,
}

/// The payer ended the license early.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseEnded {
    pub license_id: LicenseId,
    pub expires_at: u64,
}

/// The owner bound the license to other keys: a new epoch, whose key is delivered anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseRebound {
    pub license_id: LicenseId,
    pub profile_id: ProfileId,
    pub epoch: u32,
    pub content_version: u8,
}

/// A content key was delivered with a verified proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyDelivered {
    pub license_id: LicenseId,
    pub content_id: ContentId,
    pub epoch: u32,
    pub ephemeral_x: U256,
    pub ephemeral_y: U256,
    pub c0: U256,
    pub c1: U256,
}

/// The licensee signed that the key arrived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyAccepted {
    pub license_id: LicenseId,
    pub epoch: u32,
}
