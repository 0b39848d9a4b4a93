// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManager, Order} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, LaneState, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {IUsageVerifier} from "../../src/interfaces/IVerifier.sol";
import {Base} from "../Base.t.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// A wallet contract that changes its mind about signatures.
contract FickleWallet is IERC1271 {
    bool public agrees;

    function setAgrees(bool agrees_) external {
        agrees = agrees_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return agrees ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract SettleUsageTest is Base {
    uint256 internal licenseId;
    UsageBatch internal batch;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerUse();
        vm.warp(START + 1 days);
        batch = _batch(licenseId);
    }

    function _state(uint32 lane) internal view returns (LaneState memory) {
        return tracker.laneState(manager.contextOf(licenseId, lane));
    }

    function test_proof_is_checked_over_what_the_chain_knows_and_drawn() public {
        uint256 ctx = manager.contextOf(licenseId, 0);
        uint256 windowWord =
            uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80;
        uint256[6] memory inputs = [ctx, COMMITMENT, METER_KEY_HASH, 0, batch.headAfter, windowWord];
        vm.expectCall(address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), inputs)));
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageProved(
            licenseId,
            manager.offer(1).contentId,
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
        vm.prank(stranger);
        tracker.settleUsage(batch);

        LaneState memory state = _state(0);
        assertEq(state.provedHead, batch.headAfter);
        assertEq(state.provedTotal, 10);
        assertEq(state.signedTotal, 0);
        assertEq(state.settledTotal, 10);
        assertEq(state.lastWindowEnd, batch.windowEnd);
        assertEq(tracker.settledUnits(licenseId), 10);
        uint256 drawn = 10 * uint256(UNIT_PRICE);
        assertEq(_payment(licenseId).released, drawn, "units x price");
        assertEq(_payment(licenseId).due, drawn);
        assertEq(escrow.balanceOf(treasury, address(0)), _fee(drawn));
        assertEq(escrow.balanceOf(creator, address(0)), drawn - _fee(drawn));
        _assertSolvent();
    }

    function test_next_batch_starts_at_the_proved_head() public {
        tracker.settleUsage(batch);
        uint256 headBefore = batch.headAfter;
        vm.warp(START + 2 days);
        batch.headAfter = 78;
        batch.windowStart = batch.windowEnd;
        batch.windowEnd = START + 2 days;
        uint256 windowWord =
            uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80;
        uint256[6] memory inputs =
            [manager.contextOf(licenseId, 0), COMMITMENT, METER_KEY_HASH, headBefore, 78, windowWord];
        vm.expectCall(address(verifier), abi.encodeCall(IUsageVerifier.verify, (_proof(), inputs)));
        tracker.settleUsage(batch);
        assertEq(_state(0).provedTotal, 20);
    }

    function test_10_a_batch_settles_once() public {
        tracker.settleUsage(batch);
        vm.expectRevert(IUsageTracker.BatchEmpty.selector);
        tracker.settleUsage(batch);
        assertEq(tracker.settledUnits(licenseId), 10);
    }

    function test_lanes_stand_alone_and_share_the_units_bought() public {
        batch.units = uint32(UNITS) - 1;
        tracker.settleUsage(batch);
        batch.lane = 1;
        batch.units = 2;
        vm.expectRevert(
            abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        tracker.settleUsage(batch);
        batch.units = 1;
        tracker.settleUsage(batch);
        assertEq(_state(0).settledTotal, UNITS - 1);
        assertEq(_state(1).settledTotal, 1);
        assertEq(tracker.settledUnits(licenseId), UNITS);
        assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Closed), "all used, all paid");
        _assertSolvent();
    }

    function test_zero_unit_events_move_the_head_and_no_money() public {
        batch.units = 0;
        tracker.settleUsage(batch);
        assertEq(_state(0).provedHead, batch.headAfter);
        assertEq(_payment(licenseId).released, 0);
    }

    function test_head_is_required_and_must_move() public {
        batch.headAfter = 0;
        vm.expectRevert(IUsageTracker.HeadMissing.selector);
        tracker.settleUsage(batch);
    }

    function test_wrong_proof_is_rejected() public {
        verifier.setAccepts(false);
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsage(batch);
    }

    function test_unknown_license_is_rejected() public {
        batch.licenseId = 99;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseUnknown.selector, 99));
        tracker.settleUsage(batch);
    }

    function test_window_lies_in_the_past() public {
        batch.windowEnd = START + 1 days + 1;
        vm.expectRevert(
            abi.encodeWithSelector(IUsageTracker.WindowInFuture.selector, START + 1 days + 1, START + 1 days)
        );
        tracker.settleUsage(batch);
        batch.windowEnd = START + 1 days;
        tracker.settleUsage(batch);
    }

    function test_window_does_not_end_before_it_starts() public {
        batch.windowStart = START + 10;
        batch.windowEnd = START + 9;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.WindowInvalid.selector, START + 10, START + 9));
        tracker.settleUsage(batch);
        batch.windowEnd = START + 10;
        tracker.settleUsage(batch);
    }

    function test_window_does_not_start_before_the_license() public {
        batch.windowStart = START - 1;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.WindowBeforeLicense.selector, START - 1, START));
        tracker.settleUsage(batch);
    }

    function test_window_ends_with_the_license() public {
        vm.warp(START + DURATION + 1);
        batch.windowEnd = START + DURATION + 1;
        vm.expectRevert(
            abi.encodeWithSelector(
                IUsageTracker.WindowAfterExpiry.selector, START + DURATION + 1, START + DURATION
            )
        );
        tracker.settleUsage(batch);
        batch.windowEnd = START + DURATION;
        tracker.settleUsage(batch);
    }

    function test_windows_of_a_lane_do_not_overlap() public {
        tracker.settleUsage(batch);
        vm.warp(START + 2 days);
        batch.headAfter = 78;
        batch.windowStart = START + 1 days - 1;
        batch.windowEnd = START + 2 days;
        vm.expectRevert(
            abi.encodeWithSelector(IUsageTracker.WindowOverlaps.selector, START + 1 days - 1, START + 1 days)
        );
        tracker.settleUsage(batch);
        batch.windowStart = START + 1 days;
        tracker.settleUsage(batch);
    }

    function test_15_pause_does_not_stop_settlement() public {
        vm.startPrank(guardian);
        manager.pause();
        registry.pause();
        vm.stopPrank();
        tracker.settleUsage(batch);
        tracker.settleSigned(_signedHead(licenseId, 1, 5));
        assertEq(tracker.settledUnits(licenseId), 15);
    }

    function test_after_a_refund_nothing_more_is_drawn() public {
        vm.warp(START + DURATION + GRACE);
        escrow.refund(1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, 1));
        tracker.settleUsage(batch);
    }

    function test_use_that_is_not_billed_is_recorded_only() public {
        Order memory order = _order(_setOffer(_perpetual(manager.offer(1).contentId)), 1, 0);
        vm.prank(licensee);
        batch.licenseId = manager.buy(order);
        batch.windowStart = START + 1 days;
        tracker.settleUsage(batch);
        assertEq(tracker.settledUnits(batch.licenseId), 10);
        Payment memory payment = _payment(batch.licenseId);
        assertEq(payment.due, 0);
        assertEq(payment.released, 0);
    }

    function test_frozen_payments_record_what_is_due() public {
        vm.prank(address(disputes));
        escrow.freeze(1, 1);
        tracker.settleUsage(batch);
        assertEq(_payment(licenseId).due, 10 * uint256(UNIT_PRICE));
        assertEq(_payment(licenseId).released, 0);
    }
}

contract SettleSignedTest is Base {
    uint256 internal licenseId;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerUse();
        vm.warp(START + 1 days);
    }

    function _state() internal view returns (LaneState memory) {
        return tracker.laneState(manager.contextOf(licenseId, 0));
    }

    function test_digest_is_eip_712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Datavault"),
                keccak256("1"),
                block.chainid,
                address(tracker)
            )
        );
        bytes32 head = keccak256(
            abi.encode(
                keccak256("Head(uint256 ctx,uint64 seq,uint64 total,uint256 head,uint64 time)"), 1, 2, 3, 4, 5
            )
        );
        assertEq(tracker.headDigest(1, 2, 3, 4, 5), keccak256(abi.encodePacked(hex"1901", domain, head)));
        (, string memory name, string memory version, uint256 chainId, address at,,) = tracker.eip712Domain();
        assertEq(name, "Datavault");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(at, address(tracker));
    }

    function test_a_head_that_both_signed_is_drawn() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageSigned(
            licenseId,
            manager.offer(1).contentId,
            manager.contextOf(licenseId, 0),
            0,
            0,
            head.seq,
            head.head,
            head.time,
            40,
            40,
            40
        );
        vm.prank(stranger);
        tracker.settleSigned(head);
        assertEq(_state().signedTotal, 40);
        assertEq(_state().settledTotal, 40);
        assertEq(_payment(licenseId).released, 40 * uint256(UNIT_PRICE));
        _assertSolvent();
    }

    function test_22_the_same_units_proved_and_signed_are_drawn_once() public {
        tracker.settleUsage(_batch(licenseId));
        uint256 drawn = _payment(licenseId).released;
        tracker.settleSigned(_signedHead(licenseId, 0, 10));
        assertEq(_payment(licenseId).released, drawn, "nothing more");
        assertEq(_state().signedTotal, 10);
        tracker.settleSigned(_signedHead(licenseId, 0, 15));
        assertEq(_payment(licenseId).released, 15 * uint256(UNIT_PRICE), "what exceeds it");
        UsageBatch memory next = _batch(licenseId);
        next.headAfter = 78;
        next.windowStart = next.windowEnd;
        tracker.settleUsage(next);
        assertEq(_state().provedTotal, 20);
        assertEq(_payment(licenseId).released, 20 * uint256(UNIT_PRICE), "the larger total");
    }

    function test_10_a_signed_head_settles_once_and_never_back() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        SignedHead memory earlier = _signedHead(licenseId, 0, 39);
        tracker.settleSigned(head);
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.TotalNotAbove.selector, 40, 40));
        tracker.settleSigned(head);
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.TotalNotAbove.selector, 39, 40));
        tracker.settleSigned(earlier);
    }

    function test_head_zero_is_refused() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        head.head = 0;
        vm.expectRevert(IUsageTracker.HeadMissing.selector);
        tracker.settleSigned(head);
    }

    function test_both_signatures_are_needed_over_these_very_words() public {
        bytes memory bySession = abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, sessionKey);
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        (head.licenseeSignature, head.meterSignature) = (head.meterSignature, head.licenseeSignature);
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.meterSignature = head.licenseeSignature;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, meterSigner));
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.total = 41;
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.lane = 1;
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.seq += 1;
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.head += 1;
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        head.time += 1;
        vm.expectRevert(bySession);
        tracker.settleSigned(head);

        head = _signedHead(licenseId, 0, 40);
        vm.chainId(2);
        vm.expectRevert(bySession);
        tracker.settleSigned(head);
        vm.chainId(31_337);

        head.licenseeSignature = "";
        vm.expectRevert(bySession);
        tracker.settleSigned(head);
    }

    function test_a_head_of_another_license_is_refused() public {
        Order memory order = _order(1, 1, 5);
        vm.prank(licensee);
        uint256 other = manager.buy{value: 5 * uint256(UNIT_PRICE)}(order);
        SignedHead memory head = _signedHead(licenseId, 0, 4);
        head.licenseId = other;
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, sessionKey));
        tracker.settleSigned(head);
    }

    /// EIP-7702 gives a key's address code, and takes it away, whenever its holder likes.
    function test_a_signer_that_later_gets_code_still_settles() public {
        SignedHead memory head = _signedHead(licenseId, 0, 7);
        address wallet = address(new FickleWallet());
        vm.etch(sessionKey, abi.encodePacked(hex"ef0100", wallet));
        vm.etch(meterSigner, abi.encodePacked(hex"ef0100", wallet));
        tracker.settleSigned(head);
        assertEq(tracker.settledUnits(licenseId), 7);

        head = _signedHead(licenseId, 0, 8);
        vm.etch(sessionKey, wallet.code);
        vm.etch(meterSigner, wallet.code);
        tracker.settleSigned(head);
        assertEq(tracker.settledUnits(licenseId), 8);
    }

    function test_a_wallet_contract_signs_no_heads() public {
        FickleWallet wallet = new FickleWallet();
        wallet.setAgrees(true);
        vm.prank(licensee);
        uint64 profileId = manager.publishProfile(3, 4, COMMITMENT, address(wallet));
        Order memory order = _order(1, profileId, UNITS);
        vm.prank(licensee);
        uint256 byWallet = manager.buy{value: uint256(UNITS) * UNIT_PRICE}(order);
        SignedHead memory head = _signedHead(byWallet, 0, 7);
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, address(wallet)));
        tracker.settleSigned(head);
    }

    function test_malleable_and_compact_signatures_are_refused() public {
        bytes memory bySession = abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, sessionKey);
        SignedHead memory head = _signedHead(licenseId, 0, 7);
        bytes memory signature = head.licenseeSignature;
        bytes32 r;
        bytes32 s;
        assembly {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        head.licenseeSignature = abi.encodePacked(r, n - uint256(s), uint8(signature[64]) == 27 ? 28 : 27);
        vm.expectRevert(bySession);
        tracker.settleSigned(head);
        head.licenseeSignature = abi.encodePacked(r, s);
        vm.expectRevert(bySession);
        tracker.settleSigned(head);
    }

    function test_total_stays_within_the_units_bought() public {
        SignedHead memory head = _signedHead(licenseId, 0, UNITS + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        tracker.settleSigned(head);
        tracker.settleSigned(_signedHead(licenseId, 0, UNITS));
        assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Closed));
    }

    function test_after_all_is_used_a_proof_still_catches_up() public {
        tracker.settleSigned(_signedHead(licenseId, 0, UNITS));
        tracker.settleUsage(_batch(licenseId));
        assertEq(_state().provedTotal, 10);
        assertEq(_payment(licenseId).released, uint256(UNITS) * UNIT_PRICE);
    }

    function test_after_a_refund_nothing_more_is_drawn() public {
        vm.warp(START + DURATION + GRACE);
        escrow.refund(1);
        SignedHead memory head = _signedHead(licenseId, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, 1));
        tracker.settleSigned(head);
    }

    function test_until_the_refund_is_taken_late_use_still_settles() public {
        SignedHead memory head = _signedHead(licenseId, 0, 3);
        vm.warp(START + DURATION + GRACE + 1 days);
        tracker.settleSigned(head);
        uint256 moved = escrow.refund(1);
        assertEq(moved, (uint256(UNITS) - 3) * UNIT_PRICE);
    }
}
