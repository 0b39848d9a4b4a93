// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../base/Guarded.sol";
import {Content, IContentRegistry} from "../interfaces/IContentRegistry.sol";
import {ILicenseManager, Offer} from "../interfaces/ILicenseManager.sol";
import {HoldRequest, IPaymentEscrow, Payment, PaymentState} from "../interfaces/IPaymentEscrow.sol";
import {IUsageTracker} from "../interfaces/IUsageTracker.sol";
import {IVerifierSets} from "../interfaces/IVerifierSets.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {ProofContext} from "../libraries/ProofContext.sol";
import {LicenseManagerStorage, LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {
    EIP712Upgradeable
} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

/// @title LicenseBase: what all parts of the license manager share.
/// @dev A license is two slots: its owner's, with {LicenseTraits}, and its {LicenseRecord}. It remembers append-only
///      versions (offer, profile, meter, content, verifiers) by number.
abstract contract LicenseBase is
    ILicenseManager,
    ERC721,
    Guarded,
    EIP712Upgradeable,
    ReentrancyGuardTransient
{
    /// ERC-7201 of "datavault.storage.LicenseManager". As a literal: the compiler would hash the name at every use.
    bytes32 private constant MANAGER_SLOT =
        0x03260962e4bef9e06cb7fa3c9bf51c471c1ec158d4412003ef8ae5021eb00000;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IContentRegistry public immutable registry;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;
    /// @notice Part of every context.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IUsageTracker public immutable usageTracker;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IVerifierSets public immutable verifierSets;

    constructor(
        IContentRegistry registry_,
        IPaymentEscrow escrow_,
        IUsageTracker usageTracker_,
        IVerifierSets verifierSets_
    ) {
        registry = registry_;
        escrow = escrow_;
        usageTracker = usageTracker_;
        verifierSets = verifierSets_;
    }

    function _manager() internal pure returns (LicenseManagerStorage storage $) {
        bytes32 slot = MANAGER_SLOT;
        assembly {
            $.slot := slot
        }
    }

    /// Of code, not of storage, so that a signature is checked without reading them.
    function _EIP712Name() internal pure override returns (string memory) {
        return "Datavault";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }

    // ---- reading, each in one place: a copy at every caller would not fit the contract

    function _content(bytes32 contentId) internal view returns (Content memory) {
        return registry.content(contentId);
    }

    function _contentOf(uint64 offerId) internal view returns (bytes32 contentId, Content memory content) {
        contentId = registry.contentIdOf(uint32(offerId >> OfferRules.NONCE_BITS));
        content = _content(contentId);
    }

    /// A license's first payment.
    function _payment(uint256 paymentId) internal view returns (Payment memory) {
        return escrow.payment(paymentId);
    }

    function _hold(HoldRequest memory request) internal {
        escrow.hold{value: request.token == address(0) ? request.amount : 0}(request);
    }

    function _record(uint256 licenseId) internal view returns (LicenseRecord memory) {
        return _manager().licenses[licenseId];
    }

    function _known(uint256 licenseId) internal view returns (address licensee, uint96 traits) {
        licensee = _ownerOf(licenseId);
        if (licensee == address(0)) revert LicenseUnknown(licenseId);
        traits = _getExtraData(licenseId);
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

    function _contentNo(uint64 offerId) internal pure returns (uint32) {
        return uint32(offerId >> OfferRules.NONCE_BITS);
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

    /// Whether a payment for a key was earned by its delivery, and not refunded since.
    function _isEarned(Payment memory payment) internal pure returns (bool) {
        return payment.state == PaymentState.Delivered || payment.state == PaymentState.Closed;
    }

    // ---- checks that several actions share

    function _checkDigest(uint64 offerId, Offer memory offer, bytes25 actual) internal pure {
        bytes25 given = OfferHash.digest(offer);
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
