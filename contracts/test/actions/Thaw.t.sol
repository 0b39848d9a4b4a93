// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract ThawTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_cliff());
    }

    function _expectTooEarly(uint40 thawableAt) internal {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.ThawTooEarly.selector, paymentId, thawableAt));
        escrow.thaw(paymentId);
    }

    function _expectExhausted() internal {
        _expectOf(IPaymentEscrow.FreezeExhausted.selector, paymentId);
        _freeze(paymentId);
    }

    function test_only_a_frozen_payment_thaws() public {
        vm.warp(START + 365 days);
        _expectOf(IPaymentEscrow.PaymentNotFrozen.selector, paymentId);
        escrow.thaw(paymentId);
        escrow.refund(paymentId);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        escrow.thaw(paymentId);
    }

    function test_7_anyone_thaws_after_the_longest_freeze_and_no_money_moves() public {
        _markDelivered(paymentId);
        vm.warp(START + 1 days);
        _freeze(paymentId);
        vm.warp(START + 1 days + MAX_FREEZE - 1);
        _expectTooEarly(START + 1 days + MAX_FREEZE);
        vm.warp(START + 1 days + MAX_FREEZE);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentUnfrozen(paymentId, 77, MAX_FREEZE);
        vm.prank(stranger);
        escrow.thaw(paymentId);

        Payment memory p = escrow.payment(paymentId);
        assertEq(uint8(p.state), uint8(PaymentState.Delivered));
        assertEq(p.frozenAt, 0);
        assertEq(p.pausedSecs, MAX_FREEZE);
        assertEq(p.licenseId, LICENSE);
        assertEq(p.disputeWindow, DISPUTE_WINDOW);
        assertEq(_credited(), 0);
        vm.warp(START + DISPUTE_WINDOW + MAX_FREEZE - 1);
        _expectNotReleasable(paymentId, START + DISPUTE_WINDOW);
        escrow.release(paymentId);
        vm.warp(START + DISPUTE_WINDOW + MAX_FREEZE);
        escrow.release(paymentId);
        assertEq(_credited(), AMOUNT);
    }

    function test_a_thaw_that_comes_late_does_not_keep_the_clocks_back() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE + DELIVERY_WINDOW + 1);
        escrow.thaw(paymentId);
        assertEq(escrow.payment(paymentId).pausedSecs, MAX_FREEZE);
        assertEq(escrow.refund(paymentId), AMOUNT);
    }

    function test_an_undelivered_price_is_the_payers_again() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE);
        escrow.thaw(paymentId);
        vm.warp(START + MAX_FREEZE + DELIVERY_WINDOW);
        _expectNotRefundable(paymentId, START + DELIVERY_WINDOW + 1);
        escrow.refund(paymentId);
        vm.warp(START + MAX_FREEZE + DELIVERY_WINDOW + 1);
        escrow.refund(paymentId);
        assertEq(_balance(licensee), AMOUNT);
    }

    function test_a_metered_rest_is_the_payers_again() public {
        uint256 metered = _hold(_metered());
        _freeze(metered);
        _draw(metered, 400_000);
        vm.warp(START + MAX_FREEZE);
        escrow.thaw(metered);
        assertEq(_credited(), 0);
        assertEq(escrow.release(metered), 400_000);
        vm.warp(START + MAX_FREEZE + DURATION + GRACE);
        assertEq(escrow.refund(metered), AMOUNT - 400_000);
    }

    function test_a_linear_payment_vests_on() public {
        uint256 linear = _hold(_linear());
        vm.warp(START + 10 days);
        _freeze(linear);
        vm.warp(START + 10 days + MAX_FREEZE);
        escrow.thaw(linear);
        assertEq(escrow.release(linear), AMOUNT / 3);
        vm.warp(START + DURATION + MAX_FREEZE);
        escrow.release(linear);
        assertEq(_credited(), AMOUNT);
    }

    function test_a_thawed_payment_is_never_frozen_again() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE);
        escrow.thaw(paymentId);
        _expectExhausted();
    }

    /// Whoever upgrades the dispute contract cannot begin anew by unfreezing for a moment.
    function test_7_freezes_are_counted_together() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(START + i * 30 days);
            _freeze(paymentId);
            vm.warp(START + i * 30 days + 25 days);
            _unfreeze(paymentId, false);
        }
        vm.warp(START + 100 days);
        _freeze(paymentId);
        vm.warp(START + 110 days - 1);
        _expectTooEarly(START + 110 days);
        vm.warp(START + 110 days);
        escrow.thaw(paymentId);
        assertEq(escrow.payment(paymentId).pausedSecs, MAX_FREEZE);
        _expectExhausted();
    }

    function test_the_last_second_of_freezing_is_used_once() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE - 1);
        _unfreeze(paymentId, false);
        _freeze(paymentId);
        _expectTooEarly(START + MAX_FREEZE);
        vm.warp(START + MAX_FREEZE);
        _unfreeze(paymentId, false);
        _expectExhausted();
    }

    function test_an_exhausted_freeze_still_ends_by_its_dispute() public {
        _freeze(paymentId);
        vm.warp(START + 2 * MAX_FREEZE);
        _unfreeze(paymentId, true);
        assertEq(_balance(licensee), AMOUNT);
    }
}
