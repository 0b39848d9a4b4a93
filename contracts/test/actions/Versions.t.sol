// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus, Edition, IContentRegistry} from "../../src/interfaces/IContentRegistry.sol";
import {SnarkField} from "../../src/libraries/SnarkField.sol";
import {ContentBase} from "./ContentBase.sol";

contract PublishVersionTest is ContentBase {
    bytes32 internal contentId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
    }

    function _publish(Edition memory edition) internal returns (uint8) {
        vm.prank(creator);
        return registry.publishVersion(contentId, edition);
    }

    function test_a_version_is_added_and_earlier_ones_stay() public {
        Content memory expected = registry.content(contentId);
        for (uint8 version = 1; version < 4; ++version) {
            Edition memory edition = _edition(version);
            vm.expectEmit(address(registry));
            emit IContentRegistry.ContentVersioned(
                contentId,
                version,
                edition.contentHash,
                edition.cid,
                edition.keyCommitment,
                edition.metadataCid
            );
            assertEq(_publish(edition), version);
            expected.version = version;
            _assertSame(registry.content(contentId), expected);
        }
        assertEq(_keyCommitment(0), KEY_COMMITMENT);
        for (uint8 version = 1; version < 4; ++version) {
            assertEq(_keyCommitment(version), _commitment(version));
        }
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.VersionUnknown.selector, 1, 4));
        registry.keyCommitment(1, 4);
    }

    function test_versions_of_two_contents_are_apart() public {
        vm.startPrank(stranger);
        uint64 meterId = registry.publishMeter(1, 2, 3, meterSigner, "");
        registry.register(_registration(meterId));
        vm.stopPrank();
        _publish(_edition(1));
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.VersionUnknown.selector, 2, 1));
        registry.keyCommitment(2, 1);
    }

    function test_there_are_at_most_256_versions() public {
        for (uint256 version = 1; version < 256; ++version) {
            _publish(_edition(uint8(version)));
        }
        assertEq(_keyCommitment(255), _commitment(255));
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.VersionsExhausted.selector, contentId));
        _publish(_edition(1));
        assertEq(registry.content(contentId).version, 255);
    }

    function test_only_the_creator_publishes() public {
        _expectNotCreator(contentId, stranger);
        registry.publishVersion(contentId, _edition(1));
        _transfer(contentId, creator, stranger);
        _expectNotCreator(contentId, creator);
        registry.publishVersion(contentId, _edition(1));
        vm.prank(stranger);
        assertEq(registry.publishVersion(contentId, _edition(1)), 1);
    }

    function test_malformed_editions_are_rejected() public {
        Edition memory edition = _edition(1);
        edition.contentHash = bytes32(0);
        vm.expectRevert(IContentRegistry.ContentHashMissing.selector);
        _publish(edition);

        edition = _edition(1);
        edition.cid = hex"1220";
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.CidInvalid.selector, edition.cid));
        _publish(edition);

        edition = _edition(1);
        edition.metadataCid = "";
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.CidInvalid.selector, bytes("")));
        _publish(edition);

        edition = _edition(1);
        edition.keyCommitment = 0;
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, 0));
        _publish(edition);
        edition.keyCommitment = SnarkField.R;
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, SnarkField.R)
        );
        _publish(edition);
        assertEq(registry.content(contentId).version, 0);
    }

    /// Whoever holds a license of suspended or retired content may still be owed a corrected edition.
    function test_status_does_not_matter() public {
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Retired);
        assertEq(_publish(_edition(1)), 1);
    }

    function _keyCommitment(uint8 version) internal view returns (uint256 commitment) {
        bytes32 keyOf;
        (keyOf, commitment) = registry.keyCommitment(1, version);
        assertEq(keyOf, contentId);
    }
}
