// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPanelArbitrator, PanelDispute} from "../../src/arbitration/IPanelArbitrator.sol";
import {PanelArbitrator} from "../../src/arbitration/PanelArbitrator.sol";
import {Mode, ScriptedArbitrable} from "../arbitration/ScriptedCourt.sol";
import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Test} from "forge-std/Test.sol";

abstract contract PanelBase is Test {
    uint40 internal constant START = 1_800_000_000;
    uint40 internal constant VOTING = 5 days;
    uint96 internal constant FEE = 0.1 ether + 1;

    address internal owner = makeAddr("owner");
    address internal stranger = makeAddr("stranger");
    address[] internal members;
    PanelArbitrator internal panel;
    ScriptedArbitrable internal arbitrable;

    function setUp() public virtual {
        vm.warp(START);
        for (uint256 i = 0; i < 5; ++i) {
            members.push(makeAddr(string.concat("member ", vm.toString(i))));
        }
        panel = new PanelArbitrator(owner, members, FEE, VOTING);
        arbitrable = new ScriptedArbitrable();
        vm.deal(address(arbitrable), 100 ether);
    }

    function _ask() internal returns (uint256 disputeId) {
        return arbitrable.ask(panel, 2, FEE);
    }

    function _vote(uint256 disputeId, uint256 member, uint256 ruling) internal {
        vm.prank(members[member]);
        panel.vote(disputeId, ruling);
    }

    function _expect(bytes4 selector, uint256 a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function _expect(bytes4 selector, uint256 a, uint256 b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function _expect(bytes4 selector, uint256 a, address b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }
}

contract PanelVoteTest is PanelBase {
    function test_a_dispute_is_created_for_the_fee() public {
        vm.expectEmit(address(panel));
        emit IArbitrator.DisputeCreation(0, IArbitrable(address(arbitrable)));
        assertEq(_ask(), 0);
        PanelDispute memory d = panel.dispute(0);
        assertEq(d.arbitrable, address(arbitrable));
        assertEq(d.panelId, 1);
        assertEq(d.choices, 2);
        assertEq(d.votingEnds, START + VOTING);
        assertEq(d.pot, FEE);
        assertEq(panel.arbitrationCost(""), FEE);
        assertEq(uint8(panel.disputeStatus(0)), uint8(IArbitrator.DisputeStatus.Waiting));

        _expect(IPanelArbitrator.FeeDiffers.selector, FEE - 1, FEE);
        arbitrable.ask(panel, 2, FEE - 1);
        _expect(IPanelArbitrator.FeeDiffers.selector, FEE + 1, FEE);
        arbitrable.ask(panel, 2, FEE + 1);
        _expect(IPanelArbitrator.ChoicesInvalid.selector, 0);
        arbitrable.ask(panel, 0, FEE);
        _expect(IPanelArbitrator.ChoicesInvalid.selector, 32);
        arbitrable.ask(panel, 32, FEE);
        assertEq(arbitrable.ask(panel, 31, FEE), 1);
    }

    function test_a_majority_decides_at_once() public {
        uint256 disputeId = _ask();
        vm.expectEmit(address(panel));
        emit IPanelArbitrator.Voted(disputeId, members[0], 2);
        _vote(disputeId, 0, 2);
        _vote(disputeId, 1, 2);
        assertEq(panel.currentRuling(disputeId), 2);
        assertEq(panel.votesFor(disputeId, 2), 2);
        _expect(IPanelArbitrator.VoteNotOver.selector, disputeId, START + VOTING);
        panel.conclude(disputeId);
        _vote(disputeId, 2, 2);
        vm.expectEmit(address(panel));
        emit IPanelArbitrator.Concluded(disputeId, 2, 3);
        vm.expectEmit(address(panel));
        emit IPanelArbitrator.RulingDelivered(disputeId, address(arbitrable), true);
        vm.prank(stranger);
        panel.conclude(disputeId);
        assertEq(arbitrable.ruling(), 2);
        assertEq(panel.currentRuling(disputeId), 2);
        assertEq(uint8(panel.disputeStatus(disputeId)), uint8(IArbitrator.DisputeStatus.Solved));
        _expect(IPanelArbitrator.VoteOver.selector, disputeId);
        _vote(disputeId, 3, 1);
        _expect(IPanelArbitrator.VoteOver.selector, disputeId);
        panel.conclude(disputeId);
    }

    function test_after_the_time_the_most_votes_decide() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(START + VOTING + late - 1);
            if (late == 2) _expect(IPanelArbitrator.VoteOver.selector, disputeId);
            _vote(disputeId, 1, 0);
            vm.revertToState(snapshot);
            vm.warp(START + VOTING + late - 1);
            if (late < 2) _expect(IPanelArbitrator.VoteNotOver.selector, disputeId, START + VOTING);
            panel.conclude(disputeId);
        }
        assertEq(arbitrable.ruling(), 1);
    }

    function test_a_tie_refuses_to_say() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        _vote(disputeId, 1, 2);
        _vote(disputeId, 2, 1);
        _vote(disputeId, 3, 2);
        vm.warp(START + VOTING + 1);
        panel.conclude(disputeId);
        assertEq(arbitrable.ruling(), 0);
    }

    function test_when_all_voted_nobody_waits() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        _vote(disputeId, 1, 2);
        _vote(disputeId, 2, 1);
        _vote(disputeId, 3, 2);
        _vote(disputeId, 4, 0);
        panel.conclude(disputeId);
        assertEq(arbitrable.ruling(), 0);
    }

    function test_members_vote_once_for_a_choice() public {
        uint256 disputeId = _ask();
        _expect(IPanelArbitrator.NotMember.selector, disputeId, stranger);
        vm.prank(stranger);
        panel.vote(disputeId, 1);
        _expect(IPanelArbitrator.RulingInvalid.selector, 3, 2);
        _vote(disputeId, 0, 3);
        _vote(disputeId, 0, 1);
        _expect(IPanelArbitrator.AlreadyVoted.selector, disputeId, members[0]);
        _vote(disputeId, 0, 1);
    }

    function test_the_panel_is_that_of_the_creation() public {
        uint256 before = _ask();
        address[] memory one = new address[](1);
        one[0] = stranger;
        vm.expectEmit(address(panel));
        emit IPanelArbitrator.PanelSet(2, one);
        vm.startPrank(owner);
        panel.setPanel(one);
        panel.setFee(FEE * 2);
        panel.setVotingSecs(1 hours);
        vm.stopPrank();
        assertEq(panel.panelId(), 2);
        assertEq(panel.membersOf(2).length, 1);
        assertEq(panel.membersOf(1).length, 5);
        _expect(IPanelArbitrator.NotMember.selector, before, stranger);
        vm.prank(stranger);
        panel.vote(before, 1);
        _vote(before, 0, 1);
        assertEq(panel.dispute(before).votingEnds, START + VOTING);

        uint256 later = arbitrable.ask(panel, 2, FEE * 2);
        _expect(IPanelArbitrator.NotMember.selector, later, members[0]);
        _vote(later, 0, 1);
        vm.prank(stranger);
        panel.vote(later, 1);
        panel.conclude(later);
        assertEq(arbitrable.ruling(), 1, "one of one is a majority");
    }

    function test_appeals_are_not_heard() public {
        uint256 disputeId = _ask();
        assertEq(panel.appealCost(disputeId, ""), type(uint256).max);
        (uint256 start, uint256 end) = panel.appealPeriod(disputeId);
        assertEq(start + end, 0);
        vm.expectRevert(IPanelArbitrator.AppealsNotHeard.selector);
        panel.appeal(disputeId, "");
    }

    function test_unknown_disputes_are_errors() public {
        bytes memory unknown = abi.encodeWithSelector(IPanelArbitrator.DisputeUnknown.selector, 0);
        vm.expectRevert(unknown);
        panel.vote(0, 1);
        vm.expectRevert(unknown);
        panel.conclude(0);
        vm.expectRevert(unknown);
        panel.deliver(0);
        vm.expectRevert(unknown);
        panel.collect(0);
        vm.expectRevert(unknown);
        panel.dispute(0);
        vm.expectRevert(unknown);
        panel.currentRuling(0);
        vm.expectRevert(unknown);
        panel.disputeStatus(0);
    }

    /// The ruling is what counting says, whoever votes what.
    function testFuzz_the_count_decides(uint8[5] memory votes) public {
        uint256 disputeId = _ask();
        uint256[3] memory counts;
        for (uint256 i = 0; i < 5; ++i) {
            // Three: does not vote.
            if (votes[i] % 4 == 3) continue;
            ++counts[votes[i] % 4];
            _vote(disputeId, i, votes[i] % 4);
        }
        vm.warp(START + VOTING + 1);
        panel.conclude(disputeId);
        uint256 expected;
        if (counts[1] > counts[0] && counts[1] > counts[2]) expected = 1;
        if (counts[2] > counts[0] && counts[2] > counts[1]) expected = 2;
        assertEq(arbitrable.ruling(), expected);
    }
}

contract PanelDeliverTest is PanelBase {
    function test_a_reverting_arbitrable_hurts_nobody_and_is_told_again() public {
        Mode[4] memory modes = [Mode.Reverting, Mode.GasBurning, Mode.RevertBombing, Mode.Repeating];
        for (uint256 i = 0; i < modes.length; ++i) {
            uint256 disputeId = _ask();
            _vote(disputeId, 0, 1);
            _vote(disputeId, 1, 1);
            _vote(disputeId, 2, 1);
            arbitrable.script(modes[i]);
            uint256 gasBefore = gasleft();
            vm.expectEmit(address(panel));
            emit IPanelArbitrator.RulingDelivered(disputeId, address(arbitrable), false);
            panel.conclude(disputeId);
            assertLt(gasBefore - gasleft(), 1_500_000, "bounded");
            assertTrue(panel.dispute(disputeId).concluded);
            vm.prank(members[0]);
            panel.collect(disputeId);

            arbitrable.script(Mode.Honest);
            panel.deliver(disputeId);
            assertTrue(panel.dispute(disputeId).delivered);
            _expect(IPanelArbitrator.AlreadyDelivered.selector, disputeId);
            panel.deliver(disputeId);
        }
    }

    /// A stranger cannot make a ruling get lost by giving too little gas.
    function test_a_ruling_that_ran_out_of_gas_is_told_again() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        _vote(disputeId, 1, 1);
        _vote(disputeId, 2, 1);
        uint256 snapshot = vm.snapshotState();
        for (uint256 gas = 60_000; gas < 200_000; gas += 10_000) {
            vm.revertToState(snapshot);
            try panel.conclude{gas: gas}(disputeId) {
                if (!panel.dispute(disputeId).delivered) panel.deliver(disputeId);
                assertEq(arbitrable.ruling(), 1);
            } catch {
                assertFalse(panel.dispute(disputeId).concluded);
            }
        }
    }

    function test_nothing_is_told_before_the_conclusion() public {
        uint256 disputeId = _ask();
        _expect(IPanelArbitrator.NotConcluded.selector, disputeId);
        panel.deliver(disputeId);
        _expect(IPanelArbitrator.NotConcluded.selector, disputeId);
        panel.collect(disputeId);
    }
}

contract PanelFeeTest is PanelBase {
    function test_voters_share_the_fee_to_the_wei() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        _vote(disputeId, 1, 1);
        _vote(disputeId, 2, 1);
        panel.conclude(disputeId);
        uint256 sum;
        for (uint256 i = 0; i < 3; ++i) {
            vm.prank(members[i]);
            uint256 share = panel.collect(disputeId);
            assertEq(members[i].balance, share);
            assertApproxEqAbs(share, FEE / 3, 1);
            sum += share;
        }
        assertEq(sum, FEE);
        assertEq(address(panel).balance, 0);
        _expect(IPanelArbitrator.NothingToCollect.selector, disputeId, members[0]);
        vm.prank(members[0]);
        panel.collect(disputeId);
        _expect(IPanelArbitrator.NothingToCollect.selector, disputeId, members[3]);
        vm.prank(members[3]);
        panel.collect(disputeId);
    }

    function test_a_fee_that_nobody_earned_is_for_the_next_voters() public {
        uint256 silent = _ask();
        vm.warp(START + VOTING + 1);
        vm.expectEmit(address(panel));
        emit IPanelArbitrator.FeeCarriedOver(silent, FEE);
        panel.conclude(silent);
        assertEq(arbitrable.ruling(), 0);
        uint256 next = _ask();
        assertEq(panel.dispute(next).pot, 2 * FEE);
        uint256 third = _ask();
        assertEq(panel.dispute(third).pot, FEE);
        _vote(next, 4, 1);
        vm.warp(block.timestamp + VOTING + 1);
        panel.conclude(next);
        vm.prank(members[4]);
        assertEq(panel.collect(next), 2 * FEE);
    }

    function test_a_voter_that_refuses_ether_hurts_nobody_else() public {
        uint256 disputeId = _ask();
        _vote(disputeId, 0, 1);
        _vote(disputeId, 1, 1);
        _vote(disputeId, 2, 1);
        panel.conclude(disputeId);
        vm.etch(members[0], hex"fe");
        vm.expectRevert(abi.encodeWithSelector(IPanelArbitrator.TransferFailed.selector, members[0], FEE / 3));
        vm.prank(members[0]);
        panel.collect(disputeId);
        vm.prank(members[1]);
        panel.collect(disputeId);
    }

    function testFuzz_ether_held_is_what_is_owed(uint8 voters, uint8 disputesAsked) public {
        voters = uint8(bound(voters, 0, 5));
        disputesAsked = uint8(bound(disputesAsked, 1, 4));
        for (uint256 n = 0; n < disputesAsked; ++n) {
            uint256 disputeId = _ask();
            for (uint256 i = 0; i < voters; ++i) {
                _vote(disputeId, i, 1);
            }
            vm.warp(block.timestamp + VOTING + 1);
            panel.conclude(disputeId);
            for (uint256 i = 0; i < voters; ++i) {
                vm.prank(members[i]);
                panel.collect(disputeId);
            }
        }
        assertEq(address(panel).balance, voters == 0 ? uint256(FEE) * disputesAsked : 0);
    }
}

contract PanelOwnerTest is PanelBase {
    function test_only_the_owner_sets_the_rules() public {
        bytes memory refused = abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger);
        vm.startPrank(stranger);
        vm.expectRevert(refused);
        panel.setPanel(members);
        vm.expectRevert(refused);
        panel.setFee(1);
        vm.expectRevert(refused);
        panel.setVotingSecs(1 days);
    }

    function test_panels_have_1_to_31_different_members() public {
        vm.startPrank(owner);
        _expect(IPanelArbitrator.PanelInvalid.selector, 0);
        panel.setPanel(new address[](0));
        address[] memory many = new address[](32);
        _expect(IPanelArbitrator.PanelInvalid.selector, 32);
        panel.setPanel(many);
        many = new address[](31);
        for (uint256 i = 0; i < 31; ++i) {
            many[i] = address(uint160(i + 1));
        }
        panel.setPanel(many);
        many[30] = many[0];
        vm.expectRevert(abi.encodeWithSelector(IPanelArbitrator.MemberInvalid.selector, many[0]));
        panel.setPanel(many);
        many[30] = address(0);
        vm.expectRevert(abi.encodeWithSelector(IPanelArbitrator.MemberInvalid.selector, address(0)));
        panel.setPanel(many);
    }

    function test_votes_last_an_hour_to_14_days() public {
        vm.startPrank(owner);
        _expect(IPanelArbitrator.VotingSecsInvalid.selector, 1 hours - 1);
        panel.setVotingSecs(1 hours - 1);
        panel.setVotingSecs(1 hours);
        panel.setVotingSecs(14 days);
        _expect(IPanelArbitrator.VotingSecsInvalid.selector, 14 days + 1);
        panel.setVotingSecs(14 days + 1);
    }
}
