// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC3009} from "../interfaces/IERC3009.sol";
import {ILicenseManager, Offer, Order} from "../interfaces/ILicenseManager.sol";
import {IPermit2} from "../interfaces/IPermit2.sol";
import {
    Authorization,
    IPurchaseRouter,
    Permit,
    Permit2Transfer,
    Purchase
} from "../interfaces/IPurchaseRouter.sol";
import {OrderTotal} from "../libraries/OrderTotal.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title PurchaseRouter: the ways to pay that the core leaves out. Holds nothing between calls, owned by nobody.
/// @dev # Invariants
/// - Between calls the router holds no token and no ETH that somebody paid with.
/// - Whoever pays is the payer of record unless they named another, and a signature pays for one order only.
contract PurchaseRouter is IPurchaseRouter, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    address private constant ETHER = address(0);
    uint256 private constant ECDSA_SIGNATURE_LENGTH = 65;

    string private constant PURCHASE_TYPE =
        "Purchase(uint64 offerId,bytes32 offer,address licensee,uint64 profileId,uint64 units,uint256 maxTotal,address payer,address referrer)";
    bytes32 private constant PURCHASE_TYPEHASH = keccak256(bytes(PURCHASE_TYPE));
    /// As Permit2 wants it: the witness's field, its type, and Permit2's own type that follows in the alphabet.
    string private constant WITNESS_TYPE =
        string.concat("Purchase witness)", PURCHASE_TYPE, "TokenPermissions(address token,uint256 amount)");

    ILicenseManager public immutable licenseManager;
    /// @notice Draws the ERC-20 that the router holds during a purchase.
    address public immutable escrow;
    IPermit2 public immutable permit2;

    constructor(ILicenseManager licenseManager_, address escrow_, IPermit2 permit2_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
        permit2 = permit2_;
    }

    /// @inheritdoc IPurchaseRouter
    function buyMany(Purchase[] calldata purchases)
        external
        payable
        nonReentrant
        returns (uint256[] memory licenseIds)
    {
        if (purchases.length == 0) revert NoPurchases();
        address token = purchases[0].offer.token;
        uint256 sum;
        for (uint256 i = 0; i < purchases.length; ++i) {
            Purchase calldata purchase = purchases[i];
            if (purchase.offer.token != token) revert TokenDiffers(token, purchase.offer.token);
            sum += OrderTotal.all(purchase.order, purchase.offer);
        }
        if (token == ETHER) {
            if (msg.value != sum) revert EtherDiffers(msg.value, sum);
        } else {
            if (msg.value != 0) revert EtherNotTaken(msg.value);
            _pull(token, sum);
        }
        licenseIds = new uint256[](purchases.length);
        for (uint256 i = 0; i < purchases.length; ++i) {
            licenseIds[i] = _buy(purchases[i], msg.sender);
        }
    }

    /// @inheritdoc IPurchaseRouter
    function buyWithPermit(Purchase calldata purchase, Permit calldata permit)
        external
        nonReentrant
        returns (uint256 licenseId)
    {
        address token = _erc20(purchase);
        // Somebody may have sent the permit before us; what counts is the allowance.
        try IERC20Permit(token)
            .permit(msg.sender, address(this), permit.value, permit.deadline, permit.v, permit.r, permit.s) {}
            catch {}
        _pull(token, OrderTotal.all(purchase.order, purchase.offer));
        return _buy(purchase, msg.sender);
    }

    /// @inheritdoc IPurchaseRouter
    function buyWithPermit2(Purchase calldata purchase, Permit2Transfer calldata transfer)
        external
        nonReentrant
        returns (uint256 licenseId)
    {
        address token = _erc20(purchase);
        uint256 total = OrderTotal.all(purchase.order, purchase.offer);
        permit2.permitWitnessTransferFrom(
            IPermit2.PermitTransferFrom({
                permitted: IPermit2.TokenPermissions({token: token, amount: transfer.permitted}),
                nonce: transfer.nonce,
                deadline: transfer.deadline
            }),
            IPermit2.SignatureTransferDetails({to: address(this), requestedAmount: total}),
            transfer.from,
            purchaseHash(purchase.order, purchase.offer),
            WITNESS_TYPE,
            transfer.signature
        );
        _allow(token, total);
        return _buy(purchase, transfer.from);
    }

    /// @inheritdoc IPurchaseRouter
    function buyWithAuthorization(Purchase calldata purchase, Authorization calldata authorization)
        external
        nonReentrant
        returns (uint256 licenseId)
    {
        address token = _erc20(purchase);
        uint256 total = OrderTotal.all(purchase.order, purchase.offer);
        bytes32 nonce =
            keccak256(abi.encode(purchaseHash(purchase.order, purchase.offer), authorization.salt));
        _receive(token, total, nonce, authorization);
        _allow(token, total);
        return _buy(purchase, authorization.from);
    }

    /// @inheritdoc IPurchaseRouter
    function purchaseHash(Order calldata order, Offer calldata offer) public view returns (bytes32) {
        return keccak256(
            abi.encode(
                PURCHASE_TYPEHASH,
                order.offerId,
                licenseManager.offerStructHash(offer),
                order.licensee,
                order.profileId,
                order.units,
                order.maxTotal,
                order.payer,
                order.referrer
            )
        );
    }

    /// Buys with what the router was just given, for `from`.
    function _buy(Purchase calldata purchase, address from) private returns (uint256) {
        Order memory order = purchase.order;
        if (order.payer == address(0)) order.payer = from;
        uint256 value = purchase.offer.token == ETHER ? OrderTotal.all(order, purchase.offer) : 0;
        if (purchase.signature.length == 0) {
            return licenseManager.buy{value: value}(order, purchase.offer);
        }
        return
            licenseManager.buySigned{value: value}(order, purchase.offer, purchase.proof, purchase.signature);
    }

    function _erc20(Purchase calldata purchase) private pure returns (address token) {
        token = purchase.offer.token;
        if (token == ETHER) revert OfferIsInEther(purchase.order.offerId);
    }

    function _pull(address token, uint256 total) private {
        IERC20(token).safeTransferFrom(msg.sender, address(this), total);
        _allow(token, total);
    }

    /// The escrow draws exactly this in the same transaction, so that no allowance outlives it.
    function _allow(address token, uint256 total) private {
        IERC20(token).forceApprove(escrow, total);
    }

    function _receive(address token, uint256 total, bytes32 nonce, Authorization calldata given) private {
        bytes calldata signature = given.signature;
        if (signature.length != ECDSA_SIGNATURE_LENGTH) {
            IERC3009(token)
                .receiveWithAuthorization(
                    given.from, address(this), total, given.validAfter, given.validBefore, nonce, signature
                );
            return;
        }
        IERC3009(token)
            .receiveWithAuthorization(
                given.from,
                address(this),
                total,
                given.validAfter,
                given.validBefore,
                nonce,
                uint8(signature[64]),
                bytes32(signature[:32]),
                bytes32(signature[32:64])
            );
    }
}
