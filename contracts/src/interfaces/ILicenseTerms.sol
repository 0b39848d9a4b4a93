// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a license pins for settlement.
struct SettlementTerms {
    bytes32 contentId;
    uint64 paymentId;
    /// Metered units bought; zero when use is not billed by the unit.
    uint64 units;
    /// Base units for one metered unit; zero when use is not billed by the unit.
    uint128 unitPrice;
    uint40 startsAt;
    /// Unix seconds; zero: never.
    uint40 expiresAt;
    uint32 epoch;
    uint256 licenseeCommitment;
    address sessionKey;
    address meterSigner;
    uint256 meterKeyHash;
}

/// @notice What a license pins for a dispute.
struct DisputeTerms {
    uint64 paymentId;
    address licensee;
    address creator;
    address arbitrator;
}

/// @title ILicenseTerms: what the sibling contracts read from a license, in one call each.
interface ILicenseTerms {
    /// @notice Reverts when unknown.
    function settlementTerms(uint256 licenseId) external view returns (SettlementTerms memory);

    /// @notice Reverts when unknown.
    function disputeTerms(uint256 licenseId) external view returns (DisputeTerms memory);
}
