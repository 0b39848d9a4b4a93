// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {BundleItem, ILicenseManager, Offer, OfferStatus, Profile} from "../interfaces/ILicenseManager.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {LicenseToken} from "./LicenseToken.sol";

/// @title Offers: the license manager's side of its {OfferBook}.
/// @dev Parameters are named for the interface alone: the calldata is passed on as it came.
abstract contract Offers is LicenseToken {
    /// @inheritdoc ILicenseManager
    function setOffer(Offer calldata offer, string calldata termsUri, BundleItem[] calldata items)
        external
        returns (uint64 offerId)
    {
        return uint64(_inOfferBook(msg.sig));
    }

    /// @inheritdoc ILicenseManager
    function closeOffer(uint64 offerId) external {
        _inOfferBook(msg.sig);
    }

    /// @inheritdoc ILicenseManager
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId)
    {
        return uint64(_inOfferBook(msg.sig));
    }

    // ---- views

    /// @inheritdoc ILicenseManager
    function offerStructHash(Offer calldata offer) external pure returns (bytes32) {
        return OfferHash.structHash(offer);
    }

    /// @inheritdoc ILicenseManager
    function offerTypedDigest(Offer calldata offer) external view returns (bytes32) {
        return _hashTypedData(OfferHash.structHash(offer));
    }

    /// @inheritdoc ILicenseManager
    function offerTreeDigest(bytes32 root) external view returns (bytes32) {
        return _hashTypedData(OfferHash.treeHash(root));
    }

    /// @inheritdoc ILicenseManager
    function offerStatus(uint64 offerId) external view returns (OfferStatus memory) {
        return _manager().offers[offerId];
    }

    /// @inheritdoc ILicenseManager
    function profile(uint64 profileId) external view returns (Profile memory found) {
        found = _manager().profiles[profileId];
        if (found.owner == address(0)) revert ProfileUnknown(profileId);
    }

    // ---- internals

    /// Runs a function of the offer book, whose parameters are those of this call, in this contract's name.
    /// @return word The first word of what it returned.
    function _inOfferBook(bytes4 selector) internal returns (uint256 word) {
        address book = address(offerBook);
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, selector)
            calldatacopy(add(free, 4), 4, sub(calldatasize(), 4))
            let done := delegatecall(gas(), book, free, calldatasize(), 0, 0x20)
            if iszero(done) {
                returndatacopy(free, 0, returndatasize())
                revert(free, returndatasize())
            }
            word := mload(0)
        }
    }
}
