// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Edition} from "../../src/interfaces/IContentRegistry.sol";
import {DisputeKind} from "../../src/interfaces/IDisputeResolution.sol";
import {Offer} from "../../src/interfaces/ILicenseManager.sol";
import {Base} from "../Base.t.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract UpgradeTest is Base {
    address[4] internal proxies;
    address[4] internal next;
    bytes[4] internal initializers;

    function setUp() public override {
        super.setUp();
        proxies = [address(registry), address(manager), address(tracker), address(disputes)];
        next = [
            _create("ContentRegistry", ""),
            _create("LicenseManager", abi.encode(registry, escrow, tracker, verifierSets)),
            _create("UsageTracker", abi.encode(manager, escrow, verifierSets)),
            _create("DisputeResolution", abi.encode(manager, escrow, tracker))
        ];
        initializers = [
            abi.encodeWithSignature("initialize(address,address,address)", stranger, stranger, stranger),
            abi.encodeWithSignature("initialize(address,address)", stranger, stranger),
            abi.encodeWithSignature("initialize(address)", stranger),
            abi.encodeWithSignature("initialize(address,uint256,address)", stranger, 0, stranger)
        ];
    }

    function _upgradeAll() private {
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectEmit(proxies[i]);
            emit IERC1967.Upgraded(next[i]);
            vm.prank(operator);
            UUPSUpgradeable(proxies[i]).upgradeToAndCall(next[i], "");
        }
    }

    function test_only_the_operator_upgrades() public {
        address[3] memory others = [guardian, creator, stranger];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 j = 0; j < others.length; ++j) {
                vm.expectRevert(
                    abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, others[j])
                );
                vm.prank(others[j]);
                UUPSUpgradeable(proxies[i]).upgradeToAndCall(next[i], "");
            }
        }
    }

    function test_17_state_survives_an_upgrade() public {
        uint256 metered = _buyPerUse();
        uint256 delivered = _buySubscriptionKey();
        _deliver(delivered);
        vm.warp(START + 1 days);
        tracker.settleUsage(_batch(metered));
        bytes32 contentId = _content();
        vm.startPrank(creator);
        registry.publishVersion(contentId, Edition(CONTENT_HASH, CID, COMMITMENT, CID));
        registry.proposeTransfer(contentId, stranger);
        vm.stopPrank();
        vm.prank(attester);
        registry.setCreatorLevel(creator, 3);
        vm.deal(licensee, 10 ether);
        Offer memory terms = _termsOf(delivered);
        vm.prank(licensee);
        uint256 disputeId = disputes.file{value: BOND}(delivered, DisputeKind.ContentMismatch, terms, CID);

        bytes32[5] memory before = _everything(metered, delivered, disputeId);
        _upgradeAll();
        bytes32[5] memory afterwards = _everything(metered, delivered, disputeId);
        for (uint256 i = 0; i < before.length; ++i) {
            assertEq(afterwards[i], before[i]);
        }

        tracker.settleSigned(_signedHead(metered, 0, 11));
        assertEq(tracker.settledUnits(metered), 11);
        assertEq(manager.publishProfile(3, 4, COMMITMENT, sessionKey), 2, "counters go on");
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
    }

    function _everything(uint256 metered, uint256 delivered, uint256 disputeId)
        private
        view
        returns (bytes32[5] memory)
    {
        bytes32 contentId = _termsOf(metered).contentId;
        return [
            keccak256(
                abi.encode(
                    registry.content(contentId),
                    registry.contentIdOf(1),
                    registry.meter(1),
                    registry.creatorLevel(creator),
                    registry.attester()
                )
            ),
            keccak256(
                abi.encode(
                    manager.license(metered),
                    manager.license(delivered),
                    manager.offerStatus(_offerId(_termsOf(metered))),
                    manager.profile(1),
                    IERC721(address(manager)).ownerOf(delivered)
                )
            ),
            keccak256(
                abi.encode(tracker.laneState(manager.contextOf(metered, 0, 0)), tracker.settledUnits(metered))
            ),
            keccak256(abi.encode(disputes.dispute(disputeId), disputes.filingBond())),
            keccak256(
                abi.encode(
                    Ownable(proxies[0]).owner(),
                    Ownable(proxies[1]).owner(),
                    Ownable(proxies[2]).owner(),
                    Ownable(proxies[3]).owner()
                )
            )
        ];
    }

    function test_17_storage_is_where_erc_7201_puts_it() public {
        _buyPerUse();
        assertEq(
            vm.load(address(registry), _slot("datavault.storage.Guarded")),
            bytes32(uint256(uint160(guardian)))
        );
        assertEq(
            vm.load(address(manager), _slot("datavault.storage.Guarded")), bytes32(uint256(uint160(guardian)))
        );
        bytes32 registryCounters = bytes32(uint256(_slot("datavault.storage.ContentRegistry")) + 6);
        assertEq(
            uint256(vm.load(address(registry), registryCounters)),
            1 | 1 << 32 | uint256(uint160(attester)) << 64
        );
        bytes32 managerCounters = bytes32(uint256(_slot("datavault.storage.LicenseManager")) + 5);
        assertEq(uint256(vm.load(address(manager), managerCounters)), 1 | 1 << 40);
        bytes32 versions = keccak256(abi.encode(1, uint256(_slot("datavault.storage.UsageTracker")) + 1));
        bytes32 asked = keccak256(abi.encode(128, versions));
        vm.warp(START + 1 days);
        tracker.settleUsage(_batch(1));
        assertEq(vm.load(address(tracker), asked), bytes32(uint256(uint160(address(verifier)))));
        bytes32 rules = bytes32(uint256(_slot("datavault.storage.DisputeResolution")) + 4);
        assertEq(uint256(vm.load(address(disputes), rules)) >> 176, BOND);
    }

    function _slot(string memory name) private pure returns (bytes32) {
        return keccak256(abi.encode(uint256(keccak256(bytes(name))) - 1)) & ~bytes32(uint256(0xff));
    }

    function test_nobody_initializes_again() public {
        for (uint256 i = 0; i < 4; ++i) {
            _expectInitialized(proxies[i], initializers[i]);
            _expectInitialized(next[i], initializers[i]);
        }
        _upgradeAll();
        for (uint256 i = 0; i < 4; ++i) {
            _expectInitialized(proxies[i], initializers[i]);
        }
    }

    function _expectInitialized(address target, bytes memory initializer) private {
        (bool done, bytes memory reason) = target.call(initializer);
        assertFalse(done);
        assertEq(reason, abi.encodeWithSelector(Initializable.InvalidInitialization.selector));
    }

    function test_the_operator_hands_over_in_two_steps() public {
        address[6] memory owned =
            [proxies[0], proxies[1], proxies[2], proxies[3], address(escrow), address(verifierSets)];
        for (uint256 i = 0; i < owned.length; ++i) {
            assertEq(Ownable(owned[i]).owner(), operator);
            vm.prank(operator);
            Ownable2Step(owned[i]).transferOwnership(stranger);
            assertEq(Ownable(owned[i]).owner(), operator, "not before it is accepted");
            vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, guardian));
            vm.prank(guardian);
            Ownable2Step(owned[i]).acceptOwnership();
            vm.prank(stranger);
            Ownable2Step(owned[i]).acceptOwnership();
            assertEq(Ownable(owned[i]).owner(), stranger);
        }
    }

    function test_the_escrow_is_not_upgradeable() public {
        (bool done,) = address(escrow).call(abi.encodeCall(UUPSUpgradeable.upgradeToAndCall, (next[0], "")));
        assertFalse(done);
        assertEq(address(escrow).code.length > 1000, true, "code of its own, not a proxy's");
    }
}
