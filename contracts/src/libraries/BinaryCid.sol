// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title BinaryCid: the cheap part of checking a CID. Clients parse the rest.
library BinaryCid {
    uint256 internal constant MIN_LENGTH = 5;
    uint256 internal constant MAX_LENGTH = 128;

    /// @notice Whether `cid` can be a binary CIDv1: version byte 1, and room for codec, hash and digest.
    function isPlausible(bytes calldata cid) internal pure returns (bool) {
        return cid.length >= MIN_LENGTH && cid.length <= MAX_LENGTH && cid[0] == 0x01;
    }
}
