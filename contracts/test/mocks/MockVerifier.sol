// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// Says yes or no as it is told, to every kind of proof. Only for tests of what the contracts do around a proof;
/// real proofs against the real verifiers are in `RealProof.t.sol`.
contract MockVerifier {
    bool public accepts = true;

    function setAccepts(bool accepts_) external {
        accepts = accepts_;
    }

    function verify(uint256[8] calldata, uint256[5] calldata) external view returns (bool) {
        return accepts;
    }

    function verify(uint256[8] calldata, uint256[6] calldata) external view returns (bool) {
        return accepts;
    }

    function verify(uint256[8] calldata, uint256[7] calldata) external view returns (bool) {
        return accepts;
    }

    function verifyBatch(uint256[8][] calldata, uint256[6][] calldata) external view returns (bool) {
        return accepts;
    }
}
