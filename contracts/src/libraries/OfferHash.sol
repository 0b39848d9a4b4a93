// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer} from "../interfaces/ILicenseManager.sol";

/// @title OfferHash: the EIP-712 hashes of offers.
/// @dev The chain keeps the upper 200 bits of an offer's: making two offers with the same ones takes 2^100 hashes.
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

    /// @notice EIP-712 struct hash, of the words as they came. One with dirty upper bits is not that of any offer which
    ///         was recorded: recording decodes them, and refuses such a word.
    function structHash(Offer calldata offer) internal pure returns (bytes32 hash) {
        bytes32 typeHash = OFFER_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), offer, OFFER_BYTES)
            hash := keccak256(free, add(OFFER_BYTES, 0x20))
        }
    }

    /// @notice The same in memory, where the fields lie as they are hashed.
    function structHashOf(Offer memory offer) internal pure returns (bytes32 hash) {
        bytes32 typeHash = OFFER_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mcopy(add(free, 0x20), offer, OFFER_BYTES)
            hash := keccak256(free, add(OFFER_BYTES, 0x20))
        }
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
