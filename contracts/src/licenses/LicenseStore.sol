// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../base/Guarded.sol";
import {Content, IContentRegistry} from "../interfaces/IContentRegistry.sol";
import {ILicenseManagerErrors, ILicenseManagerEvents} from "../interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {IVerifierSets} from "../interfaces/IVerifierSets.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {LicenseManagerStorage} from "../storage/LicenseManagerStorage.sol";
import {EIP712} from "solady/utils/EIP712.sol";

/// @title LicenseStore: the storage of the license manager, and what all of its code needs.
abstract contract LicenseStore is ILicenseManagerEvents, ILicenseManagerErrors, Guarded, EIP712 {
    /// ERC-7201 of "datavault.storage.LicenseManager"; a literal, because the compiler hashes at every use.
    bytes32 private constant MANAGER_SLOT =
        0x03260962e4bef9e06cb7fa3c9bf51c471c1ec158d4412003ef8ae5021eb00000;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IContentRegistry public immutable registry;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IVerifierSets public immutable verifierSets;

    constructor(IContentRegistry registry_, IPaymentEscrow escrow_, IVerifierSets verifierSets_) {
        registry = registry_;
        escrow = escrow_;
        verifierSets = verifierSets_;
    }

    function _manager() internal pure returns (LicenseManagerStorage storage $) {
        bytes32 slot = MANAGER_SLOT;
        assembly {
            $.slot := slot
        }
    }

    function paused() public view override returns (bool) {
        return _manager().paused;
    }

    function _pause() internal override whenNotPaused {
        _manager().paused = true;
        emit Paused(msg.sender);
    }

    function _unpause() internal override whenPaused {
        _manager().paused = false;
        emit Unpaused(msg.sender);
    }

    function _domainNameAndVersion() internal pure override returns (string memory, string memory) {
        return ("Datavault", "1");
    }

    function _content(bytes32 contentId) internal view returns (Content memory) {
        return registry.content(contentId);
    }

    function _contentOf(uint64 offerId) internal view returns (bytes32 contentId, Content memory content) {
        contentId = registry.contentIdOf(_contentNo(offerId));
        content = _content(contentId);
    }

    function _contentNo(uint64 offerId) internal pure returns (uint32) {
        return uint32(offerId >> OfferRules.NONCE_BITS);
    }
}
