// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PanelArbitrator} from "../../src/arbitration/PanelArbitrator.sol";
import {DisputeKind, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {DisputeBase} from "./DisputeBase.t.sol";

/// Disputes of licenses before a panel, and appeals to one.
contract PanelDisputeTest is DisputeBase {
    address[] internal members;
    PanelArbitrator internal panel;

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            members.push(makeAddr(string.concat("member ", vm.toString(i))));
        }
        panel = new PanelArbitrator(operator, members, uint96(COURT_FEE), 14 days);
    }

    function test_a_panel_decides_and_its_voters_are_paid() public {
        uint256 disputeId = _file(_deliveredBefore(address(panel)), DisputeKind.ContentMismatch);
        _escalate(disputeId);
        _vote(0, 0, 2);
        _vote(0, 1, 2);
        panel.conclude(0);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Licensee);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
        vm.prank(members[0]);
        assertEq(panel.collect(0), COURT_FEE / 2);
    }

    function test_a_panel_hears_appeals() public {
        _setAppealArbitrator(address(panel));
        uint256 disputeId = _mismatch();
        _answer(disputeId);
        _ruleDirectly(disputeId, Ruling.Licensee);
        vm.prank(creator);
        disputes.appeal{value: COURT_FEE}(disputeId);
        _vote(0, 0, 1);
        _vote(0, 1, 2);
        _vote(0, 2, 1);
        panel.conclude(0);
        disputes.execute(disputeId);
        assertEq(_ether(creator), BOND);
    }

    /// The longest vote is over before the dispute's own deadline.
    function test_a_slow_panel_is_in_time() public {
        uint256 disputeId = _file(_deliveredBefore(address(panel)), DisputeKind.ContentMismatch);
        _escalate(disputeId);
        _vote(0, 0, 1);
        _at(panel.MAX_VOTING_SECS() + 1);
        panel.conclude(0);
        _assertState(disputeId, DisputeState.Ruled, Ruling.Creator);
        assertLt(panel.MAX_VOTING_SECS(), Timings.RULE);
    }

    function test_a_panel_that_is_too_late_is_only_not_heard() public {
        uint256 disputeId = _file(_deliveredBefore(address(panel)), DisputeKind.ContentMismatch);
        _escalate(disputeId);
        _vote(0, 0, 1);
        _at(Timings.RULE + 1);
        panel.conclude(0);
        assertFalse(panel.dispute(0).delivered);
        disputes.timeOut(disputeId);
        assertEq(_ether(licensee), BOND);
        vm.prank(members[0]);
        assertEq(panel.collect(0), COURT_FEE);
    }

    function _vote(uint256 externalId, uint256 member, uint256 ruling) private {
        vm.prank(members[member]);
        panel.vote(externalId, ruling);
    }
}
