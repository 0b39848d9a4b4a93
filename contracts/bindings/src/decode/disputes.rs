//! Events of the dispute contract.

use domain::{
    Amount, AppealArbitratorSet, ArbitratorPolicySet, ChainEvent, DisputeAppealed, DisputeEscalated, DisputeExecuted,
    DisputeFiled, DisputeRuled, EvidenceSubmitted, FilingBondSet,
};

use super::{DecodeProblem, RawLog};
use crate::{abi::DisputeResolution as D, convert};

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<D::AppealArbitratorSet>()? {
        return Ok(Some(AppealArbitratorSet { arbitrator: e.arbitrator }.into()));
    }
    if let Some(e) = log.as_event::<D::ArbitratorPolicySet>()? {
        return Ok(Some(ArbitratorPolicySet { arbitrator: e.arbitrator, final_rulings: e.finalRulings }.into()));
    }
    if let Some(e) = log.as_event::<D::DisputeAppealed>()? {
        return Ok(Some(
            DisputeAppealed {
                dispute_id: e.disputeId.try_into()?,
                appellant: e.appellant,
                arbitrator: e.arbitrator,
                external_id: e.externalId,
                deadline: convert::secs(e.deadline),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::DisputeEscalated>()? {
        return Ok(Some(
            DisputeEscalated {
                dispute_id: e.disputeId.try_into()?,
                arbitrator: e.arbitrator,
                external_id: e.externalId,
                deadline: convert::secs(e.deadline),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::DisputeExecuted>()? {
        return Ok(Some(
            DisputeExecuted {
                dispute_id: e.disputeId.try_into()?,
                ruling: e.ruling.try_into()?,
                bond_recipient: e.bondRecipient,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::DisputeFiled>()? {
        return Ok(Some(
            DisputeFiled {
                dispute_id: e.disputeId.try_into()?,
                license_id: e.licenseId.try_into()?,
                filer: e.filer,
                payment_id: e.paymentId.try_into()?,
                kind: e.kind.try_into()?,
                respondent: e.respondent,
                arbitrator: e.arbitrator,
                appeal_arbitrator: e.appealArbitrator,
                bond: Amount(e.bond),
                deadline: convert::secs(e.deadline),
                evidence_cid: e.evidenceCid,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::DisputeRuled>()? {
        return Ok(Some(
            DisputeRuled {
                dispute_id: e.disputeId.try_into()?,
                by: e.by,
                ruling: e.ruling.try_into()?,
                executable_from: convert::secs(e.executableFrom),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::EvidenceSubmitted>()? {
        return Ok(Some(
            EvidenceSubmitted { dispute_id: e.disputeId.try_into()?, party: e.party, evidence_cid: e.evidenceCid }
                .into(),
        ));
    }
    if let Some(e) = log.as_event::<D::FilingBondSet>()? {
        return Ok(Some(FilingBondSet { filing_bond: Amount(e.filingBond) }.into()));
    }
    Ok(None)
}
