// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @custom:storage-location erc7201:datavault.storage.Guarded
struct GuardedStorage {
    address guardian;
}
