// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentKind} from "../interfaces/IContentRegistry.sol";
import {Delivery, ILicenseManagerErrors, Offer, OfferKind} from "../interfaces/ILicenseManager.sol";
import {Timings} from "./Timings.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title OfferRules: which offers can be made.
library OfferRules {
    /// An offer's id ends in its nonce.
    uint32 internal constant NONCE_BITS = 20;
    /// Bits of {Offer-usageBits} that have a meaning.
    uint32 internal constant ALL_USAGE_BITS = 0xff;
    uint16 internal constant ALL_BPS = 10_000;

    /// @notice Reverts unless the creator of `content` can make the offer. That its validity has not ended, its token
    ///         is listed and its split exists is not looked at: a purchase finds out by itself.
    function check(Offer memory offer, Content memory content) internal pure {
        _require(offer.nonce >> NONCE_BITS == 0, "nonce");
        // Nobody judges their own case.
        _require(offer.arbitrator != content.creator, "arbitrator");
        _require(offer.termsHash != 0, "termsHash");
        _require(offer.usageBits <= ALL_USAGE_BITS, "usageBits");
        _require(offer.settlementGrace <= Timings.MAX_WINDOW, "settlementGrace");
        // Renewed 255 times, it still fits the 40 bits of a license.
        _require(offer.units <= type(uint32).max, "units");

        if (offer.kind == OfferKind.PerUse) _checkPerUse(offer);
        else _checkPriced(offer, content.kind);
        if (offer.delivery == Delivery.Key) _checkDelivered(offer);
        else _checkServed(offer);
        _checkBond(offer);
        _checkTransfer(offer);
    }

    /// Whoever holds the key never calls again, so use is only billed by the unit when the meter serves.
    function _checkPerUse(Offer memory offer) private pure {
        _require(offer.delivery == Delivery.Served, "delivery");
        _require(offer.price == 0, "price");
        _require(offer.unitPrice != 0, "unitPrice");
        _require(offer.units == 0, "units");
        _require(offer.settlementGrace != 0, "settlementGrace");
        _require(offer.itemsHash == 0, "itemsHash");
    }

    function _checkPriced(Offer memory offer, ContentKind content) private pure {
        _require(offer.price != 0, "price");
        _require(offer.unitPrice == 0, "unitPrice");
        _require((offer.itemsHash != 0) == (offer.kind == OfferKind.Bundle), "itemsHash");
        if (offer.kind == OfferKind.Bundle) {
            _require(content == ContentKind.Collection, "contentId");
        } else if (offer.kind == OfferKind.Perpetual) {
            _require(offer.delivery == Delivery.Key, "delivery");
            _require(offer.duration == 0, "duration");
        } else {
            _require(_isTerm(offer.duration), "duration");
        }
    }

    function _checkDelivered(Offer memory offer) private pure {
        _require(_isWindow(offer.deliveryWindow), "deliveryWindow");
        _require(_isWindow(offer.disputeWindow), "disputeWindow");
        _require(offer.arbitrator != address(0), "arbitrator");
        _require(offer.units == 0 || offer.maxUnitsPerEvent != 0, "maxUnitsPerEvent");
    }

    function _checkServed(Offer memory offer) private pure {
        _require(_isTerm(offer.duration), "duration");
        _require(offer.deliveryWindow == 0, "deliveryWindow");
        _require(offer.disputeWindow == 0, "disputeWindow");
        _require(offer.maxUnitsPerEvent != 0, "maxUnitsPerEvent");
    }

    /// A bond secures use above a cap that nobody can enforce, since the key was delivered.
    function _checkBond(Offer memory offer) private pure {
        _require((offer.overagePrice == 0) == (offer.bond == 0), "overagePrice");
        if (offer.bond == 0) return;
        _require(offer.kind == OfferKind.Subscription && offer.delivery == Delivery.Key, "bond");
        _require(offer.units != 0, "units");
        _require(offer.settlementGrace != 0, "settlementGrace");
    }

    /// What can be sold on neither ends nor was partly used.
    function _checkTransfer(Offer memory offer) private pure {
        if (offer.transferable) {
            _require(
                offer.delivery == Delivery.Key && offer.duration == 0 && offer.units == 0, "transferable"
            );
            _require(offer.royaltyBps <= ALL_BPS, "royaltyBps");
        } else {
            _require(offer.royaltyBps == 0, "royaltyBps");
        }
    }

    function _isTerm(uint32 secs) private pure returns (bool) {
        return secs != 0 && secs <= Timings.MAX_DEPOSIT;
    }

    function _isWindow(uint32 secs) private pure returns (bool) {
        return secs >= Timings.MIN_WINDOW && secs <= Timings.MAX_WINDOW;
    }

    /// The name is a word: a string would be put together at every check that holds.
    function _require(bool holds, bytes32 field) private pure {
        if (!holds) revert ILicenseManagerErrors.OfferInvalid(LibString.fromSmallString(field));
    }
}
