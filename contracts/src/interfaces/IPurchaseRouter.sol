// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer, Order} from "./ILicenseManager.sol";

/// @notice One license to buy.
struct Purchase {
    /// A payer of zero stands for whoever pays.
    Order order;
    Offer offer;
    /// For terms that the creator signed; see {ILicenseManager-buySigned}. An empty signature: the offer is listed.
    bytes32[] proof;
    bytes signature;
}

/// @notice An ERC-2612 permit of the caller, for the router.
struct Permit {
    uint256 value;
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice A Permit2 transfer, with {IPurchaseRouter-purchaseHash} as its witness.
struct Permit2Transfer {
    address from;
    /// At least the total.
    uint256 permitted;
    uint256 nonce;
    uint256 deadline;
    bytes signature;
}

/// @notice An EIP-3009 `receiveWithAuthorization` for the router, of exactly the total. Its nonce is
///         keccak256(abi.encode({IPurchaseRouter-purchaseHash}, salt)), so that it pays for nothing else.
struct Authorization {
    address from;
    uint256 validAfter;
    uint256 validBefore;
    bytes32 salt;
    /// 65 bytes (r, s, v), or whatever the contract at `from` takes (ERC-1271).
    bytes signature;
}

/// @title PurchaseRouter: the ways to pay that the core leaves out. Holds nothing between calls, owned by nobody.
interface IPurchaseRouter {
    error NoPurchases();
    error TokenDiffers(address expected, address found);
    error EtherNotTaken(uint256 sent);
    error OfferIsInEther(uint64 offerId);
    error EtherDiffers(uint256 sent, uint256 required);

    /// @notice Buys many licenses in one token, all or none. ETH: `msg.value` is the sum. ERC-20: the caller's allowance
    ///         to this router.
    function buyMany(Purchase[] calldata purchases) external payable returns (uint256[] memory licenseIds);

    /// @notice Buys with an ERC-2612 permit. A permit that somebody sent before is no obstacle.
    function buyWithPermit(Purchase calldata purchase, Permit calldata permit)
        external
        returns (uint256 licenseId);

    /// @notice Buys with a Permit2 transfer whose witness binds the purchase. Anyone may send it.
    function buyWithPermit2(Purchase calldata purchase, Permit2Transfer calldata transfer)
        external
        returns (uint256 licenseId);

    /// @notice Buys with an EIP-3009 authorization whose nonce binds the purchase. Anyone may send it.
    function buyWithAuthorization(Purchase calldata purchase, Authorization calldata authorization)
        external
        returns (uint256 licenseId);

    /// @notice What a payer signs to: EIP-712 struct hash of
    ///         Purchase(uint64 offerId,bytes32 offer,address licensee,uint64 profileId,uint64 units,uint256 maxTotal,
    ///         address payer,address referrer), where `offer` is {ILicenseManager-offerStructHash}.
    function purchaseHash(Order calldata order, Offer calldata offer) external view returns (bytes32);
}
