// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {World} from "./World.sol";

/// The ways out of the escrow, which nothing may block and nobody may widen.
abstract contract Money is World {
    function release(uint256 seed) external step("release") {
        seed = _spread(seed);
        (uint256 id, bool any) = _pickReleasable(seed);
        if (!any) return;
        Payment memory p = sys.escrow.payment(id);
        uint256 earned = _earned(p);
        bool expected = _isOpen(p) && p.frozenAt == 0 && earned > p.released;
        if (sys.escrow.releasable(id) != (expected ? earned - p.released : 0)) {
            _violate("another sum is said to be releasable");
        }
        try sys.escrow.release(id) returns (uint256 moved) {
            if (moved != earned - p.released) _violate("moved another sum");
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function refund(uint256 seed) external step("refund") {
        seed = _spread(seed);
        ReleaseRule rule = seed >> 240 & 1 == 0 ? ReleaseRule.Metered : ReleaseRule.Cliff;
        (uint256 id, bool any) = _pickPayment(seed, rule, PaymentState.Held);
        if (!any) return;
        Payment memory p = sys.escrow.payment(id);
        bool ready = p.rule == ReleaseRule.Metered
            ? _clock(p) >= p.deadline
            : p.rule == ReleaseRule.Cliff && p.releasableAt == 0 && _clock(p) > p.deadline;
        bool expected = _isOpen(p) && p.frozenAt == 0 && ready;
        uint256 before = sys.escrow.balanceOf(p.payer, p.token);
        try sys.escrow.refund(id) {
            _outcome(true, expected);
            // A payer may be a payee, too.
            uint256 after_ = sys.escrow.balanceOf(p.payer, p.token);
            if (after_ - before < p.amount - p.due) _violate("the payer got less than the rest");
        } catch {
            _outcome(false, expected);
        }
    }

    function withdraw(uint256 seed) external step("withdraw") {
        seed = _spread(seed);
        address account = accounts[seed % accounts.length];
        address token = tokens.all[(seed >> 8) % tokens.all.length];
        for (uint256 i = 0; i < accounts.length && sys.escrow.balanceOf(account, token) == 0; ++i) {
            account = accounts[(seed + i) % accounts.length];
        }
        // Whoever cannot be paid names somebody who can.
        address recipient = seed >> 16 & 3 == 0 ? machine : account;
        uint256 balance = sys.escrow.balanceOf(account, token);
        bool expected = balance != 0 && _takes(recipient, token);
        _arm(token, seed >> 32);
        uint256 before = _money(recipient, token);
        vm.prank(account);
        try sys.escrow.withdrawTo(token, recipient) {
            if (_money(recipient, token) - before != balance) _violate("14 not the whole balance");
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function thaw(uint256 seed) external step("thaw") {
        seed = _spread(seed);
        if (paymentIds.length == 0) return;
        uint256 id = paymentIds[seed % paymentIds.length];
        for (uint256 i = 0; i < disputeIds.length && seed >> 16 & 3 != 0; ++i) {
            uint256 disputed = disputeIds[(seed + i) % disputeIds.length];
            if (disputed >> 40 != 0 || sys.escrow.payment(disputed).frozenAt == 0) continue;
            id = disputed;
            break;
        }
        Payment memory p = sys.escrow.payment(id);
        bool expected =
            p.frozenAt != 0 && _now() >= p.frozenAt + sys.escrow.MAX_FREEZE() - p.pausedSecs && _isOpen(p);
        try sys.escrow.thaw(id) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function _takes(address recipient, address token) private view returns (bool) {
        if (token == ETHER) return recipient != refuser;
        if (token == address(tokens.pausing)) return !tokens.pausing.paused();
        return token != address(tokens.blacklisting) || !tokens.blacklisting.isBlocked(recipient);
    }

    function _pickReleasable(uint256 seed) private view returns (uint256 id, bool any) {
        uint256 count = paymentIds.length;
        if (count == 0) return (0, false);
        uint256 first = (seed >> 8) % count;
        for (uint256 i = 0; seed % 4 != 0 && i < count && i < 40; ++i) {
            id = paymentIds[(first + i) % count];
            if (sys.escrow.releasable(id) != 0) return (id, true);
        }
        return (paymentIds[first], true);
    }
}
