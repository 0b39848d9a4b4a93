//! Of what is around the core: router, company accounts, panel, timelock, development money.

use super::unix;
use crate::abi::{
    CompanyAccount as C, CompanyAccountFactory as F, DevToken as T, PanelArbitrator as P, PurchaseRouter as B,
    TimelockController as O,
};

pub(super) fn of(data: &[u8]) -> Option<(&'static str, String)> {
    router(data).or_else(|| account(data)).or_else(|| panel(data)).or_else(|| timelock(data)).or_else(|| token(data))
}

sentences!(router {
    B::NoPurchases, e => ("no purchases were given: there is nothing to buy");
    B::TokenDiffers, e => (
        "one call pays in one token: {} and {} are two", domain::Token(e.expected), domain::Token(e.found)
    );
    B::EtherNotTaken, e => ("{} wei were sent with a payment in a token: send none", e.sent);
    B::OfferIsInEther, e => ("offer {} is paid in ETH: buy it without a signature for a token", e.offerId);
    B::EtherDiffers, e => ("{} wei were sent, exactly {} are required", e.sent, e.required);
});

sentences!(account {
    C::NotMachine, e => ("{} is no machine of the company account: its owner sets a budget first", e.caller);
    C::BudgetExceeded, e => (
        "machine {} has {} of {} left in this period, not the {} that it is about to pay",
        e.machine, e.left, domain::Token(e.token), e.amount
    );
    C::LicenseeDiffers, e => ("a machine buys for its company account {}, not for {}", e.required, e.licensee);
    C::PayerDiffers, e => ("refunds go to the company account {}, not to {}", e.required, e.payer);
    C::PeriodInvalid, e => ("a budget cannot be for {} seconds", e.period);
    C::CallFailed, e => (
        "{} refused the company account's call: {}", e.target, crate::revert::RevertReason::decode(&e.reason)
    );
    F::FailedDeployment, e => ("the company account could not be made: there is one of this owner and salt already");
});

sentences!(panel {
    P::PanelInvalid, e => ("{} accounts are no panel: 1 to 31 are", e.members);
    P::MemberInvalid, e => ("{} cannot be on the panel: it is zero, or there twice", e.member);
    P::VotingSecsInvalid, e => ("{} seconds are no time to vote: an hour to 14 days", e.votingSecs);
    P::ChoicesInvalid, e => ("{} are not so many choices as a panel can have", e.choices);
    P::NotMember, e => ("{} is not on the panel of dispute {}", e.caller, e.disputeId);
    P::AlreadyVoted, e => ("{} voted on dispute {} already", e.member, e.disputeId);
    P::RulingInvalid, e => ("{} is no ruling: 0 refuses, {} is the last choice", e.ruling, e.choices);
    P::VoteOver, e => ("the vote on dispute {} is over", e.disputeId);
    P::VoteNotOver, e => (
        "the vote on dispute {} is not over: no majority, and time until {}",
        e.disputeId, super::time(e.votingEnds)
    );
    P::NotConcluded, e => ("dispute {} is not concluded", e.disputeId);
    P::NothingToCollect, e => ("{} has no share of the fee of dispute {} to collect", e.caller, e.disputeId);
    P::TransferFailed, e => ("{} refused {} wei", e.recipient, e.amount);
    P::AppealsNotHeard, e => ("the panel hears no appeals");
});

sentences!(timelock {
    O::TimelockInvalidOperationLength, e => (
        "an operation has as many targets ({}), calls ({}) and values ({})", e.targets, e.payloads, e.values
    );
    O::TimelockInsufficientDelay, e => ("a delay of {} seconds is below the {} of the timelock", e.delay, e.minDelay);
    O::TimelockUnexpectedOperationState, e => (
        "operation {} is not where this step needs it: not scheduled, still waiting, or done", e.operationId
    );
    O::TimelockUnexecutedPredecessor, e => ("operation {} has to be executed before", e.predecessorId);
    O::TimelockUnauthorizedCaller, e => ("{} may not do this: the timelock itself may", e.caller);
    O::AccessControlBadConfirmation, e => ("a role is renounced only by who has it");
});

sentences!(token {
    T::AuthorizationNotYetValid, e => ("the authorization is not valid before {}", unix(e.validAfter.saturating_to()));
    T::AuthorizationExpired, e => ("the authorization expired at {}", unix(e.validBefore.saturating_to()));
    T::AuthorizationAlreadyUsed, e => ("the authorization {} of {} was used already", e.nonce, e.authorizer);
    T::AuthorizationInvalid, e => ("the authorization is not signed by {}", e.authorizer);
    T::CallerNotPayee, e => ("{} may not use an authorization for {}", e.caller, e.payee);
    T::ERC2612ExpiredSignature, e => ("the permit expired at {}", unix(e.deadline.saturating_to()));
    T::ERC2612InvalidSigner, e => ("the permit is signed by {}, not by {}", e.signer, e.owner);
    T::InvalidAccountNonce, e => ("the next nonce of {} is {}", e.account, e.currentNonce);
    T::ECDSAInvalidSignature, e => ("the signature is malformed");
    T::ECDSAInvalidSignatureLength, e => ("a signature has no {} bytes", e.length);
    T::ECDSAInvalidSignatureS, e => ("the signature has the higher of its two s values");
    T::InvalidShortString, e => ("the text is malformed");
    T::StringTooLong, e => ("the text `{}` is too long", e.str);
});
