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
import {IPaymentEscrow, Payee} from "../../src/interfaces/IPaymentEscrow.sol";
import {SnarkField} from "../../src/libraries/SnarkField.sol";
import {Base} from "../Base.t.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

contract PublishMeterTest is Base {
    function test_meter_is_published_and_readable() public {
        vm.expectEmit(address(registry));
        emit IContentRegistry.MeterPublished(
            1, creator, 1, 2, METER_KEY_HASH, meterSigner, "https://meter.example"
        );
        uint64 meterId = _publishMeter();
        Meter memory meter = registry.meter(meterId);
        assertEq(meter.owner, creator);
        assertEq(meter.signer, meterSigner);
        assertEq(meter.keyHash, METER_KEY_HASH);
        assertEq(_publishMeter(), meterId + 1, "a new version, not a change");
    }

    function test_unknown_meter_is_an_error() public {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, 1));
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
        registry.publishMeter(1, 2, 3, meterSigner, string(new bytes(max)));
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.UrlTooLong.selector, max + 1, max));
        registry.publishMeter(1, 2, 3, meterSigner, string(new bytes(max + 1)));
    }
}

contract RegisterTest is Base {
    uint64 internal meterId;
    Registration internal registration;

    function setUp() public override {
        super.setUp();
        meterId = _publishMeter();
        registration = _registration(meterId);
    }

    function _expectedId(address account) internal view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(registry), account, CONTENT_HASH));
    }

    function test_content_belongs_to_its_registrant_and_pays_it() public {
        bytes32 expectedId = _expectedId(creator);
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentRegistered(
            expectedId, creator, CONTENT_HASH, CID, KEY_COMMITMENT, CID, ContentKind.File, meterId, 1
        );
        vm.prank(creator);
        bytes32 contentId = registry.register(registration);
        assertEq(contentId, expectedId);
        Content memory content = registry.content(contentId);
        assertEq(content.creator, creator);
        assertEq(uint8(content.status), uint8(ContentStatus.Active));
        assertEq(uint8(content.kind), uint8(ContentKind.File));
        assertEq(content.meterId, meterId);
        assertEq(content.splitId, 1);
        assertEq(content.keyCommitment, KEY_COMMITMENT);
        assertEq(content.contentHash, CONTENT_HASH);
        Payee[] memory payees = escrow.split(content.splitId);
        assertEq(payees.length, 1);
        assertEq(payees[0].account, creator);
        assertEq(payees[0].shareBps, 10_000);
    }

    function test_payees_are_recorded_in_order() public {
        registration.payees.push(Payee(stranger, 1));
        registration.payees.push(Payee(creator, 9999));
        vm.prank(creator);
        Payee[] memory payees = escrow.split(registry.content(registry.register(registration)).splitId);
        assertEq(payees[0].account, stranger);
        assertEq(payees[0].shareBps, 1);
        assertEq(payees[1].account, creator);
        assertEq(payees[1].shareBps, 9999);
    }

    function test_the_same_content_twice_is_rejected() public {
        vm.startPrank(creator);
        bytes32 contentId = registry.register(registration);
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.ContentAlreadyRegistered.selector, contentId, creator)
        );
        registry.register(registration);
    }

    function test_another_creator_may_register_the_same_bytes() public {
        vm.prank(creator);
        bytes32 first = registry.register(registration);
        vm.startPrank(stranger);
        registration.meterId = registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "");
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
        registration.keyCommitment = KEY_COMMITMENT;

        registration.meterId = 99;
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.MeterUnknown.selector, 99));
        registry.register(registration);
    }

    function test_cids_must_look_like_version_1() public {
        bytes[4] memory bad = [bytes(""), hex"12200102", hex"01551220", new bytes(129)];
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
    }

    function test_a_foreign_meter_is_rejected() public {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotMeterOwner.selector, meterId, stranger));
        vm.prank(stranger);
        registry.register(registration);
    }

    function test_bad_split_is_rejected() public {
        registration.payees.push(Payee(creator, 9999));
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.SplitInvalid.selector, 1, 9999));
        vm.prank(creator);
        registry.register(registration);
    }

    function test_pause_stops_registering_only() public {
        vm.prank(guardian);
        registry.pause();
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
        vm.prank(creator);
        registry.register(registration);
        _publishMeter();
    }
}

contract SetStatusTest is Base {
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
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotCreator.selector, contentId, stranger));
        vm.prank(stranger);
        registry.setStatus(contentId, ContentStatus.Retired);
    }

    function test_unknown_content_is_an_error() public {
        bytes memory unknown =
            abi.encodeWithSelector(IContentRegistry.ContentUnknown.selector, bytes32(uint256(1)));
        vm.expectRevert(unknown);
        registry.setStatus(bytes32(uint256(1)), ContentStatus.Retired);
        vm.expectRevert(unknown);
        registry.content(bytes32(uint256(1)));
    }
}
