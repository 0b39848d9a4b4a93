//! What the contracts remember, as they answer when asked.

use alloy::primitives::{Address, U256};
use domain::{
    Amount, ContentId, ContentKind, ContentStatus, Delivery, DisputeId, DisputeKind, DisputeState, FeeId, LicenseId,
    MeterId, OfferId, OfferKind, PaymentId, PaymentState, ProfileId, ReleaseRule, Ruling, SplitId, Token, UnknownCode,
};
use serde::Serialize;

use crate::{
    abi::{ContentRegistry, DisputeResolution, LicenseManager, PaymentEscrow, UsageTracker},
    convert::secs,
    signing::OfferDigest,
};

/// Content. What is not here (hashes, CIDs) is in its `ContentRegistered` and `ContentVersioned` events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ContentView {
    /// Which content.
    pub content_id: ContentId,
    /// Who owns it now.
    pub creator: Address,
    /// Whether new licenses may be bought.
    pub status: ContentStatus,
    /// A file or a collection.
    pub kind: ContentKind,
    /// Counts content from 1; the upper part of every offer id.
    pub content_no: u32,
    /// Delivers and serves licenses that are sold from now on.
    pub meter_id: MeterId,
    /// Counts changes of owner. Offers of an earlier generation cannot be bought any more.
    pub generation: u8,
    /// The newest version; the first is 0.
    pub version: u8,
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

/// What the chain remembers of an offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfferStatusView {
    /// Which offer.
    pub offer_id: OfferId,
    /// Of its terms; zero: neither set nor used.
    pub digest: OfferDigest,
    /// Licenses sold; counted only where the supply is limited.
    pub sold: u32,
    /// Closed, or its signature cancelled. Validity and supply are separate.
    pub closed: bool,
    /// Version of the verifiers that its licenses are bound to.
    pub verifiers: u8,
    /// Which of the content's owners made it, counted from 0.
    pub generation: u8,
}

/// A license. Its first payment has its id, its bond the next one.
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
    /// What is paid when.
    pub kind: OfferKind,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// Whether it may be sold on.
    pub transferable: bool,
    /// A performance bond is held.
    pub bonded: bool,
    /// Metered units bought or included; zero: not limited.
    pub units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds, last second included; zero: never.
    pub expires_at: u64,
    /// Periods paid for so far; 1 unless renewed.
    pub periods: u8,
    /// Counts re-keyings.
    pub epoch: u32,
    /// The key of this epoch was accepted, or delivered with a verified proof.
    pub delivered: bool,
    /// Version of the content whose key is delivered.
    pub content_version: u8,
    /// Version of the verifiers that its proofs are checked with.
    pub verifiers: u8,
    /// ERC-2981 royalty.
    pub royalty_bps: u16,
}

/// What a license pins for settlement in one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettlementView {
    /// Of what.
    pub content_id: ContentId,
    /// Version of the verifiers.
    pub verifiers: u8,
    /// Settled units are drawn from the first payment.
    pub per_use: bool,
    /// Metered units bought or included; zero: not limited.
    pub units: u64,
    /// Base units drawn from the bond for each unit above; zero: none may be above.
    pub overage_price: Amount,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
    /// Poseidon(x, y) of the licensee's Baby Jubjub key in that epoch.
    pub licensee_commitment: U256,
    /// Signs metering heads for the licensee.
    pub session_key: Address,
    /// Countersigns them.
    pub meter_signer: Address,
    /// Poseidon(x, y) of the meter's Baby Jubjub key.
    pub meter_key_hash: U256,
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
    /// Linear: first second of vesting.
    pub starts_at: u64,
    /// Cliff: last second at which delivery counts. Metered: first second of refund of the rest. Linear: first second
    /// at which all has vested.
    pub deadline: u64,
    /// Seconds between delivery and release.
    pub dispute_window_secs: u32,
    /// First second of release; zero before delivery.
    pub releasable_at: u64,
    /// Zero unless frozen.
    pub frozen_at: u64,
    /// Seconds that the clocks stood still in earlier freezes.
    pub paused_secs: u64,
    /// What froze it last, if anything did.
    pub dispute_id: Option<DisputeId>,
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
    /// Which payment is frozen; zero for unauthorized access.
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
    /// Whether that is an ERC-792 contract; else it rules directly.
    pub arbitrator_is_contract: bool,
    /// Who hears appeals; zero: nobody.
    pub appeal_arbitrator: Address,
    /// Whether the respondent answered.
    pub answered: bool,
    /// Unix seconds.
    pub filed_at: u64,
    /// Of the present state: after this second anyone may time it out, or execute what is ruled (unix).
    pub deadline: u64,
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
            content_no: content.contentNo,
            meter_id: content.meterId.into(),
            generation: content.generation,
            version: content.version,
        })
    }
}

impl MeterView {
    pub(crate) fn new(meter_id: MeterId, meter: ContentRegistry::Meter) -> Self {
        Self { meter_id, owner: meter.owner, signer: meter.signer, key_hash: meter.keyHash }
    }
}

impl OfferStatusView {
    /// Whether it was set, or used with its signature.
    #[must_use]
    pub fn is_known(&self) -> bool {
        !self.digest.is_zero()
    }

    pub(crate) fn new(offer_id: OfferId, status: &LicenseManager::OfferStatus) -> Self {
        Self {
            offer_id,
            digest: status.digest,
            sold: status.sold,
            closed: status.closed,
            verifiers: status.verifiers,
            generation: status.generation,
        }
    }
}

impl LicenseView {
    pub(crate) fn new(license_id: LicenseId, license: &LicenseManager::License) -> Result<Self, UnknownCode> {
        Ok(Self {
            license_id,
            offer_id: license.offerId.into(),
            profile_id: license.profileId.into(),
            meter_id: license.meterId.into(),
            kind: license.kind.try_into()?,
            delivery: license.delivery.try_into()?,
            transferable: license.transferable,
            bonded: license.bonded,
            units: license.units,
            starts_at: secs(license.startsAt),
            expires_at: secs(license.expiresAt),
            periods: license.periods,
            epoch: license.epoch.into(),
            delivered: license.delivered,
            content_version: license.contentVersion,
            verifiers: license.verifiers,
            royalty_bps: license.royaltyBps,
        })
    }
}

impl SettlementView {
    pub(crate) fn new(terms: &LicenseManager::SettlementTerms) -> Self {
        Self {
            content_id: ContentId(terms.contentId),
            verifiers: terms.verifiers,
            per_use: terms.perUse,
            units: terms.units,
            overage_price: Amount(U256::from(terms.overagePrice)),
            starts_at: secs(terms.startsAt),
            expires_at: secs(terms.expiresAt),
            licensee_commitment: terms.licenseeCommitment,
            session_key: terms.sessionKey,
            meter_signer: terms.meterSigner,
            meter_key_hash: terms.meterKeyHash,
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
            starts_at: secs(payment.startsAt),
            deadline: secs(payment.deadline),
            dispute_window_secs: payment.disputeWindow,
            releasable_at: secs(payment.releasableAt),
            frozen_at: secs(payment.frozenAt),
            paused_secs: secs(payment.pausedSecs),
            dispute_id: (!payment.disputeId.is_zero()).then(|| DisputeId(payment.disputeId.saturating_to())),
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
            arbitrator_is_contract: dispute.arbitratorIsContract,
            appeal_arbitrator: dispute.appealArbitrator,
            answered: dispute.answered,
            filed_at: secs(dispute.filedAt),
            deadline: secs(dispute.deadline),
            bond: Amount(dispute.bond),
        })
    }
}
