// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {
    BundleItem,
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    Offer,
    OfferStatus,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Vm} from "forge-std/Vm.sol";

/// An account that signs with one key.
contract Wallet is IERC1271 {
    address internal immutable signer;

    constructor(address signer_) {
        signer = signer_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        return ECDSA.recover(hash, signature) == signer ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract BuySignedTest is Base {
    Offer internal offer;
    Order internal order;
    bytes internal signature;
    bytes32[] internal noProof;

    function setUp() public override {
        super.setUp();
        Offer memory made = _perpetual(_content());
        made.nonce = 500;
        made.buyer = licensee;
        offer = made;
        order = _order(_offerId(made), _profile(), 0);
        signature = _signed(made);
    }

    function _signed(Offer memory made) internal view returns (bytes memory) {
        return _sign(creatorSecret, manager.offerTypedDigest(made));
    }

    function _buySigned(Order memory o, Offer memory made, bytes32[] memory proof, bytes memory sig)
        internal
        returns (uint256)
    {
        vm.prank(licensee);
        return manager.buySigned(o, made, proof, sig);
    }

    function _refused(Offer memory made, bytes memory sig, bytes memory reason) internal {
        Order memory o = _order(_offerId(made), _profile(), 0);
        vm.expectRevert(reason);
        _buySigned(o, made, noProof, sig);
    }

    function _notSigned(Offer memory made, bytes memory sig, address expected) internal {
        _refused(made, sig, abi.encodeWithSelector(ILicenseManagerErrors.SignatureInvalid.selector, expected));
    }

    function test_the_first_use_records_the_offer() public {
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.OfferSet(
            order.offerId, offer.contentId, creator, 1, offer, "", new BundleItem[](0)
        );
        uint256 licenseId = _buySigned(order, offer, noProof, signature);
        OfferStatus memory status = manager.offerStatus(order.offerId);
        assertEq(status.digest, bytes25(manager.offerStructHash(offer)));
        assertEq(status.verifiers, 1);
        assertEq(manager.license(licenseId).offerId, order.offerId);

        vm.recordLogs();
        assertEq(_buySigned(order, offer, noProof, signature), licenseId + 1);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            assertNotEq(logs[i].topics[0], ILicenseManagerEvents.OfferSet.selector);
        }
        // From now on it is an offer like any other.
        _buy(order, offer);
    }

    function test_a_signed_supply_is_limited() public {
        Offer memory made = offer;
        made.supply = 1;
        bytes memory sig = _signed(made);
        _buySigned(order, made, noProof, sig);
        _refused(
            made, sig, abi.encodeWithSelector(ILicenseManagerErrors.OfferSoldOut.selector, order.offerId, 1)
        );
    }

    function test_in_ether() public {
        Offer memory made = offer;
        made.token = address(0);
        bytes memory sig = _signed(made);
        for (uint256 i = 1; i < 3; ++i) {
            vm.prank(licensee);
            manager.buySigned{value: PRICE}(order, made, noProof, sig);
            assertEq(address(escrow).balance, i * PRICE);
        }
    }

    function test_a_signed_bundle() public {
        Offer memory made = _bundleKey(_collection());
        order.offerId = _offerId(made);
        _buySigned(order, made, noProof, _signed(made));
    }

    function test_only_the_creators_signature_counts() public {
        Offer memory made = offer;
        _notSigned(made, _sign(sessionSecret, manager.offerTypedDigest(made)), creator);
        _notSigned(made, "", creator);
        made.price -= 1;
        _notSigned(made, signature, creator);
        // Nor once the content has another owner.
        vm.prank(creator);
        registry.proposeTransfer(offer.contentId, stranger);
        vm.prank(stranger);
        registry.acceptTransfer(offer.contentId);
        _notSigned(offer, signature, stranger);
    }

    function test_a_signature_is_for_one_chain() public {
        vm.chainId(block.chainid + 1);
        _notSigned(offer, signature, creator);
    }

    function test_a_wallet_signs() public {
        Wallet wallet = new Wallet(creator);
        vm.prank(creator);
        registry.proposeTransfer(offer.contentId, address(wallet));
        vm.prank(address(wallet));
        registry.acceptTransfer(offer.contentId);
        _buySigned(order, offer, noProof, signature);
        assertEq(manager.offerStatus(order.offerId).generation, 1);
        _notSigned(offer, _sign(sessionSecret, manager.offerTypedDigest(offer)), address(wallet));
    }

    function test_the_id_is_that_of_content_and_nonce() public {
        Order memory other = order;
        other.offerId += 1;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.OfferUnknown.selector, other.offerId));
        _buySigned(other, offer, noProof, signature);
    }

    function test_another_offer_with_its_nonce() public {
        Offer memory other = offer;
        other.price += 1;
        _setOffer(other);
        _refused(
            offer,
            signature,
            abi.encodeWithSelector(
                ILicenseManagerErrors.TermsChanged.selector,
                order.offerId,
                bytes25(manager.offerStructHash(offer)),
                bytes25(manager.offerStructHash(other))
            )
        );
    }

    function test_a_cancelled_signature() public {
        vm.prank(creator);
        manager.closeOffer(order.offerId);
        bytes memory reason =
            abi.encodeWithSelector(ILicenseManagerErrors.OfferNotOpen.selector, order.offerId);
        _refused(offer, signature, reason);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.OfferUnknown.selector, order.offerId));
        vm.prank(licensee);
        manager.buy(order, offer);
    }

    function test_closed_after_its_first_use() public {
        _buySigned(order, offer, noProof, signature);
        vm.prank(creator);
        manager.closeOffer(order.offerId);
        _refused(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferNotOpen.selector, order.offerId)
        );
    }

    function test_the_rules_hold_for_signed_offers() public {
        Offer memory made = offer;
        made.deliveryWindow = 0;
        _refused(
            made,
            _signed(made),
            abi.encodeWithSelector(ILicenseManagerErrors.OfferInvalid.selector, "deliveryWindow")
        );
        made = offer;
        made.arbitrator = creator;
        _refused(
            made,
            _signed(made),
            abi.encodeWithSelector(ILicenseManagerErrors.OfferInvalid.selector, "arbitrator")
        );
        made = offer;
        made.token = stranger;
        _refused(
            made, _signed(made), abi.encodeWithSelector(IPaymentEscrow.TokenNotListed.selector, stranger)
        );
        made = offer;
        made.splitId = 99;
        _refused(made, _signed(made), abi.encodeWithSelector(IPaymentEscrow.SplitUnknown.selector, 99));
    }

    function test_valid_up_to_its_last_second() public {
        Offer memory made = offer;
        made.validUntil = START;
        bytes memory sig = _signed(made);
        _buySigned(order, made, noProof, sig);
        vm.warp(START + 1);
        _refused(
            made,
            sig,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferExpired.selector, order.offerId, START)
        );
    }

    function test_not_while_paused_or_of_suspended_content() public {
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        _refused(offer, signature, abi.encodeWithSelector(PausableUpgradeable.EnforcedPause.selector));
        vm.prank(guardian);
        Guarded(address(manager)).unpause();
        vm.prank(creator);
        registry.setStatus(offer.contentId, ContentStatus.Suspended);
        _refused(
            offer,
            signature,
            abi.encodeWithSelector(ILicenseManagerErrors.ContentNotActive.selector, offer.contentId)
        );
    }

    // ---- many offers with one signature

    function _leaf(Offer memory made) internal view returns (bytes32) {
        return keccak256(abi.encode(manager.offerStructHash(made)));
    }

    function _node(bytes32 a, bytes32 b) internal pure returns (bytes32) {
        return a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
    }

    function test_one_signature_for_a_tree_of_offers() public {
        Offer[3] memory made = [offer, offer, offer];
        made[1].nonce = 501;
        made[2].nonce = 502;
        bytes32 inner = _node(_leaf(made[0]), _leaf(made[1]));
        bytes32 root = _node(inner, _leaf(made[2]));
        bytes memory sig = _sign(creatorSecret, manager.offerTreeDigest(root));

        bytes32[] memory path = new bytes32[](1);
        path[0] = inner;
        order.offerId = _offerId(made[2]);
        _buySigned(order, made[2], path, sig);

        path = new bytes32[](2);
        path[0] = _leaf(made[1]);
        path[1] = _leaf(made[2]);
        order.offerId = _offerId(made[0]);
        _buySigned(order, made[0], path, sig);

        // Another offer is not in the tree, and a tree's signature is not one of an offer.
        made[1].price -= 1;
        order.offerId = _offerId(made[1]);
        path[0] = _leaf(made[0]);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.SignatureInvalid.selector, creator));
        _buySigned(order, made[1], path, sig);
        _notSigned(made[1], sig, creator);
    }
}
