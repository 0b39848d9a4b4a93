// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registration} from "../src/interfaces/IContentRegistry.sol";
import {Offer, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {ComplianceStatement, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "../src/interfaces/IVerifier.sol";
import {VerifierSet} from "../src/interfaces/IVerifierSets.sol";
import {Base} from "./Base.t.sol";
import {DeployConfig} from "./Deployment.sol";

/// A deployment with the generated verifiers, and the two licenses that the proofs in `fixtures` were made for.
///
/// `fixtures/contexts.json` says which contexts this deployment has, `proofs.json` and `batch.json` hold proofs for
/// them, made with `cargo run --locked -p datavault-groth16 --example contract_fixtures`. Make them again when a
/// verifier or an address changes.
abstract contract ProofFixtures is Base {
    string internal constant PROOFS = "test/fixtures/proofs.json";
    string internal constant BATCH = "test/fixtures/batch.json";

    string internal json;
    uint256 internal perpetual;
    uint256 internal perUse;

    function setUp() public virtual override {
        super.setUp();
        json = vm.readFile(PROOFS);
        vm.startPrank(creator);
        Registration memory registration = _registration(
            registry.publishMeter(1, 2, _number(".meter_key_hash"), meterSigner, "https://meter.example")
        );
        registration.keyCommitment = _number(".key_commitment");
        bytes32 contentId = registry.register(registration);
        vm.stopPrank();
        vm.prank(licensee);
        uint64 profileId = manager.publishProfile(3, 4, _number(".licensee_commitment"), sessionKey);
        Offer memory offer = _perpetual(contentId);
        perpetual = _buy(_order(_setOffer(offer), profileId, 0), offer);
        offer = _perUse(contentId);
        offer.token = address(token);
        perUse = _buy(_order(_setOffer(offer), profileId, UNITS), offer);
        vm.warp(START + 1 days);
    }

    function _config() internal override returns (DeployConfig memory config) {
        config = super._config();
        config.verifiers = VerifierSet({
            usage: IUsageVerifier(_create("UsageVerifier", "")),
            usageBatch: IUsageBatchVerifier(_create("UsageBatchVerifier", "")),
            usageLong: IUsageVerifier(_create("UsageLongVerifier", "")),
            usageLongBatch: IUsageBatchVerifier(_create("UsageLongBatchVerifier", "")),
            keyDelivery: IKeyDeliveryVerifier(_create("KeyDeliveryVerifier", "")),
            compliance: IComplianceVerifier(_create("ComplianceVerifier", ""))
        });
    }

    function _number(string memory path) internal view returns (uint256) {
        return vm.parseJsonUint(json, path);
    }

    function _proofAt(string memory path) internal view returns (uint256[8] memory) {
        return _proofIn(json, path);
    }

    function _proofIn(string memory text, string memory path)
        internal
        pure
        returns (uint256[8] memory proof)
    {
        uint256[] memory numbers = vm.parseJsonUintArray(text, path);
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

    /// Of lane 0: 20 events from genesis, then 128 that resume in an open block.
    function _batchAt(uint256 index) internal view returns (UsageBatch memory) {
        return _batchIn(json, string.concat(".usage[", vm.toString(index), "]"));
    }

    /// Of another history of lane 0, with proofs of capacity 1,024: 150 events from genesis, then 1,024 that resume in
    /// an open block.
    function _longAt(uint256 index) internal view returns (UsageBatch memory) {
        return _batchIn(json, string.concat(".usage_long[", vm.toString(index), "]"));
    }

    /// Ranges of lanes 1 to 8, four rounds of them, in the order in which they settle.
    function _manyFrom(uint256 first, uint256 count) internal view returns (UsageBatch[] memory many) {
        string memory text = vm.readFile(BATCH);
        many = new UsageBatch[](count);
        for (uint256 i = 0; i < count; ++i) {
            many[i] = _batchIn(text, string.concat(".usage[", vm.toString(first + i), "]"));
        }
    }

    function _batchIn(string memory text, string memory at) private view returns (UsageBatch memory) {
        return UsageBatch({
            licenseId: perUse,
            lane: uint32(vm.parseJsonUint(text, string.concat(at, ".lane"))),
            epoch: 0,
            headAfter: vm.parseJsonUint(text, string.concat(at, ".head_after")),
            windowStart: uint40(vm.parseJsonUint(text, string.concat(at, ".window_start"))),
            windowEnd: uint40(vm.parseJsonUint(text, string.concat(at, ".window_end"))),
            units: uint32(vm.parseJsonUint(text, string.concat(at, ".units"))),
            capacity: uint16(vm.parseJsonUint(text, string.concat(at, ".capacity"))),
            proof: _proofIn(text, string.concat(at, ".proof"))
        });
    }

    /// Of the last head of lane 0.
    function _statement() internal view returns (ComplianceStatement memory) {
        return ComplianceStatement({
            licenseId: perUse,
            lane: 0,
            epoch: 0,
            head: _number(".compliance.head"),
            asOf: uint40(_number(".compliance.as_of")),
            maxAllowed: uint64(_number(".compliance.max_allowed")),
            proof: _proofAt(".compliance.proof")
        });
    }
}
