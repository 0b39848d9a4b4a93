// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title ProofContext: the domain that every head and proof of a license is bound to.
library ProofContext {
    /// @notice Eight bits are dropped so that the result is always a field element.
    function derive(
        uint256 chainId,
        address usageTracker,
        uint256 licenseId,
        bytes32 contentId,
        uint32 lane,
        uint32 epoch
    ) internal pure returns (uint256 ctx) {
        return uint256(keccak256(abi.encode(chainId, usageTracker, licenseId, contentId, lane, epoch))) >> 8;
    }
}
