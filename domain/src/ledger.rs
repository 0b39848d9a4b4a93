//! What the events add up to: the state of the chain, told by its events alone.
//!
//! A ledger that was given every event from the deployment's first block on equals what the contracts answer, but for
//! what time alone changes (vesting, validity) and what no event tells (the clock of an arbitrator, code at addresses).
//! It is checked against a chain after a random campaign.

mod content;
mod dispute;
mod license;
mod offer;
mod payment;
mod usage;

use std::collections::BTreeMap;

use alloy_primitives::Address;

pub use content::Content;
pub use dispute::Dispute;
pub use license::License;
pub use offer::Offer;
pub use payment::{Bond, Payment};
pub use usage::Lane;

use crate::{
    Amount, ChainEvent, ContentId, Context, DisputeId, FeeId, FeeSet, LicenseId, MeterId, MeterPublished, OfferId,
    Payee, PaymentId, ProfileId, ProfilePublished, SplitId, Token, VerifierSetAdded,
};

/// An event that cannot follow on the ones before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    /// It is about something that no earlier event told of.
    #[error("{event} is about {what}, which no earlier event told of")]
    Unknown {
        /// The event's name.
        event: &'static str,
        /// What it is about, e.g. `license 7`.
        what: String,
    },
    /// It contradicts the earlier ones.
    #[error("{event} tells that {what} is {told}; by the events before it is {computed}")]
    Differs {
        /// The event's name.
        event: &'static str,
        /// Which value.
        what: String,
        /// As the event has it.
        told: String,
        /// As it should be.
        computed: String,
    },
}

/// The state of the chain.
///
/// # Invariants
/// 1. Only [`Self::apply`] changes it; an event that it refuses changes nothing but what it had changed before it met
///    the contradiction, so that a ledger that refused an event is of no use any more.
/// 2. Totals never fall, and states only move forward: what would break that is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// Content by id.
    pub contents: BTreeMap<ContentId, Content>,
    /// Versions of meters' keys.
    pub meters: BTreeMap<MeterId, MeterPublished>,
    /// How well creators are known; unknown ones are missing or 0.
    pub creator_levels: BTreeMap<Address, u8>,
    /// Who says how well creators are known.
    pub attester: Address,
    /// Offers by id. One that was cancelled without ever being used has no terms.
    pub offers: BTreeMap<OfferId, Offer>,
    /// Versions of the circuits' verifiers.
    pub verifier_sets: BTreeMap<u8, VerifierSetAdded>,
    /// Versions of licensees' keys.
    pub profiles: BTreeMap<ProfileId, ProfilePublished>,
    /// Licenses by id.
    pub licenses: BTreeMap<LicenseId, License>,
    /// Who owns each license.
    pub owners: BTreeMap<LicenseId, Address>,
    /// Payments by id.
    pub payments: BTreeMap<PaymentId, Payment>,
    /// Versions of who shares payments.
    pub splits: BTreeMap<SplitId, Vec<Payee>>,
    /// Versions of the platform's fee.
    pub fees: BTreeMap<FeeId, FeeSet>,
    /// Whether new payments are taken in a token that was ever listed.
    pub tokens: BTreeMap<Token, bool>,
    /// What accounts may withdraw.
    pub balances: BTreeMap<(Address, Token), Amount>,
    /// Bonds of disputes that are still held.
    pub bonds: BTreeMap<DisputeId, Bond>,
    /// Where settlement of each lane stands.
    pub lanes: BTreeMap<Context, Lane>,
    /// Units settled over all lanes and epochs.
    pub settled_units: BTreeMap<LicenseId, u64>,
    /// Disputes by id.
    pub disputes: BTreeMap<DisputeId, Dispute>,
    /// What filers post.
    pub filing_bond: Amount,
    /// Who hears appeals of later disputes.
    pub appeal_arbitrator: Address,
    /// Arbitrators that hear appeals themselves, or did.
    pub final_rulings: BTreeMap<Address, bool>,
}

impl Ledger {
    /// Adds one event. They come in the chain's order.
    ///
    /// # Errors
    /// The event does not follow on the ones before.
    pub fn apply(&mut self, event: &ChainEvent) -> Result<(), LedgerError> {
        use ChainEvent as E;
        match event {
            E::MeterPublished(e) => drop(self.meters.insert(e.meter_id, e.clone())),
            E::ContentRegistered(e) => drop(self.contents.insert(e.content_id, Content::new(e))),
            E::ContentVersioned(e) => self.content("ContentVersioned", e.content_id)?.version(e)?,
            E::ContentStatusChanged(e) => self.content("ContentStatusChanged", e.content_id)?.status = e.status,
            E::ContentMeterChanged(e) => self.content("ContentMeterChanged", e.content_id)?.meter_id = e.meter_id,
            E::ContentTransferProposed(_) => {}
            E::ContentTransferred(e) => self.content("ContentTransferred", e.content_id)?.transfer(e)?,
            E::AttesterSet(e) => self.attester = e.attester,
            E::CreatorLevelSet(e) => drop(self.creator_levels.insert(e.creator, e.level)),
            E::OfferSet(e) => self.offer_set(e)?,
            E::OfferClosed(e) => self.offers.entry(e.offer_id).or_default().closed = true,
            E::VerifierSetAdded(e) => drop(self.verifier_sets.insert(e.version, e.clone())),
            E::ProfilePublished(e) => drop(self.profiles.insert(e.profile_id, e.clone())),
            E::LicenseIssued(e) => self.license_issued(e)?,
            E::LicenseTransferred(e) => self.license_transferred(e)?,
            E::LicenseRenewed(e) => self.license("LicenseRenewed", e.license_id)?.renew(e)?,
            E::LicenseEnded(e) => self.license("LicenseEnded", e.license_id)?.expires_at = e.expires_at,
            E::LicenseRebound(e) => self.license("LicenseRebound", e.license_id)?.rebind(e)?,
            E::KeyDelivered(e) => self.license("KeyDelivered", e.license_id)?.deliver("KeyDelivered", e.epoch)?,
            E::KeyAccepted(e) => self.license("KeyAccepted", e.license_id)?.deliver("KeyAccepted", e.epoch)?,
            E::SplitCreated(e) => drop(self.splits.insert(e.split_id, e.payees.clone())),
            E::FeeSet(e) => drop(self.fees.insert(e.fee_id, e.clone())),
            E::TokenListed(e) => drop(self.tokens.insert(e.token, e.open)),
            E::PaymentHeld(e) => self.payment_held(e)?,
            E::PaymentToppedUp(e) => self.payment("PaymentToppedUp", e.payment_id)?.top_up(e)?,
            E::PaymentDeadlineMoved(e) => self.payment("PaymentDeadlineMoved", e.payment_id)?.deadline = e.deadline,
            E::PaymentDelivered(e) => self.payment("PaymentDelivered", e.payment_id)?.deliver(e)?,
            E::PaymentDue(e) => self.payment("PaymentDue", e.payment_id)?.raise_due(e)?,
            E::PaymentReleased(e) => self.payment("PaymentReleased", e.payment_id)?.release(e)?,
            E::PaymentRefunded(e) => self.payment("PaymentRefunded", e.payment_id)?.refund(e)?,
            E::PaymentFrozen(e) => self.payment("PaymentFrozen", e.payment_id)?.freeze(e)?,
            E::PaymentUnfrozen(e) => self.payment("PaymentUnfrozen", e.payment_id)?.unfreeze(e)?,
            E::BondHeld(e) => self.bond_held(e)?,
            E::BondPaid(e) => self.bond_paid(e)?,
            E::Credited(e) => self.credited(e)?,
            E::Withdrawn(e) => self.withdrawn(e)?,
            E::UsageProved(e) => self.usage_proved(e)?,
            E::UsageSigned(e) => self.usage_signed(e)?,
            E::ComplianceProved(_) => {}
            E::DisputeFiled(e) => self.dispute_filed(e)?,
            E::EvidenceSubmitted(e) => self.dispute("EvidenceSubmitted", e.dispute_id)?.hear(e),
            E::DisputeEscalated(e) => self.dispute("DisputeEscalated", e.dispute_id)?.escalate(e)?,
            E::DisputeRuled(e) => self.dispute("DisputeRuled", e.dispute_id)?.rule(e)?,
            E::DisputeAppealed(e) => self.dispute("DisputeAppealed", e.dispute_id)?.appeal(e)?,
            E::DisputeExecuted(e) => self.dispute("DisputeExecuted", e.dispute_id)?.execute(e)?,
            E::FilingBondSet(e) => self.filing_bond = e.filing_bond,
            E::AppealArbitratorSet(e) => self.appeal_arbitrator = e.arbitrator,
            E::ArbitratorPolicySet(e) => drop(self.final_rulings.insert(e.arbitrator, e.final_rulings)),
        }
        Ok(())
    }

    /// What the escrow owes in a token: what is left in payments, balances and bonds. Its balance is at least that.
    #[must_use]
    pub fn liabilities(&self, token: Token) -> Amount {
        let held = self.payments.values().filter(|payment| payment.token == token).map(Payment::held);
        let owed = self.balances.iter().filter(|((_, of), _)| *of == token).map(|(_, balance)| *balance);
        let bonds = self.bonds.values().filter(|bond| bond.token == token).map(|bond| bond.amount);
        held.chain(owed).chain(bonds).fold(Amount::ZERO, |sum, part| Amount(sum.0.saturating_add(part.0)))
    }

    /// What an account may withdraw.
    #[must_use]
    pub fn balance_of(&self, account: Address, token: Token) -> Amount {
        self.balances.get(&(account, token)).copied().unwrap_or_default()
    }
}

/// Refuses an event whose value is not the one that follows.
fn same<T: PartialEq + core::fmt::Debug>(
    event: &'static str,
    what: impl FnOnce() -> String,
    told: T,
    computed: T,
) -> Result<(), LedgerError> {
    if told == computed {
        return Ok(());
    }
    Err(LedgerError::Differs { event, what: what(), told: format!("{told:?}"), computed: format!("{computed:?}") })
}

fn unknown(event: &'static str, what: impl Into<String>) -> LedgerError {
    LedgerError::Unknown { event, what: what.into() }
}

#[cfg(test)]
mod tests;
