// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {LaneState} from "../interfaces/IUsageTracker.sol";

/// @custom:storage-location erc7201:datavault.storage.UsageTracker
struct UsageTrackerStorage {
    /// The proved head, and all totals in one slot.
    mapping(uint256 ctx => LaneState) lanes;
    /// Over all lanes and epochs of a license.
    mapping(uint256 licenseId => uint64) settledUnits;
}

/// @dev keccak256(abi.encode(uint256(keccak256("datavault.storage.UsageTracker")) - 1)) & ~bytes32(uint256(0xff))
bytes32 constant USAGE_TRACKER_SLOT =
    keccak256(abi.encode(uint256(keccak256("datavault.storage.UsageTracker")) - 1)) & ~bytes32(uint256(0xff));

function usageTrackerStorage() pure returns (UsageTrackerStorage storage $) {
    bytes32 slot = USAGE_TRACKER_SLOT;
    assembly ("memory-safe") {
        $.slot := slot
    }
}
