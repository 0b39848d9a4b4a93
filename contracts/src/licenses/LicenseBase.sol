// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IContentRegistry} from "../interfaces/IContentRegistry.sol";
import {ILicenseManager, Offer} from "../interfaces/ILicenseManager.sol";
import {HoldRequest, IPaymentEscrow, Payment, PaymentState} from "../interfaces/IPaymentEscrow.sol";
import {IUsageTracker} from "../interfaces/IUsageTracker.sol";
import {IVerifierSets} from "../interfaces/IVerifierSets.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {ProofContext} from "../libraries/ProofContext.sol";
import {LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {LicenseStore} from "./LicenseStore.sol";
import {OfferBook} from "./OfferBook.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

/// @title LicenseBase: what all parts of the license manager share.
/// @dev A license is two slots: its owner's, with {LicenseTraits}, and its {LicenseRecord}. It remembers append-only
///      versions (offer, profile, meter, content, verifiers) by number.
abstract contract LicenseBase is ILicenseManager, LicenseStore, ERC721, ReentrancyGuardTransient {
    /// @notice Part of every context.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IUsageTracker public immutable usageTracker;
    /// @notice Code of this contract that does not fit into it.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    OfferBook public immutable offerBook;

    constructor(
        IContentRegistry registry_,
        IPaymentEscrow escrow_,
        IUsageTracker usageTracker_,
        IVerifierSets verifierSets_
    ) LicenseStore(registry_, escrow_, verifierSets_) {
        usageTracker = usageTracker_;
        offerBook = new OfferBook(registry_, escrow_, verifierSets_);
    }

    // ---- reading, each in one place: a copy at every caller would not fit the contract

    function _known(uint256 licenseId) internal view returns (address licensee, uint96 traits) {
        licensee = _ownerOf(licenseId);
        if (licensee == address(0)) revert LicenseUnknown(licenseId);
        traits = _getExtraData(licenseId);
    }

    function _record(uint256 licenseId) internal view returns (LicenseRecord memory) {
        return _manager().licenses[licenseId];
    }

    function _payment(uint256 paymentId) internal view returns (Payment memory) {
        return escrow.payment(paymentId);
    }

    function _hold(HoldRequest memory request) internal {
        escrow.hold{value: request.token == address(0) ? request.amount : 0}(request);
    }

    /// Whether a payment for a key was earned by its delivery, and not refunded since.
    function _isEarned(Payment memory payment) internal pure returns (bool) {
        return payment.state == PaymentState.Delivered || payment.state == PaymentState.Closed;
    }

    /// Zero: never.
    function _expiry(LicenseRecord memory record) internal pure returns (uint40) {
        return record.lasts == 0 ? 0 : record.startsAt + record.lasts;
    }

    function _hasExpired(LicenseRecord memory record) internal view returns (bool) {
        return record.lasts != 0 && block.timestamp > _expiry(record);
    }

    function _checkNotExpired(uint256 licenseId, LicenseRecord memory record) internal view {
        if (_hasExpired(record)) revert LicenseHasExpired(licenseId, _expiry(record));
    }

    /// What the license was bound to in an epoch up to the current one.
    function _profileIn(uint256 licenseId, LicenseRecord memory record, uint32 epoch, uint16 current)
        internal
        view
        returns (uint64)
    {
        if (epoch > current) revert EpochUnknown(licenseId, epoch);
        return epoch == current ? record.profileId : _manager().pastProfiles[licenseId][epoch];
    }

    function _context(uint256 licenseId, bytes32 contentId, uint32 lane, uint32 epoch)
        internal
        view
        returns (uint256)
    {
        return ProofContext.derive(block.chainid, address(usageTracker), licenseId, contentId, lane, epoch);
    }

    // ---- checks that several actions share

    function _checkDigest(uint64 offerId, Offer calldata offer, bytes25 actual) internal pure {
        bytes25 given = bytes25(OfferHash.structHash(offer));
        if (given != actual) revert TermsChanged(offerId, given, actual);
    }

    function _checkProfile(uint64 profileId, address licensee) internal view {
        address profileOwner = _manager().profiles[profileId].owner;
        if (profileOwner == address(0)) revert ProfileUnknown(profileId);
        if (profileOwner != licensee) revert NotProfileOwner(profileId, licensee);
    }

    function _checkValue(address token, uint256 amount) internal view {
        uint256 required = token == address(0) ? amount : 0;
        if (msg.value != required) revert WrongValue(msg.value, required);
    }
}
