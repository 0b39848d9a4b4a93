//! What the contracts tell: one type per Solidity event, with the same name and the same fields.
//!
//! Field meanings and units are documented at the events in `contracts/src/interfaces/`; times are unix seconds.
#![expect(missing_docs, reason = "the fields are documented once, at the Solidity events they mirror")]

use alloy_primitives::{Address, B256, Bytes, U256};
use serde::{Deserialize, Serialize};

use crate::{
    Amount, ContentId, ContentKind, ContentStatus, Context, DisputeId, DisputeKind, FeeId, LicenseId, MeterId, OfferId,
    OfferTerms, Payee, PaymentId, ProfileId, ReleaseRule, Ruling, SplitId, Token,
};

/// Any event of our contracts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ChainEvent {
    /// A meter version exists.
    MeterPublished(MeterPublished),
    /// Content exists.
    ContentRegistered(ContentRegistered),
    /// Content was suspended, resumed or retired.
    ContentStatusChanged(ContentStatusChanged),
    /// An offer opened.
    OfferSet(OfferSet),
    /// An offer closed.
    OfferClosed(OfferClosed),
    /// A licensee's key version exists.
    ProfilePublished(ProfilePublished),
    /// A license was bought.
    LicenseIssued(LicenseIssued),
    /// A license changed hands (ERC-721 `Transfer`); from zero when issued.
    LicenseTransferred(LicenseTransferred),
    /// A content key was delivered with a verified proof.
    KeyDelivered(KeyDelivered),
    /// A version of who shares a payment exists.
    SplitCreated(SplitCreated),
    /// A version of the platform's fee exists.
    FeeSet(FeeSet),
    /// The escrow holds money for a license.
    PaymentHeld(PaymentHeld),
    /// The dispute window of a payment started.
    PaymentDelivered(PaymentDelivered),
    /// Settlement raised what is due in all.
    PaymentDue(PaymentDue),
    /// Money left towards payees and fee.
    PaymentReleased(PaymentReleased),
    /// Money went back to the payer.
    PaymentRefunded(PaymentRefunded),
    /// A dispute stopped a payment's clocks.
    PaymentFrozen(PaymentFrozen),
    /// A payment's clocks run on.
    PaymentUnfrozen(PaymentUnfrozen),
    /// The escrow holds a dispute's bond.
    BondHeld(BondHeld),
    /// A bond went to its recipient's balance.
    BondPaid(BondPaid),
    /// An account's balance in the escrow grew.
    Credited(Credited),
    /// An account took its balance out.
    Withdrawn(Withdrawn),
    /// Use was settled by proof.
    UsageProved(UsageProved),
    /// Use was settled by a head that both sides signed.
    UsageSigned(UsageSigned),
    /// A dispute was filed.
    DisputeFiled(DisputeFiled),
    /// A party added evidence.
    EvidenceSubmitted(EvidenceSubmitted),
    /// The arbitrator ruled.
    DisputeRuled(DisputeRuled),
    /// A ruling or time-out was carried out.
    DisputeExecuted(DisputeExecuted),
}

impl ChainEvent {
    /// The Solidity event's name.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::MeterPublished(_) => "MeterPublished",
            Self::ContentRegistered(_) => "ContentRegistered",
            Self::ContentStatusChanged(_) => "ContentStatusChanged",
            Self::OfferSet(_) => "OfferSet",
            Self::OfferClosed(_) => "OfferClosed",
            Self::ProfilePublished(_) => "ProfilePublished",
            Self::LicenseIssued(_) => "LicenseIssued",
            Self::LicenseTransferred(_) => "LicenseTransferred",
            Self::KeyDelivered(_) => "KeyDelivered",
            Self::SplitCreated(_) => "SplitCreated",
            Self::FeeSet(_) => "FeeSet",
            Self::PaymentHeld(_) => "PaymentHeld",
            Self::PaymentDelivered(_) => "PaymentDelivered",
            Self::PaymentDue(_) => "PaymentDue",
            Self::PaymentReleased(_) => "PaymentReleased",
            Self::PaymentRefunded(_) => "PaymentRefunded",
            Self::PaymentFrozen(_) => "PaymentFrozen",
            Self::PaymentUnfrozen(_) => "PaymentUnfrozen",
            Self::BondHeld(_) => "BondHeld",
            Self::BondPaid(_) => "BondPaid",
            Self::Credited(_) => "Credited",
            Self::Withdrawn(_) => "Withdrawn",
            Self::UsageProved(_) => "UsageProved",
            Self::UsageSigned(_) => "UsageSigned",
            Self::DisputeFiled(_) => "DisputeFiled",
            Self::EvidenceSubmitted(_) => "EvidenceSubmitted",
            Self::DisputeRuled(_) => "DisputeRuled",
            Self::DisputeExecuted(_) => "DisputeExecuted",
        }
    }
}

macro_rules! variants {
    ($($event:ident)+) => {
        $(
            impl From<$event> for ChainEvent {
                fn from(event: $event) -> Self {
                    Self::$event(event)
                }
            }

            /// Gives the event back when it is another one.
            impl TryFrom<ChainEvent> for $event {
                type Error = ChainEvent;

                fn try_from(event: ChainEvent) -> Result<Self, ChainEvent> {
                    if let ChainEvent::$event(event) = event { Ok(event) } else { Err(event) }
                }
            }
        )+
    };
}

variants! {
    MeterPublished ContentRegistered ContentStatusChanged OfferSet OfferClosed ProfilePublished LicenseIssued
    LicenseTransferred KeyDelivered SplitCreated FeeSet PaymentHeld PaymentDelivered PaymentDue PaymentReleased
    PaymentRefunded PaymentFrozen PaymentUnfrozen BondHeld BondPaid Credited Withdrawn UsageProved UsageSigned
    DisputeFiled EvidenceSubmitted DisputeRuled DisputeExecuted
}

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
    pub content_hash: B256,
    pub cid: Bytes,
    pub key_commitment: U256,
    pub metadata_cid: Bytes,
    pub kind: ContentKind,
    pub meter_id: MeterId,
    pub split_id: SplitId,
}

/// Content was suspended, resumed or retired.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContentStatusChanged {
    pub content_id: ContentId,
    pub status: ContentStatus,
}

/// An offer opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferSet {
    pub offer_id: OfferId,
    pub creator: Address,
    pub terms: OfferTerms,
}

/// An offer closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferClosed {
    pub offer_id: OfferId,
}

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

/// A license was bought.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenseIssued {
    pub license_id: LicenseId,
    pub offer_id: OfferId,
    pub content_id: ContentId,
    pub licensee: Address,
    pub payer: Address,
    pub profile_id: ProfileId,
    pub meter_id: MeterId,
    pub payment_id: PaymentId,
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
    pub delivery_deadline: u64,
    pub dispute_window_secs: u32,
    pub refundable_at: u64,
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

/// A dispute was filed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeFiled {
    pub dispute_id: DisputeId,
    pub license_id: LicenseId,
    pub filer: Address,
    pub payment_id: PaymentId,
    pub kind: DisputeKind,
    pub respondent: Address,
    pub arbitrator: Address,
    pub bond: Amount,
    pub ruling_deadline: u64,
    pub evidence_cid: Bytes,
}

/// A party added evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceSubmitted {
    pub dispute_id: DisputeId,
    pub party: Address,
    pub evidence_cid: Bytes,
}

/// The arbitrator ruled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeRuled {
    pub dispute_id: DisputeId,
    pub arbitrator: Address,
    pub ruling: Ruling,
}

/// A ruling or time-out was carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisputeExecuted {
    pub dispute_id: DisputeId,
    pub ruling: Ruling,
    pub bond_recipient: Address,
}
