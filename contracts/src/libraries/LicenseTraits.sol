// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Delivery, OfferKind} from "../interfaces/ILicenseManager.sol";

/// @title LicenseTraits: what a license keeps in the 96 bits beside its owner.
/// @dev kind 2 | delivery 1 | transferable 1 | bonded 1 | delivered 1 | unused 2 | royaltyBps 16 | contentVersion 8 |
///      verifiers 8 | periods 8 | epoch 16 | unused 32, from the lowest bit on.
library LicenseTraits {
    uint96 private constant DELIVERED = 1 << 5;
    uint96 private constant VERSION_MASK = 0xff << 24;
    uint96 private constant PERIODS_MASK = 0xff << 40;
    uint96 private constant EPOCH_MASK = 0xffff << 48;

    /// @notice Traits of a new license: in its first epoch and period, its key not yet delivered.
    function pack(
        OfferKind kind_,
        Delivery delivery_,
        bool transferable_,
        bool bonded_,
        uint16 royaltyBps_,
        uint8 contentVersion_,
        uint8 verifiers_
    ) internal pure returns (uint96) {
        uint256 flags = uint256(kind_) | uint256(delivery_) << 2;
        if (transferable_) flags |= 1 << 3;
        if (bonded_) flags |= 1 << 4;
        return uint96(
            flags | uint256(royaltyBps_) << 8 | uint256(contentVersion_) << 24 | uint256(verifiers_) << 32 | 1
                << 40
        );
    }

    function kind(uint96 traits) internal pure returns (OfferKind) {
        return OfferKind(traits & 3);
    }

    function delivery(uint96 traits) internal pure returns (Delivery) {
        return Delivery(traits >> 2 & 1);
    }

    function transferable(uint96 traits) internal pure returns (bool) {
        return traits >> 3 & 1 != 0;
    }

    function bonded(uint96 traits) internal pure returns (bool) {
        return traits >> 4 & 1 != 0;
    }

    function delivered(uint96 traits) internal pure returns (bool) {
        return traits & DELIVERED != 0;
    }

    function royaltyBps(uint96 traits) internal pure returns (uint16) {
        return uint16(traits >> 8);
    }

    function contentVersion(uint96 traits) internal pure returns (uint8) {
        return uint8(traits >> 24);
    }

    function verifiers(uint96 traits) internal pure returns (uint8) {
        return uint8(traits >> 32);
    }

    function periods(uint96 traits) internal pure returns (uint8) {
        return uint8(traits >> 40);
    }

    function epoch(uint96 traits) internal pure returns (uint16) {
        return uint16(traits >> 48);
    }

    /// @notice With the key of the current epoch delivered.
    function withDelivered(uint96 traits) internal pure returns (uint96) {
        return traits | DELIVERED;
    }

    function withPeriods(uint96 traits, uint8 periods_) internal pure returns (uint96) {
        return traits & ~PERIODS_MASK | uint96(periods_) << 40;
    }

    /// @notice In another epoch, whose key is not yet delivered.
    function withEpoch(uint96 traits, uint16 epoch_, uint8 contentVersion_) internal pure returns (uint96) {
        return traits & ~(EPOCH_MASK | VERSION_MASK | DELIVERED) | uint96(epoch_) << 48
            | uint96(contentVersion_) << 24;
    }
}
