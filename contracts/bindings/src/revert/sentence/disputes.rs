//! Of the dispute contract.

use domain::{DisputeKind, DisputeState};

use super::{name, time};
use crate::abi::DisputeResolution as D;

sentences!(of {
    D::DisputeUnknown, e => ("dispute {} does not exist", e.disputeId);
    D::AlreadyDisputed, e => ("payment {} was already disputed in dispute {}", e.paymentId, e.disputeId);
    D::NotParty, e => ("{} is no party of this dispute", e.caller);
    D::NotArbitrator, e => ("{} is not the arbitrator, {} is", e.caller, e.arbitrator);
    D::BondDiffers, e => ("{} wei were sent as bond, exactly {} are required", e.sent, e.required);
    D::StateNotAllowed, e => (
        "dispute {} is {}: this step is not possible any more, or not yet",
        e.disputeId, name(e.state.try_into().map(DisputeState::as_str))
    );
    D::RulingInvalid, e => ("{} is no ruling: 0 refuses, 1 is for the creator, 2 for the licensee", e.ruling);
    D::RespondWindowOpen, e => (
        "dispute {} cannot be ruled before the respondent answers or {}", e.disputeId, time(e.until)
    );
    D::NotDisputable, e => (
        "payment {} cannot be disputed so: nothing is held in it, its time for this dispute is over, or not yet come",
        e.paymentId
    );
    D::KindNotApplicable, e => (
        "disputes of kind {} are not for license {} and its terms",
        name(e.kind.try_into().map(DisputeKind::as_str)), e.licenseId
    );
    D::ArbitratorMissing, e => ("the terms of license {} name no arbitrator", e.licenseId);
    D::ArbitratorIsContract, e => ("arbitrator {} is a contract: escalate the dispute to it", e.arbitrator);
    D::ArbitratorNotContract, e => ("arbitrator {} is no contract: it rules directly", e.arbitrator);
    D::ArbitratorFailed, e => (
        "arbitrator {} reverted, burnt its gas or answered nonsense: the dispute can be timed out", e.arbitrator
    );
    D::ExternalDisputeUnknown, e => ("arbitrator {} has no dispute {} of ours", e.arbitrator, e.externalId);
    D::FeeDiffers, e => ("{} wei were sent as fee, exactly {} are required", e.sent, e.required);
    D::DeadlinePassed, e => ("the time for this step in dispute {} ended at {}", e.disputeId, time(e.deadline));
    D::DeadlineNotPassed, e => ("this step in dispute {} is not possible before {}", e.disputeId, time(e.deadline));
    D::CheckInconclusive, e => ("no program can decide dispute {} by this: it takes the arbitrator", e.disputeId);
    D::NoAppeal, e => ("the ruling in dispute {} is final", e.disputeId);
});
