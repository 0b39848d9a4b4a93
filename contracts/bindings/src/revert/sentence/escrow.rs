//! Of the escrow.

use domain::ReleaseRule;

use super::{before, name, time};
use crate::abi::PaymentEscrow as E;

sentences!(of {
    E::CallerNotAllowed, e => ("{} may not make this call: only its fellow contracts may", e.caller);
    E::PaymentUnknown, e => ("payment {} does not exist", e.paymentId);
    E::PaymentClosed, e => ("payment {} is closed: nothing is left in it", e.paymentId);
    E::PaymentIsFrozen, e => ("payment {} is frozen by a dispute: wait until it ends", e.paymentId);
    E::PaymentNotFrozen, e => ("payment {} is not frozen", e.paymentId);
    E::ThawTooEarly, e => (
        "payment {} stays frozen for its dispute: it cannot be thawed before {}", e.paymentId, time(e.thawableAt)
    );
    E::FreezeExhausted, e => ("payment {} was frozen for as long as a payment can be: never again", e.paymentId);
    E::AlreadyDelivered, e => ("{} was already delivered", e.paymentId);
    E::DeliveryTooLate, e => (
        "payment {} had to be delivered by {}: the payer may take it back now", e.paymentId, time(e.deliveryDeadline)
    );
    E::NotRefundableYet, e => ("payment {} is not refundable{}", e.paymentId, before(e.refundableAt));
    E::NotReleasable, e => ("payment {} is not releasable{}", e.paymentId, before(e.releasableAt));
    E::RuleMismatch, e => (
        "payment {} is released by the rule `{}`, which knows no such step",
        e.paymentId, name(e.rule.try_into().map(ReleaseRule::as_str))
    );
    E::AmountTooLarge, e => ("{} base units are more than a payment can hold", e.amount);
    E::AmountReceivedDiffers, e => (
        "token {} delivered {} of {} base units: tokens that take a fee on transfer are not accepted",
        e.token, e.received, e.expected
    );
    E::EtherValueDiffers, e => ("{} wei were sent, exactly {} are required", e.sent, e.required);
    E::EtherTransferFailed, e => (
        "{} refused {} wei: withdraw to another recipient", e.recipient, e.amount
    );
    E::NothingToWithdraw, e => ("{} has no balance of {} in the escrow", e.account, domain::Token(e.token));
    E::SplitUnknown, e => ("split {} does not exist", e.splitId);
    E::SplitInvalid, e => (
        "a split of {} payees with shares of {} in all is invalid: 1 to 32 payees, each with a share, 10000 in all",
        e.payees, e.sharesBps
    );
    E::FeeTooHigh, e => ("a fee of {} bps is above the cap of {} bps", e.feeBps, e.maxBps);
    E::BondUnknown, e => ("no bond is held for dispute {}", e.disputeId);
    E::BondAlreadyHeld, e => ("a bond is already held for dispute {}", e.disputeId);
    E::NotWiredToThis, e => ("the contract at {} was not deployed for this escrow", e.sibling);
    E::ZeroAddress, e => ("an address is zero");
    E::PaymentExists, e => ("payment {} exists already", e.paymentId);
    E::ScheduleInvalid, e => ("a payment cannot run from {} to {}", time(e.startsAt), time(e.deadline));
    E::TokenNotListed, e => (
        "new payments are not taken in {}: the operator lists tokens", domain::Token(e.token)
    );
});
