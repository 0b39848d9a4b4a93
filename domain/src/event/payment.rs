//! Where money is.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::Address;
use serde::{Deserialize, Serialize};

use crate::{Amount, DisputeId, FeeId, LicenseId, Payee, PaymentId, ReleaseRule, SplitId, Token};

/// A version of who shares a payment exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SplitCreated {
    pub split_id: SplitId,
    pub payees: Vec<Payee>,
}

/// A version of the platform's fee exists.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeeSet {
    pub fee_id: FeeId,
    pub recipient: Address,
    pub fee_bps: u16,
}

/// New payments are taken in a token from now on, or not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenListed {
    pub token: Token,
    pub token_id: u16,
    pub open: bool,
}

/// The escrow holds money for a license.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentHeld {
    pub payment_id: PaymentId,
    pub license_id: LicenseId,
    pub payer: Address,
    pub token: Token,
    pub amount: Amount,
    pub rule: ReleaseRule,
    pub split_id: SplitId,
    pub fee_id: FeeId,
    pub starts_at: u64,
    pub deadline: u64,
    pub dispute_window_secs: u32,
}

/// A linear payment grew and ends later.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentToppedUp {
    pub payment_id: PaymentId,
    pub token: Token,
    pub added: Amount,
    pub amount: Amount,
    pub deadline: u64,
}

/// A metered payment's deadline moved: nearer when ended, further when extended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDeadlineMoved {
    pub payment_id: PaymentId,
    pub deadline: u64,
}

/// The dispute window of a payment started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDelivered {
    pub payment_id: PaymentId,
    pub releasable_at: u64,
}

/// Settlement raised what is due in all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentDue {
    pub payment_id: PaymentId,
    pub due: Amount,
}

/// Money left towards payees and fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentReleased {
    pub payment_id: PaymentId,
    pub token: Token,
    pub amount: Amount,
    pub fee: Amount,
    pub released: Amount,
    pub closed: bool,
}

/// Money went back to the payer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentRefunded {
    pub payment_id: PaymentId,
    pub token: Token,
    pub payer: Address,
    pub amount: Amount,
    pub refunded: Amount,
    pub closed: bool,
}

/// A dispute stopped a payment's clocks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentFrozen {
    pub payment_id: PaymentId,
    pub dispute_id: DisputeId,
    pub frozen_at: u64,
}

/// A payment's clocks run on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PaymentUnfrozen {
    pub payment_id: PaymentId,
    pub dispute_id: DisputeId,
    pub paused_secs: u64,
}

/// The escrow holds a dispute's bond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BondHeld {
    pub dispute_id: DisputeId,
    pub poster: Address,
    pub token: Token,
    pub amount: Amount,
}

/// A bond went to its recipient's balance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BondPaid {
    pub dispute_id: DisputeId,
    pub recipient: Address,
    pub token: Token,
    pub amount: Amount,
}

/// An account's balance in the escrow grew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credited {
    pub account: Address,
    pub token: Token,
    pub payment_id: PaymentId,
    pub amount: Amount,
    pub balance: Amount,
}

/// An account took its balance out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawn {
    pub account: Address,
    pub token: Token,
    pub recipient: Address,
    pub amount: Amount,
    pub balance: Amount,
}
