// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer} from "../interfaces/ILicenseManager.sol";

/// @title OfferHash: the EIP-712 hashes of offers.
library OfferHash {
    bytes32 internal constant OFFER_TYPEHASH = keccak256(
        "Offer(bytes32 contentId,uint32 nonce,uint8 kind,uint8 delivery,bool transferable,address buyer,address token,"
        "uint128 price,uint128 unitPrice,uint64 units,uint128 overagePrice,uint128 bond,uint32 unitBytes,"
        "uint16 maxUnitsPerEvent,uint32 duration,uint32 deliveryWindow,uint32 disputeWindow,uint32 settlementGrace,"
        "uint32 supply,uint40 validUntil,uint32 usageBits,uint16 royaltyBps,uint64 splitId,address arbitrator,"
        "bytes32 termsHash,bytes32 itemsHash)"
    );
    bytes32 internal constant TREE_TYPEHASH = keccak256("OfferTree(bytes32 root)");

    /// Every field of {Offer} is one word.
    uint256 private constant OFFER_BYTES = 26 * 32;

    /// @notice EIP-712 struct hash: that of the abi-encoded type hash and fields, which is how memory holds them.
    function structHash(Offer memory offer) internal pure returns (bytes32 hash) {
        bytes32 typeHash = OFFER_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mcopy(add(free, 0x20), offer, OFFER_BYTES)
            hash := keccak256(free, add(OFFER_BYTES, 0x20))
        }
    }

    /// @notice What the chain keeps of an offer. 200 bits: making two offers with the same one takes 2^100 hashes.
    function digest(Offer memory offer) internal pure returns (bytes25) {
        return bytes25(structHash(offer));
    }

    /// @notice Struct hash of OfferTree.
    function treeHash(bytes32 root) internal pure returns (bytes32) {
        return keccak256(abi.encode(TREE_TYPEHASH, root));
    }

    /// @notice Leaf of an offer in such a tree: hashed twice, so that no inner node is a leaf.
    function leaf(bytes32 offerStructHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(offerStructHash));
    }
}
