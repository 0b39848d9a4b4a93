// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {IUsageBatchVerifier} from "../../src/interfaces/IVerifier.sol";
import {IVerifierSets} from "../../src/interfaces/IVerifierSets.sol";
import {UsageBase} from "./UsageBase.t.sol";

contract SettleUsageManyTest is UsageBase {
    uint256 internal other;

    function setUp() public override {
        super.setUp();
        other = _buyPerUse();
    }

    function _many(UsageBatch memory a, UsageBatch memory b)
        internal
        pure
        returns (UsageBatch[] memory many)
    {
        many = new UsageBatch[](2);
        (many[0], many[1]) = (a, b);
    }

    function _many(UsageBatch memory a, UsageBatch memory b, UsageBatch memory c)
        internal
        pure
        returns (UsageBatch[] memory many)
    {
        many = new UsageBatch[](3);
        (many[0], many[1], many[2]) = (a, b, c);
    }

    function _refusesAll(UsageBatch[] memory many, bytes memory why) internal {
        vm.expectRevert(why);
        tracker.settleUsageMany(many);
        assertEq(tracker.settledUnits(licenseId), 0);
        assertEq(tracker.settledUnits(other), 0);
        assertEq(_lane(licenseId, 0, 0).provedHead, 0);
    }

    function _expectDue(uint256 license, uint256 units, uint64 times) internal {
        vm.expectCall(
            address(escrow), abi.encodeCall(IPaymentEscrow.drawUnits, (license, units, UNITS)), times
        );
    }

    function test_lanes_and_licenses_settle_with_one_verification() public {
        UsageBatch[] memory many = _many(
            _range(licenseId, 0, 0, 71, 10), _range(licenseId, 1, 0, 72, 20), _range(other, 0, 0, 73, 5)
        );
        uint256[8][] memory proofs = new uint256[8][](3);
        uint256[6][] memory inputs = new uint256[6][](3);
        for (uint256 i = 0; i < 3; ++i) {
            many[i].proof[0] = 100 + i;
            proofs[i] = many[i].proof;
            inputs[i] = _inputs(many[i], 0);
        }
        vm.expectCall(address(verifier), abi.encodeCall(IUsageBatchVerifier.verifyBatch, (proofs, inputs)), 1);
        _expectDue(licenseId, 30, 1);
        _expectDue(other, 5, 1);
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 2);
        vm.prank(stranger);
        tracker.settleUsageMany(many);
        assertEq(_lane(licenseId, 0, 0).provedHead, 71);
        assertEq(_lane(licenseId, 1, 0).provedHead, 72);
        assertEq(_lane(other, 0, 0).provedHead, 73);
        assertEq(_payment(licenseId).due, _due(30));
        assertEq(_payment(other).due, _due(5));
    }

    function test_ranges_of_one_lane_chain_as_they_go() public {
        UsageBatch memory a = _range(licenseId, 0, 0, 71, 10);
        UsageBatch memory b = _range(licenseId, 0, 0, 72, 20);
        uint256[8][] memory proofs = new uint256[8][](2);
        uint256[6][] memory inputs = new uint256[6][](2);
        (proofs[0], proofs[1]) = (a.proof, b.proof);
        (inputs[0], inputs[1]) = (_inputs(a, 0), _inputs(b, 71));
        vm.expectCall(address(verifier), abi.encodeCall(IUsageBatchVerifier.verifyBatch, (proofs, inputs)));
        bytes32 contentId = _termsOf(licenseId).contentId;
        uint256 ctx = manager.contextOf(licenseId, 0, 0);
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageProved(licenseId, contentId, ctx, 0, 0, 0, 71, NOW, NOW, 10, 10, 10, 10);
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageProved(licenseId, contentId, ctx, 0, 0, 71, 72, NOW, NOW, 20, 30, 30, 30);
        tracker.settleUsageMany(_many(a, b));
        assertEq(_lane(licenseId, 0, 0).provedHead, 72);
        assertEq(_lane(licenseId, 0, 0).provedTotal, 30);
    }

    /// Of one license in a row, but with other keys.
    function test_epochs_are_checked_with_their_own_keys() public {
        uint256 newCommitment = uint256(keccak256("new commitment")) >> 8;
        vm.startPrank(licensee);
        manager.rebind(licenseId, manager.publishProfile(5, 6, newCommitment, sessionKey));
        vm.stopPrank();
        UsageBatch memory old = _range(licenseId, 0, 0, 71, 10);
        UsageBatch memory young = _range(licenseId, 0, 1, 72, 20);
        uint256[8][] memory proofs = new uint256[8][](2);
        uint256[6][] memory inputs = new uint256[6][](2);
        (proofs[0], proofs[1]) = (old.proof, young.proof);
        (inputs[0], inputs[1]) = (_inputs(old, 0), _inputs(young, 0));
        inputs[1][1] = newCommitment;
        vm.expectCall(address(verifier), abi.encodeCall(IUsageBatchVerifier.verifyBatch, (proofs, inputs)));
        _expectDue(licenseId, 30, 1);
        tracker.settleUsageMany(_many(old, young));
        assertEq(_lane(licenseId, 0, 1).provedTotal, 20);
    }

    function test_one_is_many_enough_and_none_is_not() public {
        vm.expectRevert(IUsageTracker.NoBatches.selector);
        tracker.settleUsageMany(new UsageBatch[](0));
        UsageBatch[] memory one = new UsageBatch[](1);
        one[0] = _range(licenseId, 0, 0, 71, 10);
        tracker.settleUsageMany(one);
        assertEq(_payment(licenseId).due, _due(10));
    }

    function test_10_the_same_range_twice_is_refused() public {
        UsageBatch memory range = _range(licenseId, 0, 0, 71, 10);
        _refusesAll(_many(range, range), abi.encodeWithSelector(IUsageTracker.BatchEmpty.selector));
    }

    function test_a_missing_head_fails_all() public {
        _refusesAll(
            _many(_range(licenseId, 0, 0, 71, 10), _range(other, 0, 0, 0, 10)),
            abi.encodeWithSelector(IUsageTracker.HeadMissing.selector)
        );
    }

    function test_an_unknown_epoch_fails_all() public {
        _refusesAll(
            _many(_range(licenseId, 0, 0, 71, 10), _range(licenseId, 0, 1, 72, 10)),
            abi.encodeWithSelector(ILicenseManagerErrors.EpochUnknown.selector, licenseId, 1)
        );
    }

    function test_windows_of_a_lane_follow_one_another_in_the_order_given() public {
        UsageBatch memory a = _range(licenseId, 0, 0, 71, 10);
        UsageBatch memory b = _range(licenseId, 0, 0, 72, 10);
        (a.windowStart, a.windowEnd) = (START, START + 100);
        (b.windowStart, b.windowEnd) = (START + 99, START + 200);
        _refusesAll(
            _many(a, b),
            abi.encodeWithSelector(IUsageTracker.WindowOverlaps.selector, START + 99, START + 100)
        );
        b.windowStart = START + 100;
        _refusesAll(
            _many(b, a), abi.encodeWithSelector(IUsageTracker.WindowOverlaps.selector, START, START + 200)
        );
        tracker.settleUsageMany(_many(a, b));
        assertEq(_lane(licenseId, 0, 0).lastWindowEnd, START + 200);
    }

    function test_the_grant_counts_all_that_are_given() public {
        UsageBatch memory a = _range(licenseId, 0, 0, 71, uint32(UNITS));
        UsageBatch memory b = _range(licenseId, 1, 0, 72, 1);
        _refusesAll(
            _many(a, b),
            abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        a.units -= 1;
        tracker.settleUsageMany(_many(a, b));
        assertEq(tracker.settledUnits(licenseId), UNITS);
    }

    function test_what_does_not_verify_fails_all() public {
        verifier.setAccepts(false);
        _refusesAll(
            _many(_range(licenseId, 0, 0, 71, 10), _range(other, 0, 0, 72, 20)),
            abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector)
        );
    }

    function test_all_must_pin_the_same_verifiers() public {
        vm.prank(operator);
        verifierSets.add(_verifiers(address(verifier)), keccak256("newer"));
        Offer memory offer = _perUse(_content());
        offer.nonce = 90;
        uint256 newer = _buyOf(offer);
        UsageBatch memory old = _range(licenseId, 0, 0, 71, 10);
        UsageBatch memory young = _range(newer, 0, 0, 72, 20);
        _refusesAll(_many(old, young), abi.encodeWithSelector(IUsageTracker.VerifiersDiffer.selector, 1, 2));
        _refusesAll(_many(young, old), abi.encodeWithSelector(IUsageTracker.VerifiersDiffer.selector, 2, 1));
        tracker.settleUsage(old);
        tracker.settleUsage(young);
    }

    function test_all_must_have_one_capacity() public {
        UsageBatch memory short = _range(licenseId, 0, 0, 71, 10);
        UsageBatch memory long = _range(other, 0, 0, 72, 20);
        long.capacity = 1024;
        bytes4 differ = IUsageTracker.CapacitiesDiffer.selector;
        _refusesAll(_many(short, long), abi.encodeWithSelector(differ, 128, 1024));
        _refusesAll(_many(long, short), abi.encodeWithSelector(differ, 1024, 128));
        short.capacity = 1024;
        vm.expectCall(address(verifierSets), abi.encodeCall(IVerifierSets.usageBatch, (1, 1024)), 1);
        tracker.settleUsageMany(_many(short, long));
        assertEq(tracker.settledUnits(licenseId), 10);
    }

    function test_other_capacities_have_no_circuit() public {
        uint16[3] memory others = [uint16(0), 129, type(uint16).max];
        for (uint256 i = 0; i < others.length; ++i) {
            UsageBatch memory a = _range(licenseId, 0, 0, 71, 10);
            UsageBatch memory b = _range(other, 0, 0, 72, 20);
            (a.capacity, b.capacity) = (others[i], others[i]);
            _refusesAll(
                _many(a, b), abi.encodeWithSelector(IVerifierSets.CapacityUnknown.selector, others[i])
            );
        }
    }

    function test_a_license_that_comes_twice_is_due_for_both() public {
        _expectDue(licenseId, 10, 1);
        _expectDue(licenseId, 30, 1);
        tracker.settleUsageMany(
            _many(
                _range(licenseId, 0, 0, 71, 10), _range(other, 0, 0, 72, 5), _range(licenseId, 1, 0, 73, 20)
            )
        );
        assertEq(_payment(licenseId).due, _due(30));
    }

    function test_a_last_range_without_units_does_not_hide_those_before_it() public {
        _expectDue(licenseId, 10, 1);
        tracker.settleUsageMany(
            _many(_range(licenseId, 0, 0, 71, 10), _range(licenseId, 1, 0, 72, 0), _range(other, 0, 0, 73, 5))
        );
        assertEq(_payment(licenseId).due, _due(10));
    }

    function test_where_nothing_grew_the_escrow_is_not_asked() public {
        tracker.settleSigned(_signedHead(other, 0, 5));
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 0);
        tracker.settleUsageMany(_many(_range(licenseId, 0, 0, 71, 0), _range(other, 0, 0, 72, 5)));
        assertEq(_payment(other).due, _due(5));
    }

    function test_what_is_due_of_one_license_is_not_of_the_next() public {
        tracker.settleSigned(_signedHead(other, 0, 5));
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 1);
        tracker.settleUsageMany(_many(_range(licenseId, 0, 0, 71, 10), _range(other, 0, 0, 72, 5)));
        assertEq(_payment(licenseId).due, _due(10));
        assertEq(_payment(other).due, _due(5));
    }

    function test_6_a_frozen_payment_records_what_is_due() public {
        vm.prank(address(disputes));
        escrow.freeze(licenseId, 1);
        tracker.settleUsageMany(_many(_range(licenseId, 0, 0, 71, 10), _range(other, 0, 0, 72, 5)));
        assertEq(_payment(licenseId).due, _due(10));
        assertEq(escrow.releasable(licenseId), 0);
    }

    /// Lane and license of each range are drawn; as many settle one by one.
    function testFuzz_many_is_the_same_as_one_by_one(uint16[8] calldata words, uint8 count) public {
        UsageBatch[] memory many = new UsageBatch[](bound(count, 1, 8));
        for (uint256 i = 0; i < many.length; ++i) {
            uint256 license = words[i] & 1 == 0 ? licenseId : other;
            many[i] = _range(license, words[i] >> 1 & 1, 0, 71 + i, (words[i] >> 2) % 100);
        }
        uint256 before = vm.snapshotState();
        for (uint256 i = 0; i < many.length; ++i) {
            tracker.settleUsage(many[i]);
        }
        bytes32 oneByOne = _digest();
        vm.revertToState(before);
        tracker.settleUsageMany(many);
        assertEq(_digest(), oneByOne);
    }

    function _digest() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                _lane(licenseId, 0, 0),
                _lane(licenseId, 1, 0),
                _lane(other, 0, 0),
                _lane(other, 1, 0),
                _payment(licenseId).due,
                _payment(other).due,
                tracker.settledUnits(licenseId),
                tracker.settledUnits(other)
            )
        );
    }
}
