//! Disputes.

use alloy_primitives::Address;

use super::{Ledger, LedgerError, same, unknown};
use crate::{
    Amount, DisputeAppealed, DisputeEscalated, DisputeExecuted, DisputeFiled, DisputeId, DisputeKind, DisputeRuled,
    DisputeState, EvidenceSubmitted, LicenseId, PaymentId, Ruling,
};

/// A dispute, as `IDisputeResolution.dispute` answers.
///
/// The contract's `respondent` follows the license and the content to their owners: see [`Ledger::respondent`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispute {
    /// About which license.
    pub license_id: LicenseId,
    /// Which payment was frozen; zero for unauthorized access.
    pub payment_id: PaymentId,
    /// What is complained of.
    pub kind: DisputeKind,
    /// Where it stands.
    pub state: DisputeState,
    /// What was decided; `None` before.
    pub ruling: Ruling,
    /// Who complains.
    pub filer: Address,
    /// Of whom, when it was filed.
    pub respondent: Address,
    /// Who rules.
    pub arbitrator: Address,
    /// Who hears appeals; zero: nobody.
    pub appeal_arbitrator: Address,
    /// Whether the respondent answered.
    pub answered: bool,
    /// Of the present state: after this second anyone may time it out. Of a ruling: the first second at which it can
    /// be executed, which is the contract's deadline or the second after it.
    pub deadline: u64,
    /// What the filer posted.
    pub bond: Amount,
}

impl Dispute {
    pub(super) fn hear(&mut self, e: &EvidenceSubmitted) {
        self.answered |= e.party != self.filer;
    }

    pub(super) fn escalate(&mut self, e: &DisputeEscalated) -> Result<(), LedgerError> {
        same("DisputeEscalated", || "the arbitrator".to_owned(), e.arbitrator, self.arbitrator)?;
        self.advance("DisputeEscalated", e.dispute_id, DisputeState::Escalated)?;
        self.deadline = e.deadline;
        Ok(())
    }

    pub(super) fn rule(&mut self, e: &DisputeRuled) -> Result<(), LedgerError> {
        // The one step back: a ruling on appeal is a ruling.
        if self.state != DisputeState::Appealed {
            self.advance("DisputeRuled", e.dispute_id, DisputeState::Ruled)?;
        }
        (self.state, self.ruling, self.deadline) = (DisputeState::Ruled, e.ruling, e.executable_from);
        Ok(())
    }

    pub(super) fn appeal(&mut self, e: &DisputeAppealed) -> Result<(), LedgerError> {
        same("DisputeAppealed", || "who hears appeals".to_owned(), e.arbitrator, self.appeal_arbitrator)?;
        self.advance("DisputeAppealed", e.dispute_id, DisputeState::Appealed)?;
        self.deadline = e.deadline;
        Ok(())
    }

    pub(super) fn execute(&mut self, e: &DisputeExecuted) -> Result<(), LedgerError> {
        same("DisputeExecuted", || format!("the ruling of dispute {}", e.dispute_id), e.ruling, self.ruling)?;
        self.advance("DisputeExecuted", e.dispute_id, DisputeState::Executed)
    }

    fn advance(&mut self, event: &'static str, id: DisputeId, to: DisputeState) -> Result<(), LedgerError> {
        same(event, || format!("whether dispute {id} moves forward from {}", self.state), true, self.state < to)?;
        self.state = to;
        Ok(())
    }
}

impl Ledger {
    pub(super) fn dispute(&mut self, event: &'static str, id: DisputeId) -> Result<&mut Dispute, LedgerError> {
        self.disputes.get_mut(&id).ok_or_else(|| unknown(event, format!("dispute {id}")))
    }

    pub(super) fn dispute_filed(&mut self, e: &DisputeFiled) -> Result<(), LedgerError> {
        let dispute = Dispute {
            license_id: e.license_id,
            payment_id: e.payment_id,
            kind: e.kind,
            state: DisputeState::Filed,
            ruling: Ruling::None,
            filer: e.filer,
            respondent: e.respondent,
            arbitrator: e.arbitrator,
            appeal_arbitrator: e.appeal_arbitrator,
            answered: false,
            deadline: e.deadline,
            bond: e.bond,
        };
        let before = self.disputes.insert(e.dispute_id, dispute);
        same("DisputeFiled", || format!("whether dispute {} is new", e.dispute_id), true, before.is_none())
    }

    /// Who is on the other side of a dispute now: license and content can change hands.
    #[must_use]
    pub fn respondent(&self, id: DisputeId) -> Option<Address> {
        let dispute = self.disputes.get(&id)?;
        match dispute.kind {
            DisputeKind::UsageExceeded | DisputeKind::NonPayment | DisputeKind::UnauthorizedAccess => {
                self.owners.get(&dispute.license_id).copied()
            }
            DisputeKind::NonDelivery | DisputeKind::ContentMismatch => {
                let license = self.licenses.get(&dispute.license_id)?;
                let terms = self.offers.get(&license.offer_id)?.terms.as_ref()?;
                self.contents.get(&terms.content_id).map(|content| content.creator)
            }
        }
    }
}
