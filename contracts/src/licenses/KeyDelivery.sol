// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content} from "../interfaces/IContentRegistry.sol";
import {Delivery, ILicenseManager, OfferKind, SealedKey} from "../interfaces/ILicenseManager.sol";
import {LicenseTraits} from "../libraries/LicenseTraits.sol";
import {LicenseManagerStorage, LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {LicenseToken} from "./LicenseToken.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

/// @title KeyDelivery: how the content key reaches the licensee, once in each epoch. Never paused.
abstract contract KeyDelivery is LicenseToken {
    using LicenseTraits for uint96;

    bytes32 private constant ACCEPT_TYPEHASH = keccak256("AcceptKey(uint256 licenseId,uint16 epoch)");
    /// Keys are delivered in this lane's context.
    uint32 private constant KEY_LANE = 0;

    /// @inheritdoc ILicenseManager
    function deliverKey(uint256 licenseId, SealedKey calldata sealedKey, uint256[8] calldata proof) external {
        (address licensee, uint96 traits) = _known(licenseId);
        _checkDeliverable(licenseId, licensee, traits);
        LicenseRecord memory record = _record(licenseId);

        (bytes32 contentId, uint256 keyCommitment) =
            registry.keyCommitment(_contentNo(record.offerId), traits.contentVersion());
        uint256[7] memory inputs = [
            _context(licenseId, contentId, KEY_LANE, traits.epoch()),
            keyCommitment,
            _manager().profiles[record.profileId].commitment,
            sealedKey.ephemeralX,
            sealedKey.ephemeralY,
            sealedKey.c0,
            sealedKey.c1
        ];
        if (!verifierSets.keyDelivery(traits.verifiers()).verify(proof, inputs)) revert ProofInvalid();

        emit KeyDelivered(
            licenseId,
            contentId,
            traits.epoch(),
            sealedKey.ephemeralX,
            sealedKey.ephemeralY,
            sealedKey.c0,
            sealedKey.c1
        );
        _markDelivered(licenseId, traits);
    }

    /// @inheritdoc ILicenseManager
    function acceptKey(uint256 licenseId, bytes calldata signature) external {
        (address licensee, uint96 traits) = _known(licenseId);
        _checkDeliverable(licenseId, licensee, traits);
        if (signature.length == 0) {
            if (msg.sender != licensee) revert NotLicensee(licenseId, msg.sender);
        } else if (!SignatureChecker.isValidSignatureNowCalldata(
                licensee, _acceptDigest(licenseId, traits.epoch()), signature
            )) {
            revert SignatureInvalid(licensee);
        }
        emit KeyAccepted(licenseId, traits.epoch());
        _markDelivered(licenseId, traits);
    }

    /// @inheritdoc ILicenseManager
    function rebind(uint256 licenseId, uint64 profileId) external {
        (address licensee, uint96 traits) = _known(licenseId);
        if (msg.sender != licensee) revert NotLicensee(licenseId, msg.sender);
        _checkProfile(profileId, licensee);
        LicenseManagerStorage storage $ = _manager();
        LicenseRecord storage record = $.licenses[licenseId];
        _checkNotExpired(licenseId, record);
        uint16 epoch = traits.epoch();
        if (epoch == type(uint16).max) revert NotRebindable(licenseId);
        if (traits.delivery() == Delivery.Key && !_isEarned(_payment(licenseId))) {
            revert NotRebindable(licenseId);
        }
        uint8 version = traits.contentVersion();
        if (traits.kind() == OfferKind.Subscription) {
            (, Content memory content) = _contentOf(record.offerId);
            version = content.version;
        }

        $.pastProfiles[licenseId][epoch] = record.profileId;
        record.profileId = uint40(profileId); // counted in 40 bits, and known
        _setExtraData(licenseId, traits.withEpoch(epoch + 1, version));
        emit LicenseRebound(licenseId, profileId, epoch + 1, version);
        emit MetadataUpdate(licenseId);
    }

    /// @inheritdoc ILicenseManager
    function acceptDigest(uint256 licenseId) external view returns (bytes32) {
        (, uint96 traits) = _known(licenseId);
        return _acceptDigest(licenseId, traits.epoch());
    }

    // ---- internals

    /// The first delivery is what the escrow waits for, and it alone says until when. Later ones are for whoever may
    /// use the license now.
    function _checkDeliverable(uint256 licenseId, address licensee, uint96 traits) private view {
        if (traits.delivery() != Delivery.Key || traits.delivered()) revert KeyNotDeliverable(licenseId);
        if (traits.epoch() == 0) return;
        LicenseRecord memory record = _record(licenseId);
        _checkNotExpired(licenseId, record);
        if (_manager().profiles[record.profileId].owner != licensee || !_isEarned(_payment(licenseId))) {
            revert KeyNotDeliverable(licenseId);
        }
    }

    function _markDelivered(uint256 licenseId, uint96 traits) private {
        _setExtraData(licenseId, traits.withDelivered());
        if (traits.epoch() == 0) escrow.markDelivered(licenseId);
    }

    function _acceptDigest(uint256 licenseId, uint16 epoch) private view returns (bytes32) {
        return _hashTypedData(keccak256(abi.encode(ACCEPT_TYPEHASH, licenseId, epoch)));
    }
}
