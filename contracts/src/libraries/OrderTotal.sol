// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer, OfferKind, Order} from "../interfaces/ILicenseManager.sol";

/// @title OrderTotal: what an order costs.
library OrderTotal {
    /// @notice Price or deposit, without the bond, in the offer's token.
    function price(Order memory order, Offer calldata offer) internal pure returns (uint256) {
        return offer.kind == OfferKind.PerUse ? uint256(offer.unitPrice) * order.units : offer.price;
    }

    /// @notice All that the caller pays: price or deposit, and the bond.
    function all(Order memory order, Offer calldata offer) internal pure returns (uint256) {
        return price(order, offer) + offer.bond;
    }
}
