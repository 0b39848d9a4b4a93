// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {DisputeBase} from "./DisputeBase.t.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract DisputeEvidenceTest is DisputeBase {
    function test_evidence_is_published_by_both_sides_until_ruled() public {
        uint256 disputeId = _mismatch();
        vm.prank(licensee);
        disputes.submitEvidence(disputeId, CID);
        assertFalse(disputes.dispute(disputeId).answered, "the filer cannot answer itself");
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.EvidenceSubmitted(disputeId, creator, CID);
        _answer(disputeId);
        assertTrue(disputes.dispute(disputeId).answered);
        _answer(disputeId);
        _expect(IDisputeResolution.NotParty.selector, stranger);
        vm.prank(stranger);
        disputes.submitEvidence(disputeId, CID);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.CidInvalid.selector, hex"00"));
        vm.prank(creator);
        disputes.submitEvidence(disputeId, hex"00");
        _ruleDirectly(disputeId, Ruling.Creator);
        _refuseEvidence(disputeId, DisputeState.Ruled);
        disputes.execute(disputeId);
        _refuseEvidence(disputeId, DisputeState.Executed);
    }

    function test_whoever_took_the_content_over_is_the_respondent() public {
        uint256 disputeId = _mismatch();
        bytes32 contentId = _content();
        vm.prank(creator);
        registry.proposeTransfer(contentId, stranger);
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
        assertEq(disputes.dispute(disputeId).respondent, stranger);
        _expect(IDisputeResolution.NotParty.selector, creator);
        vm.prank(creator);
        disputes.submitEvidence(disputeId, CID);
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Creator);
        disputes.execute(disputeId);
        assertEq(_ether(stranger), BOND);
        uint256 released;
        vm.warp(block.timestamp + DISPUTE_WINDOW);
        released = escrow.release(disputeId);
        assertEq(
            escrow.balanceOf(creator, address(token)), released - _fee(PRICE), "sold by the earlier owner"
        );
    }

    function test_whoever_took_the_license_over_is_the_respondent() public {
        uint256 licenseId = _buyTransferable();
        _deliver(licenseId);
        _at(DISPUTE_WINDOW);
        escrow.release(licenseId);
        uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
        vm.prank(licensee);
        IERC721(address(manager)).transferFrom(licensee, stranger, licenseId);
        assertEq(disputes.dispute(disputeId).respondent, stranger);
        _answer(disputeId);
        assertTrue(disputes.dispute(disputeId).answered);
    }

    function _refuseEvidence(uint256 disputeId, DisputeState state) private {
        _expectState(disputeId, state);
        vm.prank(licensee);
        disputes.submitEvidence(disputeId, CID);
    }
}

contract DisputeRuleDirectlyTest is DisputeBase {
    function test_ruling_waits_for_the_answer_or_its_window() public {
        uint256 disputeId = _mismatch();
        uint40 until = START + Timings.RESPOND;
        vm.warp(until - 1);
        _expect(IDisputeResolution.RespondWindowOpen.selector, disputeId, until);
        _ruleDirectly(disputeId, Ruling.Licensee);
        vm.warp(until);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeRuled(disputeId, arbitrator, Ruling.Licensee, until);
        _ruleDirectly(disputeId, Ruling.Licensee);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Licensee);
        assertEq(disputes.dispute(disputeId).deadline, until);
    }

    function test_an_early_answer_opens_the_ruling() public {
        uint256 disputeId = _mismatch();
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Licensee);
    }

    function test_ruling_ends_with_its_deadline() public {
        uint256 disputeId = _mismatch();
        uint40 deadline = disputes.dispute(disputeId).deadline;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late == 2) _expect(IDisputeResolution.DeadlinePassed.selector, disputeId, deadline);
            _ruleDirectly(disputeId, Ruling.Creator);
        }
    }

    function test_only_the_pinned_arbitrator_rules() public {
        uint256 disputeId = _mismatch();
        _answer(disputeId);
        address[4] memory others = [operator, licensee, creator, stranger];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IDisputeResolution.NotArbitrator.selector, others[i], arbitrator)
            );
            vm.prank(others[i]);
            disputes.ruleDirectly(disputeId, 1);
        }
    }

    function test_ruling_must_be_one_of_three_and_once() public {
        uint256 disputeId = _mismatch();
        _answer(disputeId);
        vm.startPrank(arbitrator);
        _expect(IDisputeResolution.RulingInvalid.selector, 3);
        disputes.ruleDirectly(disputeId, 3);
        _expect(IDisputeResolution.RulingInvalid.selector, type(uint256).max);
        disputes.ruleDirectly(disputeId, type(uint256).max);
        disputes.ruleDirectly(disputeId, 0);
        _expectState(disputeId, DisputeState.Ruled);
        disputes.ruleDirectly(disputeId, 2);
    }

    function test_contracts_rule_by_erc_792_and_nobody_where_there_is_none() public {
        uint256 atCourt = _mismatchAtCourt();
        _expect(IDisputeResolution.ArbitratorIsContract.selector, address(court));
        vm.prank(address(court));
        disputes.ruleDirectly(atCourt, 1);
        uint256 perUse = _file(_buyPerUse(), DisputeKind.NonPayment);
        _expect(IDisputeResolution.ArbitratorMissing.selector, perUse);
        vm.prank(address(0));
        disputes.ruleDirectly(perUse, 1);
    }

    function test_unknown_disputes_are_errors() public {
        bytes memory unknown = abi.encodeWithSelector(IDisputeResolution.DisputeUnknown.selector, 9);
        vm.expectRevert(unknown);
        disputes.dispute(9);
        vm.expectRevert(unknown);
        disputes.execute(9);
        vm.expectRevert(unknown);
        disputes.timeOut(9);
        vm.expectRevert(unknown);
        disputes.submitEvidence(9, CID);
        vm.expectRevert(unknown);
        disputes.ruleDirectly(9, 1);
        vm.expectRevert(unknown);
        disputes.check(9);
        vm.expectRevert(unknown);
        disputes.escalate(9);
        vm.expectRevert(unknown);
        disputes.appeal(9);
        vm.expectRevert(unknown);
        disputes.escalationCost(9);
        vm.expectRevert(unknown);
        disputes.appealCost(9);
    }
}

contract DisputeExecuteTest is DisputeBase {
    uint256 internal disputeId;

    function setUp() public override {
        super.setUp();
        uint256 licenseId = _delivered();
        _at(1 days);
        disputeId = _file(licenseId, DisputeKind.ContentMismatch);
        _answer(disputeId);
    }

    function test_for_the_licensee_every_unit_and_the_bond_return() public {
        _at(3 days);
        _ruleDirectly(disputeId, Ruling.Licensee);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeExecuted(disputeId, Ruling.Licensee, licensee);
        vm.prank(stranger);
        disputes.execute(disputeId);

        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
        assertEq(_ether(licensee), BOND);
        assertEq(escrow.balanceOf(treasury, address(token)), 0, "no fee on what is paid back");
        Payment memory payment = _payment(disputeId);
        assertEq(uint8(payment.state), uint8(PaymentState.Refunded));
        assertEq(payment.refunded, PRICE);
        assertFalse(manager.isValid(disputeId));
    }

    function test_for_the_creator_the_window_runs_on_and_the_bond_is_the_creators() public {
        _at(3 days);
        _ruleDirectly(disputeId, Ruling.Creator);
        disputes.execute(disputeId);
        assertEq(_ether(creator), BOND);
        Payment memory payment = _payment(disputeId);
        assertEq(payment.frozenAt, 0);
        assertEq(payment.pausedSecs, 2 days);
        assertTrue(manager.isValid(disputeId));

        _at(DISPUTE_WINDOW + 2 days - 1);
        _expect(IPaymentEscrow.NotReleasable.selector, disputeId, START + DISPUTE_WINDOW);
        escrow.release(disputeId);
        _at(DISPUTE_WINDOW + 2 days);
        escrow.release(disputeId);
        assertEq(escrow.balanceOf(creator, address(token)), PRICE - _fee(PRICE));
    }

    function test_refusal_moves_nothing_and_returns_the_bond() public {
        _ruleDirectly(disputeId, Ruling.None);
        disputes.execute(disputeId);
        assertEq(_ether(licensee), BOND);
        assertEq(_payment(disputeId).released, 0);
        assertEq(_payment(disputeId).refunded, 0);
        _assertState(disputeId, DisputeState.Executed, Ruling.None);
    }

    function test_6_a_disputed_payment_does_not_move() public {
        _at(365 days);
        _expect(IPaymentEscrow.PaymentIsFrozen.selector, disputeId);
        escrow.release(disputeId);
        _expect(IPaymentEscrow.PaymentIsFrozen.selector, disputeId);
        escrow.refund(disputeId);
    }

    function test_7_a_ruling_executes_once() public {
        _expectState(disputeId, DisputeState.Filed);
        disputes.execute(disputeId);
        _ruleDirectly(disputeId, Ruling.Licensee);
        disputes.execute(disputeId);
        _expectState(disputeId, DisputeState.Executed);
        disputes.execute(disputeId);
        _at(365 days);
        _expectState(disputeId, DisputeState.Executed);
        disputes.timeOut(disputeId);
        assertEq(_ether(licensee), BOND, "paid once");
        vm.prank(arbitrator);
        _expectState(disputeId, DisputeState.Executed);
        disputes.ruleDirectly(disputeId, 1);
    }

    function test_8_without_a_ruling_anyone_ends_it() public {
        uint40 deadline = disputes.dispute(disputeId).deadline;
        vm.warp(deadline);
        _expect(IDisputeResolution.DeadlineNotPassed.selector, disputeId, deadline);
        disputes.timeOut(disputeId);
        vm.warp(deadline + 1);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeExecuted(disputeId, Ruling.None, licensee);
        vm.prank(stranger);
        disputes.timeOut(disputeId);
        assertEq(_ether(licensee), BOND);
        assertEq(_payment(disputeId).frozenAt, 0);
    }

    function test_a_ruled_dispute_does_not_time_out() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        _at(365 days);
        _expectState(disputeId, DisputeState.Ruled);
        disputes.timeOut(disputeId);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function test_after_a_thaw_only_the_bond_moves() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        _at(1 days + Timings.MAX_FREEZE);
        vm.prank(stranger);
        escrow.thaw(disputeId);
        disputes.execute(disputeId);
        assertEq(_ether(licensee), BOND);
        assertEq(escrow.balanceOf(licensee, address(token)), 0);
        assertEq(_payment(disputeId).frozenAt, 0);
    }

    function test_unauthorized_access_moves_only_the_bond() public {
        Ruling[3] memory rulings = [Ruling.None, Ruling.Creator, Ruling.Licensee];
        address[3] memory recipients = [creator, creator, licensee];
        for (uint256 i = 0; i < 3; ++i) {
            uint256 licenseId = _delivered();
            uint256 access = _file(licenseId, DisputeKind.UnauthorizedAccess);
            _answer(access);
            _ruleDirectly(access, rulings[i]);
            uint256 before = _ether(recipients[i]);
            disputes.execute(access);
            assertEq(_ether(recipients[i]) - before, BOND);
            assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Delivered));
        }
    }

    /// Else whoever chose the arbitrator could freeze money and have its bond back.
    function test_no_arbitrator_decides_what_a_program_does() public {
        uint256 undelivered = _buyPerpetual();
        _at(1 days + DELIVERY_WINDOW + 1);
        uint256[2] memory ids = [
            _file(_buySubscriptionKey(), DisputeKind.UsageExceeded),
            _file(undelivered, DisputeKind.NonDelivery)
        ];
        for (uint256 i = 0; i < 2; ++i) {
            _answer(ids[i]);
            assertEq(disputes.dispute(ids[i]).arbitrator, address(0));
            assertEq(
                disputes.dispute(ids[i]).deadline, vm.getBlockTimestamp() + Timings.RESPOND + Timings.ESCALATE
            );
            vm.expectPartialRevert(IDisputeResolution.ArbitratorMissing.selector);
            _ruleDirectly(ids[i], Ruling.Creator);
            vm.expectPartialRevert(IDisputeResolution.ArbitratorMissing.selector);
            disputes.escalate(ids[i]);
        }
    }

    function test_what_no_head_showed_in_time_costs_the_bond() public {
        uint256 perUse = _buyPerUse();
        uint256 bonded = _buySubscriptionKey();
        uint256[2] memory ids =
            [_file(perUse, DisputeKind.NonPayment), _file(bonded, DisputeKind.UsageExceeded)];
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(disputes.dispute(ids[i]).deadline + 1);
            vm.expectEmit(address(disputes));
            emit IDisputeResolution.DisputeExecuted(ids[i], Ruling.None, licensee);
            disputes.timeOut(ids[i]);
            assertEq(_ether(licensee), (i + 1) * BOND);
            Payment memory payment = escrow.payment(ids[i]);
            assertEq(payment.frozenAt, 0);
            assertEq(uint8(payment.state), uint8(PaymentState.Held));
            assertEq(payment.refunded, 0);
        }
    }

    /// It was true when it was filed, and nothing could make it untrue.
    function test_a_non_delivery_that_nobody_checked_returns_the_bond() public {
        uint256 undelivered = _buyPerpetual();
        _at(1 days + DELIVERY_WINDOW + 1);
        uint256 filed = _file(undelivered, DisputeKind.NonDelivery);
        vm.warp(disputes.dispute(filed).deadline + 1);
        disputes.timeOut(filed);
        assertEq(_ether(licensee), BOND);
        escrow.refund(undelivered);
    }
}
