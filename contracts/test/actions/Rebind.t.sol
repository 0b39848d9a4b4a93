// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Edition} from "../../src/interfaces/IContentRegistry.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    License
} from "../../src/interfaces/ILicenseManager.sol";
import {ILicenseTerms, SettlementTerms} from "../../src/interfaces/ILicenseTerms.sol";
import {IKeyDeliveryVerifier} from "../../src/interfaces/IVerifier.sol";
import {Base} from "../Base.t.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract RebindTest is Base {
    uint256 internal constant NEXT_COMMITMENT = 4242;
    uint256 internal constant NEXT_KEY_COMMITMENT = 777;

    address internal nextKey = makeAddr("next session");
    uint64 internal next;

    function setUp() public override {
        super.setUp();
        _profile();
        vm.prank(licensee);
        next = manager.publishProfile(5, 6, NEXT_COMMITMENT, nextKey);
    }

    function _rebind(uint256 licenseId, uint64 profileId) internal {
        vm.prank(licensee);
        manager.rebind(licenseId, profileId);
    }

    function _refused(uint256 licenseId, uint64 profileId, bytes memory reason) internal {
        vm.expectRevert(reason);
        _rebind(licenseId, profileId);
    }

    function _terms(uint256 licenseId, uint32 epoch) internal view returns (SettlementTerms memory) {
        return ILicenseTerms(address(manager)).settlementTerms(licenseId, epoch);
    }

    function _publishVersion() internal {
        bytes32 contentId = _content();
        Edition memory edition = Edition({
            contentHash: sha256("second edition"),
            cid: CID,
            keyCommitment: NEXT_KEY_COMMITMENT,
            metadataCid: CID
        });
        vm.prank(creator);
        registry.publishVersion(contentId, edition);
    }

    function test_a_new_epoch_beside_the_old_one() public {
        uint256 licenseId = _buyPerUse();
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.LicenseRebound(licenseId, next, 1, 0);
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.MetadataUpdate(licenseId);
        _rebind(licenseId, next);

        License memory license = manager.license(licenseId);
        assertEq(license.epoch, 1);
        assertEq(license.profileId, next);
        assertTrue(manager.isValid(licenseId));
        assertEq(_terms(licenseId, 0).licenseeCommitment, COMMITMENT);
        assertEq(_terms(licenseId, 0).sessionKey, sessionKey);
        assertEq(_terms(licenseId, 1).licenseeCommitment, NEXT_COMMITMENT);
        assertEq(_terms(licenseId, 1).sessionKey, nextKey);
        bytes memory unknown =
            abi.encodeWithSelector(ILicenseManagerErrors.EpochUnknown.selector, licenseId, 2);
        vm.expectRevert(unknown);
        _terms(licenseId, 2);
        vm.expectRevert(unknown);
        manager.contextOf(licenseId, 0, 2);
        assertNotEq(manager.contextOf(licenseId, 0, 0), manager.contextOf(licenseId, 0, 1));

        // What was signed with the old keys still settles.
        tracker.settleSigned(_signedHead(licenseId, 0, 0, 5));
        assertEq(tracker.settledUnits(licenseId), 5);
        _rebind(licenseId, _profile());
        assertEq(_terms(licenseId, 1).sessionKey, nextKey);
        assertEq(_terms(licenseId, 2).sessionKey, sessionKey);
    }

    function test_a_subscription_gets_the_newest_version() public {
        uint256 subscription = _buySubscriptionKey();
        uint256 perpetual = _buyPerpetual();
        _deliver(subscription);
        _deliver(perpetual);
        _publishVersion();
        assertEq(manager.license(_buyPerpetual()).contentVersion, 1);
        _rebind(subscription, next);
        _rebind(perpetual, next);
        assertEq(manager.license(subscription).contentVersion, 1);
        assertEq(manager.license(perpetual).contentVersion, 0);
        assertFalse(manager.license(subscription).delivered);

        uint256[2] memory ids = [subscription, perpetual];
        for (uint256 i = 0; i < 2; ++i) {
            uint256[7] memory inputs = [
                manager.contextOf(ids[i], 0, 1),
                i == 0 ? NEXT_KEY_COMMITMENT : KEY_COMMITMENT,
                NEXT_COMMITMENT,
                uint256(11),
                12,
                13,
                14
            ];
            vm.expectCall(address(verifier), abi.encodeCall(IKeyDeliveryVerifier.verify, (_proof(), inputs)));
            _deliver(ids[i]);
            assertTrue(manager.isValid(ids[i]));
        }
    }

    function test_not_while_the_first_delivery_is_due_or_after_a_refund() public {
        uint256 licenseId = _buyPerpetual();
        bytes memory reason = abi.encodeWithSelector(ILicenseManagerErrors.NotRebindable.selector, licenseId);
        _refused(licenseId, next, reason);
        vm.warp(START + DELIVERY_WINDOW + 1);
        _refused(licenseId, next, reason);
        escrow.refund(licenseId);
        _refused(licenseId, next, reason);
    }

    function test_by_the_owner_to_own_keys() public {
        uint256 licenseId = _buyPerUse();
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManagerErrors.NotLicensee.selector, licenseId, stranger)
        );
        vm.prank(stranger);
        manager.rebind(licenseId, next);
        uint64 other = _publishProfile(stranger);
        _refused(
            licenseId,
            other,
            abi.encodeWithSelector(ILicenseManagerErrors.NotProfileOwner.selector, other, licensee)
        );
        _refused(licenseId, 99, abi.encodeWithSelector(ILicenseManagerErrors.ProfileUnknown.selector, 99));
        _refused(99, next, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
    }

    function test_up_to_the_last_second() public {
        uint256 licenseId = _buyPerUse();
        vm.warp(START + DURATION);
        _rebind(licenseId, next);
        vm.warp(START + DURATION + 1);
        _refused(
            licenseId,
            next,
            abi.encodeWithSelector(
                ILicenseManagerErrors.LicenseHasExpired.selector, licenseId, START + DURATION
            )
        );
    }

    function test_at_most_65535_times() public {
        uint256 licenseId = _buyPerUse();
        // Solady's slot of the owner; the epoch is in its bits 208 to 223.
        bytes32 slot;
        assembly {
            mstore(0x00, licenseId)
            mstore(0x1c, shl(192, 0x7d8825530a5a2e7a))
            slot := add(licenseId, add(licenseId, keccak256(0x00, 0x20)))
        }
        uint256 packed = uint256(vm.load(address(manager), slot));
        vm.store(address(manager), slot, bytes32(packed | uint256(65_534) << 208));
        _rebind(licenseId, next);
        assertEq(manager.license(licenseId).epoch, 65_535);
        assertEq(manager.license(licenseId).periods, 1);
        assertEq(IERC721(address(manager)).ownerOf(licenseId), licensee);
        _refused(
            licenseId, next, abi.encodeWithSelector(ILicenseManagerErrors.NotRebindable.selector, licenseId)
        );
    }
}
