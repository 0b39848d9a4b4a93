// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentState, ReleaseRule} from "../interfaces/IPaymentEscrow.sol";

/// Slot one of a payment: whom it concerns and where it stands. From the lowest bit:
/// payer 160 | tokenId 16 | feeId 16 | splitId 32 | rule 2 | state 3 | frozen 1 | restRefunded 1 | - 1 | disputeWindow 24
type Terms is uint256;

/// Slot two of a payment: how much and when. From the lowest bit:
/// amount 112 | deadline 40 | Linear: startsAt, Cliff: releasableAt 40 | licenseId 40 | pausedSecs 24
type Sum is uint256;

using TermsLib for Terms global;
using SumLib for Sum global;

/// Slot three, written by Metered and Linear payments only.
struct Moved {
    uint112 released;
    /// Metered only.
    uint112 due;
}

/// Slot four, written by the first freeze. `frozenAt` counts only while {TermsLib-isFrozen}.
struct Freeze {
    uint40 frozenAt;
    /// What froze it last.
    uint40 disputeId;
    /// Of the dispute that has the payment's id, while `bonded`.
    uint96 bond;
    bool bonded;
}

struct PaymentRecord {
    Terms terms;
    Sum sum;
    Moved moved;
    Freeze freeze;
}

/// A Cliff is Delivered as soon as it has its release second, so that a delivery writes slot two only.
function stateOf(Terms terms, Sum sum) pure returns (PaymentState state) {
    state = terms.state();
    if (state == PaymentState.Held && terms.rule() == ReleaseRule.Cliff && sum.releasableAt() != 0) {
        return PaymentState.Delivered;
    }
}

struct Fee {
    address recipient;
    uint16 feeBps;
}

/// One payee of a split; `payees` is the length of the split, in each of its entries.
struct SplitEntry {
    address account;
    uint16 shareBps;
    uint8 payees;
}

struct ListedToken {
    uint16 id;
    bool open;
}

/// The newest version of each append-only list, so that a purchase reads one slot for all of them.
struct Latest {
    uint16 feeId;
    uint32 splitId;
    uint16 tokenId;
    /// ETH has no {ListedToken}.
    bool etherRefused;
}

/// Of a dispute that froze no payment, or one with another id than its own.
struct Bond {
    address poster;
    uint96 amount;
}

library TermsLib {
    uint256 private constant FEE = 176;
    uint256 private constant SPLIT = 192;
    uint256 private constant RULE = 224;
    uint256 private constant STATE = 226;
    uint256 private constant FROZEN = 229;
    uint256 private constant REST = 230;
    uint256 private constant WINDOW = 232;

    /// A payment that is held now.
    function pack(
        address payer_,
        uint16 tokenId_,
        uint16 feeId_,
        uint32 splitId_,
        ReleaseRule rule_,
        uint24 disputeWindow_
    ) internal pure returns (Terms) {
        return Terms.wrap(
            uint256(uint160(payer_)) | uint256(tokenId_) << 160 | uint256(feeId_) << FEE | uint256(splitId_)
                << SPLIT | uint256(rule_) << RULE | uint256(PaymentState.Held) << STATE
                | uint256(disputeWindow_) << WINDOW
        );
    }

    function payer(Terms terms) internal pure returns (address) {
        return address(uint160(Terms.unwrap(terms)));
    }

    function tokenId(Terms terms) internal pure returns (uint16) {
        return uint16(Terms.unwrap(terms) >> 160);
    }

    function feeId(Terms terms) internal pure returns (uint16) {
        return uint16(Terms.unwrap(terms) >> FEE);
    }

    function splitId(Terms terms) internal pure returns (uint32) {
        return uint32(Terms.unwrap(terms) >> SPLIT);
    }

    function rule(Terms terms) internal pure returns (ReleaseRule) {
        return ReleaseRule(Terms.unwrap(terms) >> RULE & 3);
    }

    /// Never Delivered, see {stateOf}.
    function state(Terms terms) internal pure returns (PaymentState) {
        return PaymentState(Terms.unwrap(terms) >> STATE & 7);
    }

    function isFrozen(Terms terms) internal pure returns (bool) {
        return Terms.unwrap(terms) >> FROZEN & 1 != 0;
    }

    /// Closed with a rest that went back to the payer; else all went to payees and fee.
    function isRestRefunded(Terms terms) internal pure returns (bool) {
        return Terms.unwrap(terms) >> REST & 1 != 0;
    }

    function disputeWindow(Terms terms) internal pure returns (uint24) {
        return uint24(Terms.unwrap(terms) >> WINDOW);
    }

    function withState(Terms terms, PaymentState state_) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(terms) & ~(uint256(7) << STATE) | uint256(state_) << STATE);
    }

    function withFrozen(Terms terms, bool frozen) internal pure returns (Terms) {
        uint256 bit = 1 << FROZEN;
        return Terms.wrap(frozen ? Terms.unwrap(terms) | bit : Terms.unwrap(terms) & ~bit);
    }

    function withRestRefunded(Terms terms) internal pure returns (Terms) {
        return Terms.wrap(Terms.unwrap(terms) | 1 << REST);
    }
}

library SumLib {
    uint256 private constant DEADLINE = 112;
    uint256 private constant TIME = 152;
    uint256 private constant LICENSE = 192;
    uint256 private constant PAUSED = 232;
    uint256 private constant MASK_40 = type(uint40).max;

    function pack(uint112 amount_, uint40 deadline_, uint40 startsAt_, uint40 licenseId_)
        internal
        pure
        returns (Sum)
    {
        return Sum.wrap(
            uint256(amount_) | uint256(deadline_) << DEADLINE | uint256(startsAt_) << TIME
                | uint256(licenseId_) << LICENSE
        );
    }

    function amount(Sum sum) internal pure returns (uint256) {
        return uint112(Sum.unwrap(sum));
    }

    function deadline(Sum sum) internal pure returns (uint40) {
        return uint40(Sum.unwrap(sum) >> DEADLINE);
    }

    /// Linear only.
    function startsAt(Sum sum) internal pure returns (uint40) {
        return uint40(Sum.unwrap(sum) >> TIME);
    }

    /// Cliff only; zero before delivery.
    function releasableAt(Sum sum) internal pure returns (uint40) {
        return uint40(Sum.unwrap(sum) >> TIME);
    }

    function licenseId(Sum sum) internal pure returns (uint40) {
        return uint40(Sum.unwrap(sum) >> LICENSE);
    }

    function pausedSecs(Sum sum) internal pure returns (uint256) {
        return Sum.unwrap(sum) >> PAUSED;
    }

    function withAmount(Sum sum, uint112 amount_) internal pure returns (Sum) {
        return Sum.wrap(Sum.unwrap(sum) & ~uint256(type(uint112).max) | amount_);
    }

    function withDeadline(Sum sum, uint40 deadline_) internal pure returns (Sum) {
        return Sum.wrap(Sum.unwrap(sum) & ~(MASK_40 << DEADLINE) | uint256(deadline_) << DEADLINE);
    }

    function withReleasableAt(Sum sum, uint40 releasableAt_) internal pure returns (Sum) {
        return Sum.wrap(Sum.unwrap(sum) & ~(MASK_40 << TIME) | uint256(releasableAt_) << TIME);
    }

    function withPausedSecs(Sum sum, uint24 pausedSecs_) internal pure returns (Sum) {
        return Sum.wrap(Sum.unwrap(sum) << 24 >> 24 | uint256(pausedSecs_) << PAUSED);
    }

    /// Linear: what has vested when the payment's own clock shows `clock`.
    function vested(Sum sum, uint256 clock) internal pure returns (uint256) {
        uint256 from = sum.startsAt();
        uint256 until = sum.deadline();
        if (clock <= from) return 0;
        if (clock >= until) return sum.amount();
        // An amount has 112 bits and a time 40.
        return sum.amount() * (clock - from) / (until - from);
    }
}
