// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payee,
    Payment,
    PaymentState,
    ReleaseRule
} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase, Sibling} from "../EscrowBase.t.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

contract SplitAndFeeTest is EscrowBase {
    function _payees(uint256 count, uint16 shareBps) internal returns (Payee[] memory payees) {
        payees = new Payee[](count);
        for (uint256 i = 0; i < count; ++i) {
            payees[i] = Payee(makeAddr(vm.toString(i)), shareBps);
        }
    }

    function test_up_to_32_payees_share_everything() public {
        Payee[] memory payees = _payees(32, 312);
        payees[0].shareBps += 16;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.SplitCreated(splitId + 1, payees);
        assertEq(abi.encode(escrow.split(escrow.createSplit(payees))), abi.encode(payees));
        assertEq(escrow.soloSplitOf(payees[0].account), 0, "not alone");
    }

    function test_the_first_split_of_one_account_alone_is_found_by_it() public {
        Payee[] memory payees = _payees(1, 10_000);
        uint64 first = escrow.createSplit(payees);
        assertEq(escrow.createSplit(payees), first + 1);
        assertEq(escrow.soloSplitOf(payees[0].account), first);
        assertEq(escrow.soloSplitOf(stranger), 0);
    }

    function test_bad_splits_are_rejected() public {
        Payee[] memory payees = _payees(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitInvalid.selector, 0, 0));
        escrow.createSplit(payees);
        payees = _payees(33, 300);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitInvalid.selector, 33, 0));
        escrow.createSplit(payees);
        payees = _payees(2, 5001);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitInvalid.selector, 2, 10_002));
        escrow.createSplit(payees);
        payees = _payees(1, 9999);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitInvalid.selector, 1, 9999));
        escrow.createSplit(payees);
        payees = _payees(2, 5000);
        payees[1].account = address(0);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.createSplit(payees);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitUnknown.selector, 99));
        escrow.split(99);
    }

    function test_4_fee_is_capped_in_code() public {
        assertEq(escrow.MAX_FEE_BPS(), 250);
        vm.startPrank(operator);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FeeTooHigh.selector, 251, 250));
        escrow.setFee(treasury, 251);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.setFee(address(0), 1);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        escrow.setFee(stranger, 1);
    }

    function test_a_new_fee_applies_to_later_payments_only() public {
        uint256 earlier = _hold(_metered());
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.FeeSet(2, stranger, 100);
        vm.prank(operator);
        assertEq(escrow.setFee(stranger, 100), 2);
        assertEq(escrow.currentFeeId(), 2);
        uint256 later = _hold(_metered());
        _drawn(earlier, 100_000);
        _drawn(later, 100_000);
        assertEq(_balance(treasury), 2500);
        assertEq(_balance(stranger), 1000);
        (address recipient, uint16 feeBps) = escrow.fee(2);
        assertEq(recipient, stranger);
        assertEq(feeBps, 100);
        assertEq(escrow.payment(earlier).feeId, 1);
        assertEq(escrow.payment(later).feeId, 2);
    }

    function test_ownership_moves_in_two_steps() public {
        vm.prank(operator);
        escrow.transferOwnership(stranger);
        assertEq(escrow.owner(), operator);
        vm.prank(stranger);
        escrow.acceptOwnership();
        assertEq(escrow.owner(), stranger);
    }
}

contract CallersTest is EscrowBase {
    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool ok, bytes memory answer) = address(escrow).call(data);
        assertFalse(ok);
        assertEq(answer, abi.encodeWithSelector(IPaymentEscrow.CallerNotAllowed.selector, caller));
    }

    function test_each_caller_has_its_own_functions() public {
        address[6] memory callers = [manager, tracker, disputes, operator, licensee, creator];
        bytes[11] memory calls = [
            abi.encodeCall(escrow.hold, (_cliff())),
            abi.encodeCall(escrow.topUp, (1, licensee, 1, START)),
            abi.encodeCall(escrow.extend, (1, START)),
            abi.encodeCall(escrow.end, (1, START)),
            abi.encodeCall(escrow.markDelivered, (1)),
            abi.encodeCall(escrow.drawUnits, (1, 1, 1)),
            abi.encodeCall(escrow.draw, (1, 1)),
            abi.encodeCall(escrow.freeze, (1, 1)),
            abi.encodeCall(escrow.unfreeze, (1, 1, true)),
            abi.encodeCall(escrow.holdBond, (1, licensee)),
            abi.encodeCall(escrow.payBond, (1, licensee))
        ];
        for (uint256 i = 0; i < callers.length; ++i) {
            for (uint256 j = 0; j < calls.length; ++j) {
                address allowed = j < 5 ? manager : j < 7 ? tracker : disputes;
                if (callers[i] != allowed) _refused(callers[i], calls[j]);
            }
        }
    }

    function test_unknown_payments_are_errors() public {
        bytes memory unknown = abi.encodeWithSelector(IPaymentEscrow.PaymentUnknown.selector, 9);
        vm.expectRevert(unknown);
        escrow.payment(9);
        vm.expectRevert(unknown);
        escrow.release(9);
        vm.expectRevert(unknown);
        escrow.refund(9);
        vm.expectRevert(unknown);
        escrow.thaw(9);
        vm.expectRevert(unknown);
        _markDelivered(9);
        vm.expectRevert(unknown);
        _topUp(9, 1, START);
        vm.expectRevert(unknown);
        _extend(9, START);
        vm.expectRevert(unknown);
        _end(9, START);
        vm.expectRevert(unknown);
        _draw(9, 1);
        vm.prank(tracker);
        vm.expectRevert(unknown);
        escrow.drawUnits(9, 1, 1);
        vm.expectRevert(unknown);
        _freeze(9);
        vm.expectRevert(unknown);
        _unfreeze(9, true);
        assertEq(escrow.releasable(9), 0);
    }

    function test_ether_that_nobody_asked_for_and_unknown_selectors_are_refused() public {
        vm.deal(stranger, 1);
        vm.startPrank(stranger);
        (bool taken,) = address(escrow).call{value: 1}("");
        assertFalse(taken, "ether");
        (taken,) = address(escrow).call(hex"12345678");
        assertFalse(taken, "selector");
        (taken,) = address(escrow).call(hex"12");
        assertFalse(taken, "less than a selector");
        (taken,) = address(escrow).call{value: 1}(abi.encodeCall(escrow.withdraw, (ETHER)));
        assertFalse(taken, "ether to a function that takes none");
        assertEq(address(escrow).balance, 0);
    }

    function test_wiring_is_checked_at_deployment() public {
        address stray = address(new Sibling(IPaymentEscrow(stranger)));
        PaymentEscrow next =
            PaymentEscrow(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        address wired = address(new Sibling(next));
        bytes memory code = vm.getCode("PaymentEscrow.sol:PaymentEscrow");
        bytes[3] memory wrong = [
            abi.encode(stray, wired, wired, operator, treasury, FEE_BPS),
            abi.encode(wired, stray, wired, operator, treasury, FEE_BPS),
            abi.encode(wired, wired, stranger, operator, treasury, FEE_BPS)
        ];
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            assertTrue(vm.revertToState(snapshot));
            snapshot = vm.snapshotState();
            assertEq(
                _reasonOf(abi.encodePacked(code, wrong[i])),
                abi.encodeWithSelector(PaymentEscrow.NotWiredToThis.selector, i < 2 ? stray : stranger)
            );
        }
    }

    /// Why a creation fails.
    function _reasonOf(bytes memory initcode) private returns (bytes memory reason) {
        assembly {
            if iszero(create(0, add(initcode, 0x20), mload(initcode))) {
                reason := mload(0x40)
                mstore(reason, returndatasize())
                returndatacopy(add(reason, 0x20), 0, returndatasize())
                mstore(0x40, add(add(reason, 0x20), returndatasize()))
            }
        }
    }

    function test_a_new_escrow_has_one_fee_and_takes_ether() public view {
        assertEq(escrow.currentFeeId(), 1);
        (address recipient, uint16 feeBps) = escrow.fee(1);
        assertEq(recipient, treasury);
        assertEq(feeBps, FEE_BPS);
        assertTrue(escrow.isListed(ETHER));
        assertEq(escrow.licenseManager(), manager);
        assertEq(escrow.usageTracker(), tracker);
        assertEq(escrow.disputeResolution(), disputes);
        assertEq(escrow.owner(), operator);
        assertEq(escrow.MAX_FREEZE(), MAX_FREEZE);
    }
}

contract HoldTest is EscrowBase {
    function _held(HoldRequest memory request) private {
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentHeld(
            request.paymentId,
            LICENSE,
            licensee,
            request.token,
            AMOUNT,
            request.rule,
            splitId,
            1,
            request.startsAt,
            request.deadline,
            request.disputeWindow
        );
        _hold(request);
        Payment memory want;
        want.licenseId = LICENSE;
        want.payer = licensee;
        want.token = request.token;
        want.amount = AMOUNT;
        want.rule = request.rule;
        want.state = PaymentState.Held;
        want.splitId = splitId;
        want.feeId = 1;
        want.startsAt = request.startsAt;
        want.deadline = request.deadline;
        want.disputeWindow = request.disputeWindow;
        assertEq(abi.encode(escrow.payment(request.paymentId)), abi.encode(want));
    }

    function test_what_is_held_is_remembered_and_told() public {
        HoldRequest memory request = _cliff();
        request.token = address(token);
        uint256 before = token.balanceOf(funder);
        _held(request);
        assertEq(before - token.balanceOf(funder), AMOUNT);
        assertEq(token.balanceOf(address(escrow)), AMOUNT);
        _held(_metered());
        _held(_linear());
        assertEq(address(escrow).balance, 2 * AMOUNT);
    }

    function test_what_the_rule_does_not_use_is_zero() public {
        HoldRequest memory request = _metered();
        (request.startsAt, request.disputeWindow) = (START, 5);
        assertEq(escrow.payment(_hold(request)).startsAt, 0);
        assertEq(escrow.payment(1).disputeWindow, 0);
        request = _cliff();
        request.startsAt = START;
        assertEq(escrow.payment(_hold(request)).startsAt, 0);
        assertEq(escrow.payment(2).releasableAt, 0);
        request = _linear();
        request.disputeWindow = 5;
        assertEq(escrow.payment(_hold(request)).disputeWindow, 0);
    }

    function test_a_payment_id_is_used_once() public {
        HoldRequest memory request = _cliff();
        _hold(request);
        _expectOf(IPaymentEscrow.PaymentExists.selector, 1);
        _hold(request);
        vm.warp(START + 1000 days);
        escrow.refund(1);
        _expectOf(IPaymentEscrow.PaymentExists.selector, 1);
        _hold(request);
    }

    function test_impossible_requests_are_rejected() public {
        HoldRequest memory request = _cliff();
        request.payer = address(0);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        _hold(request);
        request = _cliff();
        uint64[4] memory unknown = [0, splitId + 1, uint64(1) << 32, uint64(1) << 32 | splitId];
        for (uint256 i = 0; i < 4; ++i) {
            request.splitId = unknown[i];
            vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitUnknown.selector, unknown[i]));
            _hold(request);
        }
        request = _cliff();
        request.disputeWindow = 1 << 24;
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 24, 1 << 24));
        _hold(request);
        request = _cliff();
        request.licenseId = 1 << 40;
        vm.expectRevert(abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 40, 1 << 40));
        _hold(request);
    }

    function test_the_largest_amount_has_112_bits() public {
        HoldRequest memory request = _cliff();
        request.token = address(token);
        uint256[3] memory large = [uint256(1) << 112, uint256(1) << 255, type(uint256).max];
        for (uint256 i = 0; i < 3; ++i) {
            request.amount = large[i];
            vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, large[i]));
            _hold(request);
        }
        request.amount = type(uint112).max;
        _fund(token, type(uint112).max);
        _hold(request);
        _markDelivered(1);
        vm.warp(START + DISPUTE_WINDOW);
        assertEq(escrow.release(1), type(uint112).max);
    }

    function test_ether_must_be_exact() public {
        HoldRequest memory request = _cliff();
        vm.startPrank(manager);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, AMOUNT - 1, AMOUNT));
        escrow.hold{value: AMOUNT - 1}(request);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, AMOUNT + 1, AMOUNT));
        escrow.hold{value: AMOUNT + 1}(request);
        request.token = address(token);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, 1, 0));
        escrow.hold{value: 1}(request);
    }

    function test_a_linear_payment_lasts_at_least_a_second() public {
        HoldRequest memory request = _linear();
        request.deadline = request.startsAt;
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.ScheduleInvalid.selector, START, START));
        _hold(request);
        request.deadline = START - 1;
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.ScheduleInvalid.selector, START, START - 1));
        _hold(request);
        request.deadline = START + 1;
        _hold(request);
        vm.warp(START + 1);
        assertEq(escrow.release(1), AMOUNT);
    }

    function test_an_amount_of_zero_goes_the_same_way() public {
        HoldRequest[3] memory requests = [_cliff(), _metered(), _linear()];
        for (uint256 i = 0; i < 3; ++i) {
            requests[i].amount = 0;
            requests[i].paymentId = i + 1;
            _hold(requests[i]);
        }
        _markDelivered(1);
        _draw(2, 1);
        assertEq(escrow.payment(2).due, 0);
        vm.warp(START + DISPUTE_WINDOW);
        for (uint256 i = 1; i < 4; ++i) {
            assertEq(escrow.releasable(i), 0);
            vm.expectEmit(address(escrow));
            emit IPaymentEscrow.PaymentReleased(i, ETHER, 0, 0, 0, true);
            assertEq(escrow.release(i), 0);
            _assertState(i, PaymentState.Closed);
        }
        assertEq(_credited(), 0);
    }
}
