// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus, IContentRegistry} from "../interfaces/IContentRegistry.sol";
import {
    BundleItem,
    ILicenseManager,
    Offer,
    OfferKind,
    OfferStatus,
    Profile
} from "../interfaces/ILicenseManager.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {SnarkField} from "../libraries/SnarkField.sol";
import {LicenseManagerStorage} from "../storage/LicenseManagerStorage.sol";
import {LicenseToken} from "./LicenseToken.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {LibString} from "solady/utils/LibString.sol";

/// @title OfferBook: the terms that content is licensed at, and the keys of who licenses it.
abstract contract OfferBook is LicenseToken {
    uint256 private constant MAX_URI_LENGTH = 512;
    uint256 private constant MAX_ITEMS = 100;

    /// @inheritdoc ILicenseManager
    function setOffer(Offer memory offer, string calldata termsUri, BundleItem[] calldata items)
        external
        whenNotPaused
        returns (uint64 offerId)
    {
        Content memory content = _content(offer.contentId);
        if (content.creator != msg.sender) revert NotContentCreator(offer.contentId, msg.sender);
        if (content.status != ContentStatus.Active) revert ContentNotActive(offer.contentId);
        escrow.split(offer.splitId); // reverts when unknown
        _refuse(_flawOfListing(offer, termsUri, items));

        offerId = _offerId(offer, content);
        OfferStatus storage status = _manager().offers[offerId];
        if (status.digest != 0 || status.closed) revert OfferExists(offerId);
        _setStatus(offerId, offer, content, OfferHash.digest(offer), termsUri, items);
    }

    /// @inheritdoc ILicenseManager
    function closeOffer(uint64 offerId) external {
        (bytes32 contentId, Content memory content) = _contentOf(offerId);
        if (content.creator != msg.sender) revert NotContentCreator(contentId, msg.sender);
        OfferStatus storage status = _manager().offers[offerId];
        if (status.closed) revert OfferNotOpen(offerId);
        status.closed = true;
        emit OfferClosed(offerId);
    }

    /// @inheritdoc ILicenseManager
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId)
    {
        if (!SnarkField.isElement(keyX)) revert IContentRegistry.FieldElementOutOfRange(keyX);
        if (!SnarkField.isElement(keyY)) revert IContentRegistry.FieldElementOutOfRange(keyY);
        if (!SnarkField.isDigest(commitment)) revert IContentRegistry.FieldElementOutOfRange(commitment);
        if (sessionKey == address(0)) revert IContentRegistry.SignerMissing();

        LicenseManagerStorage storage $ = _manager();
        profileId = ++$.lastProfileId;
        $.profiles[profileId] = Profile({owner: msg.sender, sessionKey: sessionKey, commitment: commitment});
        emit ProfilePublished(profileId, msg.sender, keyX, keyY, commitment, sessionKey);
    }

    // ---- views

    /// @inheritdoc ILicenseManager
    function offerStructHash(Offer memory offer) external pure returns (bytes32) {
        return OfferHash.structHash(offer);
    }

    /// @inheritdoc ILicenseManager
    function offerTypedDigest(Offer memory offer) external view returns (bytes32) {
        return _hashTypedDataV4(OfferHash.structHash(offer));
    }

    /// @inheritdoc ILicenseManager
    function offerTreeDigest(bytes32 root) external view returns (bytes32) {
        return _hashTypedDataV4(OfferHash.treeHash(root));
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

    /// @return status Of an offer whose terms were brought along.
    function _listedOffer(uint64 offerId, Offer memory offer)
        internal
        view
        returns (OfferStatus memory status)
    {
        status = _manager().offers[offerId];
        if (status.digest == 0) revert OfferUnknown(offerId);
        _checkDigest(offerId, offer, status.digest);
    }

    /// @return status Of an offer that the content's creator signed; recorded when this is its first use.
    function _signedOffer(
        uint64 offerId,
        Offer memory offer,
        Content memory content,
        bytes32[] calldata proof,
        bytes calldata signature
    ) internal returns (OfferStatus memory status) {
        if (offerId != _offerId(offer, content)) revert OfferUnknown(offerId);
        bytes32 hash = OfferHash.structHash(offer);
        _checkSignature(content.creator, hash, proof, signature);

        status = _manager().offers[offerId];
        if (status.closed) revert OfferNotOpen(offerId);
        if (status.digest == 0) {
            // What is listed and known to the escrow, it looks up when it takes the money.
            return _setStatus(offerId, offer, content, bytes25(hash), new string(0), new BundleItem[](0));
        }
        if (status.digest != bytes25(hash)) revert TermsChanged(offerId, bytes25(hash), status.digest);
    }

    function _checkSignature(
        address creator,
        bytes32 hash,
        bytes32[] calldata proof,
        bytes calldata signature
    ) private view {
        if (proof.length != 0) {
            hash = OfferHash.treeHash(MerkleProof.processProofCalldata(proof, OfferHash.leaf(hash)));
        }
        if (!SignatureChecker.isValidSignatureNowCalldata(creator, _hashTypedDataV4(hash), signature)) {
            revert SignatureInvalid(creator);
        }
    }

    function _setStatus(
        uint64 offerId,
        Offer memory offer,
        Content memory content,
        bytes25 digest,
        string memory termsUri,
        BundleItem[] memory items
    ) private returns (OfferStatus memory status) {
        _refuse(OfferRules.flawOf(offer, content));
        status.digest = digest;
        status.verifiers = verifierSets.current();
        status.generation = content.generation;
        _manager().offers[offerId] = status;
        emit OfferSet(offerId, offer.contentId, content.creator, status.verifiers, offer, termsUri, items);
    }

    /// What a purchase does not find out by itself, or too late.
    function _flawOfListing(Offer memory offer, string calldata termsUri, BundleItem[] calldata items)
        private
        view
        returns (bytes32)
    {
        if (bytes(termsUri).length > MAX_URI_LENGTH) return "termsUri";
        if (offer.validUntil != 0 && offer.validUntil <= block.timestamp) return "validUntil";
        if (!escrow.isListed(offer.token)) return "token";
        if (offer.kind == OfferKind.Bundle) return _flawOfItems(offer, items);
        if (items.length != 0) revert BundleItemsInvalid(0);
        return 0;
    }

    /// Contents of the caller, each once, and together the units that the bundle says.
    function _flawOfItems(Offer memory offer, BundleItem[] calldata items) private view returns (bytes32) {
        if (items.length == 0 || items.length > MAX_ITEMS) revert BundleItemsInvalid(items.length);
        if (keccak256(abi.encode(items)) != offer.itemsHash) return "itemsHash";

        uint256 units = 0;
        bool limited = true;
        bytes32 last = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            bytes32 contentId = items[i].contentId;
            if (contentId <= last || _content(contentId).creator != msg.sender) {
                revert BundleItemsInvalid(i);
            }
            last = contentId;
            units += items[i].units;
            if (items[i].units == 0) limited = false;
        }
        return offer.units == (limited ? units : 0) ? bytes32(0) : bytes32("units");
    }

    function _refuse(bytes32 field) private pure {
        if (field != 0) revert OfferInvalid(LibString.fromSmallString(field));
    }

    function _offerId(Offer memory offer, Content memory content) private pure returns (uint64) {
        return uint64(content.contentNo) << OfferRules.NONCE_BITS | offer.nonce;
    }
}
