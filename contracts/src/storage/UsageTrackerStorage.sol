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
