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
import {EscrowBase} from "../EscrowBase.t.sol";
import {
    FeeOnTransferToken,
    LyingToken,
    MintableToken,
    NoReturnToken,
    RefusingToken
} from "../tokens/HostileTokens.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";

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
        uint256 later = _hold(_metered());
        _draw(earlier, 100_000);
        _draw(later, 100_000);
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

contract HoldTest is EscrowBase {
    function _expectCallerNotAllowed(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.CallerNotAllowed.selector, caller));
        vm.prank(caller);
    }

    function test_each_caller_has_its_own_functions() public {
        HoldRequest memory request = _cliff();
        uint256 paymentId = _hold(request);
        address[4] memory callers = [address(tracker), address(disputes), operator, guardian];
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectCallerNotAllowed(callers[i]);
            escrow.hold(request);
            _expectCallerNotAllowed(callers[i]);
            escrow.markDelivered(paymentId);
        }
        callers[0] = address(manager);
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectCallerNotAllowed(callers[i]);
            escrow.draw(paymentId, 1);
        }
        callers[1] = address(tracker);
        for (uint256 i = 0; i < callers.length; ++i) {
            _expectCallerNotAllowed(callers[i]);
            escrow.freeze(paymentId, 1);
            _expectCallerNotAllowed(callers[i]);
            escrow.unfreeze(paymentId, 1, true);
            _expectCallerNotAllowed(callers[i]);
            escrow.holdBond(1, licensee);
            _expectCallerNotAllowed(callers[i]);
            escrow.payBond(1, licensee);
        }
    }

    function test_bad_requests_are_rejected() public {
        HoldRequest memory request = _cliff();
        request.rule = ReleaseRule.Linear;
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.RuleNotAvailable.selector, ReleaseRule.Linear));
        _hold(request);
        request = _cliff();
        request.payer = address(0);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        _hold(request);
        request = _cliff();
        request.splitId = 99;
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitUnknown.selector, 99));
        _hold(request);
        request = _cliff();
        request.token = address(token);
        request.amount = uint256(type(uint128).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, request.amount));
        _hold(request);
        request = _cliff();
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, AMOUNT - 1, AMOUNT));
        vm.prank(address(manager));
        escrow.hold{value: AMOUNT - 1}(request);
        request.token = address(token);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherValueDiffers.selector, 1, 0));
        vm.prank(address(manager));
        escrow.hold{value: 1}(request);
    }

    function _requestIn(MintableToken hostile) internal returns (HoldRequest memory request) {
        request = _cliff();
        request.token = address(hostile);
        hostile.mint(licensee, AMOUNT);
        vm.prank(licensee);
        hostile.approve(address(escrow), AMOUNT);
    }

    function test_a_token_that_takes_a_cut_is_rejected() public {
        HoldRequest memory request = _requestIn(new FeeOnTransferToken());
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentEscrow.AmountReceivedDiffers.selector, request.token, AMOUNT, AMOUNT - AMOUNT / 100
            )
        );
        _hold(request);
    }

    function test_a_token_that_lies_or_refuses_is_rejected() public {
        HoldRequest memory request = _requestIn(new LyingToken());
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.AmountReceivedDiffers.selector, request.token, AMOUNT, 0)
        );
        _hold(request);
        request = _requestIn(new RefusingToken());
        vm.expectRevert();
        _hold(request);
    }

    function test_a_token_that_returns_nothing_is_accepted() public {
        NoReturnToken silent = new NoReturnToken();
        HoldRequest memory request = _metered();
        request.token = address(silent);
        silent.mint(licensee, AMOUNT);
        vm.prank(licensee);
        silent.approve(address(escrow), AMOUNT);
        uint256 paymentId = _hold(request);
        _draw(paymentId, AMOUNT);
        vm.prank(creator);
        uint256 amount = escrow.withdraw(address(silent));
        assertEq(silent.balanceOf(creator), amount);
        assertEq(silent.balanceOf(address(escrow)), escrow.liabilities(address(silent)));
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
        _markDelivered(9);
        vm.expectRevert(unknown);
        _draw(9, 1);
        vm.expectRevert(unknown);
        _freeze(9);
        vm.expectRevert(unknown);
        _unfreeze(9, true);
    }

    function test_ether_that_nobody_asked_for_is_refused() public {
        vm.deal(stranger, 1);
        vm.prank(stranger);
        (bool sent,) = address(escrow).call{value: 1}("");
        assertFalse(sent);
    }

    function test_wiring_is_checked_at_deployment() public {
        bytes memory code = vm.getCode("PaymentEscrow.sol:PaymentEscrow");
        address[2] memory wrong = [address(manager), stranger];
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory initcode =
                abi.encodePacked(code, abi.encode(wrong[i], tracker, disputes, operator, treasury, FEE_BPS));
            bytes memory reason;
            assembly {
                if iszero(create(0, add(initcode, 0x20), mload(initcode))) {
                    reason := mload(0x40)
                    mstore(reason, returndatasize())
                    returndatacopy(add(reason, 0x20), 0, returndatasize())
                    mstore(0x40, add(add(reason, 0x20), returndatasize()))
                }
            }
            assertEq(reason, abi.encodeWithSelector(PaymentEscrow.NotWiredToThis.selector, wrong[i]));
        }
    }
}
