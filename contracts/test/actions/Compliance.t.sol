// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors} from "../../src/interfaces/ILicenseManager.sol";
import {ComplianceStatement, IUsageTracker, LaneState} from "../../src/interfaces/IUsageTracker.sol";
import {IComplianceVerifier} from "../../src/interfaces/IVerifier.sol";
import {MockVerifier} from "../mocks/MockVerifier.sol";
import {UsageBase} from "./UsageBase.t.sol";

contract ProveComplianceTest is UsageBase {
    ComplianceStatement internal statement;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerpetual();
        statement = ComplianceStatement({
            licenseId: licenseId, lane: 2, epoch: 0, head: 77, asOf: NOW, maxAllowed: 500, proof: _proof()
        });
    }

    function _refusesStatement(bytes memory why) internal {
        vm.expectRevert(why);
        tracker.proveCompliance(statement);
    }

    function test_an_attestation_is_recorded_and_settles_nothing() public {
        uint256 ctx = manager.contextOf(licenseId, 2, 0);
        uint256[5] memory inputs =
            [ctx, COMMITMENT, METER_KEY_HASH, statement.head, uint256(NOW) | uint256(500) << 40];
        vm.expectCall(address(verifier), abi.encodeCall(IComplianceVerifier.verify, (_proof(), inputs)));
        vm.expectEmit(address(tracker));
        emit IUsageTracker.ComplianceProved(licenseId, _termsOf(licenseId).contentId, ctx, 2, 0, 77, NOW, 500);
        vm.prank(stranger);
        tracker.proveCompliance(statement);
        LaneState memory lane = _lane(licenseId, 2, 0);
        assertEq(keccak256(abi.encode(lane)), keccak256(abi.encode(LaneState(0, 0, 0, 0, 0))));
        assertEq(tracker.settledUnits(licenseId), 0);
    }

    function test_it_may_be_said_again_and_of_any_signed_head() public {
        tracker.proveCompliance(statement);
        tracker.proveCompliance(statement);
        tracker.settleUsage(_range(licenseId, 2, 0, 78, 10));
        tracker.proveCompliance(statement);
        statement.head = 78;
        tracker.proveCompliance(statement);
    }

    function test_it_is_not_of_the_future() public {
        statement.asOf = NOW - 1;
        tracker.proveCompliance(statement);
        statement.asOf = NOW;
        tracker.proveCompliance(statement);
        statement.asOf = NOW + 1;
        _refusesStatement(abi.encodeWithSelector(IUsageTracker.WindowInFuture.selector, NOW + 1, NOW));
    }

    function test_head_zero_is_refused() public {
        statement.head = 0;
        _refusesStatement(abi.encodeWithSelector(IUsageTracker.HeadMissing.selector));
    }

    function test_wrong_proof_is_rejected() public {
        verifier.setAccepts(false);
        _refusesStatement(abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));
    }

    function test_unknown_license_and_epoch_are_rejected() public {
        statement.epoch = 1;
        _refusesStatement(abi.encodeWithSelector(ILicenseManagerErrors.EpochUnknown.selector, licenseId, 1));
        statement.licenseId = 99;
        _refusesStatement(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
    }

    function test_the_pinned_verifier_is_asked() public {
        MockVerifier refusing = new MockVerifier();
        refusing.setAccepts(false);
        vm.prank(operator);
        verifierSets.add(_verifiers(address(refusing)), keccak256("newer"));
        tracker.proveCompliance(statement);
    }

    function testFuzz_the_public_words_reach_the_verifier_unmixed(uint40 asOf, uint64 maxAllowed, uint32 lane)
        public
    {
        statement.asOf = uint40(bound(asOf, 0, NOW));
        statement.maxAllowed = maxAllowed;
        statement.lane = lane;
        uint256[5] memory inputs = [
            manager.contextOf(licenseId, lane, 0),
            COMMITMENT,
            METER_KEY_HASH,
            77,
            uint256(statement.asOf) + uint256(maxAllowed) * 2 ** 40
        ];
        vm.expectCall(address(verifier), abi.encodeCall(IComplianceVerifier.verify, (_proof(), inputs)));
        tracker.proveCompliance(statement);
    }
}
