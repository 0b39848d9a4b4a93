// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title SnarkField: the scalar field of BN254, in which circuits compute.
library SnarkField {
    uint256 internal constant R =
        21_888_242_871_839_275_222_246_405_745_257_275_088_548_364_400_416_034_343_698_204_186_575_808_495_617;

    /// @notice Whether `value` is a canonical field element.
    function isElement(uint256 value) internal pure returns (bool) {
        return value < R;
    }

    /// @notice Whether `value` can be a Poseidon digest. Nobody can find a preimage of zero, so zero is an omission.
    function isDigest(uint256 value) internal pure returns (bool) {
        return value != 0 && value < R;
    }
}
