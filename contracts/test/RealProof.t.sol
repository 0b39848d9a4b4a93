// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registration} from "../src/interfaces/IContentRegistry.sol";
import {ILicenseManager, Order, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {PaymentState} from "../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, LaneState, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {IKeyDeliveryVerifier} from "../src/interfaces/IVerifier.sol";
import {SnarkField} from "../src/libraries/SnarkField.sol";
import {Base} from "./Base.t.sol";
import {DeployConfig} from "./Deployment.sol";

/// Proofs made by the prover, checked by the generated verifiers, through the whole system.
///
/// `fixtures/contexts.json` says which contexts this deployment has, `fixtures/proofs.json` holds proofs for them, made
/// with `cargo run -p datavault-groth16 --example contract_fixtures`. Make them again when a verifier changes.
/// forge-config: default.isolate = true
contract RealProofTest is Base {
    string internal constant PROOFS = "test/fixtures/proofs.json";
    string internal constant CONTEXTS = "test/fixtures/contexts.json";

    string internal json;
    uint256 internal perpetual;
    uint256 internal perUse;

    function setUp() public override {
        super.setUp();
        json = vm.readFile(PROOFS);
        vm.startPrank(creator);
        Registration memory registration = _registration(
            registry.publishMeter(1, 2, _number(".meter_key_hash"), meterSigner, "https://meter.example")
        );
        registration.keyCommitment = _number(".key_commitment");
        bytes32 contentId = registry.register(registration);
        uint64 perpetualOffer = manager.setOffer(_perpetual(contentId));
        uint64 perUseOffer = manager.setOffer(_perUse(contentId));
        vm.stopPrank();
        vm.startPrank(licensee);
        uint64 profileId = manager.publishProfile(3, 4, _number(".licensee_commitment"), sessionKey);
        perpetual = manager.buy(_order(perpetualOffer, profileId, 0));
        perUse = manager.buy{value: uint256(UNITS) * UNIT_PRICE}(_order(perUseOffer, profileId, UNITS));
        vm.stopPrank();
        vm.warp(START + 1 days);
    }

    function _config() internal override returns (DeployConfig memory config) {
        config = super._config();
        config.usageVerifier = _create("UsageVerifier", "");
        config.keyDeliveryVerifier = _create("KeyDeliveryVerifier", "");
    }

    function _number(string memory path) internal view returns (uint256) {
        return vm.parseJsonUint(json, path);
    }

    function _proofAt(string memory path) internal view returns (uint256[8] memory proof) {
        uint256[] memory numbers = vm.parseJsonUintArray(json, path);
        assertEq(numbers.length, 8);
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] = numbers[i];
        }
    }

    function _keyOfFixture() internal view returns (SealedKey memory) {
        return SealedKey({
            ephemeralX: _number(".key_delivery.ephemeral_x"),
            ephemeralY: _number(".key_delivery.ephemeral_y"),
            c0: _number(".key_delivery.c0"),
            c1: _number(".key_delivery.c1")
        });
    }

    function _batchAt(uint256 index) internal view returns (UsageBatch memory) {
        string memory at = string.concat(".usage[", vm.toString(index), "]");
        return UsageBatch({
            licenseId: perUse,
            lane: 0,
            headAfter: _number(string.concat(at, ".head_after")),
            windowStart: uint40(_number(string.concat(at, ".window_start"))),
            windowEnd: uint40(_number(string.concat(at, ".window_end"))),
            units: uint32(_number(string.concat(at, ".units"))),
            proof: _proofAt(string.concat(at, ".proof"))
        });
    }

    function test_fixtures_were_made_for_this_deployment() public view {
        string memory contexts = vm.readFile(CONTEXTS);
        assertEq(vm.parseJsonUint(contexts, ".key_delivery"), manager.contextOf(perpetual, 0));
        assertEq(vm.parseJsonUint(contexts, ".usage"), manager.contextOf(perUse, 0));
    }

    function test_a_proven_key_is_delivered() public {
        vm.warp(START + DELIVERY_WINDOW);
        manager.deliverKey(perpetual, _keyOfFixture(), _proofAt(".key_delivery.proof"));
        vm.snapshotGasLastCall("actions", "deliverKey");
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
            vm.expectRevert(ILicenseManager.ProofInvalid.selector);
            manager.deliverKey(perpetual, key, proof);
        }
        SealedKey memory right = _keyOfFixture();
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] ^= 1;
            vm.expectRevert(ILicenseManager.ProofInvalid.selector);
            manager.deliverKey(perpetual, right, proof);
            proof[i] ^= 1;
        }
    }

    /// A precompile that meets a point off the curve takes all the gas it was given.
    function test_a_point_off_the_curve_costs_a_bounded_amount_of_gas() public {
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        SealedKey memory key = _keyOfFixture();
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] ^= 1;
            vm.expectRevert(ILicenseManager.ProofInvalid.selector);
            manager.deliverKey(perpetual, key, proof);
            assertLt(vm.lastCallGas().gasTotalUsed, 600_000);
            proof[i] ^= 1;
        }
    }

    function test_a_proof_for_another_license_is_rejected() public {
        vm.prank(licensee);
        uint256 other = manager.buy(_order(1, 1, 0));
        SealedKey memory key = _keyOfFixture();
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        vm.expectRevert(ILicenseManager.ProofInvalid.selector);
        manager.deliverKey(other, key, proof);
    }

    function test_proven_use_is_drawn_and_resumes_from_an_open_block() public {
        UsageBatch memory first = _batchAt(0);
        UsageBatch memory second = _batchAt(1);
        vm.expectRevert(IUsageTracker.ProofInvalid.selector);
        tracker.settleUsage(second);
        tracker.settleUsage(first);
        vm.snapshotGasLastCall("actions", "settleUsage first");
        vm.expectRevert(IUsageTracker.BatchEmpty.selector);
        tracker.settleUsage(first);
        tracker.settleUsage(second);
        vm.snapshotGasLastCall("actions", "settleUsage next");

        uint64 units = uint64(first.units) + second.units;
        LaneState memory state = tracker.laneState(manager.contextOf(perUse, 0));
        assertEq(state.provedHead, second.headAfter);
        assertEq(state.settledTotal, units);
        assertEq(_payment(perUse).released, uint256(units) * UNIT_PRICE, "units x price");
        tracker.settleSigned(_signedHead(perUse, 0, units));
        assertEq(_payment(perUse).released, uint256(units) * UNIT_PRICE, "nothing more");
        _assertSolvent();
    }

    function test_any_other_batch_is_rejected() public {
        for (uint256 i = 0; i < 5; ++i) {
            UsageBatch memory batch = _batchAt(0);
            if (i == 0) batch.headAfter ^= 1;
            if (i == 1) batch.windowStart += 1;
            if (i == 2) batch.windowEnd += 1;
            if (i == 3) batch.units += 1;
            if (i == 4) batch.lane = 1;
            vm.expectRevert(IUsageTracker.ProofInvalid.selector);
            tracker.settleUsage(batch);
        }
    }

    /// A number and the same number plus the field's modulus are the same to a circuit, and must not be to a contract.
    function test_aliased_inputs_are_rejected() public view {
        SealedKey memory key = _keyOfFixture();
        uint256[7] memory inputs = [
            manager.contextOf(perpetual, 0),
            _number(".key_commitment"),
            _number(".licensee_commitment"),
            key.ephemeralX,
            key.ephemeralY,
            key.c0,
            key.c1
        ];
        uint256[8] memory proof = _proofAt(".key_delivery.proof");
        IKeyDeliveryVerifier real = manager.keyDeliveryVerifier();
        assertTrue(real.verify(proof, inputs));
        for (uint256 i = 0; i < inputs.length; ++i) {
            inputs[i] += SnarkField.R;
            assertFalse(real.verify(proof, inputs));
            inputs[i] -= SnarkField.R;
        }
    }
}
