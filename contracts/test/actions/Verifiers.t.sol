// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {VerifierSets} from "../../src/VerifierSets.sol";
import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "../../src/interfaces/IVerifier.sol";
import {IVerifierSets, VerifierSet} from "../../src/interfaces/IVerifierSets.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Test} from "forge-std/Test.sol";

contract AddVerifiersTest is Test {
    bytes32 internal constant KEYS_HASH = keccak256("keys");
    address internal operator = makeAddr("operator");
    address internal stranger = makeAddr("stranger");
    VerifierSets internal sets;

    function setUp() public {
        sets = VerifierSets(_deploy(operator, _set(1)));
    }

    function _deploy(address owner, VerifierSet memory first) internal returns (address) {
        return deployCode("VerifierSets.sol:VerifierSets", abi.encode(owner, first, KEYS_HASH));
    }

    /// Six accounts with code; what the code does is not asked here.
    function _set(uint256 seed) internal returns (VerifierSet memory) {
        address[6] memory accounts;
        for (uint256 i = 0; i < 6; ++i) {
            accounts[i] = address(uint160(uint256(keccak256(abi.encode(seed, i)))));
            vm.etch(accounts[i], hex"00");
        }
        return VerifierSet({
            usage: IUsageVerifier(accounts[0]),
            usageBatch: IUsageBatchVerifier(accounts[1]),
            usageLong: IUsageVerifier(accounts[2]),
            usageLongBatch: IUsageBatchVerifier(accounts[3]),
            keyDelivery: IKeyDeliveryVerifier(accounts[4]),
            compliance: IComplianceVerifier(accounts[5])
        });
    }

    function _assertReads(uint8 version, VerifierSet memory set) internal view {
        assertEq(address(sets.usage(version, 128)), address(set.usage));
        assertEq(address(sets.usageBatch(version, 128)), address(set.usageBatch));
        assertEq(address(sets.usage(version, 1024)), address(set.usageLong));
        assertEq(address(sets.usageBatch(version, 1024)), address(set.usageLongBatch));
        assertEq(address(sets.keyDelivery(version)), address(set.keyDelivery));
        assertEq(address(sets.compliance(version)), address(set.compliance));
    }

    function _expectUnknown(uint8 version) internal {
        vm.expectRevert(abi.encodeWithSelector(IVerifierSets.VerifierSetUnknown.selector, version));
    }

    function test_a_deployment_starts_with_version_1() public {
        vm.expectEmit();
        emit IVerifierSets.VerifierSetAdded(1, _set(7), KEYS_HASH);
        sets = VerifierSets(_deploy(operator, _set(7)));
        assertEq(sets.current(), 1);
        assertEq(sets.owner(), operator);
        _assertReads(1, _set(7));
    }

    function test_versions_are_added_and_never_change() public {
        vm.expectEmit(address(sets));
        emit IVerifierSets.VerifierSetAdded(2, _set(2), "2");
        vm.prank(operator);
        assertEq(sets.add(_set(2), "2"), 2);
        assertEq(sets.current(), 2);
        _assertReads(1, _set(1));
        _assertReads(2, _set(2));
    }

    function test_unknown_versions_are_errors() public {
        uint8[3] memory unknown = [0, 2, 255];
        for (uint256 i = 0; i < unknown.length; ++i) {
            for (uint256 k = 0; k < 2; ++k) {
                uint16 capacity = k == 0 ? 128 : 1024;
                _expectUnknown(unknown[i]);
                sets.usage(unknown[i], capacity);
                _expectUnknown(unknown[i]);
                sets.usageBatch(unknown[i], capacity);
            }
            _expectUnknown(unknown[i]);
            sets.keyDelivery(unknown[i]);
            _expectUnknown(unknown[i]);
            sets.compliance(unknown[i]);
        }
    }

    function test_only_two_capacities_have_verifiers() public {
        uint16[8] memory others = [uint16(0), 1, 127, 129, 256, 1023, 1025, type(uint16).max];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes memory why = abi.encodeWithSelector(IVerifierSets.CapacityUnknown.selector, others[i]);
            vm.expectRevert(why);
            sets.usage(1, others[i]);
            vm.expectRevert(why);
            sets.usageBatch(1, others[i]);
        }
    }

    function test_there_are_at_most_255_versions() public {
        vm.startPrank(operator);
        for (uint256 version = 2; version < 256; ++version) {
            assertEq(sets.add(_set(version), KEYS_HASH), version);
        }
        vm.expectRevert(IVerifierSets.VerifierSetsExhausted.selector);
        sets.add(_set(256), KEYS_HASH);
        assertEq(sets.current(), 255);
        _assertReads(255, _set(255));
    }

    function test_every_verifier_has_code() public {
        for (uint256 i = 0; i < 6; ++i) {
            VerifierSet memory set = _set(3);
            if (i == 0) set.usage = IUsageVerifier(stranger);
            if (i == 1) set.usageBatch = IUsageBatchVerifier(stranger);
            if (i == 2) set.usageLong = IUsageVerifier(stranger);
            if (i == 3) set.usageLongBatch = IUsageBatchVerifier(stranger);
            if (i == 4) set.keyDelivery = IKeyDeliveryVerifier(stranger);
            if (i == 5) set.compliance = IComplianceVerifier(stranger);
            vm.expectRevert(abi.encodeWithSelector(IVerifierSets.VerifierHasNoCode.selector, stranger));
            vm.prank(operator);
            sets.add(set, KEYS_HASH);
        }
        assertEq(sets.current(), 1);
    }

    function test_only_the_owner_adds() public {
        VerifierSet memory set = _set(3);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        sets.add(set, KEYS_HASH);
    }

    function test_ownership_moves_in_two_steps() public {
        vm.prank(operator);
        sets.transferOwnership(stranger);
        assertEq(sets.owner(), operator);
        vm.prank(stranger);
        sets.acceptOwnership();
        vm.prank(stranger);
        assertEq(sets.add(_set(2), KEYS_HASH), 2);
    }
}
