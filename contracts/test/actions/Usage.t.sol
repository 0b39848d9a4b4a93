// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, LaneState, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {IUsageBatchVerifier, IUsageVerifier} from "../../src/interfaces/IVerifier.sol";
import {IVerifierSets, VerifierSet} from "../../src/interfaces/IVerifierSets.sol";
import {MockVerifier} from "../mocks/MockVerifier.sol";
import {UsageBase} from "./UsageBase.t.sol";
import {Initializable} from "@openzeppelin/contracts-upgradeable/proxy/utils/Initializable.sol";

contract SettleUsageTest is UsageBase {
    UsageBatch internal batch;

    function setUp() public override {
        super.setUp();
        batch = _batch(licenseId);
    }

    function test_proof_is_checked_over_what_the_chain_knows_and_is_due() public {
        uint256 ctx = manager.contextOf(licenseId, 0, 0);
        vm.expectCall(address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), _inputs(batch, 0))));
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageProved(
            licenseId,
            _termsOf(licenseId).contentId,
            ctx,
            0,
            0,
            0,
            batch.headAfter,
            batch.windowStart,
            batch.windowEnd,
            10,
            10,
            10,
            10
        );
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDue(licenseId, _due(10));
        vm.prank(stranger);
        tracker.settleUsage(batch);

        LaneState memory state = _lane(licenseId, 0, 0);
        assertEq(state.provedHead, batch.headAfter);
        assertEq(state.provedTotal, 10);
        assertEq(state.signedTotal, 0);
        assertEq(state.settledTotal, 10);
        assertEq(state.lastWindowEnd, batch.windowEnd);
        assertEq(tracker.settledUnits(licenseId), 10);
        assertEq(_payment(licenseId).due, _due(10), "units x price");
        assertEq(_payment(licenseId).released, 0, "nothing moves yet");
        escrow.release(licenseId);
        assertEq(escrow.balanceOf(treasury, address(0)), _fee(_due(10)));
        assertEq(escrow.balanceOf(creator, address(0)), _due(10) - _fee(_due(10)));
    }

    function test_the_context_is_that_of_the_protocol() public view {
        bytes32 contentId = _termsOf(licenseId).contentId;
        uint256 ctx =
            uint256(keccak256(abi.encode(block.chainid, address(tracker), licenseId, contentId, 3, 0))) >> 8;
        assertEq(manager.contextOf(licenseId, 3, 0), ctx);
    }

    function test_next_batch_starts_at_the_proved_head() public {
        tracker.settleUsage(batch);
        uint256 headBefore = batch.headAfter;
        vm.warp(NOW + 1 days);
        batch.headAfter = 78;
        batch.windowStart = batch.windowEnd;
        batch.windowEnd = NOW + 1 days;
        vm.expectCall(
            address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), _inputs(batch, headBefore)))
        );
        tracker.settleUsage(batch);
        assertEq(_lane(licenseId, 0, 0).provedTotal, 20);
        assertEq(_payment(licenseId).due, _due(20));
    }

    function test_10_a_batch_settles_once() public {
        tracker.settleUsage(batch);
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.BatchEmpty.selector));
        assertEq(tracker.settledUnits(licenseId), 10);
    }

    function test_zero_unit_events_move_the_head_and_no_money() public {
        batch.units = 0;
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 0);
        tracker.settleUsage(batch);
        assertEq(_lane(licenseId, 0, 0).provedHead, batch.headAfter);
        assertEq(_payment(licenseId).due, 0);
    }

    function test_head_is_required() public {
        batch.headAfter = 0;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.HeadMissing.selector));
    }

    function test_wrong_proof_is_rejected_and_leaves_nothing() public {
        verifier.setAccepts(false);
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));
        assertEq(_lane(licenseId, 0, 0).provedHead, 0);
        assertEq(tracker.settledUnits(licenseId), 0);
    }

    function test_unknown_license_and_epoch_are_rejected() public {
        batch.licenseId = 99;
        _refuses(batch, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        batch.licenseId = licenseId;
        batch.epoch = 1;
        _refuses(batch, abi.encodeWithSelector(ILicenseManagerErrors.EpochUnknown.selector, licenseId, 1));
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        tracker.settledUnits(99);
    }

    /// What a license was sold with checks its proofs, whatever is newer.
    function test_the_pinned_verifier_is_asked() public {
        MockVerifier newer = new MockVerifier();
        newer.setAccepts(false);
        vm.prank(operator);
        verifierSets.add(_verifiers(address(newer)), keccak256("newer"));
        tracker.settleUsage(batch);

        Offer memory offer = _perUse(_content());
        offer.nonce = 90;
        uint256 young = _buyOf(offer);
        _refuses(_range(young, 0, 0, 77, 10), abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));
        newer.setAccepts(true);
        verifier.setAccepts(false);
        tracker.settleUsage(_range(young, 0, 0, 77, 10));
        _refuses(_range(licenseId, 0, 0, 78, 10), abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));
    }

    function test_a_version_is_looked_up_once() public {
        vm.expectCall(address(verifierSets), abi.encodeCall(IVerifierSets.usage, (1, 128)), 1);
        tracker.settleUsage(batch);
        tracker.settleUsage(_range(licenseId, 0, 0, 78, 10));
        tracker.settleUsage(_range(licenseId, 1, 0, 79, 10));
    }

    function test_the_verifier_of_the_capacity_is_asked() public {
        MockVerifier long = new MockVerifier();
        long.setAccepts(false);
        VerifierSet memory set = _verifiers(address(verifier));
        (set.usageLong, set.usageLongBatch) =
        (IUsageVerifier(address(long)), IUsageBatchVerifier(address(long)));
        vm.prank(operator);
        verifierSets.add(set, keccak256("newer"));
        Offer memory offer = _perUse(_content());
        offer.nonce = 90;
        uint256 young = _buyOf(offer);
        tracker.settleUsage(_range(young, 0, 0, 77, 10));
        UsageBatch memory next = _range(young, 0, 0, 78, 10);
        next.capacity = 1024;
        _refuses(next, abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));

        long.setAccepts(true);
        verifier.setAccepts(false);
        vm.expectCall(address(verifierSets), abi.encodeCall(IVerifierSets.usage, (2, 1024)), 1);
        tracker.settleUsage(next);
        _refuses(_range(young, 0, 0, 79, 10), abi.encodeWithSelector(IUsageTracker.ProofInvalid.selector));
        next.headAfter = 79;
        tracker.settleUsage(next);
        assertEq(tracker.settledUnits(young), 30);
    }

    function test_other_capacities_have_no_circuit() public {
        uint16[5] memory others = [uint16(0), 127, 129, 1023, type(uint16).max];
        for (uint256 i = 0; i < others.length; ++i) {
            batch.capacity = others[i];
            _refuses(batch, abi.encodeWithSelector(IVerifierSets.CapacityUnknown.selector, others[i]));
        }
        assertEq(tracker.settledUnits(licenseId), 0);
    }

    function test_window_ends_by_now() public {
        batch.windowEnd = NOW - 1;
        _settles(batch);
        batch.windowEnd = NOW;
        _settles(batch);
        batch.windowEnd = NOW + 1;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.WindowInFuture.selector, NOW + 1, NOW));
    }

    function test_window_does_not_end_before_it_starts() public {
        batch.windowStart = START + 10;
        batch.windowEnd = START + 9;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.WindowInvalid.selector, START + 10, START + 9));
        batch.windowEnd = START + 10;
        _settles(batch);
        batch.windowEnd = START + 11;
        _settles(batch);
    }

    function test_window_does_not_start_before_the_license() public {
        batch.windowStart = START - 1;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.WindowBeforeLicense.selector, START - 1, START));
        batch.windowStart = START;
        _settles(batch);
        batch.windowStart = START + 1;
        _settles(batch);
    }

    function test_window_ends_with_the_license() public {
        uint40 expiresAt = START + DURATION;
        vm.warp(expiresAt + 1);
        batch.windowEnd = expiresAt - 1;
        _settles(batch);
        batch.windowEnd = expiresAt;
        _settles(batch);
        batch.windowEnd = expiresAt + 1;
        _refuses(
            batch, abi.encodeWithSelector(IUsageTracker.WindowAfterExpiry.selector, expiresAt + 1, expiresAt)
        );
    }

    function test_a_license_ended_early_is_not_charged_for_later_use() public {
        vm.prank(licensee);
        manager.cancelSubscription(licenseId);
        vm.warp(NOW + 1);
        batch.windowEnd = NOW - 1;
        _settles(batch);
        batch.windowEnd = NOW;
        _settles(batch);
        batch.windowEnd = NOW + 1;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.WindowAfterExpiry.selector, NOW + 1, NOW));
    }

    function test_a_license_without_end_is_used_for_ever() public {
        batch = _range(_buyPerpetual(), 0, 0, 77, 10);
        batch.windowEnd = type(uint40).max;
        vm.warp(type(uint40).max);
        _settles(batch);
    }

    function test_windows_of_a_lane_do_not_overlap() public {
        tracker.settleUsage(batch);
        vm.warp(NOW + 1 days);
        batch.headAfter = 78;
        batch.windowEnd = NOW + 1 days;
        batch.windowStart = NOW - 1;
        _refuses(batch, abi.encodeWithSelector(IUsageTracker.WindowOverlaps.selector, NOW - 1, NOW));
        batch.windowStart = NOW;
        _settles(batch);
        batch.windowStart = NOW + 1;
        _settles(batch);
    }

    function test_units_stay_within_the_grant() public {
        batch.units = uint32(UNITS) + 1;
        _refuses(
            batch, abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        batch.units = uint32(UNITS) - 1;
        _settles(batch);
        batch.units = uint32(UNITS);
        tracker.settleUsage(batch);
        assertEq(_payment(licenseId).due, _payment(licenseId).amount, "all used, all due");
    }

    function test_15_pause_does_not_stop_settlement() public {
        vm.startPrank(guardian);
        (bool managerPaused,) = address(manager).call(abi.encodeWithSignature("pause()"));
        (bool registryPaused,) = address(registry).call(abi.encodeWithSignature("pause()"));
        vm.stopPrank();
        assertTrue(managerPaused && registryPaused);
        tracker.settleUsage(batch);
        tracker.settleSigned(_signedHead(licenseId, 1, 5));
        assertEq(tracker.settledUnits(licenseId), 15);
    }

    function test_after_a_refund_nothing_more_is_due() public {
        vm.warp(START + DURATION + GRACE);
        escrow.refund(licenseId);
        _refuses(batch, abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, licenseId));
    }

    function test_use_that_is_not_billed_is_recorded_only() public {
        uint256 perpetual = _buyPerpetual();
        batch.licenseId = perpetual;
        batch.windowStart = NOW;
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 0);
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.draw.selector), 0);
        tracker.settleUsage(batch);
        assertEq(tracker.settledUnits(perpetual), 10);
        assertEq(_payment(perpetual).due, 0);
        assertEq(_payment(perpetual).released, 0);
    }

    function test_6_a_frozen_payment_records_what_is_due() public {
        vm.prank(address(disputes));
        escrow.freeze(licenseId, 1);
        tracker.settleUsage(batch);
        assertEq(_payment(licenseId).due, _due(10));
        assertEq(escrow.releasable(licenseId), 0);
    }

    function test_it_is_initialized_once() public {
        (bool again, bytes memory why) =
            address(tracker).call(abi.encodeWithSignature("initialize(address)", stranger));
        assertFalse(again);
        assertEq(bytes4(why), Initializable.InvalidInitialization.selector);
    }

    function testFuzz_a_window_settles_only_in_its_bounds(uint40 start, uint40 end, uint40 time) public {
        uint40 expiresAt = START + DURATION;
        time = uint40(bound(time, START, START + 2 * uint256(DURATION)));
        batch.windowStart = uint40(bound(start, START - 1 days, START + 2 * uint256(DURATION)));
        batch.windowEnd = uint40(bound(end, START - 1 days, START + 2 * uint256(DURATION)));
        vm.warp(time);
        bool fits = START <= batch.windowStart && batch.windowStart <= batch.windowEnd
            && batch.windowEnd <= time && batch.windowEnd <= expiresAt;
        if (fits) {
            tracker.settleUsage(batch);
            assertEq(_lane(licenseId, 0, 0).lastWindowEnd, batch.windowEnd);
        } else {
            vm.expectRevert();
            tracker.settleUsage(batch);
        }
    }
}
