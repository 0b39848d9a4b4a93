// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {ContentKind, ContentStatus, IContentRegistry} from "../../src/interfaces/IContentRegistry.sol";
import {
    BundleItem,
    Delivery,
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    Offer,
    OfferKind,
    OfferStatus
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Base} from "../Base.t.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

abstract contract OfferBase is Base {
    bytes32 internal contentId;

    function setUp() public virtual override {
        super.setUp();
        contentId = _content();
    }

    function _refused(Offer memory offer, string memory uri, BundleItem[] memory items, bytes memory reason)
        internal
    {
        vm.expectRevert(reason);
        vm.prank(creator);
        manager.setOffer(offer, uri, items);
    }

    function _refused(Offer memory offer, bytes memory reason) internal {
        BundleItem[] memory items = offer.kind == OfferKind.Bundle ? _items() : new BundleItem[](0);
        _refused(offer, TERMS_URI, items, reason);
    }

    function _invalid(Offer memory offer, string memory field) internal {
        _refused(offer, abi.encodeWithSelector(ILicenseManagerErrors.OfferInvalid.selector, field));
    }
}

contract SetOfferTest is OfferBase {
    function test_every_kind_is_recorded_as_its_digest() public {
        bytes32 collection = _collection();
        Offer[7] memory offers = [
            _perpetual(contentId),
            _transferable(contentId),
            _perUse(contentId),
            _subscriptionServed(contentId),
            _subscriptionKey(contentId),
            _bundleServed(collection),
            _bundleKey(collection)
        ];
        for (uint256 i = 0; i < offers.length; ++i) {
            Offer memory offer = offers[i];
            BundleItem[] memory items = offer.kind == OfferKind.Bundle ? _items() : new BundleItem[](0);
            vm.expectEmit(address(manager));
            emit ILicenseManagerEvents.OfferSet(
                _offerId(offer), offer.contentId, creator, 1, offer, TERMS_URI, items
            );
            uint64 offerId = _setOffer(offer);
            assertEq(offerId, _offerId(offer));
            OfferStatus memory status = manager.offerStatus(offerId);
            assertEq(status.digest, bytes25(manager.offerStructHash(offer)));
            assertEq(status.verifiers, verifierSets.current());
            assertEq(status.generation, 0);
            assertEq(status.sold, 0);
            assertFalse(status.closed);
        }
    }

    function test_an_offers_hash_is_that_of_eip_712() public {
        string memory typeName = string.concat(
            "Offer(bytes32 contentId,uint32 nonce,uint8 kind,uint8 delivery,bool transferable,address buyer,",
            "address token,uint128 price,uint128 unitPrice,uint64 units,uint128 overagePrice,uint128 bond,",
            "uint32 unitBytes,uint16 maxUnitsPerEvent,uint32 duration,uint32 deliveryWindow,uint32 disputeWindow,",
            "uint32 settlementGrace,uint32 supply,uint40 validUntil,uint32 usageBits,uint16 royaltyBps,",
            "uint64 splitId,address arbitrator,bytes32 termsHash,bytes32 itemsHash)"
        );
        Offer memory offer = _bundleKey(_collection());
        bytes32 hash = keccak256(abi.encode(keccak256(bytes(typeName)), offer));
        assertEq(manager.offerStructHash(offer), hash);
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Datavault"),
                keccak256("1"),
                block.chainid,
                manager
            )
        );
        assertEq(manager.offerTypedDigest(offer), keccak256(abi.encodePacked(hex"1901", domain, hash)));
        bytes32 tree = keccak256(abi.encode(keccak256("OfferTree(bytes32 root)"), bytes32("root")));
        assertEq(manager.offerTreeDigest("root"), keccak256(abi.encodePacked(hex"1901", domain, tree)));
    }

    function testFuzz_any_changed_word_is_another_offer(uint256 word) public {
        word = bound(word, 0, 25);
        Offer memory offer = _transferable(contentId);
        bytes32 hash = manager.offerStructHash(offer);
        assembly {
            let at := add(offer, mul(word, 0x20))
            mstore(at, xor(mload(at), 1))
        }
        assertNotEq(manager.offerStructHash(offer), hash);
    }

    function test_a_nonce_is_used_once() public {
        Offer memory offer = _perpetual(contentId);
        uint64 offerId = _setOffer(offer);
        offer.price += 1;
        bytes memory exists = abi.encodeWithSelector(ILicenseManagerErrors.OfferExists.selector, offerId);
        _refused(offer, exists);
        // Nor after it was closed.
        vm.prank(creator);
        manager.closeOffer(offerId);
        _refused(offer, exists);
    }

    function test_only_the_contents_creator_makes_offers() public {
        Offer memory offer = _perpetual(contentId);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManagerErrors.NotContentCreator.selector, contentId, stranger)
        );
        vm.prank(stranger);
        manager.setOffer(offer, TERMS_URI, new BundleItem[](0));
        offer.contentId = bytes32("unknown");
        _refused(offer, abi.encodeWithSelector(IContentRegistry.ContentUnknown.selector, offer.contentId));
    }

    function test_content_must_be_active() public {
        Offer memory offer = _perpetual(contentId);
        bytes memory reason =
            abi.encodeWithSelector(ILicenseManagerErrors.ContentNotActive.selector, contentId);
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        _refused(offer, reason);
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Retired);
        _refused(offer, reason);
    }

    function test_no_offers_while_paused() public {
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        _refused(_perpetual(contentId), abi.encodeWithSelector(PausableUpgradeable.EnforcedPause.selector));
    }

    function test_common_fields() public {
        Offer memory good = _perpetual(contentId);
        Offer memory offer = good;
        offer.nonce = 1 << 20;
        _invalid(offer, "nonce");
        offer.nonce = (1 << 20) - 1;
        offer.arbitrator = creator;
        _invalid(offer, "arbitrator");
        offer.arbitrator = address(0);
        _invalid(offer, "arbitrator");
        offer.arbitrator = arbitrator;
        offer.termsHash = 0;
        _invalid(offer, "termsHash");
        offer.termsHash = TERMS_HASH;
        offer.usageBits = 0x100;
        _invalid(offer, "usageBits");
        offer.usageBits = 0xff;
        offer.settlementGrace = Timings.MAX_WINDOW + 1;
        _invalid(offer, "settlementGrace");
        offer.settlementGrace = Timings.MAX_WINDOW;
        offer.units = uint64(type(uint32).max) + 1;
        _invalid(offer, "units");
        offer.units = type(uint32).max;
        _invalid(offer, "maxUnitsPerEvent");
        offer.maxUnitsPerEvent = 1;
        offer.token = stranger;
        _invalid(offer, "token");
        offer.token = address(0);
        offer.validUntil = START;
        _invalid(offer, "validUntil");
        offer.validUntil = START + 1;
        offer.splitId = 99;
        _refused(offer, abi.encodeWithSelector(IPaymentEscrow.SplitUnknown.selector, 99));
        offer.splitId = creatorSplit;
        _refused(
            offer,
            string(new bytes(513)),
            new BundleItem[](0),
            abi.encodeWithSelector(ILicenseManagerErrors.OfferInvalid.selector, "termsUri")
        );
        BundleItem[] memory items = _items();
        _refused(
            offer,
            TERMS_URI,
            items,
            abi.encodeWithSelector(ILicenseManagerErrors.BundleItemsInvalid.selector, 0)
        );
        vm.prank(creator);
        manager.setOffer(offer, string(new bytes(512)), new BundleItem[](0));
    }

    function test_a_closed_token_is_not_listed() public {
        vm.prank(operator);
        escrow.listToken(address(token), false);
        _invalid(_perpetual(contentId), "token");
    }

    function test_per_use() public {
        Offer memory offer = _perUse(contentId);
        offer.delivery = Delivery.Key;
        _invalid(offer, "delivery");
        offer = _perUse(contentId);
        offer.price = 1;
        _invalid(offer, "price");
        offer = _perUse(contentId);
        offer.unitPrice = 0;
        _invalid(offer, "unitPrice");
        offer = _perUse(contentId);
        offer.units = 1;
        _invalid(offer, "units");
        offer = _perUse(contentId);
        offer.settlementGrace = 0;
        _invalid(offer, "settlementGrace");
        offer = _perUse(contentId);
        offer.itemsHash = bytes32("items");
        _invalid(offer, "itemsHash");
        offer = _perUse(contentId);
        offer.duration = 0;
        _invalid(offer, "duration");
        offer.duration = Timings.MAX_DEPOSIT + 1;
        _invalid(offer, "duration");
        offer.duration = Timings.MAX_DEPOSIT;
        offer.settlementGrace = Timings.MAX_WINDOW;
        _setOffer(offer);
    }

    function test_served() public {
        Offer memory offer = _subscriptionServed(contentId);
        offer.deliveryWindow = 1 hours;
        _invalid(offer, "deliveryWindow");
        offer = _subscriptionServed(contentId);
        offer.disputeWindow = 1 hours;
        _invalid(offer, "disputeWindow");
        offer = _subscriptionServed(contentId);
        offer.maxUnitsPerEvent = 0;
        _invalid(offer, "maxUnitsPerEvent");
        offer = _subscriptionServed(contentId);
        offer.duration = 0;
        _invalid(offer, "duration");
        offer = _subscriptionServed(contentId);
        (offer.bond, offer.overagePrice) = (1, 1);
        _invalid(offer, "bond");
        offer = _subscriptionServed(contentId);
        offer.transferable = true;
        _invalid(offer, "transferable");
    }

    function test_subscription() public {
        Offer memory offer = _subscriptionKey(contentId);
        offer.price = 0;
        _invalid(offer, "price");
        offer = _subscriptionKey(contentId);
        offer.unitPrice = 1;
        _invalid(offer, "unitPrice");
        offer = _subscriptionKey(contentId);
        offer.duration = 0;
        _invalid(offer, "duration");
        offer.duration = Timings.MAX_DEPOSIT + 1;
        _invalid(offer, "duration");
        offer = _subscriptionKey(contentId);
        offer.bond = 0;
        _invalid(offer, "overagePrice");
        offer = _subscriptionKey(contentId);
        offer.overagePrice = 0;
        _invalid(offer, "overagePrice");
        offer = _subscriptionKey(contentId);
        offer.units = 0;
        _invalid(offer, "units");
        offer = _subscriptionKey(contentId);
        offer.settlementGrace = 0;
        _invalid(offer, "settlementGrace");
        offer = _subscriptionKey(contentId);
        offer.transferable = true;
        _invalid(offer, "transferable");
        offer = _subscriptionKey(contentId);
        offer.itemsHash = bytes32("items");
        _invalid(offer, "itemsHash");
    }

    function test_perpetual() public {
        Offer memory offer = _perpetual(contentId);
        offer.delivery = Delivery.Served;
        _invalid(offer, "delivery");
        offer = _perpetual(contentId);
        offer.price = 0;
        _invalid(offer, "price");
        offer = _perpetual(contentId);
        offer.duration = 1;
        _invalid(offer, "duration");
        offer = _perpetual(contentId);
        (offer.bond, offer.overagePrice, offer.units, offer.settlementGrace) = (1, 1, 1, 1);
        offer.maxUnitsPerEvent = 1;
        _invalid(offer, "bond");
        offer = _perpetual(contentId);
        offer.royaltyBps = 1;
        _invalid(offer, "royaltyBps");
        offer.transferable = true;
        offer.royaltyBps = 10_001;
        _invalid(offer, "royaltyBps");
        offer.royaltyBps = 10_000;
        (offer.units, offer.maxUnitsPerEvent) = (1, 1);
        _invalid(offer, "transferable");
        offer.units = 0;
        _setOffer(offer);
    }

    function test_windows_of_a_delivered_key() public {
        Offer memory offer = _perpetual(contentId);
        offer.deliveryWindow = Timings.MIN_WINDOW - 1;
        _invalid(offer, "deliveryWindow");
        offer.deliveryWindow = Timings.MAX_WINDOW + 1;
        _invalid(offer, "deliveryWindow");
        offer.deliveryWindow = Timings.MIN_WINDOW;
        offer.disputeWindow = Timings.MIN_WINDOW - 1;
        _invalid(offer, "disputeWindow");
        offer.disputeWindow = Timings.MAX_WINDOW + 1;
        _invalid(offer, "disputeWindow");
        offer.disputeWindow = Timings.MAX_WINDOW;
        _setOffer(offer);
    }
}

contract SetBundleTest is OfferBase {
    bytes32 internal collection;

    function setUp() public override {
        super.setUp();
        collection = _collection();
    }

    function _of(BundleItem[] memory items, uint64 units) internal returns (Offer memory offer) {
        offer = _bundleServed(collection);
        offer.itemsHash = keccak256(abi.encode(items));
        offer.units = units;
    }

    function _itemsInvalid(BundleItem[] memory items, uint256 index) internal {
        _refused(
            _of(items, 0),
            TERMS_URI,
            items,
            abi.encodeWithSelector(ILicenseManagerErrors.BundleItemsInvalid.selector, index)
        );
    }

    function test_bundle_fields() public {
        Offer memory offer = _bundleServed(contentId);
        _invalid(offer, "contentId");
        offer = _bundleServed(collection);
        offer.itemsHash = bytes32("others");
        _invalid(offer, "itemsHash");
        offer = _bundleServed(collection);
        offer.units += 1;
        _invalid(offer, "units");
        offer = _bundleServed(collection);
        offer.duration = 0;
        _invalid(offer, "duration");
        offer = _bundleKey(collection);
        (offer.bond, offer.overagePrice) = (1, 1);
        _invalid(offer, "bond");
        offer = _bundleKey(collection);
        offer.transferable = true;
        _invalid(offer, "transferable");
        // For a while as well as for ever.
        offer = _bundleKey(collection);
        offer.duration = 5 * 365 days;
        _setOffer(offer);
    }

    function test_units_are_unlimited_when_an_items_are() public {
        BundleItem[] memory items = _items();
        items[1].units = 0;
        _refused(
            _of(items, UNITS),
            TERMS_URI,
            items,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferInvalid.selector, "units")
        );
        Offer memory offer = _of(items, 0);
        vm.prank(creator);
        manager.setOffer(offer, TERMS_URI, items);
    }

    function test_items_are_the_creators_and_each_is_there_once() public {
        BundleItem[] memory items = _items();
        (items[0], items[1]) = (items[1], items[0]);
        _itemsInvalid(items, 1);
        items[1] = items[0];
        _itemsInvalid(items, 1);
        _itemsInvalid(new BundleItem[](0), 0);
        _itemsInvalid(new BundleItem[](1), 0);

        items = new BundleItem[](1);
        items[0].contentId = bytes32("unknown");
        _refused(
            _of(items, 0),
            TERMS_URI,
            items,
            abi.encodeWithSelector(IContentRegistry.ContentUnknown.selector, items[0].contentId)
        );
        vm.prank(creator);
        registry.proposeTransfer(contentId, stranger);
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
        items[0].contentId = contentId;
        _itemsInvalid(items, 0);
    }

    function test_at_most_a_hundred_items() public {
        _itemsInvalid(new BundleItem[](101), 101);
        BundleItem[] memory items = new BundleItem[](100);
        for (uint256 i = 0; i < 100; ++i) {
            bytes32 id = _register(sha256(abi.encode("item", i)), ContentKind.File);
            uint256 at = i;
            for (; at > 0 && items[at - 1].contentId > id; --at) {
                items[at] = items[at - 1];
            }
            items[at] = BundleItem({contentId: id, units: 1});
        }
        Offer memory offer = _of(items, 100);
        vm.prank(creator);
        manager.setOffer(offer, TERMS_URI, items);
    }
}

contract CloseOfferTest is OfferBase {
    function test_the_creator_closes_once() public {
        uint64 offerId = _setOffer(_perpetual(contentId));
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManagerErrors.NotContentCreator.selector, contentId, stranger)
        );
        vm.prank(stranger);
        manager.closeOffer(offerId);

        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.OfferClosed(offerId);
        vm.prank(creator);
        manager.closeOffer(offerId);
        assertTrue(manager.offerStatus(offerId).closed);
        assertNotEq(manager.offerStatus(offerId).digest, 0);

        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.OfferNotOpen.selector, offerId));
        vm.prank(creator);
        manager.closeOffer(offerId);
    }

    function test_of_unknown_content_nothing_is_closed() public {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.ContentNoUnknown.selector, 7));
        manager.closeOffer(7 << 20);
    }
}

contract ProfileTest is Base {
    uint256 internal constant R =
        21_888_242_871_839_275_222_246_405_745_257_275_088_548_364_400_416_034_343_698_204_186_575_808_495_617;

    function _refusedAs(uint256 x, uint256 y, uint256 commitment, uint256 bad) internal {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.FieldElementOutOfRange.selector, bad));
        manager.publishProfile(x, y, commitment, sessionKey);
    }

    function test_a_profile_is_a_new_version() public {
        for (uint64 i = 1; i < 3; ++i) {
            vm.expectEmit(address(manager));
            emit ILicenseManagerEvents.ProfilePublished(i, licensee, 3, 4, COMMITMENT, sessionKey);
            assertEq(_publishProfile(), i);
            assertEq(manager.profile(i).owner, licensee);
            assertEq(manager.profile(i).sessionKey, sessionKey);
            assertEq(manager.profile(i).commitment, COMMITMENT);
        }
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.ProfileUnknown.selector, 3));
        manager.profile(3);
    }

    function test_numbers_are_field_elements_and_there_is_a_session_key() public {
        _refusedAs(R, 4, COMMITMENT, R);
        _refusedAs(3, R, COMMITMENT, R);
        _refusedAs(3, 4, R, R);
        _refusedAs(3, 4, 0, 0);
        vm.expectRevert(IContentRegistry.SignerMissing.selector);
        manager.publishProfile(3, 4, COMMITMENT, address(0));
        manager.publishProfile(R - 1, 0, R - 1, sessionKey);
    }

    /// The literal in the code is ERC-7201's of this name.
    function test_storage_is_where_its_name_says() public {
        _publishProfile();
        bytes32 slot = keccak256(abi.encode(uint256(keccak256("datavault.storage.LicenseManager")) - 1))
            & ~bytes32(uint256(0xff));
        assertEq(uint256(vm.load(address(manager), bytes32(uint256(slot) + 5))), uint256(1) << 40);
    }
}
