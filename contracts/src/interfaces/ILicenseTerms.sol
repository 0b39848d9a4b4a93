// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer} from "./ILicenseManager.sol";

/// @notice What a license pins for settlement in one epoch.
struct SettlementTerms {
    bytes32 contentId;
    /// Version in {IVerifierSets}.
    uint8 verifiers;
    /// Settled units are drawn from the license's first payment, whose amount buys `units` of them.
    bool perUse;
    /// Metered units bought or included; zero: not limited.
    uint64 units;
    /// Base units drawn from the bond (payment `licenseId + 1`) for each unit above `units`; zero: none may be above.
    uint128 overagePrice;
    uint40 startsAt;
    /// Unix seconds; zero: never.
    uint40 expiresAt;
    uint256 licenseeCommitment;
    address sessionKey;
    address meterSigner;
    uint256 meterKeyHash;
}

/// @notice What a license pins for a dispute.
struct DisputeTerms {
    /// Owner of the license.
    address licensee;
    /// Of the content, now.
    address creator;
    address arbitrator;
    bool perUse;
    bool bonded;
    /// Unix seconds.
    uint40 startsAt;
    /// Unix seconds; zero: never.
    uint40 expiresAt;
}

/// @title ILicenseTerms: what the sibling contracts read from a license, in one call each.
interface ILicenseTerms {
    /// @notice Reverts when license or epoch are unknown.
    function settlementTerms(uint256 licenseId, uint32 epoch) external view returns (SettlementTerms memory);

    /// @notice Reverts when the license is unknown or `offer` is not the one it was sold at.
    function disputeTerms(uint256 licenseId, Offer calldata offer) external view returns (DisputeTerms memory);
}
