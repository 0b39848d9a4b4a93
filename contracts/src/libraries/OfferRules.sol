// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentKind} from "../interfaces/IContentRegistry.sol";
import {Delivery, Offer, OfferKind} from "../interfaces/ILicenseManager.sol";
import {Timings} from "./Timings.sol";

/// @title OfferRules: which offers can be made.
library OfferRules {
    /// An offer's id ends in its nonce.
    uint32 internal constant NONCE_BITS = 20;
    /// Bits of {Offer-usageBits} that have a meaning.
    uint32 internal constant ALL_USAGE_BITS = 0xff;
    uint16 internal constant ALL_BPS = 10_000;

    /// @notice The first field that keeps the creator of `content` from making the offer; zero: none. That its validity
    ///         has not ended, its token is listed and its split exists is not looked at: a purchase finds out by itself.
    /// @dev A word and one revert at the end: as reverts of their own, the rules would be three times as large.
    function flawOf(Offer memory offer, Content memory content) internal pure returns (bytes32 field) {
        if (offer.nonce >> NONCE_BITS != 0) return "nonce";
        // Nobody judges their own case.
        if (offer.arbitrator == content.creator) return "arbitrator";
        if (offer.termsHash == 0) return "termsHash";
        if (offer.usageBits > ALL_USAGE_BITS) return "usageBits";
        if (offer.settlementGrace > Timings.MAX_WINDOW) return "settlementGrace";
        // Renewed 255 times, it still fits the 40 bits of a license.
        if (offer.units > type(uint32).max) return "units";

        field = offer.kind == OfferKind.PerUse ? _flawOfPerUse(offer) : _flawOfPriced(offer, content.kind);
        if (field != 0) return field;
        field = offer.delivery == Delivery.Key ? _flawOfDelivered(offer) : _flawOfServed(offer);
        if (field != 0) return field;
        field = _flawOfBond(offer);
        if (field != 0) return field;
        return _flawOfTransfer(offer);
    }

    /// Whoever holds the key never calls again, so use is only billed by the unit when the meter serves.
    function _flawOfPerUse(Offer memory offer) private pure returns (bytes32) {
        if (offer.delivery != Delivery.Served) return "delivery";
        if (offer.price != 0) return "price";
        if (offer.unitPrice == 0) return "unitPrice";
        if (offer.units != 0) return "units";
        if (offer.settlementGrace == 0) return "settlementGrace";
        if (offer.itemsHash != 0) return "itemsHash";
        return 0;
    }

    function _flawOfPriced(Offer memory offer, ContentKind content) private pure returns (bytes32) {
        if (offer.price == 0) return "price";
        if (offer.unitPrice != 0) return "unitPrice";
        if ((offer.itemsHash == 0) == (offer.kind == OfferKind.Bundle)) return "itemsHash";
        if (offer.kind == OfferKind.Bundle) {
            return content == ContentKind.Collection ? bytes32(0) : bytes32("contentId");
        }
        if (offer.kind == OfferKind.Subscription) {
            return _isTerm(offer.duration) ? bytes32(0) : bytes32("duration");
        }
        if (offer.delivery != Delivery.Key) return "delivery";
        return offer.duration == 0 ? bytes32(0) : bytes32("duration");
    }

    function _flawOfDelivered(Offer memory offer) private pure returns (bytes32) {
        if (!_isWindow(offer.deliveryWindow)) return "deliveryWindow";
        if (!_isWindow(offer.disputeWindow)) return "disputeWindow";
        if (offer.arbitrator == address(0)) return "arbitrator";
        if (offer.units != 0 && offer.maxUnitsPerEvent == 0) return "maxUnitsPerEvent";
        return 0;
    }

    function _flawOfServed(Offer memory offer) private pure returns (bytes32) {
        if (!_isTerm(offer.duration)) return "duration";
        if (offer.deliveryWindow != 0) return "deliveryWindow";
        if (offer.disputeWindow != 0) return "disputeWindow";
        if (offer.maxUnitsPerEvent == 0) return "maxUnitsPerEvent";
        return 0;
    }

    /// A bond secures use above a cap that nobody can enforce, since the key was delivered.
    function _flawOfBond(Offer memory offer) private pure returns (bytes32) {
        if (offer.bond == 0) return offer.overagePrice == 0 ? bytes32(0) : bytes32("overagePrice");
        if (offer.overagePrice == 0) return "overagePrice";
        if (offer.kind != OfferKind.Subscription || offer.delivery != Delivery.Key) return "bond";
        if (offer.units == 0) return "units";
        return offer.settlementGrace == 0 ? bytes32("settlementGrace") : bytes32(0);
    }

    /// What can be sold on neither ends nor was partly used.
    function _flawOfTransfer(Offer memory offer) private pure returns (bytes32) {
        if (!offer.transferable) return offer.royaltyBps == 0 ? bytes32(0) : bytes32("royaltyBps");
        if (offer.delivery != Delivery.Key || offer.duration != 0 || offer.units != 0) return "transferable";
        return offer.royaltyBps <= ALL_BPS ? bytes32(0) : bytes32("royaltyBps");
    }

    function _isTerm(uint32 secs) private pure returns (bool) {
        return secs != 0 && secs <= Timings.MAX_DEPOSIT;
    }

    function _isWindow(uint32 secs) private pure returns (bool) {
        return secs >= Timings.MIN_WINDOW && secs <= Timings.MAX_WINDOW;
    }
}
