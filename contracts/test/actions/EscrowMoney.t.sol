// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPaymentEscrow, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract CliffTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_cliff());
    }

    function test_19_nothing_is_releasable_before_delivery() public {
        vm.warp(START + 1000 days);
        assertEq(escrow.releasable(paymentId), 0);
        _expectNotReleasable(paymentId, 0);
        escrow.release(paymentId);
    }

    function test_release_from_its_second_on_pays_all() public {
        vm.warp(START + 5);
        uint40 releasableAt = START + 5 + DISPUTE_WINDOW;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDelivered(paymentId, releasableAt);
        assertEq(_markDelivered(paymentId), releasableAt);
        _assertState(paymentId, PaymentState.Delivered);
        assertEq(escrow.payment(paymentId).releasableAt, releasableAt);
        assertEq(escrow.payment(paymentId).startsAt, 0);
        vm.warp(releasableAt - 1);
        assertEq(escrow.releasable(paymentId), 0);
        _expectNotReleasable(paymentId, releasableAt);
        escrow.release(paymentId);
        vm.warp(releasableAt);
        assertEq(escrow.releasable(paymentId), AMOUNT);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, ETHER, AMOUNT, _fee(AMOUNT), AMOUNT, true);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Credited(treasury, ETHER, paymentId, _fee(AMOUNT), _fee(AMOUNT));
        vm.prank(stranger);
        assertEq(escrow.release(paymentId), AMOUNT);
        uint256 net = AMOUNT - _fee(AMOUNT);
        assertEq(_balance(second), net * 3333 / 10_000);
        assertEq(_balance(creator), net - 2 * (net * 3333 / 10_000), "dust to the first");
        assertEq(_credited(), AMOUNT);
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(escrow.releasable(paymentId), 0);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        escrow.release(paymentId);
    }

    /// A release must not pay for a slot that only other rules and disputes need.
    function test_a_release_reads_and_writes_no_lazy_slot() public {
        _markDelivered(paymentId);
        vm.warp(START + DISPUTE_WINDOW);
        vm.record();
        escrow.release(paymentId);
        (bytes32[] memory reads, bytes32[] memory writes) = vm.accesses(address(escrow));
        uint256 first = uint256(_slotOf(paymentId));
        for (uint256 i = 0; i < reads.length; ++i) {
            assertTrue(uint256(reads[i]) != first + 2 && uint256(reads[i]) != first + 3, "lazy");
        }
        for (uint256 i = 0; i < writes.length; ++i) {
            assertTrue(uint256(writes[i]) != first + 1, "slot two");
        }
    }

    /// Where the payer stands.
    function _slotOf(uint256 id) private returns (bytes32) {
        vm.record();
        escrow.payment(id);
        (bytes32[] memory reads,) = vm.accesses(address(escrow));
        for (uint256 i = 0; i < reads.length; ++i) {
            if (uint256(vm.load(address(escrow), reads[i])) << 96 >> 96 == uint160(licensee)) {
                return reads[i];
            }
        }
        revert("not found");
    }

    function test_20_refund_or_release_never_both() public {
        _markDelivered(paymentId);
        vm.warp(START + 1000 days);
        _expectOf(IPaymentEscrow.AlreadyDelivered.selector, paymentId);
        escrow.refund(paymentId);
        escrow.release(paymentId);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        escrow.refund(paymentId);
    }

    function test_21_refund_strictly_after_the_deadline_delivery_not() public {
        uint40 deadline = START + DELIVERY_WINDOW;
        vm.warp(deadline);
        _expectNotRefundable(paymentId, deadline + 1);
        escrow.refund(paymentId);
        uint256 snapshot = vm.snapshotState();
        _markDelivered(paymentId);
        vm.revertToState(snapshot);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.DeliveryTooLate.selector, paymentId, deadline));
        _markDelivered(paymentId);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentRefunded(paymentId, ETHER, licensee, AMOUNT, AMOUNT, true);
        vm.prank(stranger);
        assertEq(escrow.refund(paymentId), AMOUNT);
        assertEq(_balance(licensee), AMOUNT, "every wei");
        assertEq(_balance(treasury), 0);
        _assertState(paymentId, PaymentState.Refunded);
        _assertMoved(paymentId, 0, AMOUNT);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _markDelivered(paymentId);
    }

    function test_a_key_is_delivered_once_and_only_to_a_cliff() public {
        _markDelivered(paymentId);
        _expectOf(IPaymentEscrow.AlreadyDelivered.selector, paymentId);
        _markDelivered(paymentId);
        uint256 other = _hold(_metered());
        _expectMismatch(other, ReleaseRule.Metered);
        _markDelivered(other);
        other = _hold(_linear());
        _expectMismatch(other, ReleaseRule.Linear);
        _markDelivered(other);
        _expectMismatch(paymentId, ReleaseRule.Cliff);
        _draw(paymentId, 1);
    }

    function test_frozen_clocks_stand_still() public {
        vm.warp(START + DELIVERY_WINDOW - 10);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentFrozen(paymentId, 77, START + DELIVERY_WINDOW - 10);
        _freeze(paymentId);
        Payment memory p = escrow.payment(paymentId);
        assertEq(p.frozenAt, START + DELIVERY_WINDOW - 10);
        assertEq(p.disputeId, 77);
        vm.warp(START + 50 days);
        _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, paymentId);
        escrow.refund(paymentId);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentUnfrozen(paymentId, 77, 50 days - DELIVERY_WINDOW + 10);
        _unfreeze(paymentId, false);
        p = escrow.payment(paymentId);
        assertEq(p.pausedSecs, 50 days - DELIVERY_WINDOW + 10);
        assertEq(p.frozenAt, 0);
        assertEq(p.disputeId, 77, "the last one");
        _expectNotRefundable(paymentId, START + DELIVERY_WINDOW + 1);
        escrow.refund(paymentId);
        vm.warp(START + 50 days + 10);
        uint256 atDeadline = vm.snapshotState();
        _markDelivered(paymentId);
        uint40 releasableAt = START + DELIVERY_WINDOW + DISPUTE_WINDOW;
        assertEq(escrow.payment(paymentId).releasableAt, releasableAt);
        vm.warp(START + 50 days + 10 + DISPUTE_WINDOW - 1);
        _expectNotReleasable(paymentId, releasableAt);
        escrow.release(paymentId);
        vm.warp(START + 50 days + 10 + DISPUTE_WINDOW);
        escrow.release(paymentId);
        vm.revertToState(atDeadline);
        vm.warp(START + 50 days + 11);
        escrow.refund(paymentId);
    }

    function test_a_key_is_delivered_to_a_frozen_payment_whenever_the_clock_stood_in_time() public {
        vm.warp(START + DELIVERY_WINDOW);
        _freeze(paymentId);
        vm.warp(START + 40 days);
        assertEq(_markDelivered(paymentId), START + DELIVERY_WINDOW + DISPUTE_WINDOW);
        assertEq(escrow.releasable(paymentId), 0);
        _unfreeze(paymentId, true);
        _assertState(paymentId, PaymentState.Refunded);
        assertEq(_balance(licensee), AMOUNT, "by ruling, delivered or not");
    }

    function test_freezes_add_up() public {
        for (uint40 i = 1; i < 4; ++i) {
            _freeze(paymentId);
            vm.warp(START + i * 1 days);
            _unfreeze(paymentId, false);
            assertEq(escrow.payment(paymentId).pausedSecs, i * 1 days);
        }
    }

    function test_freezing_twice_and_unfreezing_nothing_are_errors() public {
        _expectOf(IPaymentEscrow.PaymentNotFrozen.selector, paymentId);
        _unfreeze(paymentId, false);
        _freeze(paymentId);
        _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, paymentId);
        _freeze(paymentId);
        _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, paymentId);
        escrow.release(paymentId);
        _unfreeze(paymentId, true);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _freeze(paymentId);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _unfreeze(paymentId, false);
    }
}

contract MeteredTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_metered());
    }

    function _drawUnits(uint256 settled, uint256 granted) internal returns (uint256) {
        vm.prank(tracker);
        escrow.drawUnits(paymentId, settled, granted);
        return escrow.payment(paymentId).due;
    }

    function test_draws_are_cumulative_and_move_nothing() public {
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDue(paymentId, 1000);
        _draw(paymentId, 1000);
        assertEq(_credited(), 0);
        vm.recordLogs();
        _draw(paymentId, 1000);
        _draw(paymentId, 999);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(escrow.payment(paymentId).due, 1000);
        _draw(paymentId, 1001);
        assertEq(escrow.releasable(paymentId), 1001);
        assertEq(escrow.release(paymentId), 1001);
        _assertState(paymentId, PaymentState.Held);
        _draw(paymentId, 1500);
        assertEq(escrow.releasable(paymentId), 499);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, ETHER, 499, _fee(1500) - _fee(1001), 1500, false);
        assertEq(escrow.release(paymentId), 499);
        _assertMoved(paymentId, 1500, 0);
    }

    function test_units_are_priced_by_their_part_rounded_down() public {
        assertEq(_drawUnits(0, 0), 0);
        assertEq(_drawUnits(0, 1000), 0);
        assertEq(_drawUnits(1, 1000), AMOUNT / 1000);
        assertEq(_drawUnits(999, 1000), AMOUNT * 999 / 1000);
        assertEq(_drawUnits(998, 1000), AMOUNT * 999 / 1000, "never falls");
        assertEq(_drawUnits(1000, 1000), AMOUNT);
        assertEq(_drawUnits(1001, 1000), AMOUNT);
    }

    function test_more_units_than_granted_draw_all() public {
        assertEq(_drawUnits(type(uint256).max, 1000), AMOUNT);
    }

    function test_units_of_nothing_granted_draw_all() public {
        assertEq(_drawUnits(1, 0), AMOUNT);
    }

    function test_20_draws_stay_within_the_deposit_and_close_it() public {
        _draw(paymentId, type(uint256).max);
        assertEq(escrow.payment(paymentId).due, AMOUNT);
        assertEq(escrow.release(paymentId), AMOUNT);
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(_credited(), AMOUNT);
        _draw(paymentId, AMOUNT);
        _draw(paymentId, type(uint256).max);
        assertEq(_drawUnits(1, 1), AMOUNT);
    }

    function test_draws_of_a_payment_that_closed_with_a_rest_are_errors() public {
        _draw(paymentId, 1000);
        vm.warp(START + DURATION + GRACE);
        escrow.refund(paymentId);
        _draw(paymentId, 1000);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _draw(paymentId, 1001);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        vm.prank(tracker);
        escrow.drawUnits(paymentId, 1, 2);
    }

    function test_only_metered_payments_are_drawn() public {
        uint256 linear = _hold(_linear());
        _expectMismatch(linear, ReleaseRule.Linear);
        _draw(linear, 1);
        _expectMismatch(linear, ReleaseRule.Linear);
        vm.prank(tracker);
        escrow.drawUnits(linear, 1, 2);
        _expectMismatch(linear, ReleaseRule.Linear);
        escrow.refund(linear);
    }

    function test_the_rest_is_refundable_from_its_second_on() public {
        _drawn(paymentId, 1000);
        uint40 refundableAt = START + DURATION + GRACE;
        vm.warp(refundableAt - 1);
        _expectNotRefundable(paymentId, refundableAt);
        escrow.refund(paymentId);
        vm.warp(refundableAt);
        assertEq(escrow.refund(paymentId), AMOUNT - 1000);
        _assertMoved(paymentId, 1000, AMOUNT - 1000);
        assertEq(_balance(licensee), AMOUNT - 1000);
        assertEq(_credited(), AMOUNT, "dust of the split included");
    }

    function test_the_whole_rest_of_an_unused_deposit_goes_back() public {
        vm.warp(START + DURATION + GRACE);
        vm.recordLogs();
        assertEq(escrow.refund(paymentId), AMOUNT);
        assertEq(vm.getRecordedLogs().length, 2, "PaymentRefunded, Credited");
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, 0, AMOUNT);
        assertEq(_balance(licensee), AMOUNT);
    }

    function test_a_refund_releases_what_is_due_first() public {
        _draw(paymentId, 1000);
        vm.warp(START + DURATION + GRACE);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, ETHER, 1000, _fee(1000), 1000, false);
        vm.expectEmit(true, true, true, true, address(escrow), 1);
        emit IPaymentEscrow.PaymentRefunded(paymentId, ETHER, licensee, AMOUNT - 1000, AMOUNT - 1000, true);
        assertEq(escrow.refund(paymentId), AMOUNT - 1000);
        _assertMoved(paymentId, 1000, AMOUNT - 1000);
        assertEq(_credited(), AMOUNT);
    }

    function test_a_refund_of_a_used_up_deposit_pays_the_payees() public {
        _draw(paymentId, AMOUNT);
        vm.warp(START + DURATION + GRACE);
        assertEq(escrow.refund(paymentId), 0);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(_balance(licensee), 0);
        assertEq(_credited(), AMOUNT);
    }

    function test_nothing_due_means_nothing_to_release() public {
        _expectNotReleasable(paymentId, 0);
        escrow.release(paymentId);
        _drawn(paymentId, 5);
        _expectNotReleasable(paymentId, 0);
        escrow.release(paymentId);
        assertEq(escrow.releasable(paymentId), 0);
    }

    function test_what_fell_due_while_frozen_is_released_afterwards() public {
        _drawn(paymentId, 1000);
        _freeze(paymentId);
        _draw(paymentId, 3000);
        assertEq(escrow.releasable(paymentId), 0);
        _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, paymentId);
        escrow.release(paymentId);
        _unfreeze(paymentId, false);
        assertEq(escrow.release(paymentId), 2000);
    }

    function test_refund_by_ruling_pays_what_was_due_first() public {
        _drawn(paymentId, 1000);
        _freeze(paymentId);
        _draw(paymentId, 3000);
        _unfreeze(paymentId, true);
        _assertMoved(paymentId, 3000, AMOUNT - 3000);
        assertEq(_balance(licensee), AMOUNT - 3000);
        assertEq(_credited(), AMOUNT);
        _assertState(paymentId, PaymentState.Closed);
    }

    function test_refund_by_ruling_of_a_used_up_deposit_pays_the_payees() public {
        _freeze(paymentId);
        _draw(paymentId, AMOUNT);
        _unfreeze(paymentId, true);
        assertEq(_balance(licensee), 0);
        assertEq(_credited(), AMOUNT);
        _assertState(paymentId, PaymentState.Closed);
    }

    function test_a_freeze_moves_the_refund_by_as_much() public {
        _freeze(paymentId);
        _draw(paymentId, 3000);
        vm.warp(START + 1 days);
        _unfreeze(paymentId, false);
        vm.warp(START + DURATION + GRACE + 1 days - 1);
        _expectNotRefundable(paymentId, START + DURATION + GRACE);
        escrow.refund(paymentId);
        vm.warp(START + DURATION + GRACE + 1 days);
        assertEq(escrow.refund(paymentId), AMOUNT - 3000);
        assertEq(_credited(), AMOUNT);
    }
}
