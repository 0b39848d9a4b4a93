// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeKind, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract ThawTest is EscrowBase {
    uint40 internal constant MAX_FREEZE = 180 days;

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
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FreezeExhausted.selector, paymentId));
        _freeze(paymentId);
    }

    function test_only_a_frozen_payment_thaws() public {
        assertEq(escrow.MAX_FREEZE(), MAX_FREEZE);
        vm.warp(START + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentUnknown.selector, 9));
        escrow.thaw(9);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentNotFrozen.selector, paymentId));
        escrow.thaw(paymentId);
        escrow.refund(paymentId);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, paymentId));
        escrow.thaw(paymentId);
    }

    function test_anyone_thaws_after_the_longest_freeze_and_no_money_moves() public {
        _markDelivered(paymentId);
        vm.warp(START + 1 days);
        vm.prank(address(disputes));
        escrow.freeze(paymentId, 77);
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
        assertEq(p.licenseId, 1);
        assertEq(p.disputeWindow, DISPUTE_WINDOW);
        assertEq(_credited(), 0);
        vm.warp(START + DISPUTE_WINDOW + MAX_FREEZE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, paymentId, START + DISPUTE_WINDOW)
        );
        escrow.release(paymentId);
        vm.warp(START + DISPUTE_WINDOW + MAX_FREEZE);
        escrow.release(paymentId);
        assertEq(_credited(), AMOUNT);
    }

    function test_an_undelivered_price_is_the_payers_again() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE);
        escrow.thaw(paymentId);
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

    function test_a_thawed_payment_is_never_frozen_again() public {
        _freeze(paymentId);
        vm.warp(START + MAX_FREEZE);
        escrow.thaw(paymentId);
        _expectExhausted();
    }

    /// Whoever upgrades the dispute contract cannot begin anew by unfreezing for a moment.
    function test_freezes_are_counted_together() public {
        for (uint256 i = 0; i < 3; ++i) {
            vm.warp(START + i * 50 days);
            _freeze(paymentId);
            vm.warp(START + i * 50 days + 40 days);
            _unfreeze(paymentId, false);
        }
        vm.warp(START + 200 days);
        _freeze(paymentId);
        vm.warp(START + 260 days - 1);
        _expectTooEarly(START + 260 days);
        vm.warp(START + 260 days);
        escrow.thaw(paymentId);
        assertEq(escrow.payment(paymentId).pausedSecs, MAX_FREEZE);
        _expectExhausted();
    }

    function test_an_exhausted_freeze_still_ends_by_its_dispute() public {
        _freeze(paymentId);
        vm.warp(START + 2 * MAX_FREEZE);
        _unfreeze(paymentId, true);
        assertEq(_balance(licensee), AMOUNT);
    }
}

/// A dispute that nobody ended in time: the payment is free, and the dispute still ends with its bond paid.
contract LateDisputeTest is Base {
    uint256 internal licenseId;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerpetual();
        _deliver(licenseId);
        vm.prank(licensee);
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, CID);
    }

    function _rule(Ruling ruling) internal {
        vm.prank(creator);
        disputes.submitEvidence(1, CID);
        vm.prank(arbitrator);
        disputes.rule(1, uint256(ruling));
    }

    function _thaw() internal {
        vm.warp(START + escrow.MAX_FREEZE());
        escrow.thaw(1);
    }

    function _assertEnded(address bondRecipient) internal view {
        assertEq(uint8(disputes.dispute(1).state), uint8(DisputeState.Executed));
        assertEq(escrow.balanceOf(bondRecipient, address(0)), BOND);
        _assertSolvent();
    }

    function test_ruled_but_thawed_moves_the_bond_only() public {
        _rule(Ruling.Licensee);
        _thaw();
        disputes.execute(1);
        _assertEnded(licensee);
        assertEq(_payment(licenseId).refunded, 0);
        vm.warp(vm.getBlockTimestamp() + DISPUTE_WINDOW);
        escrow.release(1);
        assertEq(escrow.balanceOf(creator, address(token)), PRICE - _fee(PRICE));
    }

    function test_ruled_but_released_moves_the_bond_only() public {
        _rule(Ruling.Creator);
        _thaw();
        vm.warp(vm.getBlockTimestamp() + DISPUTE_WINDOW);
        escrow.release(1);
        disputes.execute(1);
        _assertEnded(creator);
        assertEq(_payment(licenseId).released, PRICE);
    }

    function test_8_never_ruled_and_thawed_or_released_still_times_out() public {
        _thaw();
        uint256 snapshot = vm.snapshotState();
        disputes.timeOut(1);
        _assertEnded(licensee);
        vm.revertToState(snapshot);
        vm.warp(vm.getBlockTimestamp() + DISPUTE_WINDOW);
        escrow.release(1);
        disputes.timeOut(1);
        _assertEnded(licensee);
    }

    function test_ruled_in_time_and_executed_late_still_refunds_unless_thawed() public {
        _rule(Ruling.Licensee);
        vm.warp(START + 2 * escrow.MAX_FREEZE());
        disputes.execute(1);
        _assertEnded(licensee);
        assertEq(_payment(licenseId).refunded, PRICE);
    }
}
