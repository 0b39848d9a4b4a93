// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentKind, ContentStatus, Meter} from "../interfaces/IContentRegistry.sol";

/// What {ContentRegistry} remembers of content. The first slot is all that a purchase reads.
struct ContentRecord {
    address creator;
    ContentStatus status;
    ContentKind kind;
    uint32 contentNo;
    uint32 meterId;
    uint8 generation;
    uint8 version;
    /// Of version 0.
    uint256 keyCommitment;
}

/// @custom:storage-location erc7201:datavault.storage.ContentRegistry
struct ContentRegistryStorage {
    mapping(bytes32 contentId => ContentRecord) contents;
    mapping(uint32 contentNo => bytes32 contentId) contentIds;
    /// Of versions from 1 on.
    mapping(uint32 contentNo => mapping(uint8 version => uint256 keyCommitment)) laterCommitments;
    mapping(uint32 meterId => Meter) meters;
    mapping(bytes32 contentId => address) pendingCreators;
    mapping(address creator => uint8) creatorLevels;
    uint32 lastContentNo;
    uint32 lastMeterId;
    address attester;
}
