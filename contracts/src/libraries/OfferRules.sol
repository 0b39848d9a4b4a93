// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Delivery, ILicenseManager, Offer, OfferKind} from "../interfaces/ILicenseManager.sol";

/// @title OfferRules: which offers can be made.
library OfferRules {
    /// Longest delivery, dispute or settlement window. A payment ends within three of them after its license.
    uint32 internal constant MAX_WINDOW_SECS = 90 days;
    /// Shortest time to deliver a key, or to open and dispute what it unlocks: shorter ones would be over unseen.
    uint32 internal constant MIN_WINDOW_SECS = 1 hours;
    /// Longest license that is paid by use: the unused rest of a deposit is locked until it expires.
    uint32 internal constant MAX_DURATION_SECS = 730 days;
    uint256 internal constant MAX_URI_LENGTH = 512;
    /// Bits of {Offer-usageBits} that have a meaning.
    uint32 internal constant ALL_USAGE_BITS = 0xff;

    /// @notice Reverts unless the caller can sell the offer as it stands.
    function check(Offer memory offer) internal view {
        if (offer.kind == OfferKind.PerUse) {
            _checkPerUse(offer);
        } else if (offer.kind == OfferKind.Perpetual) {
            _checkPerpetual(offer);
        } else {
            revert ILicenseManager.OfferKindNotAvailable(offer.kind);
        }
        _require(offer.token == address(0) || offer.token.code.length != 0, "token");
        _require(offer.validUntil == 0 || offer.validUntil > block.timestamp, "validUntil");
        _require(offer.usageBits & ~ALL_USAGE_BITS == 0, "usageBits");
        // Nobody judges their own case. The caller is the creator, or is refused as a stranger to the content.
        _require(offer.arbitrator != msg.sender, "arbitrator");
        _require(offer.termsHash != bytes32(0), "termsHash");
        _require(bytes(offer.termsUri).length <= MAX_URI_LENGTH, "termsUri");
    }

    /// Whoever holds the key never calls again, so use is only billed by the unit when the meter serves.
    function _checkPerUse(Offer memory offer) private pure {
        _require(offer.delivery == Delivery.Served, "delivery");
        _require(offer.price == 0, "price");
        _require(offer.unitPrice != 0, "unitPrice");
        _require(offer.maxUnitsPerEvent != 0, "maxUnitsPerEvent");
        _require(offer.duration != 0 && offer.duration <= MAX_DURATION_SECS, "duration");
        _require(offer.deliveryWindow == 0, "deliveryWindow");
        _require(offer.disputeWindow == 0, "disputeWindow");
        _require(offer.settlementGrace != 0 && offer.settlementGrace <= MAX_WINDOW_SECS, "settlementGrace");
    }

    function _checkPerpetual(Offer memory offer) private pure {
        _require(offer.delivery == Delivery.Key, "delivery");
        _require(offer.price != 0, "price");
        _require(offer.unitPrice == 0, "unitPrice");
        _require(offer.duration == 0, "duration");
        _require(_isWindow(offer.deliveryWindow), "deliveryWindow");
        _require(_isWindow(offer.disputeWindow), "disputeWindow");
        _require(offer.settlementGrace <= MAX_WINDOW_SECS, "settlementGrace");
        _require(offer.arbitrator != address(0), "arbitrator");
    }

    function _isWindow(uint32 secs) private pure returns (bool) {
        return secs >= MIN_WINDOW_SECS && secs <= MAX_WINDOW_SECS;
    }

    function _require(bool holds, string memory field) private pure {
        if (!holds) revert ILicenseManager.OfferInvalid(field);
    }
}
