// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Dispute,
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Mode, ScriptedCourt} from "../arbitration/ScriptedCourt.sol";
import {DisputeBase} from "./DisputeBase.t.sol";
import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";
import {
    CentralizedArbitratorWithAppeal
} from "@kleros/erc-792/contracts/examples/CentralizedArbitratorWithAppeal.sol";

contract DisputeEscalateTest is DisputeBase {
    uint256 internal disputeId;

    function setUp() public override {
        super.setUp();
        disputeId = _mismatchAtCourt();
    }

    function test_a_party_brings_it_before_the_court() public {
        _answer(disputeId);
        assertEq(disputes.escalationCost(disputeId), COURT_FEE);
        vm.expectEmit(address(disputes));
        emit IEvidence.Dispute(
            IArbitrator(address(court)), 0, uint256(DisputeKind.ContentMismatch), disputeId
        );
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeEscalated(disputeId, address(court), 0, START + Timings.RULE);
        vm.prank(creator);
        disputes.escalate{value: COURT_FEE}(disputeId);
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(uint8(d.state), uint8(DisputeState.Escalated));
        assertEq(d.deadline, START + Timings.RULE);
        assertEq(address(court).balance, COURT_FEE);
        _answer(disputeId);

        uint256 second = _mismatchAtCourt();
        _escalate(second);
        _courtRules(court, 1, Ruling.Creator);
        _assertState(second, DisputeState.Ruled, Ruling.Creator);
        _assertState(disputeId, DisputeState.Escalated, Ruling.None);
    }

    function test_it_waits_for_the_answer_or_its_window() public {
        uint40 until = START + Timings.RESPOND;
        vm.warp(until - 1);
        _expect(IDisputeResolution.RespondWindowOpen.selector, disputeId, until);
        _bring();
        vm.warp(until);
        _bring();
    }

    function test_it_ends_with_the_deadline() public {
        uint40 deadline = disputes.dispute(disputeId).deadline;
        assertEq(deadline, START + Timings.RESPOND + Timings.ESCALATE);
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late == 2) _expect(IDisputeResolution.DeadlinePassed.selector, disputeId, deadline);
            _bring();
        }
        disputes.timeOut(disputeId);
        assertEq(_ether(licensee), BOND);
    }

    function test_only_parties_and_only_before_contracts() public {
        _answer(disputeId);
        vm.deal(stranger, COURT_FEE);
        _expect(IDisputeResolution.NotParty.selector, stranger);
        vm.prank(stranger);
        disputes.escalate{value: COURT_FEE}(disputeId);

        uint256 direct = _mismatch();
        _expect(IDisputeResolution.ArbitratorNotContract.selector, arbitrator);
        vm.prank(licensee);
        disputes.escalate(direct);
        _expect(IDisputeResolution.ArbitratorNotContract.selector, arbitrator);
        disputes.escalationCost(direct);
        uint256 perUse = _file(_buyPerUse(), DisputeKind.NonPayment);
        _expect(IDisputeResolution.ArbitratorMissing.selector, perUse);
        vm.prank(creator);
        disputes.escalate(perUse);
        _bring();
        _expectState(disputeId, DisputeState.Escalated);
        _bring();
        _expectState(disputeId, DisputeState.Escalated);
        disputes.check(disputeId);
    }

    function test_the_fee_must_match_exactly_and_is_asked_anew() public {
        _answer(disputeId);
        vm.startPrank(licensee);
        _expect(IDisputeResolution.FeeDiffers.selector, COURT_FEE - 1, COURT_FEE);
        disputes.escalate{value: COURT_FEE - 1}(disputeId);
        court.setFee(COURT_FEE + 1);
        _expect(IDisputeResolution.FeeDiffers.selector, COURT_FEE, COURT_FEE + 1);
        disputes.escalate{value: COURT_FEE}(disputeId);
        disputes.escalate{value: COURT_FEE + 1}(disputeId);
    }

    // ---- hostile courts

    function test_courts_that_fail_are_one_error_and_cost_bounded_gas() public {
        _answer(disputeId);
        Mode[6] memory modes =
            [Mode.Mute, Mode.Reverting, Mode.GasBurning, Mode.RevertBombing, Mode.Short, Mode.RulingLoudly];
        for (uint256 i = 0; i < modes.length; ++i) {
            for (uint256 inCost = 0; inCost < 2; ++inCost) {
                if (inCost == 1 && modes[i] == Mode.RulingLoudly) continue;
                court.script(inCost == 1 ? modes[i] : Mode.Honest, inCost == 0 ? modes[i] : Mode.Honest);
                if (inCost == 1) {
                    _expect(IDisputeResolution.ArbitratorFailed.selector, address(court));
                    disputes.escalationCost(disputeId);
                }
                uint256 gasBefore = gasleft();
                _expect(IDisputeResolution.ArbitratorFailed.selector, address(court));
                _bring();
                assertLt(gasBefore - gasleft(), 3_600_000, "bounded");
            }
        }
        // Nothing stuck: an honest court is asked again, or the deadline ends it.
        court.script(Mode.Honest, Mode.Honest);
        uint256 snapshot = vm.snapshotState();
        _bring();
        vm.revertToState(snapshot);
        _at(Timings.RESPOND + Timings.ESCALATE + 1);
        disputes.timeOut(disputeId);
        assertEq(_payment(disputeId).frozenAt, 0);
    }

    /// What is beyond the first word is not even copied.
    function test_a_long_answer_is_its_first_word() public {
        _answer(disputeId);
        court.script(Mode.Honest, Mode.Bombing);
        _bring();
        _assertState(disputeId, DisputeState.Escalated, Ruling.None);
    }

    function test_a_ruling_during_creation_is_refused() public {
        _answer(disputeId);
        court.script(Mode.Honest, Mode.Ruling);
        _bring();
        assertFalse(court.ruledDuringCreation());
        _assertState(disputeId, DisputeState.Escalated, Ruling.None);
        _courtRules(court, 0, Ruling.Creator);
    }

    function test_a_court_cannot_give_two_disputes_one_number() public {
        court.script(Mode.Honest, Mode.Repeating);
        _escalate(disputeId);
        uint256 second = _mismatchAtCourt();
        _answer(second);
        _expect(IDisputeResolution.ArbitratorFailed.selector, address(court));
        vm.prank(licensee);
        disputes.escalate{value: COURT_FEE}(second);
    }

    function test_a_court_without_code_any_more_fails() public {
        _answer(disputeId);
        vm.etch(address(court), "");
        _expect(IDisputeResolution.ArbitratorFailed.selector, address(court));
        _bring();
    }

    // ---- rule

    function test_the_court_rules_until_the_deadline() public {
        _setAppealArbitrator(address(appealCourt));
        disputeId = _mismatchAtCourt();
        _escalate(disputeId);
        uint40 deadline = START + Timings.RULE;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late < 2) {
                vm.expectEmit(address(disputes));
                emit IArbitrable.Ruling(IArbitrator(address(court)), 0, uint256(Ruling.Licensee));
                vm.expectEmit(address(disputes));
                emit IDisputeResolution.DisputeRuled(
                    disputeId,
                    address(court),
                    Ruling.Licensee,
                    uint40(vm.getBlockTimestamp()) + Timings.APPEAL + 1
                );
            } else {
                _expect(IDisputeResolution.DeadlinePassed.selector, disputeId, deadline);
            }
            _courtRules(court, 0, Ruling.Licensee);
        }
    }

    function test_only_the_court_that_has_it_rules_and_once() public {
        _escalate(disputeId);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputeResolution.ExternalDisputeUnknown.selector, address(appealCourt), 0
            )
        );
        _courtRules(appealCourt, 0, Ruling.Creator);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeResolution.ExternalDisputeUnknown.selector, address(court), 1)
        );
        _courtRules(court, 1, Ruling.Creator);
        _expect(IDisputeResolution.RulingInvalid.selector, 3);
        court.order(address(disputes), 0, 3);
        _courtRules(court, 0, Ruling.Creator);
        _expectState(disputeId, DisputeState.Ruled);
        _courtRules(court, 0, Ruling.Licensee);
        disputes.execute(disputeId);
        assertEq(_ether(creator), BOND);
    }

    function test_rulings_of_other_disputes_do_not_leak() public {
        _escalate(disputeId);
        ScriptedCourt other = new ScriptedCourt(COURT_FEE);
        uint256 second = _file(_deliveredBefore(address(other)), DisputeKind.ContentMismatch);
        _escalate(second);
        // Both have the number 0 at their courts.
        _courtRules(other, 0, Ruling.Licensee);
        _assertState(second, DisputeState.Ruled, Ruling.Licensee);
        _assertState(disputeId, DisputeState.Escalated, Ruling.None);
    }

    // ---- an arbitrator of Kleros, with appeals of its own

    function test_a_ruling_of_kleros_arbitrator_after_its_own_appeal_is_final() public {
        _setAppealArbitrator(address(appealCourt));
        CentralizedArbitratorWithAppeal kleros = new CentralizedArbitratorWithAppeal();
        vm.prank(operator);
        disputes.setArbitratorPolicy(address(kleros), true);
        disputeId = _file(_deliveredBefore(address(kleros)), DisputeKind.ContentMismatch);
        _answer(disputeId);
        uint256 fee = disputes.escalationCost(disputeId);
        assertEq(fee, 1e15);
        vm.prank(licensee);
        disputes.escalate{value: fee}(disputeId);

        kleros.giveRuling(0, 1);
        vm.prank(licensee);
        kleros.appeal{value: 2 * fee}(0, "");
        kleros.giveRuling(0, 2);
        _at(3 minutes + 1);
        kleros.executeRuling(0);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Licensee);
        _expect(IDisputeResolution.NoAppeal.selector, disputeId);
        vm.prank(creator);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function _bring() private {
        vm.prank(licensee);
        disputes.escalate{value: COURT_FEE}(disputeId);
    }
}
