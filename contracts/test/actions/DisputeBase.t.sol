// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Dispute,
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {Offer} from "../../src/interfaces/ILicenseManager.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Base} from "../Base.t.sol";
import {DeployConfig} from "../Deployment.sol";
import {ScriptedCourt} from "../arbitration/ScriptedCourt.sol";

/// Filing and answering, with the party whose turn it is.
abstract contract DisputeBase is Base {
    uint256 internal constant COURT_FEE = 0.1 ether;
    uint256 internal constant APPEAL_FEE = 0.3 ether;
    /// UnauthorizedAccess of license 0 would have this id.
    uint256 internal constant ACCESS = 1 << 40;

    ScriptedCourt internal court;
    ScriptedCourt internal appealCourt;

    function setUp() public virtual override {
        court = new ScriptedCourt(COURT_FEE);
        appealCourt = new ScriptedCourt(APPEAL_FEE);
        super.setUp();
        vm.deal(creator, 1000 ether);
    }

    // ---- licenses

    /// A delivered license whose arbitrator rules directly.
    function _delivered() internal returns (uint256 licenseId) {
        return _deliveredBefore(arbitrator);
    }

    /// A delivered license with the arbitrator given.
    function _deliveredBefore(address arbitrator_) internal returns (uint256 licenseId) {
        licenseId = _buyOf(_before(arbitrator_));
        _deliver(licenseId);
    }

    /// A Perpetual with the arbitrator given; each has a nonce of its own.
    function _before(address arbitrator_) internal returns (Offer memory offer) {
        offer = _perpetual(_content());
        offer.arbitrator = arbitrator_;
        offer.nonce = uint32(uint160(arbitrator_)) % 500_000 + 100;
    }

    // ---- disputes

    function _filer(DisputeKind kind) internal view returns (address) {
        return kind == DisputeKind.NonDelivery || kind == DisputeKind.ContentMismatch ? licensee : creator;
    }

    function _file(uint256 licenseId, DisputeKind kind) internal returns (uint256 disputeId) {
        return _fileAs(_filer(kind), licenseId, kind);
    }

    function _fileAs(address filer, uint256 licenseId, DisputeKind kind)
        internal
        returns (uint256 disputeId)
    {
        uint256 bond = disputes.filingBond();
        Offer memory offer = _termsOf(licenseId);
        vm.deal(filer, filer.balance + bond);
        vm.prank(filer);
        return disputes.file{value: bond}(licenseId, kind, offer, CID);
    }

    /// A ContentMismatch before the arbitrator that rules directly.
    function _mismatch() internal returns (uint256 disputeId) {
        return _file(_delivered(), DisputeKind.ContentMismatch);
    }

    /// A ContentMismatch before {court}.
    function _mismatchAtCourt() internal returns (uint256 disputeId) {
        return _file(_deliveredBefore(address(court)), DisputeKind.ContentMismatch);
    }

    function _answer(uint256 disputeId) internal {
        address respondent = disputes.dispute(disputeId).respondent;
        vm.prank(respondent);
        disputes.submitEvidence(disputeId, CID);
    }

    /// The answer, then the licensee's escalation.
    function _escalate(uint256 disputeId) internal {
        _answer(disputeId);
        vm.prank(licensee);
        disputes.escalate{value: COURT_FEE}(disputeId);
    }

    function _ruleDirectly(uint256 disputeId, Ruling ruling) internal {
        vm.prank(arbitrator);
        disputes.ruleDirectly(disputeId, uint256(ruling));
    }

    function _courtRules(ScriptedCourt by, uint256 externalId, Ruling ruling) internal {
        by.order(address(disputes), externalId, uint256(ruling));
    }

    function _setAppealArbitrator(address appealArbitrator) internal {
        vm.prank(operator);
        disputes.setAppealArbitrator(appealArbitrator);
    }

    // ---- expectations

    function _expect(bytes4 selector, uint256 a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function _expect(bytes4 selector, uint256 a, uint256 b) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a, b));
    }

    function _expect(bytes4 selector, address a) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, a));
    }

    function _expectState(uint256 disputeId, DisputeState state) internal {
        _expect(IDisputeResolution.StateNotAllowed.selector, disputeId, uint256(state));
    }

    function _assertState(uint256 disputeId, DisputeState state, Ruling ruling) internal view {
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(uint8(d.state), uint8(state), "state");
        assertEq(uint8(d.ruling), uint8(ruling), "ruling");
    }

    function _ether(address account) internal view returns (uint256) {
        return escrow.balanceOf(account, address(0));
    }

    /// Seconds after START.
    function _at(uint256 secs) internal {
        vm.warp(START + secs);
    }
}
