// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "./base/Guarded.sol";
import {
    Content,
    ContentStatus,
    Edition,
    IContentRegistry,
    Meter,
    Registration
} from "./interfaces/IContentRegistry.sol";
import {BinaryCid} from "./libraries/BinaryCid.sol";
import {SnarkField} from "./libraries/SnarkField.sol";
import {ContentRecord, ContentRegistryStorage} from "./storage/ContentRegistryStorage.sol";

/// @title ContentRegistry: what exists, who made it and who serves it.
contract ContentRegistry is IContentRegistry, Guarded {
    bytes32 private constant REGISTRY_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.ContentRegistry")) - 1)
    ) & ~bytes32(uint256(0xff));

    uint256 public constant MAX_URL_LENGTH = 256;
    uint8 public constant MAX_CREATOR_LEVEL = 4;

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, address guardian_, address attester_) external initializer {
        __Guarded_init(owner_, guardian_);
        _setAttester(attester_);
    }

    /// @inheritdoc IContentRegistry
    function publishMeter(uint256 keyX, uint256 keyY, uint256 keyHash, address signer, string calldata url)
        external
        returns (uint64 meterId)
    {
        if (!SnarkField.isElement(keyX)) revert FieldElementOutOfRange(keyX);
        if (!SnarkField.isElement(keyY)) revert FieldElementOutOfRange(keyY);
        if (!SnarkField.isDigest(keyHash)) revert FieldElementOutOfRange(keyHash);
        if (signer == address(0)) revert SignerMissing();
        if (bytes(url).length > MAX_URL_LENGTH) revert UrlTooLong(bytes(url).length, MAX_URL_LENGTH);

        ContentRegistryStorage storage $ = _registry();
        uint32 number = ++$.lastMeterId;
        $.meters[number] = Meter({owner: msg.sender, signer: signer, keyHash: keyHash});
        emit MeterPublished(number, msg.sender, keyX, keyY, keyHash, signer, url);
        return number;
    }

    /// @inheritdoc IContentRegistry
    function register(Registration calldata registration) external whenNotPaused returns (bytes32 contentId) {
        _checkEdition(
            registration.contentHash, registration.cid, registration.keyCommitment, registration.metadataCid
        );
        ContentRegistryStorage storage $ = _registry();
        uint32 meterId = _ownMeter($, registration.meterId);
        contentId = keccak256(abi.encode(block.chainid, address(this), msg.sender, registration.contentHash));
        ContentRecord storage record = $.contents[contentId];
        if (record.creator != address(0)) revert ContentAlreadyRegistered(contentId, record.creator);

        uint32 contentNo = ++$.lastContentNo;
        $.contents[contentId] = ContentRecord({
            creator: msg.sender,
            status: ContentStatus.Active,
            kind: registration.kind,
            contentNo: contentNo,
            meterId: meterId,
            generation: 0,
            version: 0,
            keyCommitment: registration.keyCommitment
        });
        $.contentIds[contentNo] = contentId;
        emit ContentRegistered(
            contentId,
            msg.sender,
            contentNo,
            registration.contentHash,
            registration.cid,
            registration.keyCommitment,
            registration.metadataCid,
            registration.kind,
            meterId
        );
    }

    /// @inheritdoc IContentRegistry
    function publishVersion(bytes32 contentId, Edition calldata edition)
        external
        whenNotPaused
        returns (uint8 version)
    {
        ContentRegistryStorage storage $ = _registry();
        ContentRecord storage record = _own($, contentId);
        _checkEdition(edition.contentHash, edition.cid, edition.keyCommitment, edition.metadataCid);
        if (record.version == type(uint8).max) revert VersionsExhausted(contentId);

        version = ++record.version;
        $.laterCommitments[record.contentNo][version] = edition.keyCommitment;
        emit ContentVersioned(
            contentId, version, edition.contentHash, edition.cid, edition.keyCommitment, edition.metadataCid
        );
    }

    /// @inheritdoc IContentRegistry
    function setStatus(bytes32 contentId, ContentStatus status) external {
        ContentRecord storage record = _own(_registry(), contentId);
        ContentStatus from = record.status;
        if (status == ContentStatus.None || status == from || from == ContentStatus.Retired) {
            revert StatusNotAllowed(from, status);
        }
        record.status = status;
        emit ContentStatusChanged(contentId, status);
    }

    /// @inheritdoc IContentRegistry
    function setMeter(bytes32 contentId, uint64 meterId) external {
        ContentRegistryStorage storage $ = _registry();
        ContentRecord storage record = _own($, contentId);
        record.meterId = _ownMeter($, meterId);
        emit ContentMeterChanged(contentId, meterId);
    }

    /// @inheritdoc IContentRegistry
    function proposeTransfer(bytes32 contentId, address to) external {
        ContentRegistryStorage storage $ = _registry();
        ContentRecord storage record = _own($, contentId);
        if (to != address(0) && record.generation == type(uint8).max) revert TransfersExhausted(contentId);
        $.pendingCreators[contentId] = to;
        emit ContentTransferProposed(contentId, to);
    }

    /// @inheritdoc IContentRegistry
    function acceptTransfer(bytes32 contentId) external {
        ContentRegistryStorage storage $ = _registry();
        ContentRecord storage record = _known($, contentId);
        if ($.pendingCreators[contentId] != msg.sender) revert NotPendingCreator(contentId, msg.sender);

        delete $.pendingCreators[contentId];
        address from = record.creator;
        record.creator = msg.sender;
        uint8 generation = ++record.generation;
        emit ContentTransferred(contentId, from, msg.sender, generation);
    }

    /// @inheritdoc IContentRegistry
    function setCreatorLevel(address creator, uint8 level) external {
        ContentRegistryStorage storage $ = _registry();
        if (msg.sender != $.attester) revert NotAttester(msg.sender);
        if (level > MAX_CREATOR_LEVEL) revert LevelTooHigh(level, MAX_CREATOR_LEVEL);
        $.creatorLevels[creator] = level;
        emit CreatorLevelSet(creator, level, msg.sender);
    }

    /// @notice Replaces the attester. Zero leaves nobody.
    function setAttester(address attester_) external onlyOwner {
        _setAttester(attester_);
    }

    /// @inheritdoc IContentRegistry
    function content(bytes32 contentId) external view returns (Content memory) {
        ContentRecord storage record = _known(_registry(), contentId);
        return Content({
            creator: record.creator,
            status: record.status,
            kind: record.kind,
            contentNo: record.contentNo,
            meterId: record.meterId,
            generation: record.generation,
            version: record.version
        });
    }

    /// @inheritdoc IContentRegistry
    function contentIdOf(uint32 contentNo) external view returns (bytes32) {
        return _contentIdOf(_registry(), contentNo);
    }

    /// @inheritdoc IContentRegistry
    function keyCommitment(uint32 contentNo, uint8 version)
        external
        view
        returns (bytes32 contentId, uint256 commitment)
    {
        ContentRegistryStorage storage $ = _registry();
        contentId = _contentIdOf($, contentNo);
        commitment =
            version == 0 ? $.contents[contentId].keyCommitment : $.laterCommitments[contentNo][version];
        // No version commits to zero.
        if (commitment == 0) revert VersionUnknown(contentNo, version);
    }

    /// @inheritdoc IContentRegistry
    function meter(uint64 meterId) external view returns (Meter memory) {
        return _meter(_registry(), meterId);
    }

    /// @inheritdoc IContentRegistry
    function meterOf(uint32 contentNo, uint64 meterId)
        external
        view
        returns (bytes32 contentId, address signer, uint256 keyHash)
    {
        ContentRegistryStorage storage $ = _registry();
        contentId = _contentIdOf($, contentNo);
        Meter storage found = _meter($, meterId);
        return (contentId, found.signer, found.keyHash);
    }

    /// @inheritdoc IContentRegistry
    function creatorLevel(address creator) external view returns (uint8) {
        return _registry().creatorLevels[creator];
    }

    /// @inheritdoc IContentRegistry
    function attester() external view returns (address) {
        return _registry().attester;
    }

    function _setAttester(address attester_) private {
        _registry().attester = attester_;
        emit AttesterSet(attester_);
    }

    function _checkEdition(
        bytes32 contentHash,
        bytes calldata cid,
        uint256 commitment,
        bytes calldata metadataCid
    ) private pure {
        if (contentHash == bytes32(0)) revert ContentHashMissing();
        if (!BinaryCid.isPlausible(cid)) revert CidInvalid(cid);
        if (!BinaryCid.isPlausible(metadataCid)) revert CidInvalid(metadataCid);
        if (!SnarkField.isDigest(commitment)) revert FieldElementOutOfRange(commitment);
    }

    function _ownMeter(ContentRegistryStorage storage $, uint64 meterId) private view returns (uint32) {
        if (_meter($, meterId).owner != msg.sender) revert NotMeterOwner(meterId, msg.sender);
        // Known, hence issued from a 32-bit counter.
        // forge-lint: disable-next-line(unsafe-typecast)
        return uint32(meterId);
    }

    /// Every meter has a signer.
    function _meter(ContentRegistryStorage storage $, uint64 meterId)
        private
        view
        returns (Meter storage found)
    {
        // The cut number is used only if nothing was cut.
        // forge-lint: disable-next-line(unsafe-typecast)
        found = $.meters[uint32(meterId)];
        if (meterId > type(uint32).max || found.signer == address(0)) revert MeterUnknown(meterId);
    }

    function _own(ContentRegistryStorage storage $, bytes32 contentId)
        private
        view
        returns (ContentRecord storage record)
    {
        record = _known($, contentId);
        if (record.creator != msg.sender) revert NotCreator(contentId, msg.sender);
    }

    function _known(ContentRegistryStorage storage $, bytes32 contentId)
        private
        view
        returns (ContentRecord storage record)
    {
        record = $.contents[contentId];
        if (record.creator == address(0)) revert ContentUnknown(contentId);
    }

    function _contentIdOf(ContentRegistryStorage storage $, uint32 contentNo)
        private
        view
        returns (bytes32 contentId)
    {
        contentId = $.contentIds[contentNo];
        if (contentId == bytes32(0)) revert ContentNoUnknown(contentNo);
    }

    function _registry() private pure returns (ContentRegistryStorage storage $) {
        bytes32 slot = REGISTRY_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
