// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title EvidencePath: a binary CID as the text that ERC-1497 asks for.
library EvidencePath {
    bytes16 private constant HEX = "0123456789abcdef";
    /// `f` is multibase's prefix of lower-case base 16: a valid CIDv1 text.
    bytes7 private constant PREFIX = "/ipfs/f";

    function fromCid(bytes calldata cid) internal pure returns (string memory) {
        bytes memory path = new bytes(7 + 2 * cid.length);
        for (uint256 i = 0; i < 7; ++i) {
            path[i] = PREFIX[i];
        }
        for (uint256 i = 0; i < cid.length; ++i) {
            path[7 + 2 * i] = HEX[uint8(cid[i]) >> 4];
            path[8 + 2 * i] = HEX[uint8(cid[i]) & 0xf];
        }
        return string(path);
    }
}
