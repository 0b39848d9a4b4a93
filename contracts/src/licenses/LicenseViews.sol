// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Delivery,
    ILicenseManager,
    License,
    Offer,
    OfferKind,
    Profile
} from "../interfaces/ILicenseManager.sol";
import {DisputeTerms, ILicenseTerms, SettlementTerms} from "../interfaces/ILicenseTerms.sol";
import {LicenseTraits} from "../libraries/LicenseTraits.sol";
import {LicenseManagerStorage, LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {LicenseToken} from "./LicenseToken.sol";

/// @title LicenseViews: what others read from a license.
abstract contract LicenseViews is LicenseToken, ILicenseTerms {
    using LicenseTraits for uint96;

    /// @inheritdoc ILicenseManager
    function license(uint256 licenseId) external view returns (License memory) {
        (, uint96 traits) = _known(licenseId);
        LicenseRecord memory record = _record(licenseId);
        return License({
            offerId: record.offerId,
            profileId: record.profileId,
            meterId: record.meterId,
            kind: traits.kind(),
            delivery: traits.delivery(),
            transferable: traits.transferable(),
            bonded: traits.bonded(),
            units: record.units,
            startsAt: record.startsAt,
            expiresAt: _expiry(record),
            periods: traits.periods(),
            epoch: traits.epoch(),
            delivered: traits.delivered(),
            contentVersion: traits.contentVersion(),
            verifiers: traits.verifiers(),
            royaltyBps: traits.royaltyBps()
        });
    }

    /// @inheritdoc ILicenseManager
    function isValid(uint256 licenseId) external view returns (bool) {
        address licensee = _ownerOf(licenseId);
        if (licensee == address(0)) return false;
        uint96 traits = _getExtraData(licenseId);
        if (traits.delivery() == Delivery.Key && !traits.delivered()) return false;
        LicenseRecord memory record = _record(licenseId);
        if (_hasExpired(record) || _manager().profiles[record.profileId].owner != licensee) return false;
        return _payment(licenseId).refunded == 0;
    }

    /// @inheritdoc ILicenseManager
    function contextOf(uint256 licenseId, uint32 lane, uint32 epoch) external view returns (uint256 ctx) {
        (, uint96 traits) = _known(licenseId);
        if (epoch > traits.epoch()) revert EpochUnknown(licenseId, epoch);
        (bytes32 contentId,) = _contentOf(_record(licenseId).offerId);
        return _context(licenseId, contentId, lane, epoch);
    }

    /// @inheritdoc ILicenseTerms
    function settlementTerms(uint256 licenseId, uint32 epoch)
        external
        view
        returns (SettlementTerms memory terms)
    {
        (, uint96 traits) = _known(licenseId);
        LicenseManagerStorage storage $ = _manager();
        LicenseRecord memory record = _record(licenseId);
        Profile storage keys = $.profiles[_profileIn(licenseId, record, epoch, traits.epoch())];
        terms.licenseeCommitment = keys.commitment;
        terms.sessionKey = keys.sessionKey;
        (terms.contentId, terms.meterSigner, terms.meterKeyHash) =
            registry.meterOf(_contentNo(record.offerId), record.meterId);
        terms.verifiers = traits.verifiers();
        terms.perUse = traits.kind() == OfferKind.PerUse;
        terms.units = record.units;
        if (traits.bonded()) terms.overagePrice = $.overagePrices[licenseId];
        terms.startsAt = record.startsAt;
        terms.expiresAt = _expiry(record);
    }

    /// @inheritdoc ILicenseTerms
    function disputeTerms(uint256 licenseId, Offer calldata offer)
        external
        view
        returns (DisputeTerms memory)
    {
        (address licensee, uint96 traits) = _known(licenseId);
        LicenseManagerStorage storage $ = _manager();
        LicenseRecord memory record = _record(licenseId);
        _checkDigest(record.offerId, offer, $.offers[record.offerId].digest);
        return DisputeTerms({
            licensee: licensee,
            creator: _content(offer.contentId).creator,
            arbitrator: offer.arbitrator,
            perUse: traits.kind() == OfferKind.PerUse,
            bonded: traits.bonded(),
            startsAt: record.startsAt,
            expiresAt: _expiry(record)
        });
    }
}
