// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IUsageVerifier} from "../interfaces/IVerifier.sol";

/// What {UsageTracker} remembers of a context. The settled total is the larger of the two totals.
struct LaneRecord {
    /// Zero: genesis.
    uint256 provedHead;
    uint64 provedTotal;
    uint64 signedTotal;
    /// Of lane 0 in epoch 0 only: what is settled for the license over all lanes and epochs. It is here so that a
    /// license that is used in one lane writes one slot less.
    uint64 licenseUnits;
    uint40 lastWindowEnd;
}

/// @custom:storage-location erc7201:datavault.storage.UsageTracker
struct UsageTrackerStorage {
    mapping(uint256 ctx => LaneRecord) lanes;
    /// As {IVerifierSets-usage} says, for ever: a copy of what was asked for once.
    mapping(uint8 version => mapping(uint16 capacity => IUsageVerifier)) usageVerifiers;
}
