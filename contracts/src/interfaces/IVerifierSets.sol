// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "./IVerifier.sol";

/// @notice The verifiers of one version of the circuits.
struct VerifierSet {
    IUsageVerifier usage;
    IUsageBatchVerifier usageBatch;
    IKeyDeliveryVerifier keyDelivery;
    IComplianceVerifier compliance;
}

/// @title IVerifierSets: versions of the circuits' verifiers. A version never changes; offers pin the newest.
interface IVerifierSets {
    /// @param keysHash keccak256 of the verifying keys' SHA-256 digests (usage, key delivery, compliance).
    event VerifierSetAdded(uint8 indexed version, VerifierSet set, bytes32 keysHash);

    error VerifierSetUnknown(uint8 version);
    error VerifierHasNoCode(address verifier);
    error VerifierSetsExhausted();

    /// @notice Adds the version that new offers pin. Owner only. There are at most 255.
    function add(VerifierSet calldata set, bytes32 keysHash) external returns (uint8 version);

    /// @notice The version that new offers pin, from 1.
    function current() external view returns (uint8 version);

    /// @notice Reverts when unknown.
    function usage(uint8 version) external view returns (IUsageVerifier);

    /// @notice Reverts when unknown.
    function usageBatch(uint8 version) external view returns (IUsageBatchVerifier);

    /// @notice Reverts when unknown.
    function keyDelivery(uint8 version) external view returns (IKeyDeliveryVerifier);

    /// @notice Reverts when unknown.
    function compliance(uint8 version) external view returns (IComplianceVerifier);
}
