// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {PaymentState} from "../src/interfaces/IPaymentEscrow.sol";
import {ComplianceStatement, IUsageTracker, LaneState, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {IKeyDeliveryVerifier, IUsageVerifier} from "../src/interfaces/IVerifier.sol";
import {SnarkField} from "../src/libraries/SnarkField.sol";
import {ProofFixtures} from "./ProofFixtures.sol";

/// Proofs made by the prover, checked by the generated verifiers, through the whole system.
/// forge-config: default.isolate = true
contract RealProofTest is ProofFixtures {
    function test_fixtures_were_made_for_this_deployment() public view {
        string memory contexts = vm.readFile("test/fixtures/contexts.json");
        assertEq(vm.parseJsonUint(contexts, ".key_delivery"), manager.contextOf(perpetual, 0, 0));
        assertEq(vm.parseJsonUint(contexts, ".usage"), manager.contextOf(perUse, 0, 0));
    }

    // ---- key delivery

    function test_a_proven_key_is_delivered() public {
        vm.warp(START + DELIVERY_WINDOW);
        manager.deliverKey(perpetual, _keyOfFixture(), _proofAt(".key_delivery.proof"));
        assertTrue(manager.license(perpetual).delivered);
        assertEq(uint8(_payment(perpetual).state), uint8(PaymentState.Delivered));
    }

    function test_any_other_key_or_proof_is_rejected() public {
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        for (uint256 i = 0; i < 4; ++i) {
            SealedKey memory key = _keyOfFixture();
            if (i == 0) key.ephemeralX ^= 1;
            if (i == 1) key.ephemeralY ^= 1;
            if (i == 2) key.c0 ^= 1;
            if (i == 3) key.c1 ^= 1;
            vm.expectRevert(ILicenseManagerErrors.ProofInvalid.selector);
            manager.deliverKey(perpetual, key, proof);
        }
    }

    /// A precompile that meets a point off the curve takes all the gas it was given.
    function test_a_point_off_the_curve_costs_a_bounded_amount_of_gas() public {
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        SealedKey memory key = _keyOfFixture();
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] ^= 1;
            vm.expectRevert(ILicenseManagerErrors.ProofInvalid.selector);
            manager.deliverKey(perpetual, key, proof);
            assertLt(vm.lastCallGas().gasTotalUsed, 600_000);
            proof[i] ^= 1;
        }
    }

    function test_a_key_proof_for_another_license_is_rejected() public {
        uint256 other = _buyOf(_termsOf(perpetual));
        SealedKey memory key = _keyOfFixture();
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        vm.expectRevert(ILicenseManagerErrors.ProofInvalid.selector);
        manager.deliverKey(other, key, proof);
    }

    /// A number and the same number plus the field's modulus are the same to a circuit, and must not be to a contract.
    function test_aliased_inputs_are_rejected() public view {
        SealedKey memory key = _keyOfFixture();
        uint256[7] memory inputs = [
            manager.contextOf(perpetual, 0, 0),
            _number(".key_commitment"),
            _number(".licensee_commitment"),
            key.ephemeralX,
            key.ephemeralY,
            key.c0,
            key.c1
        ];
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        IKeyDeliveryVerifier real = verifierSets.keyDelivery(1);
        assertTrue(real.verify(proof, inputs));
        for (uint256 i = 0; i < inputs.length; ++i) {
            inputs[i] += SnarkField.R;
            assertFalse(real.verify(proof, inputs));
            inputs[i] -= SnarkField.R;
        }
    }

    // ---- use

    function test_proven_use_is_due_and_resumes_from_an_open_block() public {
        UsageBatch memory first = _batchAt(0);
        UsageBatch memory second = _batchAt(1);
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsage(second);
        tracker.settleUsage(first);
        vm.expectRevert(IUsageTracker.BatchEmpty.selector);
        tracker.settleUsage(first);
        tracker.settleUsage(second);

        uint64 units = uint64(first.units) + second.units;
        LaneState memory state = tracker.laneState(manager.contextOf(perUse, 0, 0));
        assertEq(state.provedHead, second.headAfter);
        assertEq(state.settledTotal, units);
        assertEq(_payment(perUse).due, uint256(units) * UNIT_PRICE, "units x price");
        tracker.settleSigned(_signedHead(perUse, 0, units));
        assertEq(_payment(perUse).due, uint256(units) * UNIT_PRICE, "nothing more");
    }

    function test_any_other_batch_is_rejected() public {
        for (uint256 i = 0; i < 6; ++i) {
            UsageBatch memory batch = _batchAt(0);
            if (i == 0) batch.headAfter ^= 1;
            if (i == 1) batch.windowStart += 1;
            if (i == 2) batch.windowEnd += 1;
            if (i == 3) batch.units += 1;
            if (i == 4) batch.lane = 1;
            if (i == 5) batch.headAfter += SnarkField.R;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsage(batch);
        }
    }

    /// (-A, -B, C) proves the same: a proof's bytes identify nothing, and settle nothing twice.
    function test_10_the_same_proof_in_other_bytes_settles_nothing_more() public {
        uint256 q =
            21_888_242_871_839_275_222_246_405_745_257_275_088_696_311_157_297_823_662_689_037_894_645_226_208_583;
        for (uint256 i = 0; i < 2; ++i) {
            UsageBatch memory batch = i == 0 ? _batchAt(0) : _longAt(0);
            uint256 before = vm.snapshotState();
            tracker.settleUsage(batch);
            uint64 settled = tracker.settledUnits(perUse);
            batch.proof[1] = q - batch.proof[1];
            batch.proof[4] = q - batch.proof[4];
            batch.proof[5] = q - batch.proof[5];
            assertTrue(verifierSets.usage(1, batch.capacity).verify(batch.proof, _inputsOf(batch, 0)));
            vm.expectRevert(IUsageTracker.BatchEmpty.selector);
            tracker.settleUsage(batch);
            UsageBatch[] memory one = new UsageBatch[](1);
            one[0] = batch;
            vm.expectRevert(IUsageTracker.BatchEmpty.selector);
            tracker.settleUsageMany(one);
            assertEq(tracker.settledUnits(perUse), settled);
            vm.revertToState(before);
        }
    }

    function test_aliased_usage_inputs_are_rejected() public view {
        for (uint256 i = 0; i < 2; ++i) {
            UsageBatch memory batch = i == 0 ? _batchAt(0) : _longAt(0);
            IUsageVerifier real = verifierSets.usage(1, batch.capacity);
            uint256[6] memory inputs = _inputsOf(batch, 0);
            assertTrue(real.verify(batch.proof, inputs));
            for (uint256 k = 0; k < inputs.length; ++k) {
                inputs[k] += SnarkField.R;
                assertFalse(real.verify(batch.proof, inputs));
                inputs[k] -= SnarkField.R;
            }
        }
    }

    // ---- two sizes of the circuit

    function test_a_long_proof_settles_and_resumes_from_an_open_block() public {
        UsageBatch memory first = _longAt(0);
        UsageBatch memory second = _longAt(1);
        assertEq(first.capacity, 1024);
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsage(second);
        tracker.settleUsage(first);
        tracker.settleUsage(second);
        LaneState memory state = tracker.laneState(manager.contextOf(perUse, first.lane, 0));
        assertEq(state.provedHead, second.headAfter);
        assertEq(state.provedTotal, uint64(first.units) + second.units);
        assertEq(_payment(perUse).due, uint256(first.units + second.units) * UNIT_PRICE);
    }

    function test_a_proof_of_one_capacity_is_none_of_the_other() public {
        for (uint256 i = 0; i < 2; ++i) {
            UsageBatch memory batch = i == 0 ? _batchAt(0) : _longAt(0);
            uint16 capacity = batch.capacity;
            batch.capacity = i == 0 ? 1024 : 128;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsage(batch);
            UsageBatch[] memory one = new UsageBatch[](1);
            one[0] = batch;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsageMany(one);
            one[0].capacity = capacity;
            uint256 before = vm.snapshotState();
            tracker.settleUsageMany(one);
            vm.revertToState(before);
        }
    }

    function test_many_long_proofs_settle_at_once_and_not_beside_short_ones() public {
        UsageBatch[] memory many = new UsageBatch[](2);
        (many[0], many[1]) = (_longAt(0), _manyFrom(0, 1)[0]);
        vm.expectRevert(abi.encodeWithSelector(IUsageTracker.CapacitiesDiffer.selector, 1024, 128));
        tracker.settleUsageMany(many);
        // Called short, the long one is refused by the verifier.
        many[0].capacity = 128;
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsageMany(many);
        (many[0], many[1]) = (_longAt(0), _longAt(1));
        many[1].units += 1;
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsageMany(many);
        many[1].units -= 1;
        tracker.settleUsageMany(many);
        assertEq(tracker.settledUnits(perUse), uint64(many[0].units) + many[1].units);
    }

    function _inputsOf(UsageBatch memory batch, uint256 headBefore) private view returns (uint256[6] memory) {
        return [
            manager.contextOf(batch.licenseId, batch.lane, 0),
            _number(".licensee_commitment"),
            _number(".meter_key_hash"),
            headBefore,
            batch.headAfter,
            uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80
        ];
    }

    // ---- many at once

    /// Lanes 1 to 8, then both ranges of lane 0 in a row, with one verification.
    function test_many_proofs_settle_at_once() public {
        UsageBatch[] memory round = _manyFrom(0, 8);
        UsageBatch[] memory many = new UsageBatch[](10);
        uint64 units;
        for (uint256 i = 0; i < 10; ++i) {
            many[i] = i < 8 ? round[i] : _batchAt(i - 8);
            units += many[i].units;
        }
        tracker.settleUsageMany(many);
        assertEq(tracker.settledUnits(perUse), units);
        assertEq(_payment(perUse).due, uint256(units) * UNIT_PRICE);
        for (uint256 i = 0; i < 10; ++i) {
            LaneState memory lane = tracker.laneState(manager.contextOf(perUse, many[i].lane, 0));
            assertEq(lane.provedHead, many[many[i].lane == 0 ? 9 : i].headAfter);
        }
    }

    function test_two_and_thirty_two_settle() public {
        tracker.settleUsageMany(_manyFrom(0, 2));
        assertEq(tracker.settledUnits(perUse), 40);
        tracker.settleUsageMany(_manyFrom(2, 30));
        assertEq(tracker.settledUnits(perUse), 640);
    }

    function test_one_forged_proof_fails_all() public {
        for (uint256 i = 0; i < 3; ++i) {
            UsageBatch[] memory many = _manyFrom(0, 3);
            many[i].units += 1;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsageMany(many);
            many[i].units -= 1;
            many[i].proof = many[(i + 1) % 3].proof;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsageMany(many);
        }
        assertEq(tracker.settledUnits(perUse), 0);
        tracker.settleUsageMany(_manyFrom(0, 3));
    }

    function test_ranges_of_a_lane_settle_in_their_order_only() public {
        UsageBatch[] memory many = new UsageBatch[](2);
        (many[0], many[1]) = (_batchAt(0), _manyFrom(8, 1)[0]);
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsageMany(many);
        many[0] = _manyFrom(0, 1)[0];
        tracker.settleUsageMany(many);
    }

    // ---- compliance

    function test_a_proven_limit_is_recorded_before_and_after_settlement() public {
        ComplianceStatement memory statement = _statement();
        vm.expectEmit(address(tracker));
        emit IUsageTracker.ComplianceProved(
            perUse,
            _termsOf(perUse).contentId,
            manager.contextOf(perUse, 0, 0),
            0,
            0,
            statement.head,
            statement.asOf,
            statement.maxAllowed
        );
        tracker.proveCompliance(statement);
        tracker.settleUsage(_batchAt(0));
        tracker.settleUsage(_batchAt(1));
        assertEq(tracker.laneState(manager.contextOf(perUse, 0, 0)).provedHead, statement.head);
        tracker.proveCompliance(statement);
    }

    function test_any_other_statement_is_rejected() public {
        for (uint256 i = 0; i < 6; ++i) {
            ComplianceStatement memory statement = _statement();
            if (i == 0) statement.head ^= 1;
            if (i == 1) statement.asOf -= 1;
            if (i == 2) statement.maxAllowed -= 1;
            if (i == 3) statement.lane = 1;
            if (i == 4) statement.licenseId = perpetual;
            if (i == 5) statement.head += SnarkField.R;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.proveCompliance(statement);
        }
    }
}
