//! One sentence per custom error.

use alloy::{primitives::aliases::U40, sol_types::SolError};
use domain::{ContentStatus, DisputeKind, DisputeState, OfferKind, ReleaseRule, UnknownCode};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::abi::{
    ContentRegistry as R, DisputeResolution as D, LicenseManager as L, PaymentEscrow as E, UsageTracker as U,
    erc::{Erc20, Erc721, OpenZeppelin as Oz},
};

/// The Solidity signature of a custom error and what it means, or `None` if it is none of ours.
pub(super) fn of(data: &[u8]) -> Option<(&'static str, String)> {
    registry(data)
        .or_else(|| licenses(data))
        .or_else(|| escrow(data))
        .or_else(|| usage(data))
        .or_else(|| disputes(data))
        .or_else(|| erc20(data))
        .or_else(|| erc721(data))
        .or_else(|| openzeppelin(data))
}

/// A table of `Error(fields) => (sentence)`: the error's type, a name for its fields, the arguments of `format!`.
macro_rules! sentences {
    ($(#[$doc:meta])* $table:ident { $($error:path, $e:ident => ($($format:tt)+);)+ }) => {
        $(#[$doc])*
        fn $table(data: &[u8]) -> Option<(&'static str, String)> {
            $(if let Ok($e) = <$error>::abi_decode(data) {
                let _ = &$e;
                return Some((<$error as SolError>::SIGNATURE, format!($($format)+)));
            })+
            None
        }
    };
}

sentences!(registry {
    R::ContentAlreadyRegistered, e =>
        ("content {} is already registered by {}: the same file of one creator exists once", e.contentId, e.creator);
    R::ContentUnknown, e => ("content {} is not registered", e.contentId);
    R::NotCreator, e => ("{} is not the creator of content {}", e.caller, e.contentId);
    R::MeterUnknown, e => ("meter {} does not exist: publish it first", e.meterId);
    R::NotMeterOwner, e => ("{} does not own meter {}: use a meter that the creator published", e.caller, e.meterId);
    R::CidInvalid, e => ("{} is no binary CIDv1 of at most 64 bytes", e.cid);
    R::ContentHashMissing, e => ("the content hash is zero: give the SHA-256 of the plaintext");
    R::FieldElementOutOfRange, e => ("{} is not below the BN254 scalar field's modulus", e.value);
    R::SignerMissing, e => ("the signer's address is zero: give the secp256k1 address that signs heads");
    R::UrlTooLong, e => ("the URL has {} bytes, at most {} are stored", e.length, e.max);
    R::NotGuardian, e => ("{} is neither guardian nor owner of the contract", e.caller);
    R::StatusNotAllowed, e => (
        "content cannot go from {} to {}: retired is final",
        name(e.from.try_into().map(ContentStatus::as_str)),
        name(e.to.try_into().map(ContentStatus::as_str))
    );
});

sentences!(licenses {
    L::OfferUnknown, e => ("offer {} does not exist", e.offerId);
    L::OfferNotOpen, e => ("offer {} is closed", e.offerId);
    L::OfferExpired, e => ("offer {} was valid until {}", e.offerId, time(e.validUntil));
    L::OfferSoldOut, e => ("offer {} is sold out: all {} licenses are taken", e.offerId, e.supply);
    L::OfferInvalid, e => ("the offer's field `{}` does not fit its kind", e.field);
    L::OfferKindNotAvailable, e => (
        "offers of kind {} are not available yet: use per_use or perpetual",
        name(e.kind.try_into().map(OfferKind::as_str))
    );
    L::ContentNotActive, e => ("content {} is not active: no new licenses are sold", e.contentId);
    L::NotContentCreator, e => ("{} is not the creator of content {}", e.caller, e.contentId);
    L::TotalAboveMax, e => ("the total is {} base units, above the maximum of {}", e.total, e.maxTotal);
    L::TermsChanged, e => (
        "the offer's terms hash is {}, not the {} that was agreed to: read the terms again",
        e.actual, e.expected
    );
    L::UnitsInvalid, e => (
        "{} units cannot be bought: a per-use offer needs at least one, any other offer none", e.units
    );
    L::ProfileUnknown, e => ("profile {} does not exist: publish the licensee's keys first", e.profileId);
    L::NotProfileOwner, e => ("profile {} does not belong to licensee {}", e.profileId, e.licensee);
    L::WrongValue, e => ("{} wei were sent, exactly {} are required", e.sent, e.required);
    L::LicenseUnknown, e => ("license {} does not exist", e.licenseId);
    L::LicenseNotTransferable, e => (
        "license {} is not transferable: its offer does not allow it, or its payment is still held", e.licenseId
    );
    L::KeyNotDeliverable, e => (
        "license {} waits for no key: it was already delivered, or the meter serves its content", e.licenseId
    );
    L::ProofInvalid, e => (
        "the proof does not verify: it was made for other inputs (license, key or head) or with another proving key"
    );
});

sentences!(escrow {
    E::CallerNotAllowed, e => ("{} may not make this call: only its fellow contracts may", e.caller);
    E::PaymentUnknown, e => ("payment {} does not exist", e.paymentId);
    E::PaymentClosed, e => ("payment {} is closed: nothing is left in it", e.paymentId);
    E::PaymentIsFrozen, e => ("payment {} is frozen by a dispute: wait until it ends", e.paymentId);
    E::PaymentNotFrozen, e => ("payment {} is not frozen", e.paymentId);
    E::ThawTooEarly, e => (
        "payment {} stays frozen for its dispute: it cannot be thawed before {}", e.paymentId, time(e.thawableAt)
    );
    E::FreezeExhausted, e => ("payment {} was frozen for as long as a payment can be: never again", e.paymentId);
    E::AlreadyDelivered, e => ("the key of payment {} was already delivered", e.paymentId);
    E::DeliveryTooLate, e => (
        "payment {} had to be delivered by {}: the payer may take it back now", e.paymentId, time(e.deliveryDeadline)
    );
    E::NotRefundableYet, e => ("payment {} is not refundable{}", e.paymentId, before(e.refundableAt));
    E::NotReleasable, e => ("payment {} is not releasable{}", e.paymentId, before(e.releasableAt));
    E::RuleMismatch, e => (
        "payment {} is released by the rule `{}`, which knows no such step",
        e.paymentId, name(e.rule.try_into().map(ReleaseRule::as_str))
    );
    E::RuleNotAvailable, e => (
        "the release rule `{}` is not available yet", name(e.rule.try_into().map(ReleaseRule::as_str))
    );
    E::DueAboveAmount, e => ("payment {} holds {} base units, {} cannot be due", e.paymentId, e.amount, e.due);
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
});

sentences!(usage {
    U::HeadMissing, e => ("the head is zero: there is nothing to settle");
    U::BatchEmpty, e => ("the batch has no units: there is nothing to settle");
    U::WindowInFuture, e => (
        "the window ends at {}, after the chain's {}", time(e.windowEnd), unix(e.nowSecs.saturating_to())
    );
    U::WindowInvalid, e => ("the window ends at {}, before it starts at {}", time(e.windowEnd), time(e.windowStart));
    U::WindowBeforeLicense, e => (
        "the window starts at {}, the license only at {}", time(e.windowStart), time(e.startsAt)
    );
    U::WindowAfterExpiry, e => (
        "the window ends at {}, the license expired at {}", time(e.windowEnd), time(e.expiresAt)
    );
    U::WindowOverlaps, e => (
        "the window starts at {}, before the lane's previous one ended at {}",
        time(e.windowStart), time(e.lastWindowEnd)
    );
    U::UnitsAboveGrant, e => (
        "license {} would have {} units settled, only {} were bought", e.licenseId, e.settledUnits, e.granted
    );
    U::TotalNotAbove, e => (
        "a head with a total of {} adds nothing: {} units are settled by signature already", e.total, e.signedTotal
    );
    U::SignatureInvalid, e => ("the head is not signed by {}", e.expected);
    U::ProofInvalid, e => ("the proof does not verify");
});

sentences!(disputes {
    D::DisputeUnknown, e => ("dispute {} does not exist", e.disputeId);
    D::DisputeKindNotAvailable, e => (
        "disputes of kind {} are not available yet: use content_mismatch",
        name(e.kind.try_into().map(DisputeKind::as_str))
    );
    D::AlreadyDisputed, e => ("payment {} was already disputed in dispute {}", e.paymentId, e.disputeId);
    D::NotDisputable, e => (
        "payment {} cannot be disputed: only a delivered payment whose dispute window is open can", e.paymentId
    );
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
    D::RulingOverdue, e => (
        "dispute {} had to be ruled by {}: it can only be timed out now", e.disputeId, time(e.rulingDeadline)
    );
    D::RulingNotOverdue, e => (
        "dispute {} cannot be timed out before {}", e.disputeId, time(e.rulingDeadline)
    );
});

sentences!(erc20 {
    Erc20::ERC20InsufficientBalance, e => (
        "{} has {} base units of the token and needs {}: {} base units are missing",
        e.sender, e.balance, e.needed, e.needed.saturating_sub(e.balance)
    );
    Erc20::ERC20InsufficientAllowance, e => (
        "{} may spend {} base units of the token and needs {}: approve {} more",
        e.spender, e.allowance, e.needed, e.needed.saturating_sub(e.allowance)
    );
    Erc20::ERC20InvalidSender, e => ("tokens cannot be sent from {}", e.sender);
    Erc20::ERC20InvalidReceiver, e => ("tokens cannot be sent to {}", e.receiver);
    Erc20::ERC20InvalidApprover, e => ("{} cannot approve tokens", e.approver);
    Erc20::ERC20InvalidSpender, e => ("{} cannot be approved to spend tokens", e.spender);
    Erc20::SafeERC20FailedOperation, e => (
        "token {} refused the transfer: check balance and allowance, and that it is an ERC-20", e.token
    );
});

sentences!(erc721 {
    Erc721::ERC721NonexistentToken, e => ("license {} does not exist", e.tokenId);
    Erc721::ERC721IncorrectOwner, e => ("license {} belongs to {}, not to {}", e.tokenId, e.owner, e.sender);
    Erc721::ERC721InsufficientApproval, e => ("{} may not move license {}", e.operator, e.tokenId);
    Erc721::ERC721InvalidReceiver, e => (
        "a license cannot be given to {}: it is zero, or a contract that takes no ERC-721 tokens", e.receiver
    );
    Erc721::ERC721InvalidOwner, e => ("{} cannot own licenses", e.owner);
    Erc721::ERC721InvalidSender, e => ("a license cannot come from {}", e.sender);
    Erc721::ERC721InvalidApprover, e => ("{} may not approve this license", e.approver);
    Erc721::ERC721InvalidOperator, e => ("{} cannot operate licenses", e.operator);
});

sentences!(openzeppelin {
    Oz::OwnableUnauthorizedAccount, e => ("{} is not the owner of the contract", e.account);
    Oz::OwnableInvalidOwner, e => ("{} cannot own the contract", e.owner);
    Oz::AccessControlUnauthorizedAccount, e => ("{} lacks the role {}", e.account, e.neededRole);
    Oz::EnforcedPause, e => ("new business is paused by the guardian: try again later");
    Oz::ExpectedPause, e => ("the contract is not paused");
    Oz::ReentrancyGuardReentrantCall, e => ("the contract was entered twice in one call");
    Oz::InvalidInitialization, e => ("the contract is already initialized");
    Oz::NotInitializing, e => ("the contract is not being initialized");
    Oz::UUPSUnauthorizedCallContext, e => ("upgrades work through the proxy only");
    Oz::UUPSUnsupportedProxiableUUID, e => ("the new implementation keeps its address in slot {}", e.slot);
    Oz::ERC1967InvalidImplementation, e => ("{} is no contract", e.implementation);
    Oz::ERC1967NonPayable, e => ("the proxy takes no ETH at construction");
    Oz::ERC1967ProxyUninitialized, e => ("the proxy was given no initializer");
    Oz::SafeCastOverflowedUintDowncast, e => ("{} is too large: it must fit {} bits", e.value, e.bits);
    Oz::AddressEmptyCode, e => ("{} is no contract", e.target);
    Oz::FailedCall, e => ("an inner call failed without a reason");
    Oz::InsufficientBalance, e => ("the contract has {} wei and needs {}", e.balance, e.needed);
});

fn name(known: Result<&'static str, UnknownCode>) -> String {
    known.map_or_else(|unknown| unknown.code.to_string(), str::to_owned)
}

/// A deadline as a date; zero is one that does not exist.
fn before(secs: U40) -> String {
    if secs.is_zero() { String::new() } else { format!(" before {}", time(secs)) }
}

fn time(secs: U40) -> String {
    unix(secs.to())
}

fn unix(secs: u64) -> String {
    i64::try_from(secs)
        .ok()
        .and_then(|secs| OffsetDateTime::from_unix_timestamp(secs).ok())
        .and_then(|time| time.format(&Rfc3339).ok())
        .unwrap_or_else(|| format!("second {secs}"))
}
