// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {
    BundleItem,
    Delivery,
    Offer,
    OfferKind,
    OfferStatus,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {Seller, World} from "./World.sol";

/// An offer that a creator signed.
struct Signed {
    Offer offer;
    address signer;
    bytes signature;
}

/// What is on offer: of each shape, in each token, listed or signed.
abstract contract Offering is World {
    uint256 internal constant SHAPES = 8;
    /// Shapes, in this order: PerUse; Subscription served, with key and bond, with key; Perpetual; transferable
    /// Perpetual; Bundle served, with key.
    mapping(uint256 slot => Offer) internal _offers;
    mapping(uint256 slot => uint64) internal _offerIds;
    Signed[] internal _signed;
    uint32 internal _nonce;

    /// Closes an offer, or cancels a signed one.
    function closeOffer(uint256 seed) external step("closeOffer") {
        seed = _spread(seed);
        uint64 offerId = _offerIds[seed % SHAPES * 8 + (seed >> 8) % tokens.all.length];
        if (seed >> 32 & 1 == 0 && _signed.length != 0) {
            offerId = _offerId(_signed[(seed >> 16) % _signed.length].offer);
        }
        if (offerId == 0) return;
        address creator = sys.registry.content(sys.registry.contentIdOf(uint32(offerId >> 20))).creator;
        bool expected = !sys.manager.offerStatus(offerId).closed;
        vm.prank(creator);
        try sys.manager.closeOffer(offerId) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    /// The offer of a shape in a token; a new one where the last can be bought no more and the creator cares.
    function _offerAt(uint256 shape, uint256 tokenIndex, uint256 seed)
        internal
        returns (Offer memory offer, uint64 offerId)
    {
        uint256 slot = shape * 8 + tokenIndex;
        offerId = _offerIds[slot];
        offer = _offers[slot];
        if (offerId != 0 && (_isOnSale(offer, offerId) || seed & 3 == 0)) return (offer, offerId);
        Offer memory next = _make(shape, tokens.all[tokenIndex], seed);
        BundleItem[] memory items = next.kind == OfferKind.Bundle ? bundleItems : new BundleItem[](0);
        bool expected = !_isPaused() && sys.escrow.isListed(next.token)
            && sys.registry.content(next.contentId).status == ContentStatus.Active && _ownsItems(next);
        vm.prank(_sellerOf(next.contentId).account);
        try sys.manager.setOffer(next, "https://terms.example/1", items) returns (uint64 id) {
            if (!expected) _violate("setOffer should be refused");
            ++succeeded["setOffer"];
            (_offers[slot], _offerIds[slot]) = (next, id);
            return (next, id);
        } catch {
            if (expected) _violate("setOffer should succeed");
            return (offer, offerId);
        }
    }

    /// An offer as it could be signed now, or one that was.
    function _signedOffer(uint256 shape, uint256 tokenIndex, uint256 seed)
        internal
        returns (Signed memory s)
    {
        if (seed & 1 == 0 && _signed.length != 0) {
            return _signed[(seed >> 8) % _signed.length];
        }
        s.offer = _make(shape, tokens.all[tokenIndex], seed);
        Seller memory seller = _sellerOf(s.offer.contentId);
        s.signer = seller.account;
        s.signature = _sign(seller.secret, sys.manager.offerTypedDigest(s.offer));
        _signed.push(s);
    }

    function _isOnSale(Offer memory offer, uint64 offerId) internal view returns (bool) {
        OfferStatus memory status = sys.manager.offerStatus(offerId);
        Content memory c = sys.registry.content(offer.contentId);
        return status.digest != 0 && _isBuyable(offer, status, c) && status.generation == c.generation;
    }

    function _isBuyable(Offer memory offer, OfferStatus memory status, Content memory c)
        private
        view
        returns (bool)
    {
        if (status.closed || c.status != ContentStatus.Active) return false;
        if (offer.validUntil != 0 && _now() > offer.validUntil) return false;
        return offer.supply == 0 || status.sold < offer.supply;
    }

    /// Of a listed offer, or of one that its creator signed, what does not depend on who pays.
    function _isForSale(Offer memory offer, uint64 offerId, Order memory order, address signer)
        internal
        view
        returns (bool)
    {
        OfferStatus memory status = sys.manager.offerStatus(offerId);
        Content memory c = sys.registry.content(offer.contentId);
        if (!_isBuyable(offer, status, c)) return false;
        if (status.digest == 0 ? signer == address(0) : status.generation != c.generation) return false;
        if (signer != address(0) && signer != c.creator) return false;
        return offer.buyer == address(0) || offer.buyer == order.licensee;
    }

    function _offerId(Offer memory offer) internal view returns (uint64) {
        return uint64(sys.registry.content(offer.contentId).contentNo) << 20 | offer.nonce;
    }

    /// Price or deposit, and bond.
    function _total(Offer memory offer, uint256 units) internal pure returns (uint256) {
        return (offer.kind == OfferKind.PerUse ? offer.unitPrice * units : offer.price) + offer.bond;
    }

    function _make(uint256 shape, address token, uint256 seed) private returns (Offer memory offer) {
        bool bundle = shape > 5;
        offer.contentId = contents[bundle ? 2 : (seed >> 16) % 2];
        offer.nonce = ++_nonce;
        offer.token = token;
        offer.usageBits = 5;
        offer.splitId = _sellerOf(offer.contentId).splitId;
        offer.arbitrator =
            [courts.person, courts.panel, courts.mute, courts.gasBurning][_courtIndex(seed >> 24)];
        offer.termsHash = keccak256("terms");
        if (seed >> 32 & 7 == 0) offer.supply = 2;
        if (seed >> 40 & 7 == 0) offer.validUntil = uint40(_now() + 10 days);
        if (seed >> 48 & 7 == 0) offer.buyer = buyers[1].account;
        offer.maxUnitsPerEvent = 10;
        if (shape == 0) offer.unitPrice = 997;
        else offer.price = uint128(1_000_003 + (seed >> 56) % 1e9);
        _setTimes(offer, shape);
        _setKind(offer, shape);
    }

    /// Half of the disputes before somebody who answers.
    function _courtIndex(uint256 seed) private pure returns (uint256) {
        return [0, 0, 0, 1, 1, 1, 2, 3][seed % 8];
    }

    function _setTimes(Offer memory offer, uint256 shape) private pure {
        bool delivered = shape != 0 && shape != 1 && shape != 6;
        offer.delivery = delivered ? Delivery.Key : Delivery.Served;
        if (delivered) (offer.deliveryWindow, offer.disputeWindow) = (1 days, 7 days);
        bool ends = shape < 4 || shape == 6;
        if (ends) offer.duration = 20 days;
        if (shape == 0 || shape == 2) offer.settlementGrace = 5 days;
    }

    function _setKind(Offer memory offer, uint256 shape) private view {
        offer.kind = [
            OfferKind.PerUse,
            OfferKind.Subscription,
            OfferKind.Subscription,
            OfferKind.Subscription,
            OfferKind.Perpetual,
            OfferKind.Perpetual,
            OfferKind.Bundle,
            OfferKind.Bundle
        ][shape];
        if (shape == 1 || shape == 2) offer.units = 40;
        if (shape == 2) (offer.overagePrice, offer.bond) = (1009, 20_011);
        if (shape == 5) (offer.transferable, offer.royaltyBps) = (true, 500);
        if (offer.kind == OfferKind.Bundle) {
            offer.units = 100;
            offer.itemsHash = keccak256(abi.encode(bundleItems));
        }
    }

    function _ownsItems(Offer memory offer) private view returns (bool) {
        if (offer.kind != OfferKind.Bundle) return true;
        address creator = sys.registry.content(offer.contentId).creator;
        for (uint256 i = 0; i < bundleItems.length; ++i) {
            if (sys.registry.content(bundleItems[i].contentId).creator != creator) return false;
        }
        return true;
    }
}
