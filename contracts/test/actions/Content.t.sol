// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Content,
    ContentKind,
    ContentStatus,
    IContentRegistry,
    Meter,
    Registration
} from "../../src/interfaces/IContentRegistry.sol";
import {SnarkField} from "../../src/libraries/SnarkField.sol";
import {ContentBase} from "./ContentBase.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

contract PublishMeterTest is ContentBase {
    function test_meter_is_published_and_readable() public {
        vm.expectEmit(address(registry));
        emit IContentRegistry.MeterPublished(
            1, creator, 1, 2, METER_KEY_HASH, meterSigner, "https://meter.example"
        );
        uint64 meterId = _publishMeter(creator);
        Meter memory meter = registry.meter(meterId);
        assertEq(meter.owner, creator);
        assertEq(meter.signer, meterSigner);
        assertEq(meter.keyHash, METER_KEY_HASH);
        assertEq(_publishMeter(creator), meterId + 1, "a new version, not a change");
    }

    function test_unknown_meter_is_an_error() public {
        _publishMeter(creator);
        uint64[4] memory unknown = [uint64(0), 2, uint64(1) << 32 | 1, type(uint64).max];
        for (uint256 i = 0; i < unknown.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, unknown[i]));
            registry.meter(unknown[i]);
        }
        registry.meter(1);
    }

    function test_numbers_outside_the_field_are_rejected() public {
        uint256 r = SnarkField.R;
        bytes memory tooLarge = abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, r);
        vm.expectRevert(tooLarge);
        registry.publishMeter(r, 2, 3, meterSigner, "");
        vm.expectRevert(tooLarge);
        registry.publishMeter(1, r, 3, meterSigner, "");
        vm.expectRevert(tooLarge);
        registry.publishMeter(1, 2, r, meterSigner, "");
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, 0));
        registry.publishMeter(1, 2, 0, meterSigner, "");
        registry.publishMeter(r - 1, r - 1, r - 1, meterSigner, "");
    }

    function test_signer_is_required() public {
        vm.expectRevert(IContentRegistry.SignerMissing.selector);
        registry.publishMeter(1, 2, 3, address(0), "");
    }

    function test_url_has_a_longest_length() public {
        uint256 max = registry.MAX_URL_LENGTH();
        assertEq(max, 256);
        registry.publishMeter(1, 2, 3, meterSigner, string(new bytes(max)));
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.UrlTooLong.selector, max + 1, max));
        registry.publishMeter(1, 2, 3, meterSigner, string(new bytes(max + 1)));
    }
}

contract RegisterTest is ContentBase {
    uint64 internal meterId;
    Registration internal registration;

    function setUp() public override {
        super.setUp();
        _publishMeter(stranger);
        meterId = _publishMeter(creator);
        registration = _registration(meterId);
    }

    function test_content_belongs_to_its_registrant() public {
        bytes32 expectedId = keccak256(abi.encode(block.chainid, address(registry), creator, CONTENT_HASH));
        registration.kind = ContentKind.Collection;
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentRegistered(
            expectedId,
            creator,
            1,
            CONTENT_HASH,
            CID,
            KEY_COMMITMENT,
            METADATA_CID,
            ContentKind.Collection,
            meterId
        );
        vm.prank(creator);
        bytes32 contentId = registry.register(registration);
        assertEq(contentId, expectedId);
        _assertSame(
            registry.content(contentId),
            Content({
                creator: creator,
                status: ContentStatus.Active,
                kind: ContentKind.Collection,
                contentNo: 1,
                meterId: meterId,
                generation: 0,
                version: 0
            })
        );
        assertEq(registry.contentIdOf(1), contentId);
        (bytes32 keyOf, uint256 commitment) = registry.keyCommitment(1, 0);
        assertEq(keyOf, contentId);
        assertEq(commitment, KEY_COMMITMENT);
        (bytes32 metered, address signer, uint256 keyHash) = registry.meterOf(1, meterId);
        assertEq(metered, contentId);
        assertEq(signer, meterSigner);
        assertEq(keyHash, METER_KEY_HASH);
    }

    function test_contents_are_numbered_in_the_order_of_registration() public {
        vm.startPrank(creator);
        for (uint32 contentNo = 1; contentNo < 5; ++contentNo) {
            registration.contentHash = bytes32(uint256(contentNo));
            bytes32 contentId = registry.register(registration);
            assertEq(registry.content(contentId).contentNo, contentNo);
            assertEq(registry.contentIdOf(contentNo), contentId);
        }
    }

    function test_unknown_numbers_are_errors() public {
        vm.prank(creator);
        registry.register(registration);
        uint32[3] memory unknown = [uint32(0), 2, type(uint32).max];
        for (uint256 i = 0; i < unknown.length; ++i) {
            bytes memory reason =
                abi.encodeWithSelector(IContentRegistry.ContentNoUnknown.selector, unknown[i]);
            vm.expectRevert(reason);
            registry.contentIdOf(unknown[i]);
            vm.expectRevert(reason);
            registry.keyCommitment(unknown[i], 0);
            vm.expectRevert(reason);
            registry.meterOf(unknown[i], meterId);
        }
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, 3));
        registry.meterOf(1, 3);
    }

    function test_the_same_content_twice_is_rejected() public {
        vm.startPrank(creator);
        bytes32 contentId = registry.register(registration);
        registration.cid = METADATA_CID;
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.ContentAlreadyRegistered.selector, contentId, creator)
        );
        registry.register(registration);
    }

    function test_another_creator_may_register_the_same_bytes() public {
        vm.prank(creator);
        bytes32 first = registry.register(registration);
        registration.meterId = 1;
        vm.prank(stranger);
        assertTrue(registry.register(registration) != first);
    }

    function test_incomplete_registrations_are_rejected() public {
        vm.startPrank(creator);
        registration.contentHash = bytes32(0);
        vm.expectRevert(IContentRegistry.ContentHashMissing.selector);
        registry.register(registration);
        registration.contentHash = CONTENT_HASH;

        registration.keyCommitment = 0;
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, 0));
        registry.register(registration);
        registration.keyCommitment = SnarkField.R;
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, SnarkField.R)
        );
        registry.register(registration);
        registration.keyCommitment = SnarkField.R - 1;
        registry.register(registration);
    }

    function test_cids_must_look_like_version_1() public {
        bytes[4] memory bad = [bytes(""), hex"12200102ff", hex"01551220", new bytes(129)];
        bad[3][0] = 0x01;
        vm.startPrank(creator);
        for (uint256 i = 0; i < bad.length; ++i) {
            registration.cid = bad[i];
            vm.expectRevert(abi.encodeWithSelector(IContentRegistry.CidInvalid.selector, bad[i]));
            registry.register(registration);
        }
        registration.cid = CID;
        registration.metadataCid = hex"1220";
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.CidInvalid.selector, hex"1220"));
        registry.register(registration);

        registration.cid = hex"0155122001";
        registration.metadataCid = new bytes(128);
        registration.metadataCid[0] = 0x01;
        registry.register(registration);
    }

    function test_a_meter_must_be_known_and_the_callers() public {
        uint64[3] memory unknown = [uint64(0), 3, uint64(1) << 32 | meterId];
        for (uint256 i = 0; i < unknown.length; ++i) {
            registration.meterId = unknown[i];
            vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, unknown[i]));
            vm.prank(creator);
            registry.register(registration);
        }
        registration.meterId = 1;
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotMeterOwner.selector, 1, creator));
        vm.prank(creator);
        registry.register(registration);
    }

    function test_15_pause_stops_registering_and_versions_only() public {
        vm.prank(creator);
        bytes32 contentId = registry.register(registration);
        vm.prank(guardian);
        registry.pause();

        registration.contentHash = bytes32(uint256(1));
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
        vm.prank(creator);
        registry.register(registration);
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
        vm.prank(creator);
        registry.publishVersion(contentId, _edition(1));

        uint64 next = _publishMeter(creator);
        vm.startPrank(creator);
        registry.setMeter(contentId, next);
        registry.setStatus(contentId, ContentStatus.Suspended);
        vm.stopPrank();
        _transfer(contentId, creator, stranger);

        vm.prank(guardian);
        registry.unpause();
        vm.prank(creator);
        registry.register(registration);
    }
}

contract SetStatusTest is ContentBase {
    bytes32 internal contentId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
    }

    function _set(ContentStatus status) internal {
        vm.prank(creator);
        registry.setStatus(contentId, status);
    }

    function _expectNotAllowed(ContentStatus from, ContentStatus to) internal {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.StatusNotAllowed.selector, from, to));
        _set(to);
    }

    function test_suspended_content_can_be_resumed() public {
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentStatusChanged(contentId, ContentStatus.Suspended);
        _set(ContentStatus.Suspended);
        _expectNotAllowed(ContentStatus.Suspended, ContentStatus.Suspended);
        _expectNotAllowed(ContentStatus.Suspended, ContentStatus.None);
        _set(ContentStatus.Active);
        assertEq(uint8(registry.content(contentId).status), uint8(ContentStatus.Active));
        _expectNotAllowed(ContentStatus.Active, ContentStatus.Active);
    }

    function test_retired_is_final() public {
        _set(ContentStatus.Retired);
        for (uint8 to = 0; to < 4; ++to) {
            _expectNotAllowed(ContentStatus.Retired, ContentStatus(to));
        }
    }

    function test_only_the_creator_changes_status() public {
        _expectNotCreator(contentId, stranger);
        registry.setStatus(contentId, ContentStatus.Retired);
    }

    function test_unknown_content_is_an_error() public {
        bytes32 unknownId = bytes32(uint256(1));
        bytes memory unknown = abi.encodeWithSelector(IContentRegistry.ContentUnknown.selector, unknownId);
        vm.expectRevert(unknown);
        registry.setStatus(unknownId, ContentStatus.Retired);
        vm.expectRevert(unknown);
        registry.content(unknownId);
        vm.expectRevert(unknown);
        registry.setMeter(unknownId, 1);
        vm.expectRevert(unknown);
        registry.publishVersion(unknownId, _edition(1));
        vm.expectRevert(unknown);
        registry.proposeTransfer(unknownId, stranger);
        vm.expectRevert(unknown);
        registry.acceptTransfer(unknownId);
    }
}

contract SetMeterTest is ContentBase {
    bytes32 internal contentId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
    }

    function test_content_gets_a_new_meter_and_nothing_else_moves() public {
        Content memory expected = registry.content(contentId);
        expected.meterId = _publishMeter(creator);
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentMeterChanged(contentId, expected.meterId);
        vm.prank(creator);
        registry.setMeter(contentId, expected.meterId);
        _assertSame(registry.content(contentId), expected);
        assertEq(registry.meter(1).owner, creator, "the earlier meter is still known");
    }

    function test_caller_owns_content_and_meter() public {
        uint64 foreign = _publishMeter(stranger);
        _expectNotCreator(contentId, stranger);
        registry.setMeter(contentId, foreign);
        vm.startPrank(creator);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotMeterOwner.selector, foreign, creator));
        registry.setMeter(contentId, foreign);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, 3));
        registry.setMeter(contentId, 3);
    }
}
