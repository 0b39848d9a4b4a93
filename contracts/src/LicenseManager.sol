// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IContentRegistry} from "./interfaces/IContentRegistry.sol";
import {IPaymentEscrow} from "./interfaces/IPaymentEscrow.sol";
import {IUsageTracker} from "./interfaces/IUsageTracker.sol";
import {IVerifierSets} from "./interfaces/IVerifierSets.sol";
import {LicenseBase} from "./licenses/LicenseBase.sol";
import {LicenseViews} from "./licenses/LicenseViews.sol";
import {Purchases} from "./licenses/Purchases.sol";
import {Renewals} from "./licenses/Renewals.sol";

/// @title LicenseManager: offers, and licenses as ERC-721 tokens.
/// @dev One contract, one idea per part: {OfferBook}, {Purchases}, {KeyDelivery}, {Renewals}, {LicenseToken},
///      {LicenseViews}.
contract LicenseManager is Purchases, Renewals, LicenseViews {
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(
        IContentRegistry registry_,
        IPaymentEscrow escrow_,
        IUsageTracker usageTracker_,
        IVerifierSets verifierSets_
    ) LicenseBase(registry_, escrow_, usageTracker_, verifierSets_) {}

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, address guardian_) external initializer {
        __Guarded_init(owner_, guardian_);
    }
}
