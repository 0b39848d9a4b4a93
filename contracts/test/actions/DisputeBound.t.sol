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
import {Mode} from "../arbitration/ScriptedCourt.sol";
import {DisputeBase} from "./DisputeBase.t.sol";

contract DisputeBoundTest is DisputeBase {
    function setUp() public override {
        super.setUp();
        _setAppealArbitrator(address(appealCourt));
    }

    function test_the_longest_dispute_fits_into_a_freeze() public pure {
        assertLt(Timings.LONGEST_DISPUTE, Timings.MAX_FREEZE);
    }

    /// Every step is taken at its last second.
    function test_8_the_slowest_dispute_ends_in_time() public {
        uint256 disputeId = _mismatchAtCourt();
        _at(Timings.RESPOND + Timings.ESCALATE);
        vm.prank(licensee);
        disputes.escalate{value: COURT_FEE}(disputeId);
        _at(Timings.RESPOND + Timings.ESCALATE + Timings.RULE);
        _courtRules(court, 0, Ruling.Licensee);
        _at(Timings.RESPOND + Timings.ESCALATE + Timings.RULE + Timings.APPEAL);
        vm.prank(creator);
        disputes.appeal{value: APPEAL_FEE}(disputeId);
        assertEq(disputes.dispute(disputeId).deadline, START + Timings.LONGEST_DISPUTE);
        _endAsAnyone(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    function test_8_nobody_does_anything() public {
        uint256[5] memory ids;
        ids[0] = _mismatch();
        ids[1] = _mismatchAtCourt();
        ids[2] = _file(_buyPerUse(), DisputeKind.NonPayment);
        ids[3] = _file(_buySubscriptionKey(), DisputeKind.UsageExceeded);
        ids[4] = _file(_delivered(), DisputeKind.UnauthorizedAccess);
        for (uint256 i = 0; i < ids.length; ++i) {
            _endAsAnyone(ids[i]);
        }
        uint256 undelivered = _buyPerpetual();
        vm.warp(block.timestamp + DELIVERY_WINDOW + 1);
        _endAsAnyone(_file(undelivered, DisputeKind.NonDelivery));
    }

    /// What a program can tell it can tell for ever, as long as nobody ended it.
    function test_a_program_decides_however_late() public {
        uint256 undelivered = _buyPerpetual();
        vm.warp(block.timestamp + DELIVERY_WINDOW + 1);
        uint256 disputeId = _file(undelivered, DisputeKind.NonDelivery);
        uint40 deadline = disputes.dispute(disputeId).deadline;
        vm.warp(block.timestamp + 10 * 365 days);
        disputes.check(disputeId);
        assertEq(disputes.dispute(disputeId).deadline, deadline, "never later than it was");
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }

    /// Random steps at random times before courts that change their ways.
    function testFuzz_8_every_dispute_ends_in_time(uint256 seed) public {
        bool direct = seed & 1 == 0;
        uint256 disputeId = direct ? _mismatch() : _mismatchAtCourt();
        uint256 last = START + Timings.LONGEST_DISPUTE;
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 next = block.timestamp + seed % 12 days;
            vm.warp(next > last ? last : next);
            Mode mode = Mode((seed >> 64) % 10);
            // Mostly honest, or the story ends here.
            bool honest = (seed >> 72) % 3 != 0;
            court.script(Mode.Honest, honest ? Mode.Honest : mode);
            appealCourt.script(honest || mode == Mode.GasBurning ? Mode.Honest : mode, Mode.Honest);
            _tryStep(disputeId, (seed >> 80) % 8, (seed >> 88) % 3);
        }
        _endAsAnyone(disputeId);
    }

    function _tryStep(uint256 disputeId, uint256 step, uint256 ruling) private {
        address party = ruling == 0 ? creator : licensee;
        if (step == 0) {
            vm.prank(party);
            try disputes.submitEvidence(disputeId, CID) {} catch {}
        } else if (step <= 2) {
            vm.prank(party);
            try disputes.escalate{value: COURT_FEE}(disputeId) {} catch {}
        } else if (step == 3) {
            vm.prank(party);
            try disputes.appeal{value: APPEAL_FEE}(disputeId) {} catch {}
        } else if (step == 4) {
            try court.order(address(disputes), 0, ruling) {} catch {}
        } else if (step == 5) {
            try appealCourt.order(address(disputes), 0, ruling) {} catch {}
        } else if (step == 6) {
            vm.prank(arbitrator);
            try disputes.ruleDirectly(disputeId, ruling) {} catch {}
        } else {
            try disputes.check(disputeId) {} catch {}
        }
    }

    /// A second after the longest dispute, with courts that answer nothing and a stranger who pays nothing.
    function _endAsAnyone(uint256 disputeId) private {
        court.script(Mode.GasBurning, Mode.GasBurning);
        appealCourt.script(Mode.RevertBombing, Mode.RevertBombing);
        uint256 end = uint256(disputes.dispute(disputeId).filedAt) + Timings.LONGEST_DISPUTE + 1;
        if (block.timestamp < end) vm.warp(end);
        DisputeState state = disputes.dispute(disputeId).state;
        uint256 balances = _ether(creator) + _ether(licensee);
        vm.prank(stranger);
        if (state == DisputeState.Ruled) disputes.execute(disputeId);
        else disputes.timeOut(disputeId);
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(uint8(d.state), uint8(DisputeState.Executed));
        assertEq(_ether(creator) + _ether(licensee) - balances, d.bond, "the bond is paid once");
        if (d.paymentId != 0) assertEq(escrow.payment(d.paymentId).frozenAt, 0, "thawed");
        assertEq(address(disputes).balance, 0);
    }
}
