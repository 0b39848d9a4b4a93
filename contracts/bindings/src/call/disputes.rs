//! A dispute's life.

use alloy::primitives::{Address, Bytes, U256};
use domain::{Amount, DisputeId, DisputeKind, LicenseId, OfferTerms, Ruling};

use super::{Call, SignedHead};
use crate::{abi::DisputeResolution as D, convert, deployment::Addresses};

impl Addresses {
    /// Files a dispute; `terms` are those the license was sold at, `bond` is exactly the filing bond. Emits
    /// `DisputeFiled`.
    #[must_use]
    pub fn file_dispute(
        &self,
        license_id: LicenseId,
        kind: DisputeKind,
        terms: &OfferTerms,
        evidence_cid: Bytes,
        bond: Amount,
    ) -> Call {
        let call = D::fileCall {
            licenseId: license_id.into(),
            kind: kind.code(),
            offer: convert::disputed_offer(terms),
            evidenceCid: evidence_cid,
        };
        Call::new(self.disputes, "file a dispute", &call).with_value(bond)
    }

    /// Adds evidence. Emits `EvidenceSubmitted`.
    #[must_use]
    pub fn submit_evidence(&self, dispute_id: DisputeId, evidence_cid: Bytes) -> Call {
        let call = D::submitEvidenceCall { disputeId: dispute_id.into(), evidenceCid: evidence_cid };
        Call::new(self.disputes, "submit evidence", &call)
    }

    /// Lets a program decide. Anyone may send it. Emits `DisputeRuled`.
    #[must_use]
    pub fn check_dispute(&self, dispute_id: DisputeId) -> Call {
        Call::new(self.disputes, "check the dispute", &D::checkCall { disputeId: dispute_id.into() })
    }

    /// Lets a program decide by a head that both sides signed. Anyone may send it. Emits `UsageSigned` and
    /// `DisputeRuled`.
    #[must_use]
    pub fn check_head(&self, dispute_id: DisputeId, head: &SignedHead) -> Call {
        let call = D::checkHeadCall { disputeId: dispute_id.into(), signedHead: head.disputed() };
        Call::new(self.disputes, "check the dispute by a signed head", &call)
    }

    /// Brings the dispute before its arbitrator contract; `fee` is exactly the escalation cost. Emits
    /// `DisputeEscalated`.
    #[must_use]
    pub fn escalate(&self, dispute_id: DisputeId, fee: Amount) -> Call {
        let call = D::escalateCall { disputeId: dispute_id.into() };
        Call::new(self.disputes, "escalate the dispute", &call).with_value(fee)
    }

    /// Rules. Only the pinned arbitrator may send it, if it is no contract. Emits `DisputeRuled`.
    #[must_use]
    pub fn rule_directly(&self, dispute_id: DisputeId, ruling: Ruling) -> Call {
        let call = D::ruleDirectlyCall { disputeId: dispute_id.into(), ruling: U256::from(ruling.code()) };
        Call::new(self.disputes, "rule the dispute", &call)
    }

    /// Has a ruling heard again; `fee` is exactly the appeal cost. Emits `DisputeAppealed`.
    #[must_use]
    pub fn appeal(&self, dispute_id: DisputeId, fee: Amount) -> Call {
        let call = D::appealCall { disputeId: dispute_id.into() };
        Call::new(self.disputes, "appeal the ruling", &call).with_value(fee)
    }

    /// Carries out a ruling. Anyone may send it. Emits `DisputeExecuted`.
    #[must_use]
    pub fn execute(&self, dispute_id: DisputeId) -> Call {
        Call::new(self.disputes, "execute the ruling", &D::executeCall { disputeId: dispute_id.into() })
    }

    /// Ends what nobody decided in time. Anyone may send it. Emits `DisputeRuled` or `DisputeExecuted`.
    #[must_use]
    pub fn time_out(&self, dispute_id: DisputeId) -> Call {
        Call::new(self.disputes, "time the dispute out", &D::timeOutCall { disputeId: dispute_id.into() })
    }

    /// Sets what later filers post. Operator only. Emits `FilingBondSet`.
    #[must_use]
    pub fn set_filing_bond(&self, filing_bond: Amount) -> Call {
        Call::new(self.disputes, "set the filing bond", &D::setFilingBondCall { filingBond_: filing_bond.0 })
    }

    /// Names who hears appeals of later disputes; zero: nobody. Operator only. Emits `AppealArbitratorSet`.
    #[must_use]
    pub fn set_appeal_arbitrator(&self, arbitrator: Address) -> Call {
        Call::new(self.disputes, "set the appeal arbitrator", &D::setAppealArbitratorCall { arbitrator })
    }

    /// Says whether an arbitrator hears appeals itself. Operator only. Emits `ArbitratorPolicySet`.
    #[must_use]
    pub fn set_arbitrator_policy(&self, arbitrator: Address, final_rulings: bool) -> Call {
        let call = D::setArbitratorPolicyCall { arbitrator, finalRulings: final_rulings };
        Call::new(self.disputes, "set the arbitrator's policy", &call)
    }
}
