//! What the contracts remember, as they answer when asked.

use alloy::primitives::{Address, B256, U256};
use domain::{
    Amount, ContentId, ContentKind, ContentStatus, DisputeId, DisputeKind, DisputeState, FeeId, LicenseId, MeterId,
    OfferId, PaymentId, PaymentState, ProfileId, ReleaseRule, Ruling, SplitId, Token, UnknownCode,
};
use serde::Serialize;

use crate::{
    abi::{ContentRegistry, DisputeResolution, LicenseManager, PaymentEscrow, UsageTracker},
    convert::secs,
};

/// Content. What is not here (CIDs) is in its `ContentRegistered` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentView {
    /// Which content.
    pub content_id: ContentId,
    /// Who registered it.
    pub creator: Address,
    /// Whether new licenses may be bought.
    pub status: ContentStatus,
    /// A file or a collection.
    pub kind: ContentKind,
    /// Who delivers and serves it.
    pub meter_id: MeterId,
    /// Who is paid.
    pub split_id: SplitId,
    /// Poseidon(k0, k1) of the content key.
    pub key_commitment: U256,
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
}

/// A version of a meter's keys. Its curve point and URL are in the `MeterPublished` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeterView {
    /// Which version.
    pub meter_id: MeterId,
    /// Who published it.
    pub owner: Address,
    /// Countersigns heads.
    pub signer: Address,
    /// Poseidon(x, y) of the Baby Jubjub key.
    pub key_hash: U256,
}

/// What of an offer changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferStateView {
    /// Which offer.
    pub offer_id: OfferId,
    /// Who made it.
    pub creator: Address,
    /// Whether it was not closed. Validity and supply are separate.
    pub open: bool,
    /// Licenses sold.
    pub sold: u64,
}

/// A license.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LicenseView {
    /// Which license.
    pub license_id: LicenseId,
    /// At which terms.
    pub offer_id: OfferId,
    /// Keys of the licensee.
    pub profile_id: ProfileId,
    /// Keys of the meter, as they were at purchase.
    pub meter_id: MeterId,
    /// What was paid.
    pub payment_id: PaymentId,
    /// Metered units bought; zero when use is not billed by the unit.
    pub units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
    /// Counts re-keyings.
    pub epoch: u32,
    /// The key was delivered with a verified proof.
    pub delivered: bool,
}

/// A version of a licensee's keys. The curve point is in the `ProfilePublished` event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ProfileView {
    /// Which version.
    pub profile_id: ProfileId,
    /// Who published it.
    pub owner: Address,
    /// Signs metering heads.
    pub session_key: Address,
    /// Poseidon(x, y) of the Baby Jubjub key.
    pub commitment: U256,
}

/// A payment. Its clocks stand still while it is frozen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PaymentView {
    /// Which payment.
    pub payment_id: PaymentId,
    /// For which license.
    pub license_id: LicenseId,
    /// Who paid.
    pub payer: Address,
    /// In what.
    pub token: Token,
    /// How much.
    pub amount: Amount,
    /// Moved to payees and fee so far.
    pub released: Amount,
    /// Moved back to the payer so far.
    pub refunded: Amount,
    /// Metered: what settlement says is due in all.
    pub due: Amount,
    /// When it may move.
    pub rule: ReleaseRule,
    /// Where it stands.
    pub state: PaymentState,
    /// Who shares it.
    pub split_id: SplitId,
    /// The platform's fee, as it was at purchase.
    pub fee_id: FeeId,
    /// Last second at which delivery counts; zero unless cliff.
    pub delivery_deadline: u64,
    /// Seconds between delivery and release.
    pub dispute_window_secs: u32,
    /// First second of release; zero before delivery.
    pub releasable_at: u64,
    /// Metered: first second of refund of the rest.
    pub refundable_at: u64,
    /// Zero unless frozen.
    pub frozen_at: u64,
    /// Seconds that the clocks stood still in earlier freezes.
    pub paused_secs: u64,
}

/// A version of the platform's fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FeeView {
    /// Which version.
    pub fee_id: FeeId,
    /// Who gets it.
    pub recipient: Address,
    /// Ten-thousandths.
    pub fee_bps: u16,
}

/// Where settlement of one lane stands. Totals are units and never fall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LaneView {
    /// Zero: genesis.
    pub proved_head: U256,
    /// Units proved.
    pub proved_total: u64,
    /// Units in the last head that was settled by signatures.
    pub signed_total: u64,
    /// The larger of the two.
    pub settled_total: u64,
    /// Unix seconds; zero before the first proof.
    pub last_window_end: u64,
}

/// A dispute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DisputeView {
    /// Which dispute.
    pub dispute_id: DisputeId,
    /// About which license.
    pub license_id: LicenseId,
    /// About which payment.
    pub payment_id: PaymentId,
    /// What is complained of.
    pub kind: DisputeKind,
    /// Where it stands.
    pub state: DisputeState,
    /// What was decided; `None` before.
    pub ruling: Ruling,
    /// Who complains.
    pub filer: Address,
    /// Of whom.
    pub respondent: Address,
    /// Who rules.
    pub arbitrator: Address,
    /// Unix seconds.
    pub filed_at: u64,
    /// After this second anyone may time it out.
    pub ruling_deadline: u64,
    /// Wei.
    pub bond: Amount,
}

impl ContentView {
    pub(crate) fn new(content_id: ContentId, content: ContentRegistry::Content) -> Result<Self, UnknownCode> {
        Ok(Self {
            content_id,
            creator: content.creator,
            status: content.status.try_into()?,
            kind: content.kind.try_into()?,
            meter_id: content.meterId.into(),
            split_id: content.splitId.into(),
            key_commitment: content.keyCommitment,
            content_hash: content.contentHash,
        })
    }
}

impl MeterView {
    pub(crate) fn new(meter_id: MeterId, meter: ContentRegistry::Meter) -> Self {
        Self { meter_id, owner: meter.owner, signer: meter.signer, key_hash: meter.keyHash }
    }
}

impl LicenseView {
    pub(crate) fn new(license_id: LicenseId, license: LicenseManager::License) -> Self {
        Self {
            license_id,
            offer_id: license.offerId.into(),
            profile_id: license.profileId.into(),
            meter_id: license.meterId.into(),
            payment_id: license.paymentId.into(),
            units: license.units,
            starts_at: secs(license.startsAt),
            expires_at: secs(license.expiresAt),
            epoch: license.epoch,
            delivered: license.delivered,
        }
    }
}

impl ProfileView {
    pub(crate) fn new(profile_id: ProfileId, profile: LicenseManager::Profile) -> Self {
        Self { profile_id, owner: profile.owner, session_key: profile.sessionKey, commitment: profile.commitment }
    }
}

impl PaymentView {
    pub(crate) fn new(payment_id: PaymentId, payment: PaymentEscrow::Payment) -> Result<Self, UnknownCode> {
        Ok(Self {
            payment_id,
            license_id: LicenseId(payment.licenseId.saturating_to()),
            payer: payment.payer,
            token: Token(payment.token),
            amount: Amount(payment.amount),
            released: Amount(payment.released),
            refunded: Amount(payment.refunded),
            due: Amount(payment.due),
            rule: payment.rule.try_into()?,
            state: payment.state.try_into()?,
            split_id: payment.splitId.into(),
            fee_id: payment.feeId.into(),
            delivery_deadline: secs(payment.deliveryDeadline),
            dispute_window_secs: payment.disputeWindow,
            releasable_at: secs(payment.releasableAt),
            refundable_at: secs(payment.refundableAt),
            frozen_at: secs(payment.frozenAt),
            paused_secs: secs(payment.pausedSecs),
        })
    }
}

impl LaneView {
    pub(crate) fn new(lane: &UsageTracker::LaneState) -> Self {
        Self {
            proved_head: lane.provedHead,
            proved_total: lane.provedTotal,
            signed_total: lane.signedTotal,
            settled_total: lane.settledTotal,
            last_window_end: secs(lane.lastWindowEnd),
        }
    }
}

impl DisputeView {
    pub(crate) fn new(dispute_id: DisputeId, dispute: DisputeResolution::Dispute) -> Result<Self, UnknownCode> {
        Ok(Self {
            dispute_id,
            license_id: LicenseId(dispute.licenseId.saturating_to()),
            payment_id: PaymentId(dispute.paymentId.saturating_to()),
            kind: dispute.kind.try_into()?,
            state: dispute.state.try_into()?,
            ruling: dispute.ruling.try_into()?,
            filer: dispute.filer,
            respondent: dispute.respondent,
            arbitrator: dispute.arbitrator,
            filed_at: secs(dispute.filedAt),
            ruling_deadline: secs(dispute.rulingDeadline),
            bond: Amount(dispute.bond),
        })
    }
}
