// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentStatus, IContentRegistry} from "../../src/interfaces/IContentRegistry.sol";
import {Delivery, ILicenseManager, Offer, OfferKind, Profile} from "../../src/interfaces/ILicenseManager.sol";
import {OfferRules} from "../../src/libraries/OfferRules.sol";
import {SnarkField} from "../../src/libraries/SnarkField.sol";
import {Base} from "../Base.t.sol";

contract SetOfferTest is Base {
    bytes32 internal contentId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
    }

    function _expectInvalid(string memory field, Offer memory offer) internal {
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferInvalid.selector, field));
        vm.prank(creator);
        manager.setOffer(offer);
    }

    function test_offer_is_stored_as_given() public {
        Offer[2] memory offers = [_perpetual(contentId), _perUse(contentId)];
        offers[0].termsUri = string(new bytes(OfferRules.MAX_URI_LENGTH));
        offers[0].validUntil = START + 1;
        offers[0].supply = 7;
        offers[0].transferable = true;
        for (uint64 i = 0; i < 2; ++i) {
            vm.expectEmit(address(manager));
            emit ILicenseManager.OfferSet(i + 1, contentId, creator, offers[i]);
            uint64 offerId = _setOffer(offers[i]);
            assertEq(offerId, i + 1);
            assertEq(abi.encode(manager.offer(offerId)), abi.encode(offers[i]));
            (address offerCreator, bool open, uint64 sold) = manager.offerState(offerId);
            assertEq(offerCreator, creator);
            assertTrue(open);
            assertEq(sold, 0);
        }
    }

    function test_only_the_contents_creator_makes_offers() public {
        Offer memory offer = _perpetual(contentId);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManager.NotContentCreator.selector, contentId, stranger)
        );
        vm.prank(stranger);
        manager.setOffer(offer);
    }

    function test_content_must_be_active() public {
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        Offer memory offer = _perpetual(contentId);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.ContentNotActive.selector, contentId));
        vm.prank(creator);
        manager.setOffer(offer);
    }

    function test_unknown_content_is_rejected() public {
        Offer memory offer = _perpetual(keccak256("nothing"));
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.ContentUnknown.selector, keccak256("nothing"))
        );
        manager.setOffer(offer);
    }

    function test_subscriptions_and_bundles_are_not_sold_yet() public {
        Offer memory offer = _perpetual(contentId);
        OfferKind[2] memory kinds = [OfferKind.Subscription, OfferKind.Bundle];
        for (uint256 i = 0; i < 2; ++i) {
            offer.kind = kinds[i];
            vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferKindNotAvailable.selector, kinds[i]));
            vm.prank(creator);
            manager.setOffer(offer);
        }
    }

    function test_per_use_fields_are_checked() public {
        Offer memory offer = _perUse(contentId);
        offer.delivery = Delivery.Key;
        _expectInvalid("delivery", offer);
        offer = _perUse(contentId);
        offer.price = 1;
        _expectInvalid("price", offer);
        offer = _perUse(contentId);
        offer.unitPrice = 0;
        _expectInvalid("unitPrice", offer);
        offer = _perUse(contentId);
        offer.maxUnitsPerEvent = 0;
        _expectInvalid("maxUnitsPerEvent", offer);
        offer = _perUse(contentId);
        offer.duration = 0;
        _expectInvalid("duration", offer);
        offer = _perUse(contentId);
        offer.deliveryWindow = 1;
        _expectInvalid("deliveryWindow", offer);
        offer = _perUse(contentId);
        offer.disputeWindow = 1;
        _expectInvalid("disputeWindow", offer);
        offer = _perUse(contentId);
        offer.settlementGrace = 0;
        _expectInvalid("settlementGrace", offer);
        offer.settlementGrace = OfferRules.MAX_WINDOW_SECS + 1;
        _expectInvalid("settlementGrace", offer);
        offer = _perUse(contentId);
        offer.duration = OfferRules.MAX_DURATION_SECS + 1;
        _expectInvalid("duration", offer);
        offer.settlementGrace = OfferRules.MAX_WINDOW_SECS;
        offer.duration = OfferRules.MAX_DURATION_SECS;
        _setOffer(offer);
    }

    function test_perpetual_fields_are_checked() public {
        Offer memory offer = _perpetual(contentId);
        offer.delivery = Delivery.Served;
        _expectInvalid("delivery", offer);
        offer = _perpetual(contentId);
        offer.price = 0;
        _expectInvalid("price", offer);
        offer = _perpetual(contentId);
        offer.unitPrice = 1;
        _expectInvalid("unitPrice", offer);
        offer = _perpetual(contentId);
        offer.duration = 1;
        _expectInvalid("duration", offer);
        offer = _perpetual(contentId);
        offer.deliveryWindow = 1 hours - 1;
        _expectInvalid("deliveryWindow", offer);
        offer.deliveryWindow = OfferRules.MAX_WINDOW_SECS + 1;
        _expectInvalid("deliveryWindow", offer);
        offer = _perpetual(contentId);
        offer.disputeWindow = 1 hours - 1;
        _expectInvalid("disputeWindow", offer);
        offer.disputeWindow = OfferRules.MAX_WINDOW_SECS + 1;
        _expectInvalid("disputeWindow", offer);
        offer = _perpetual(contentId);
        offer.settlementGrace = OfferRules.MAX_WINDOW_SECS + 1;
        _expectInvalid("settlementGrace", offer);
        offer = _perpetual(contentId);
        offer.arbitrator = address(0);
        _expectInvalid("arbitrator", offer);
        offer = _perpetual(contentId);
        offer.deliveryWindow = 1 hours;
        offer.disputeWindow = 1 hours;
        _setOffer(offer);
        offer.deliveryWindow = 90 days;
        offer.disputeWindow = 90 days;
        _setOffer(offer);
    }

    function test_nobody_is_the_arbitrator_of_their_own_offer() public {
        Offer[2] memory offers = [_perpetual(contentId), _perUse(contentId)];
        for (uint256 i = 0; i < 2; ++i) {
            offers[i].arbitrator = creator;
            _expectInvalid("arbitrator", offers[i]);
            offers[i].arbitrator = arbitrator;
            _setOffer(offers[i]);
        }
    }

    function test_common_fields_are_checked() public {
        Offer memory offer = _perpetual(contentId);
        offer.token = stranger;
        _expectInvalid("token", offer);
        offer = _perpetual(contentId);
        offer.validUntil = START;
        _expectInvalid("validUntil", offer);
        offer = _perpetual(contentId);
        offer.usageBits = 0x100;
        _expectInvalid("usageBits", offer);
        offer = _perpetual(contentId);
        offer.termsHash = bytes32(0);
        _expectInvalid("termsHash", offer);
        offer = _perpetual(contentId);
        offer.termsUri = string(new bytes(OfferRules.MAX_URI_LENGTH + 1));
        _expectInvalid("termsUri", offer);
    }

    function test_unknown_offer_is_an_error() public {
        bytes memory unknown = abi.encodeWithSelector(ILicenseManager.OfferUnknown.selector, 5);
        vm.expectRevert(unknown);
        manager.offer(5);
        vm.expectRevert(unknown);
        manager.offerState(5);
        vm.expectRevert(unknown);
        manager.closeOffer(5);
    }
}

contract CloseOfferTest is Base {
    function test_offer_closes_once_and_by_its_creator() public {
        uint64 offerId = _setOffer(_perpetual(_register()));
        bytes32 contentId = manager.offer(offerId).contentId;
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManager.NotContentCreator.selector, contentId, stranger)
        );
        vm.prank(stranger);
        manager.closeOffer(offerId);

        vm.expectEmit(address(manager));
        emit ILicenseManager.OfferClosed(offerId);
        vm.startPrank(creator);
        manager.closeOffer(offerId);
        (, bool open,) = manager.offerState(offerId);
        assertFalse(open);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferNotOpen.selector, offerId));
        manager.closeOffer(offerId);
    }
}

contract PublishProfileTest is Base {
    function test_profile_is_published_and_readable() public {
        vm.expectEmit(address(manager));
        emit ILicenseManager.ProfilePublished(1, licensee, 3, 4, COMMITMENT, sessionKey);
        uint64 profileId = _publishProfile();
        Profile memory profile = manager.profile(profileId);
        assertEq(profile.owner, licensee);
        assertEq(profile.sessionKey, sessionKey);
        assertEq(profile.commitment, COMMITMENT);
        assertEq(_publishProfile(), profileId + 1, "a new version, not a change");
    }

    function test_unknown_profile_is_an_error() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.ProfileUnknown.selector, 1));
        manager.profile(1);
    }

    function test_keys_outside_the_field_and_no_session_key_are_rejected() public {
        uint256 r = SnarkField.R;
        bytes memory tooLarge = abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, r);
        vm.expectRevert(tooLarge);
        manager.publishProfile(r, 1, 1, sessionKey);
        vm.expectRevert(tooLarge);
        manager.publishProfile(1, r, 1, sessionKey);
        vm.expectRevert(tooLarge);
        manager.publishProfile(1, 1, r, sessionKey);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, 0));
        manager.publishProfile(1, 1, 0, sessionKey);
        vm.expectRevert(IContentRegistry.SignerMissing.selector);
        manager.publishProfile(1, 1, 1, address(0));
    }
}
