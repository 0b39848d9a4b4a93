// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentRegistry} from "../../src/ContentRegistry.sol";
import {DisputeResolution} from "../../src/DisputeResolution.sol";
import {LicenseManager} from "../../src/LicenseManager.sol";
import {UsageTracker} from "../../src/UsageTracker.sol";
import {Guarded} from "../../src/base/Guarded.sol";
import {Base} from "../Base.t.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";

contract UpgradeTest is Base {
    address[4] internal proxies;
    address[4] internal next;

    function setUp() public override {
        super.setUp();
        proxies = [address(registry), address(manager), address(tracker), address(disputes)];
        next = [
            _create("ContentRegistry", abi.encode(escrow)),
            _create("LicenseManager", abi.encode(registry, escrow, tracker, verifier)),
            _create("UsageTracker", abi.encode(manager, escrow, verifier)),
            _create("DisputeResolution", abi.encode(manager, escrow))
        ];
    }

    function test_only_the_operator_upgrades() public {
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, guardian)
            );
            vm.prank(guardian);
            UUPSUpgradeable(proxies[i]).upgradeToAndCall(next[i], "");
        }
    }

    function test_17_state_survives_an_upgrade() public {
        uint256 licenseId = _buyPerUse();
        vm.warp(START + 1 days);
        tracker.settleUsage(_batch(licenseId));
        bytes memory before = _everything(licenseId);
        for (uint256 i = 0; i < 4; ++i) {
            vm.prank(operator);
            UUPSUpgradeable(proxies[i]).upgradeToAndCall(next[i], "");
        }
        assertEq(_everything(licenseId), before);
        tracker.settleSigned(_signedHead(licenseId, 0, 11));
        assertEq(tracker.settledUnits(licenseId), 11);
    }

    function _everything(uint256 licenseId) private view returns (bytes memory) {
        bytes32 contentId = manager.offer(1).contentId;
        return abi.encode(
            registry.content(contentId),
            registry.meter(1),
            registry.guardian(),
            manager.offer(1),
            manager.profile(1),
            manager.license(licenseId),
            manager.ownerOf(licenseId),
            tracker.laneState(manager.contextOf(licenseId, 0)),
            disputes.filingBond(),
            disputes.owner()
        );
    }

    function test_storage_is_where_erc_7201_puts_it() public {
        _buyPerUse();
        assertEq(
            vm.load(address(registry), _slot("datavault.storage.Guarded")),
            bytes32(uint256(uint160(guardian)))
        );
        bytes32 managerCounters = bytes32(uint256(_slot("datavault.storage.LicenseManager")) + 3);
        assertEq(uint256(vm.load(address(manager), managerCounters)), 1 | 1 << 40 | 1 << 80);
        bytes32 filingBond = bytes32(uint256(_slot("datavault.storage.DisputeResolution")) + 3);
        assertEq(uint256(vm.load(address(disputes), filingBond)), BOND);
        bytes32 lastMeter = bytes32(uint256(_slot("datavault.storage.ContentRegistry")) + 2);
        assertEq(uint256(vm.load(address(registry), lastMeter)), 1);
    }

    function _slot(string memory name) private pure returns (bytes32) {
        return keccak256(abi.encode(uint256(keccak256(bytes(name))) - 1)) & ~bytes32(uint256(0xff));
    }

    function test_nobody_initializes_again() public {
        for (uint256 i = 0; i < 2; ++i) {
            address[4] memory at = i == 0 ? proxies : next;
            vm.expectRevert(Initializable.InvalidInitialization.selector);
            ContentRegistry(at[0]).initialize(stranger, stranger);
            vm.expectRevert(Initializable.InvalidInitialization.selector);
            LicenseManager(at[1]).initialize(stranger, stranger);
            vm.expectRevert(Initializable.InvalidInitialization.selector);
            UsageTracker(at[2]).initialize(stranger);
            vm.expectRevert(Initializable.InvalidInitialization.selector);
            DisputeResolution(at[3]).initialize(stranger, 0);
        }
    }

    function test_deployment_is_wired_as_documented() public view {
        assertEq(address(registry.escrow()), address(escrow));
        assertEq(address(manager.registry()), address(registry));
        assertEq(address(manager.escrow()), address(escrow));
        assertEq(manager.usageTracker(), address(tracker));
        assertEq(address(manager.keyDeliveryVerifier()), address(verifier));
        assertEq(address(tracker.licenseManager()), address(manager));
        assertEq(address(tracker.escrow()), address(escrow));
        assertEq(address(tracker.usageVerifier()), address(verifier));
        assertEq(address(disputes.licenseManager()), address(manager));
        assertEq(address(disputes.escrow()), address(escrow));
        assertEq(escrow.licenseManager(), address(manager));
        assertEq(escrow.usageTracker(), address(tracker));
        assertEq(escrow.disputeResolution(), address(disputes));
        assertEq(registry.owner(), operator);
        assertEq(manager.owner(), operator);
        assertEq(tracker.owner(), operator);
        assertEq(disputes.owner(), operator);
        assertEq(escrow.owner(), operator);
    }

    function test_guardian_is_replaced_by_the_operator_only() public {
        vm.expectRevert(
            abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, guardian)
        );
        vm.prank(guardian);
        manager.setGuardian(stranger);
        vm.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, stranger));
        vm.prank(stranger);
        manager.pause();
        vm.expectEmit(address(manager));
        emit Guarded.GuardianSet(stranger);
        vm.prank(operator);
        manager.setGuardian(stranger);
        vm.prank(stranger);
        manager.pause();
        vm.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, guardian));
        vm.prank(guardian);
        manager.unpause();
    }
}
