// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Mode} from "../arbitration/ScriptedCourt.sol";
import {DisputeBase} from "./DisputeBase.t.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

contract DisputeAppealTest is DisputeBase {
    uint256 internal disputeId;

    function setUp() public override {
        super.setUp();
        _setAppealArbitrator(address(appealCourt));
        disputeId = _mismatch();
        _answer(disputeId);
    }

    function test_the_loser_has_it_heard_again() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        assertEq(disputes.dispute(disputeId).deadline, START + Timings.APPEAL);
        assertEq(disputes.appealCost(disputeId), APPEAL_FEE);
        _at(1 days);
        uint40 deadline = START + 1 days + Timings.RULE;
        vm.expectEmit(address(disputes));
        emit IEvidence.Dispute(
            IArbitrator(address(appealCourt)), 0, uint256(DisputeKind.ContentMismatch), disputeId
        );
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeAppealed(disputeId, creator, address(appealCourt), 0, deadline);
        _appealBy(creator);
        _assertState(disputeId, DisputeState.Appealed, Ruling.Licensee);
        assertEq(disputes.dispute(disputeId).deadline, deadline);
        assertEq(address(appealCourt).balance, APPEAL_FEE);

        _courtRules(appealCourt, 0, Ruling.Creator);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Creator);
        _refuseAppeal(licensee, IDisputeResolution.NoAppeal.selector);
        _expect(IDisputeResolution.NoAppeal.selector, disputeId);
        disputes.appealCost(disputeId);
        disputes.execute(disputeId);
        assertEq(_ether(creator), BOND);
    }

    function test_a_ruling_is_executed_only_after_the_time_to_appeal() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        uint40 deadline = START + Timings.APPEAL;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late < 2) _expect(IDisputeResolution.DeadlineNotPassed.selector, disputeId, deadline);
            disputes.execute(disputeId);
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late == 2) _expect(IDisputeResolution.DeadlinePassed.selector, disputeId, deadline);
            _appealBy(creator);
        }
    }

    function test_only_the_loser_appeals() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        _refuseParty(licensee);
        _refuseParty(stranger);
        _refuseParty(arbitrator);

        uint256 lost = disputeId;
        disputeId = _mismatch();
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Creator);
        _refuseParty(creator);
        _appealBy(licensee);
        disputeId = lost;
        _appealBy(creator);
    }

    /// Filed by the creator: the licensee loses when the ruling is Creator.
    function test_only_the_loser_appeals_what_the_creator_filed() public {
        disputeId = _file(_delivered(), DisputeKind.UnauthorizedAccess);
        _answer(disputeId);
        uint256 snapshot = vm.snapshotState();
        _ruleDirectly(disputeId, Ruling.Creator);
        _refuseParty(creator);
        _appealBy(licensee);
        vm.revertToState(snapshot);
        _ruleDirectly(disputeId, Ruling.Licensee);
        _refuseParty(licensee);
        _appealBy(creator);
    }

    function test_a_refusal_is_appealed_by_either() public {
        _ruleDirectly(disputeId, Ruling.None);
        _refuseParty(stranger);
        uint256 snapshot = vm.snapshotState();
        _appealBy(creator);
        vm.revertToState(snapshot);
        _appealBy(licensee);
        _courtRules(appealCourt, 0, Ruling.None);
        disputes.execute(disputeId);
        assertEq(_ether(licensee), BOND);
    }

    function test_when_the_appeal_is_not_decided_the_first_ruling_stands() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        _appealBy(creator);
        uint40 deadline = START + Timings.RULE;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late < 2) {
                _expect(IDisputeResolution.DeadlineNotPassed.selector, disputeId, deadline);
            } else {
                vm.expectEmit(address(disputes));
                emit IDisputeResolution.DisputeExecuted(disputeId, Ruling.Licensee, licensee);
            }
            disputes.timeOut(disputeId);
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late == 2) _expect(IDisputeResolution.DeadlinePassed.selector, disputeId, deadline);
            _courtRules(appealCourt, 0, Ruling.Creator);
        }
        vm.revertToState(snapshot);
        vm.warp(deadline + 1);
        disputes.timeOut(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function test_a_courts_ruling_is_appealed_too_and_the_first_court_rules_no_more() public {
        disputeId = _mismatchAtCourt();
        _escalate(disputeId);
        _courtRules(court, 0, Ruling.Creator);
        _appealBy(licensee);
        vm.expectRevert(
            abi.encodeWithSelector(
                IDisputeResolution.NotArbitrator.selector, address(court), address(appealCourt)
            )
        );
        _courtRules(court, 0, Ruling.Creator);
        vm.prank(licensee);
        _expectState(disputeId, DisputeState.Appealed);
        disputes.submitEvidence(disputeId, CID);
        _courtRules(appealCourt, 0, Ruling.Licensee);
        _expectState(disputeId, DisputeState.Ruled);
        _courtRules(appealCourt, 0, Ruling.Creator);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function test_only_what_is_ruled_and_only_at_the_fee() public {
        _expectState(disputeId, DisputeState.Filed);
        _appealBy(creator);
        _ruleDirectly(disputeId, Ruling.Licensee);
        vm.startPrank(creator);
        _expect(IDisputeResolution.FeeDiffers.selector, APPEAL_FEE + 1, APPEAL_FEE);
        disputes.appeal{value: APPEAL_FEE + 1}(disputeId);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
        _expectState(disputeId, DisputeState.Appealed);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
        _expectState(disputeId, DisputeState.Appealed);
        disputes.execute(disputeId);
    }

    function test_where_no_appeal_arbitrator_was_pinned_there_is_none() public {
        _setAppealArbitrator(address(0));
        disputeId = _mismatch();
        _setAppealArbitrator(address(appealCourt));
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Licensee);
        _refuseAppeal(creator, IDisputeResolution.NoAppeal.selector);
        disputes.execute(disputeId);
    }

    function test_a_failing_appeal_arbitrator_hurts_only_the_appeal() public {
        _ruleDirectly(disputeId, Ruling.Licensee);
        Mode[4] memory modes = [Mode.Reverting, Mode.GasBurning, Mode.RevertBombing, Mode.RulingLoudly];
        for (uint256 i = 0; i < modes.length; ++i) {
            appealCourt.script(Mode.Honest, modes[i]);
            _expect(IDisputeResolution.ArbitratorFailed.selector, address(appealCourt));
            _appealBy(creator);
        }
        _at(Timings.APPEAL + 1);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function _appealBy(address party) private {
        vm.prank(party);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
    }

    function _refuseParty(address party) private {
        vm.deal(party, party.balance + APPEAL_FEE);
        _expect(IDisputeResolution.NotParty.selector, party);
        _appealBy(party);
    }

    function _refuseAppeal(address party, bytes4 selector) private {
        _expect(selector, disputeId);
        _appealBy(party);
    }
}
