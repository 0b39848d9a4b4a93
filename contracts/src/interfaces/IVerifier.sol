// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice Verifier of `UsageProof`: that a range of a metering chain is well formed and signed by the meter.
interface IUsageVerifier {
    /// @param proof (A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y), the order of EIP-197.
    /// @param inputs ctx, licenseeCommitment, meterKeyHash, headBefore, headAfter,
    ///        windowStart | windowEnd << 40 | units << 80.
    /// @return False for any proof or input that is not canonical; it never reverts on bad values.
    function verify(uint256[8] calldata proof, uint256[6] calldata inputs) external view returns (bool);
}

/// @notice Verifier of many `UsageProof`s at once, by a random linear combination.
interface IUsageBatchVerifier {
    /// @param proofs Each as in {IUsageVerifier-verify}.
    /// @param inputs Of each proof, as in {IUsageVerifier-verify}; as many as proofs.
    /// @return Whether all are valid. False for none at all, and for any value that is not canonical.
    function verifyBatch(uint256[8][] calldata proofs, uint256[6][] calldata inputs)
        external
        view
        returns (bool);
}

/// @notice Verifier of `ComplianceProof`: that a signed head's hidden total is at most a public number.
interface IComplianceVerifier {
    /// @param proof As in {IUsageVerifier-verify}.
    /// @param inputs ctx, licenseeCommitment, meterKeyHash, head, asOf | maxAllowed << 40.
    function verify(uint256[8] calldata proof, uint256[5] calldata inputs) external view returns (bool);
}

/// @notice Verifier of `KeyDeliveryProof`: that a ciphertext holds the committed content key for one licensee.
interface IKeyDeliveryVerifier {
    /// @param proof As in {IUsageVerifier-verify}.
    /// @param inputs ctx, keyCommitment, licenseeCommitment, E.x, E.y, c0, c1.
    function verify(uint256[8] calldata proof, uint256[7] calldata inputs) external view returns (bool);
}
