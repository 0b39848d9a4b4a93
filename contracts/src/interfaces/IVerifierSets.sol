// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "./IVerifier.sol";

/// @dev Events that a usage proof of the smaller circuit holds at most: its capacity.
uint16 constant USAGE_CAPACITY = 128;
/// @dev The same of the larger circuit.
uint16 constant USAGE_LONG_CAPACITY = 1024;

/// @notice The verifiers of one version of the circuits.
struct VerifierSet {
    /// Of usage proofs of capacity 128.
    IUsageVerifier usage;
    IUsageBatchVerifier usageBatch;
    /// Of usage proofs of capacity 1,024.
    IUsageVerifier usageLong;
    IUsageBatchVerifier usageLongBatch;
    IKeyDeliveryVerifier keyDelivery;
    IComplianceVerifier compliance;
}

/// @title IVerifierSets: versions of the circuits' verifiers. A version never changes; offers pin the newest.
interface IVerifierSets {
    /// @param keysHash keccak256 of the verifying keys' SHA-256 digests (usage of capacity
    ///        128, usage of capacity 1,024, key delivery, compliance).
    event VerifierSetAdded(uint8 indexed version, VerifierSet set, bytes32 keysHash);

    error VerifierSetUnknown(uint8 version);
    error VerifierHasNoCode(address verifier);
    error CapacityUnknown(uint16 capacity);
    error VerifierSetsExhausted();

    /// @notice Adds the version that new offers pin. Owner only. There are at most 255.
    function add(VerifierSet calldata set, bytes32 keysHash) external returns (uint8 version);

    /// @notice The version that new offers pin, from 1.
    function current() external view returns (uint8 version);

    /// @notice Reverts when the version is unknown, and when no circuit has that capacity.
    /// @param capacity Events that a proof holds at most: 128 or 1,024.
    function usage(uint8 version, uint16 capacity) external view returns (IUsageVerifier);

    /// @notice Reverts when the version is unknown, and when no circuit has that capacity.
    /// @param capacity As in {usage}.
    function usageBatch(uint8 version, uint16 capacity) external view returns (IUsageBatchVerifier);

    /// @notice Reverts when unknown.
    function keyDelivery(uint8 version) external view returns (IKeyDeliveryVerifier);

    /// @notice Reverts when unknown.
    function compliance(uint8 version) external view returns (IComplianceVerifier);
}
