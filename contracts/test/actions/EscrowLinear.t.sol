// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    HoldRequest,
    IPaymentEscrow,
    Payment,
    PaymentState,
    ReleaseRule
} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract VestingTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        HoldRequest memory request = _linear();
        request.startsAt = START + 100;
        request.deadline = START + 100 + DURATION;
        paymentId = _hold(request);
    }

    function test_nothing_vests_up_to_the_first_second() public {
        for (uint40 at = START + 99; at < START + 101; ++at) {
            vm.warp(at);
            assertEq(escrow.releasable(paymentId), 0);
            _expectNotReleasable(paymentId, 0);
            escrow.release(paymentId);
        }
        // The first second that is worth a base unit: 30 days for a million of them are 2.6 seconds each.
        vm.warp(START + 102);
        assertEq(escrow.releasable(paymentId), 0);
        vm.warp(START + 103);
        assertEq(escrow.releasable(paymentId), 1);
        assertEq(escrow.release(paymentId), 1);
    }

    function test_what_vested_is_released_step_by_step() public {
        vm.warp(START + 100 + 10 days);
        uint256 vested = AMOUNT / 3;
        assertEq(escrow.releasable(paymentId), vested);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, ETHER, vested, _fee(vested), vested, false);
        vm.prank(stranger);
        assertEq(escrow.release(paymentId), vested);
        _assertMoved(paymentId, vested, 0);
        _assertState(paymentId, PaymentState.Held);
        assertEq(escrow.releasable(paymentId), 0);
        _expectNotReleasable(paymentId, 0);
        escrow.release(paymentId);

        vm.warp(START + 100 + 20 days);
        assertEq(escrow.release(paymentId), AMOUNT * 2 / 3 - vested);
        vm.warp(START + 100 + DURATION - 1);
        assertEq(escrow.releasable(paymentId), AMOUNT - 1 - AMOUNT * 2 / 3);
        vm.warp(START + 100 + DURATION);
        assertEq(escrow.releasable(paymentId), AMOUNT - AMOUNT * 2 / 3);
        escrow.release(paymentId);
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(_credited(), AMOUNT);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        escrow.release(paymentId);
    }

    function test_all_of_it_at_the_end_in_one_step() public {
        vm.warp(START + 100 + DURATION + 1000 days);
        assertEq(escrow.releasable(paymentId), AMOUNT);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, ETHER, AMOUNT, _fee(AMOUNT), AMOUNT, true);
        assertEq(escrow.release(paymentId), AMOUNT);
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, AMOUNT, 0);
    }

    function test_it_is_never_refunded_by_itself() public {
        vm.warp(START + 1000 days);
        _expectMismatch(paymentId, ReleaseRule.Linear);
        escrow.refund(paymentId);
    }

    function test_nothing_vests_while_frozen() public {
        vm.warp(START + 100 + 10 days);
        _freeze(paymentId);
        vm.warp(START + 100 + 25 days);
        assertEq(escrow.releasable(paymentId), 0);
        _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, paymentId);
        escrow.release(paymentId);
        _unfreeze(paymentId, false);
        assertEq(escrow.release(paymentId), AMOUNT / 3);
        vm.warp(START + 100 + DURATION + 15 days - 1);
        assertEq(escrow.releasable(paymentId), AMOUNT - 1 - AMOUNT / 3);
        vm.warp(START + 100 + DURATION + 15 days);
        escrow.release(paymentId);
        _assertState(paymentId, PaymentState.Closed);
    }

    function test_a_ruling_divides_it_at_the_second_of_the_freeze_however_late() public {
        vm.warp(START + 100 + 5 days);
        escrow.release(paymentId);
        vm.warp(START + 100 + 10 days);
        _freeze(paymentId);
        // Beyond the longest freeze, after which the clock would run on.
        vm.warp(START + 100 + 10 days + MAX_FREEZE + 9 days);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentUnfrozen(paymentId, 77, MAX_FREEZE);
        _unfreeze(paymentId, true);
        _assertMoved(paymentId, AMOUNT / 3, AMOUNT - AMOUNT / 3);
        _assertState(paymentId, PaymentState.Closed);
        assertEq(_balance(licensee), AMOUNT - AMOUNT / 3);
        assertEq(_credited(), AMOUNT);
    }

    function test_a_ruling_before_it_began_gives_all_of_it_back() public {
        _freeze(paymentId);
        _unfreeze(paymentId, true);
        _assertMoved(paymentId, 0, AMOUNT);
        assertEq(_balance(licensee), AMOUNT);
        assertEq(_balance(treasury), 0);
    }

    function test_a_ruling_when_all_had_vested_gives_nothing_back() public {
        vm.warp(START + 100 + DURATION);
        _freeze(paymentId);
        _unfreeze(paymentId, true);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(_balance(licensee), 0);
        assertEq(_credited(), AMOUNT);
    }
}

contract TopUpTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_linear());
    }

    function _expectScheduleInvalid(uint40 deadline) internal {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.ScheduleInvalid.selector, START, deadline));
    }

    function test_a_renewal_prolongs_at_the_same_price() public {
        vm.warp(START + 15 days);
        escrow.release(paymentId);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentToppedUp(paymentId, ETHER, 2 * AMOUNT, 3 * AMOUNT, START + 3 * DURATION);
        _topUp(paymentId, 2 * AMOUNT, START + 3 * DURATION);
        Payment memory p = escrow.payment(paymentId);
        assertEq(p.amount, 3 * AMOUNT);
        assertEq(p.deadline, START + 3 * DURATION);
        assertEq(p.startsAt, START);
        assertEq(p.licenseId, LICENSE);
        assertEq(p.payer, licensee);
        assertEq(p.released, AMOUNT / 2);
        assertEq(address(escrow).balance, 3 * AMOUNT);
        assertEq(escrow.releasable(paymentId), 0);
        vm.warp(START + DURATION);
        assertEq(escrow.releasable(paymentId), AMOUNT - AMOUNT / 2);
        vm.warp(START + 3 * DURATION - 1);
        escrow.release(paymentId);
        _assertState(paymentId, PaymentState.Held);
        vm.warp(START + 3 * DURATION);
        escrow.release(paymentId);
        _assertState(paymentId, PaymentState.Closed);
        assertEq(_credited(), 3 * AMOUNT);
    }

    function test_a_renewal_in_tokens_is_taken_from_its_funder() public {
        HoldRequest memory request = _linear();
        request.token = address(token);
        paymentId = _hold(request);
        uint256 before = token.balanceOf(funder);
        vm.prank(manager);
        escrow.topUp(paymentId, funder, AMOUNT, START + 2 * DURATION);
        assertEq(before - token.balanceOf(funder), AMOUNT);
        vm.deal(manager, 1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, 1, 0));
        vm.prank(manager);
        escrow.topUp{value: 1}(paymentId, funder, AMOUNT, START + 3 * DURATION);
    }

    function test_ether_must_be_exact() public {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, AMOUNT - 1, AMOUNT));
        vm.prank(manager);
        escrow.topUp{value: AMOUNT - 1}(paymentId, funder, AMOUNT, START + 2 * DURATION);
    }

    function test_5_the_price_of_time_cannot_change() public {
        uint40 twice = START + 2 * DURATION;
        _expectScheduleInvalid(twice);
        _topUp(paymentId, AMOUNT - 1, twice);
        _expectScheduleInvalid(twice);
        _topUp(paymentId, AMOUNT + 1, twice);
        _expectScheduleInvalid(twice + 1);
        _topUp(paymentId, AMOUNT, twice + 1);
        _expectScheduleInvalid(twice - 1);
        _topUp(paymentId, AMOUNT, twice - 1);
        _expectScheduleInvalid(START + DURATION - 1);
        _topUp(paymentId, 0, START + DURATION - 1);
        _expectScheduleInvalid(START + DURATION + 1);
        _topUp(paymentId, 0, START + DURATION + 1);
        _topUp(paymentId, 0, START + DURATION);
        assertEq(escrow.payment(paymentId).amount, AMOUNT);
    }

    function test_only_open_linear_payments_are_topped_up() public {
        uint256 other = _hold(_metered());
        _expectMismatch(other, ReleaseRule.Metered);
        _topUp(other, AMOUNT, START + 2 * DURATION);
        vm.warp(START + DURATION);
        escrow.release(paymentId);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _topUp(paymentId, AMOUNT, START + 2 * DURATION);
    }

    function test_the_largest_sum_has_112_bits() public {
        HoldRequest memory request = _linear();
        request.token = address(token);
        request.amount = uint256(1) << 111;
        _fund(token, type(uint112).max);
        paymentId = _hold(request);
        uint256[3] memory added = [request.amount, uint256(1) << 255, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, added[i]));
            vm.prank(manager);
            escrow.topUp(paymentId, funder, added[i], START + 2 * DURATION);
        }
        vm.prank(manager);
        escrow.topUp(paymentId, funder, request.amount / 2, START + DURATION * 3 / 2);
        assertEq(escrow.payment(paymentId).amount, request.amount * 3 / 2);
    }

    function test_a_frozen_payment_is_topped_up_and_stays_frozen() public {
        vm.warp(START + 10 days);
        _freeze(paymentId);
        _topUp(paymentId, AMOUNT, START + 2 * DURATION);
        assertEq(escrow.payment(paymentId).frozenAt, START + 10 days);
        _unfreeze(paymentId, true);
        _assertMoved(paymentId, AMOUNT / 3, 2 * AMOUNT - AMOUNT / 3);
        assertEq(_credited(), 2 * AMOUNT);
    }

    /// Nothing that has vested is unvested, and nothing vests sooner: at every second the old and the new agree.
    function testFuzz_5_topping_up_changes_nothing_that_has_vested(
        uint96 perPeriod,
        uint8 periods,
        uint8 more,
        uint32 period,
        uint64 at
    ) public {
        uint256 price = bound(perPeriod, 1, type(uint96).max);
        periods = uint8(bound(periods, 1, 255));
        period = uint32(bound(period, 1, 400 days));
        HoldRequest memory request = _linear();
        request.amount = price * periods;
        request.deadline = uint40(START + uint256(period) * periods);
        vm.deal(manager, type(uint112).max);
        paymentId = _hold(request);
        vm.warp(bound(at, START, request.deadline - 1));
        uint256 vested = escrow.releasable(paymentId);
        if (vested != 0) escrow.release(paymentId);
        _topUp(paymentId, price * more, uint40(request.deadline + uint256(period) * more));
        assertEq(escrow.releasable(paymentId), 0);
        assertEq(escrow.payment(paymentId).released, vested);
        vm.warp(request.deadline);
        assertEq(escrow.releasable(paymentId), request.amount - vested);
    }
}
