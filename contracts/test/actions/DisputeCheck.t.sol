// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {IPaymentEscrow, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, SignedHead} from "../../src/interfaces/IUsageTracker.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {DisputeBase} from "./DisputeBase.t.sol";

contract DisputeCheckTest is DisputeBase {
    function test_non_delivery_is_decided_and_executed_at_once() public {
        // Final even where an appeal arbitrator is pinned.
        _setAppealArbitrator(address(appealCourt));
        uint256 licenseId = _buyPerpetual();
        _at(DELIVERY_WINDOW + 1);
        uint256 disputeId = _file(licenseId, DisputeKind.NonDelivery);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeRuled(
            disputeId, address(disputes), Ruling.Licensee, START + DELIVERY_WINDOW + 1
        );
        vm.prank(stranger);
        disputes.check(disputeId);
        vm.deal(creator, APPEAL_FEE);
        _expect(IDisputeResolution.NoAppeal.selector, disputeId);
        vm.prank(creator);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
        assertEq(_ether(licensee), BOND);
        assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Refunded));
        _expectState(disputeId, DisputeState.Executed);
        disputes.check(disputeId);
    }

    function test_a_key_cannot_be_delivered_while_its_absence_is_disputed() public {
        uint256 licenseId = _buyPerpetual();
        _at(DELIVERY_WINDOW + 1);
        _file(licenseId, DisputeKind.NonDelivery);
        vm.expectRevert();
        _deliver(licenseId);
    }

    function test_non_delivery_of_a_payment_that_is_gone_is_not_decided() public {
        uint256 licenseId = _buyPerpetual();
        _at(DELIVERY_WINDOW + 1);
        uint256 disputeId = _file(licenseId, DisputeKind.NonDelivery);
        _at(DELIVERY_WINDOW + 1 + Timings.MAX_FREEZE);
        escrow.thaw(licenseId);
        escrow.refund(licenseId);
        _expect(IDisputeResolution.CheckInconclusive.selector, disputeId);
        disputes.check(disputeId);
        disputes.timeOut(disputeId);
        assertEq(_ether(licensee), BOND);
    }

    function test_a_license_that_was_valid_is_acquitted() public {
        uint256 licenseId = _delivered();
        uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
        _at(5 days);
        disputes.check(disputeId);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Licensee);
        disputes.execute(disputeId);
        assertEq(_ether(licensee), BOND);
    }

    function test_a_license_that_was_not_valid_is_left_to_the_arbitrator() public {
        uint256 licenseId = _buyPerpetual();
        uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
        // Too late to count.
        _deliver(licenseId);
        assertTrue(manager.isValid(licenseId));
        _expect(IDisputeResolution.CheckInconclusive.selector, disputeId);
        disputes.check(disputeId);
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Creator);
        disputes.execute(disputeId);
        assertEq(_ether(creator), BOND);
    }

    function test_a_license_is_valid_up_to_its_last_second() public {
        uint256 licenseId = _buySubscriptionServed();
        uint40 expiresAt = manager.license(licenseId).expiresAt;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(expiresAt + late - 1);
            uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
            if (late == 2) _expect(IDisputeResolution.CheckInconclusive.selector, disputeId);
            disputes.check(disputeId);
        }
    }

    function test_other_kinds_are_not_for_this_program() public {
        uint256 perUse = _file(_buyPerUse(), DisputeKind.NonPayment);
        uint256 bonded = _buySubscriptionKey();
        uint256 exceeded = _file(bonded, DisputeKind.UsageExceeded);
        uint256 mismatch = _mismatch();
        _expect(IDisputeResolution.KindNotApplicable.selector, perUse, uint256(DisputeKind.NonPayment));
        disputes.check(perUse);
        _expect(IDisputeResolution.KindNotApplicable.selector, bonded, uint256(DisputeKind.UsageExceeded));
        disputes.check(exceeded);
        _expect(IDisputeResolution.KindNotApplicable.selector, mismatch, uint256(DisputeKind.ContentMismatch));
        disputes.check(mismatch);
    }
}

contract DisputeCheckHeadTest is DisputeBase {
    uint256 internal perUse;
    uint256 internal nonPayment;
    uint256 internal bonded;
    uint256 internal exceeded;

    function setUp() public override {
        super.setUp();
        _setAppealArbitrator(address(appealCourt));
        perUse = _buyPerUse();
        bonded = _buySubscriptionKey();
        _deliver(bonded);
        nonPayment = _file(perUse, DisputeKind.NonPayment);
        exceeded = _file(bonded, DisputeKind.UsageExceeded);
        _at(1 days);
    }

    function test_non_payment_is_decided_by_a_head_that_settles_more() public {
        SignedHead memory head = _signedHead(perUse, 0, 30);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeRuled(nonPayment, address(disputes), Ruling.Creator, START + 1 days);
        vm.prank(stranger);
        disputes.checkHead(nonPayment, head);
        assertEq(tracker.settledUnits(perUse), 30);
        // Recorded while frozen, released afterwards.
        assertEq(_payment(perUse).due, 30 * UNIT_PRICE);
        _expect(IPaymentEscrow.PaymentIsFrozen.selector, perUse);
        escrow.release(perUse);
        disputes.execute(nonPayment);
        assertEq(_ether(creator), BOND);
        escrow.release(perUse);
        assertEq(_ether(creator), BOND + 30 * UNIT_PRICE - _fee(30 * UNIT_PRICE));
    }

    function test_non_payment_needs_more_than_was_settled() public {
        uint256 paid = _buyPerUse();
        SignedHead memory head = _signedHead(paid, 0, 30);
        tracker.settleSigned(head);
        _file(paid, DisputeKind.NonPayment);
        _expect(IDisputeResolution.CheckInconclusive.selector, paid);
        disputes.checkHead(paid, head);
        disputes.checkHead(paid, _signedHead(paid, 0, 31));
        _assertState(paid, DisputeState.Ruled, Ruling.Creator);
    }

    /// Or the licensee, seeing the head come, would settle it a moment before and be given the bond.
    function test_what_was_settled_after_the_filing_shows_it_too() public {
        SignedHead memory head = _signedHead(perUse, 0, 30);
        tracker.settleSigned(head);
        disputes.checkHead(nonPayment, head);
        _assertState(nonPayment, DisputeState.Ruled, Ruling.Creator);
        disputes.execute(nonPayment);
        assertEq(_ether(creator), BOND);
    }

    /// A head can be new to the tracker and settle nothing, when a proof settled as much before.
    function test_a_head_that_settles_nothing_new_changes_nothing() public {
        uint256 paid = _buyPerUse();
        tracker.settleUsage(_batch(paid));
        _file(paid, DisputeKind.NonPayment);
        SignedHead memory head = _signedHead(paid, 0, 10);
        _expect(IDisputeResolution.CheckInconclusive.selector, paid);
        disputes.checkHead(paid, head);
        tracker.settleSigned(head);
    }

    function test_usage_exceeded_is_decided_by_a_head_above_the_units() public {
        SignedHead memory head = _signedHead(bonded, 0, UNITS + 5);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeRuled(exceeded, address(disputes), Ruling.Creator, START + 1 days);
        disputes.checkHead(exceeded, head);
        assertEq(_bond(bonded).due, 5 * OVERAGE_PRICE);
        disputes.execute(exceeded);
        escrow.release(bonded + 1);
        uint256 overage = 5 * OVERAGE_PRICE;
        assertEq(escrow.balanceOf(creator, address(token)), overage - _fee(overage));
        assertEq(_ether(creator), BOND);
    }

    function test_use_at_the_cap_is_not_above_it() public {
        uint256 snapshot = vm.snapshotState();
        for (uint64 over = 0; over < 3; ++over) {
            vm.revertToState(snapshot);
            SignedHead memory head = _signedHead(bonded, 0, UNITS + over - 1);
            if (over < 2) _expect(IDisputeResolution.CheckInconclusive.selector, exceeded);
            disputes.checkHead(exceeded, head);
            assertEq(tracker.settledUnits(bonded), over < 2 ? 0 : UNITS + 1);
        }
    }

    function test_a_head_settled_before_shows_it_too() public {
        SignedHead memory head = _signedHead(bonded, 0, UNITS + 5);
        tracker.settleSigned(head);
        disputes.checkHead(exceeded, head);
        _assertState(exceeded, DisputeState.Ruled, Ruling.Creator);
    }

    function test_the_sum_over_lanes_counts() public {
        tracker.settleSigned(_signedHead(bonded, 0, UNITS));
        disputes.checkHead(exceeded, _signedHead(bonded, 1, 1));
        assertEq(tracker.settledUnits(bonded), UNITS + 1);
    }

    function test_heads_of_others_and_forged_heads_decide_nothing() public {
        SignedHead memory head = _signedHead(bonded, 0, UNITS + 5);
        _expect(IDisputeResolution.CheckInconclusive.selector, nonPayment);
        disputes.checkHead(nonPayment, head);
        head = _signedHead(perUse, 0, 30);
        head.meterSignature = head.licenseeSignature;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, meterSigner));
        disputes.checkHead(nonPayment, head);
    }

    function test_only_what_heads_show_and_only_while_filed() public {
        uint256 mismatch = _mismatch();
        SignedHead memory head = _signedHead(mismatch, 0, 1);
        _expect(IDisputeResolution.KindNotApplicable.selector, mismatch, uint256(DisputeKind.ContentMismatch));
        disputes.checkHead(mismatch, head);
        disputes.checkHead(nonPayment, _signedHead(perUse, 0, 30));
        head = _signedHead(perUse, 0, 31);
        _expectState(nonPayment, DisputeState.Ruled);
        disputes.checkHead(nonPayment, head);
    }
}
