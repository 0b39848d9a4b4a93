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

/// @notice Verifier of `KeyDeliveryProof`: that a ciphertext holds the committed content key for one licensee.
interface IKeyDeliveryVerifier {
    /// @param proof As in {IUsageVerifier-verify}.
    /// @param inputs ctx, keyCommitment, licenseeCommitment, E.x, E.y, c0, c1.
    function verify(uint256[8] calldata proof, uint256[7] calldata inputs) external view returns (bool);
}
