// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "./base/Guarded.sol";
import {
    Content,
    ContentKind,
    ContentStatus,
    IContentRegistry,
    Meter,
    Registration
} from "./interfaces/IContentRegistry.sol";
import {IPaymentEscrow, Payee} from "./interfaces/IPaymentEscrow.sol";
import {BinaryCid} from "./libraries/BinaryCid.sol";
import {SnarkField} from "./libraries/SnarkField.sol";

/// @title ContentRegistry: what exists, who made it, who serves it and who is paid for it.
contract ContentRegistry is IContentRegistry, Guarded {
    /// {Content}, packed into three slots.
    struct ContentRecord {
        address creator;
        ContentStatus status;
        ContentKind kind;
        uint40 meterId;
        uint40 splitId;
        uint256 keyCommitment;
        bytes32 contentHash;
    }

    /// @custom:storage-location erc7201:datavault.storage.ContentRegistry
    struct RegistryStorage {
        mapping(bytes32 contentId => ContentRecord) contents;
        mapping(uint64 meterId => Meter) meters;
        uint40 lastMeterId;
    }

    bytes32 private constant REGISTRY_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.ContentRegistry")) - 1)
    ) & ~bytes32(uint256(0xff));

    uint16 private constant ALL_SHARES_BPS = 10_000;
    uint256 public constant MAX_URL_LENGTH = 256;

    /// @notice The escrow that records splits.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(IPaymentEscrow escrow_) {
        escrow = escrow_;
    }

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, address guardian_) external initializer {
        __Guarded_init(owner_, guardian_);
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

        RegistryStorage storage $ = _registry();
        meterId = ++$.lastMeterId;
        $.meters[meterId] = Meter({owner: msg.sender, signer: signer, keyHash: keyHash});
        emit MeterPublished(meterId, msg.sender, keyX, keyY, keyHash, signer, url);
    }

    /// @inheritdoc IContentRegistry
    function register(Registration calldata registration) external whenNotPaused returns (bytes32 contentId) {
        if (registration.contentHash == bytes32(0)) revert ContentHashMissing();
        if (!BinaryCid.isPlausible(registration.cid)) revert CidInvalid(registration.cid);
        if (!BinaryCid.isPlausible(registration.metadataCid)) revert CidInvalid(registration.metadataCid);
        if (!SnarkField.isDigest(registration.keyCommitment)) {
            revert FieldElementOutOfRange(registration.keyCommitment);
        }

        RegistryStorage storage $ = _registry();
        address meterOwner = $.meters[registration.meterId].owner;
        if (meterOwner == address(0)) revert MeterUnknown(registration.meterId);
        if (meterOwner != msg.sender) revert NotMeterOwner(registration.meterId, msg.sender);

        contentId = keccak256(abi.encode(block.chainid, address(this), msg.sender, registration.contentHash));
        ContentRecord storage record = $.contents[contentId];
        if (record.creator != address(0)) revert ContentAlreadyRegistered(contentId, record.creator);

        // The escrow is ours and calls nobody back while it records a split.
        uint64 splitId = escrow.createSplit(_payeesOrCreator(registration.payees));
        record.creator = msg.sender;
        record.status = ContentStatus.Active;
        record.kind = registration.kind;
        // Both ids are issued one by one from 40-bit counters or smaller.
        // forge-lint: disable-next-line(unsafe-typecast)
        record.meterId = uint40(registration.meterId);
        // forge-lint: disable-next-line(unsafe-typecast)
        record.splitId = uint40(splitId);
        record.keyCommitment = registration.keyCommitment;
        record.contentHash = registration.contentHash;
        emit ContentRegistered(
            contentId,
            msg.sender,
            registration.contentHash,
            registration.cid,
            registration.keyCommitment,
            registration.metadataCid,
            registration.kind,
            registration.meterId,
            splitId
        );
    }

    /// @inheritdoc IContentRegistry
    function setStatus(bytes32 contentId, ContentStatus status) external {
        ContentRecord storage record = _known(contentId);
        if (record.creator != msg.sender) revert NotCreator(contentId, msg.sender);
        ContentStatus from = record.status;
        if (status == ContentStatus.None || status == from || from == ContentStatus.Retired) {
            revert StatusNotAllowed(from, status);
        }
        record.status = status;
        emit ContentStatusChanged(contentId, status);
    }

    /// @inheritdoc IContentRegistry
    function content(bytes32 contentId) external view returns (Content memory) {
        ContentRecord storage record = _known(contentId);
        return Content({
            creator: record.creator,
            status: record.status,
            kind: record.kind,
            meterId: record.meterId,
            splitId: record.splitId,
            keyCommitment: record.keyCommitment,
            contentHash: record.contentHash
        });
    }

    /// @inheritdoc IContentRegistry
    function meter(uint64 meterId) external view returns (Meter memory found) {
        found = _registry().meters[meterId];
        if (found.owner == address(0)) revert MeterUnknown(meterId);
    }

    function _payeesOrCreator(Payee[] calldata payees) private view returns (Payee[] memory) {
        if (payees.length != 0) return payees;
        Payee[] memory creatorAlone = new Payee[](1);
        creatorAlone[0] = Payee({account: msg.sender, shareBps: ALL_SHARES_BPS});
        return creatorAlone;
    }

    function _known(bytes32 contentId) private view returns (ContentRecord storage record) {
        record = _registry().contents[contentId];
        if (record.creator == address(0)) revert ContentUnknown(contentId);
    }

    function _registry() private pure returns (RegistryStorage storage $) {
        bytes32 slot = REGISTRY_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
