// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentRegistryStorage} from "../../src/storage/ContentRegistryStorage.sol";
import {DisputeResolutionStorage} from "../../src/storage/DisputeResolutionStorage.sol";
import {GuardedStorage} from "../../src/storage/GuardedStorage.sol";
import {LicenseManagerStorage} from "../../src/storage/LicenseManagerStorage.sol";
import {UsageTrackerStorage} from "../../src/storage/UsageTrackerStorage.sol";

/// One variable of each namespace, for the compiler to print where its members lie. Never deployed.
contract LayoutProbe {
    ContentRegistryStorage private contentRegistry;
    GuardedStorage private guarded;
    LicenseManagerStorage private licenseManager;
    UsageTrackerStorage private usageTracker;
    DisputeResolutionStorage private disputeResolution;
}
