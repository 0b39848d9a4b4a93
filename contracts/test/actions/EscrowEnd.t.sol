// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPaymentEscrow, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract EndTest is EscrowBase {
    function test_a_metered_payment_is_refundable_sooner() public {
        uint256 paymentId = _hold(_metered());
        _draw(paymentId, 1000);
        uint40 ended = START + 3 days;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDeadlineMoved(paymentId, ended);
        _end(paymentId, ended);
        assertEq(escrow.payment(paymentId).deadline, ended);
        assertEq(_credited(), 0);
        vm.warp(ended - 1);
        _expectNotRefundable(paymentId, ended);
        escrow.refund(paymentId);
        _draw(paymentId, 2000);
        vm.warp(ended);
        assertEq(escrow.refund(paymentId), AMOUNT - 2000);
        assertEq(_credited(), AMOUNT);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        _end(paymentId, ended);
    }

    function test_a_metered_payment_never_ends_later() public {
        uint256 paymentId = _hold(_metered());
        uint40 deadline = START + DURATION + GRACE;
        vm.recordLogs();
        _end(paymentId, deadline);
        _end(paymentId, deadline + 1);
        assertEq(vm.getRecordedLogs().length, 0);
        assertEq(escrow.payment(paymentId).deadline, deadline);
        _end(paymentId, deadline - 1);
        assertEq(escrow.payment(paymentId).deadline, deadline - 1);
    }

    function test_a_linear_payment_is_divided_at_once() public {
        uint256 paymentId = _hold(_linear());
        vm.warp(START + 6 days);
        escrow.release(paymentId);
        vm.warp(START + 10 days);
        uint256 vested = AMOUNT / 3;
        uint256 moved = vested - AMOUNT / 5;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(
            paymentId, ETHER, moved, _fee(vested) - _fee(AMOUNT / 5), vested, false
        );
        vm.expectEmit(true, true, true, true, address(escrow), 1);
        emit IPaymentEscrow.PaymentRefunded(
            paymentId, ETHER, licensee, AMOUNT - vested, AMOUNT - vested, true
        );
        _end(paymentId, 0);
        _assertState(paymentId, PaymentState.Closed);
        _assertMoved(paymentId, vested, AMOUNT - vested);
        assertEq(_balance(licensee), AMOUNT - vested);
        uint256 net = vested - _fee(vested);
        assertEq(_balance(creator), net - 2 * (net * 3333 / 10_000), "dust to the first");
        assertEq(_credited(), AMOUNT);
        vm.warp(START + DURATION);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, paymentId);
        escrow.release(paymentId);
    }

    function test_a_linear_payment_released_up_to_now_still_gives_its_dust() public {
        uint256 paymentId = _hold(_linear());
        vm.warp(START + 10 days);
        escrow.release(paymentId);
        assertLt(_credited(), AMOUNT / 3, "leftovers of rounding");
        vm.recordLogs();
        _end(paymentId, 0);
        assertEq(vm.getRecordedLogs().length, 3, "Credited, PaymentRefunded, Credited");
        _assertMoved(paymentId, AMOUNT / 3, AMOUNT - AMOUNT / 3);
        assertEq(_credited(), AMOUNT);
    }

    function test_a_linear_payment_that_did_not_begin_goes_back() public {
        uint256 paymentId = _hold(_linear());
        _end(paymentId, 0);
        _assertMoved(paymentId, 0, AMOUNT);
        assertEq(_balance(licensee), AMOUNT);
    }

    function test_a_linear_payment_that_is_over_goes_to_the_payees() public {
        uint256 paymentId = _hold(_linear());
        vm.warp(START + DURATION);
        _end(paymentId, 0);
        _assertMoved(paymentId, AMOUNT, 0);
        assertEq(_credited(), AMOUNT);
        assertEq(_balance(licensee), 0);
    }

    function test_what_is_disputed_is_not_ended() public {
        uint256[2] memory ids = [_hold(_metered()), _hold(_linear())];
        for (uint256 i = 0; i < 2; ++i) {
            _freeze(ids[i]);
            _expectOf(IPaymentEscrow.PaymentIsFrozen.selector, ids[i]);
            _end(ids[i], START);
        }
    }

    function test_a_price_for_a_key_is_not_ended() public {
        uint256 paymentId = _hold(_cliff());
        _expectMismatch(paymentId, ReleaseRule.Cliff);
        _end(paymentId, START);
    }
}

contract ExtendTest is EscrowBase {
    function test_a_metered_payment_is_extended_forward_only() public {
        uint256 paymentId = _hold(_metered());
        uint40 deadline = START + DURATION + GRACE;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDeadlineMoved(paymentId, deadline + 1);
        _extend(paymentId, deadline + 1);
        vm.warp(deadline);
        _expectNotRefundable(paymentId, deadline + 1);
        escrow.refund(paymentId);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.ScheduleInvalid.selector, deadline + 1, deadline)
        );
        _extend(paymentId, deadline);
        _extend(paymentId, deadline + 1);
        _freeze(paymentId);
        _extend(paymentId, deadline + 2);
        assertEq(escrow.payment(paymentId).deadline, deadline + 2);
        assertEq(escrow.payment(paymentId).amount, AMOUNT);
    }

    function test_nothing_else_is_extended() public {
        uint256 cliff = _hold(_cliff());
        _expectMismatch(cliff, ReleaseRule.Cliff);
        _extend(cliff, START + 1000 days);
        uint256 linear = _hold(_linear());
        _expectMismatch(linear, ReleaseRule.Linear);
        _extend(linear, START + 1000 days);
        uint256 metered = _hold(_metered());
        _drawn(metered, AMOUNT);
        _expectOf(IPaymentEscrow.PaymentClosed.selector, metered);
        _extend(metered, START + 1000 days);
    }
}
