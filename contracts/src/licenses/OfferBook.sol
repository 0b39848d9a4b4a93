// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus, IContentRegistry} from "../interfaces/IContentRegistry.sol";
import {BundleItem, Offer, OfferKind, OfferStatus, Order, Profile} from "../interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {IVerifierSets} from "../interfaces/IVerifierSets.sol";
import {OfferHash} from "../libraries/OfferHash.sol";
import {OfferRules} from "../libraries/OfferRules.sol";
import {SnarkField} from "../libraries/SnarkField.sol";
import {LicenseManagerStorage, writeStatus} from "../storage/LicenseManagerStorage.sol";
import {LicenseStore} from "./LicenseStore.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title OfferBook: how offers, and the keys of licensees, are recorded.
/// @dev A part of the license manager that does not fit into it: deployed by its constructor, and run by it as if it
///      were its own (`delegatecall`). Called directly, it would only write storage that nobody reads.
contract OfferBook is LicenseStore {
    uint256 private constant MAX_URI_LENGTH = 512;
    uint256 private constant MAX_ITEMS = 100;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IContentRegistry registry_, IPaymentEscrow escrow_, IVerifierSets verifierSets_)
        LicenseStore(registry_, escrow_, verifierSets_)
    {}

    /// @notice {ILicenseManager-setOffer}.
    function setOffer(Offer memory offer, string calldata termsUri, BundleItem[] calldata items)
        external
        whenNotPaused
        returns (uint64 offerId)
    {
        Content memory content = _content(offer.contentId);
        if (content.creator != msg.sender) revert NotContentCreator(offer.contentId, msg.sender);
        if (content.status != ContentStatus.Active) revert ContentNotActive(offer.contentId);
        _checkListing(offer, termsUri, items);

        offerId = _offerId(offer, content);
        OfferStatus storage status = _manager().offers[offerId];
        if (status.digest != 0 || status.closed) revert OfferExists(offerId);
        _setStatus(offerId, offer, content, bytes25(OfferHash.structHashOf(offer)), termsUri, items);
    }

    /// @notice {ILicenseManager-closeOffer}.
    function closeOffer(uint64 offerId) external {
        (bytes32 contentId, Content memory content) = _contentOf(offerId);
        if (content.creator != msg.sender) revert NotContentCreator(contentId, msg.sender);
        OfferStatus storage status = _manager().offers[offerId];
        if (status.closed) revert OfferNotOpen(offerId);
        status.closed = true;
        emit OfferClosed(offerId);
    }

    /// @notice The first half of {ILicenseManager-buySigned}: checks the signature, and records the offer when this is
    ///         its first use. Payable: a purchase in ETH brings its value along.
    function recordSigned(
        Order calldata order,
        Offer memory offer,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external payable {
        uint64 offerId = order.offerId;
        Content memory content = _content(offer.contentId);
        if (offerId != _offerId(offer, content)) revert OfferUnknown(offerId);
        bytes32 hash = OfferHash.structHashOf(offer);
        _checkSignature(content.creator, hash, proof, signature);

        OfferStatus storage status = _manager().offers[offerId];
        if (status.closed) revert OfferNotOpen(offerId);
        if (status.digest != 0) return;
        // Whether its token is listed and its split exists, the escrow sees when it takes the money.
        _setStatus(offerId, offer, content, bytes25(hash), "", new BundleItem[](0));
    }

    /// @notice {ILicenseManager-publishProfile}.
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

    // ---- internals

    function _setStatus(
        uint64 offerId,
        Offer memory offer,
        Content memory content,
        bytes25 digest,
        string memory termsUri,
        BundleItem[] memory items
    ) private {
        OfferRules.check(offer, content);
        uint8 verifiers = verifierSets.current();
        OfferStatus memory status = OfferStatus({
            digest: digest, sold: 0, closed: false, verifiers: verifiers, generation: content.generation
        });
        writeStatus(status, _manager().offers[offerId]);
        emit OfferSet(offerId, offer.contentId, content.creator, verifiers, offer, termsUri, items);
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
        if (!SignatureChecker.isValidSignatureNowCalldata(creator, _hashTypedData(hash), signature)) {
            revert SignatureInvalid(creator);
        }
    }

    /// What a purchase does not find out by itself, or too late.
    function _checkListing(Offer memory offer, string calldata termsUri, BundleItem[] calldata items)
        private
        view
    {
        if (bytes(termsUri).length > MAX_URI_LENGTH) revert OfferInvalid("termsUri");
        if (offer.validUntil != 0 && offer.validUntil <= block.timestamp) revert OfferInvalid("validUntil");
        if (!escrow.isListed(offer.token)) revert OfferInvalid("token");
        escrow.split(offer.splitId); // reverts when unknown
        if (offer.kind == OfferKind.Bundle) _checkItems(offer, items);
        else if (items.length != 0) revert BundleItemsInvalid(0);
    }

    /// Contents of the caller, each once, and together the units that the bundle says.
    function _checkItems(Offer memory offer, BundleItem[] calldata items) private view {
        if (items.length == 0 || items.length > MAX_ITEMS) revert BundleItemsInvalid(items.length);
        if (keccak256(abi.encode(items)) != offer.itemsHash) revert OfferInvalid("itemsHash");

        uint256 units = 0;
        bool limited = true;
        bytes32 last = 0;
        for (uint256 i = 0; i < items.length; ++i) {
            bytes32 contentId = items[i].contentId;
            if (contentId <= last || _content(contentId).creator != msg.sender) revert BundleItemsInvalid(i);
            last = contentId;
            units += items[i].units;
            if (items[i].units == 0) limited = false;
        }
        if (offer.units != (limited ? units : 0)) revert OfferInvalid("units");
    }

    function _offerId(Offer memory offer, Content memory content) private pure returns (uint64) {
        return uint64(content.contentNo) << OfferRules.NONCE_BITS | offer.nonce;
    }
}
