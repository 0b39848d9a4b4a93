// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevToken} from "../../src/dev/DevToken.sol";
import {ILicenseManagerErrors, Offer, Order} from "../../src/interfaces/ILicenseManager.sol";
import {IPermit2} from "../../src/interfaces/IPermit2.sol";
import {
    Authorization,
    IPurchaseRouter,
    Permit,
    Permit2Transfer,
    Purchase
} from "../../src/interfaces/IPurchaseRouter.sol";
import {Base} from "../Base.t.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

/// A wallet that signs with its owner's key.
contract ContractWallet is IERC1271 {
    address private immutable owner;

    constructor(address owner_) {
        owner = owner_;
    }

    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        // One byte more than ECDSA, so that nothing takes it for an account's signature.
        bool ours = ECDSA.recover(hash, signature[:65]) == owner && signature.length == 66;
        return ours ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

abstract contract RouterBase is Base {
    address internal constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;
    /// ETH for one perpetual license of {_inEther}.
    uint128 internal constant ETHER_PRICE = 0.03 ether;

    IPurchaseRouter internal router;
    address internal company;
    uint256 internal companySecret;
    uint64 internal companyProfile;

    function setUp() public virtual override {
        super.setUp();
        vm.etch(PERMIT2, vm.parseJsonBytes(vm.readFile("test/fixtures/permit2.json"), ".code"));
        router = IPurchaseRouter(_create("PurchaseRouter", abi.encode(manager, escrow, PERMIT2)));
        (company, companySecret) = makeAddrAndKey("company");
        vm.deal(company, 10 ether);
        token.mint(company, 100 * uint256(PRICE));
        companyProfile = _publishProfile(company);
    }

    function _inEther() internal returns (Offer memory offer) {
        offer = _perpetual(_content());
        offer.nonce = 20;
        offer.token = address(0);
        offer.price = ETHER_PRICE;
    }

    function _inToken() internal returns (Offer memory) {
        return _perpetual(_content());
    }

    function _listed(Offer memory offer) internal returns (Purchase memory purchase) {
        if (manager.offerStatus(_offerId(offer)).digest == 0) _setOffer(offer);
        return _purchase(offer);
    }

    function _purchase(Offer memory offer) internal view returns (Purchase memory purchase) {
        purchase.offer = offer;
        purchase.order = _order(_offerId(offer), companyProfile, 0);
        purchase.order.licensee = company;
    }

    function _two(Purchase memory a, Purchase memory b) internal pure returns (Purchase[] memory both) {
        both = new Purchase[](2);
        both[0] = a;
        both[1] = b;
    }

    function _assertNothingStays() internal view {
        assertEq(address(router).balance, 0, "ether in the router");
        assertEq(token.balanceOf(address(router)), 0, "tokens in the router");
        assertEq(token.allowance(address(router), address(escrow)), 0, "allowance of the router");
    }

    function _assertBought(uint256 licenseId, address payer) internal view {
        assertEq(IERC721(address(manager)).ownerOf(licenseId), company, "owner");
        assertEq(escrow.payment(licenseId).payer, payer, "payer");
        _assertNothingStays();
    }
}

contract BuyManyTest is RouterBase {
    function test_when_there_is_nothing_to_buy() external {
        vm.expectRevert(IPurchaseRouter.NoPurchases.selector);
        router.buyMany(new Purchase[](0));
    }

    function test_when_the_offers_are_in_two_tokens() external {
        Purchase[] memory both = _two(_listed(_inToken()), _listed(_inEther()));
        vm.expectRevert(
            abi.encodeWithSelector(IPurchaseRouter.TokenDiffers.selector, address(token), address(0))
        );
        vm.prank(company);
        router.buyMany(both);
    }

    function test_when_the_value_is_the_sum_buys_all_for_the_caller() external {
        Purchase memory purchase = _listed(_inEther());
        vm.prank(company);
        uint256[] memory ids = router.buyMany{value: 2 * ETHER_PRICE}(_two(purchase, purchase));
        assertEq(ids.length, 2);
        _assertBought(ids[0], company);
        _assertBought(ids[1], company);
        assertEq(address(escrow).balance, 2 * uint256(ETHER_PRICE));
    }

    function testFuzz_when_the_value_is_not_the_sum(uint256 value) external {
        value = bound(value, 0, 10 ether);
        vm.assume(value != 2 * uint256(ETHER_PRICE));
        Purchase memory purchase = _listed(_inEther());
        vm.expectRevert(
            abi.encodeWithSelector(IPurchaseRouter.EtherDiffers.selector, value, 2 * uint256(ETHER_PRICE))
        );
        vm.prank(company);
        router.buyMany{value: value}(_two(purchase, purchase));
    }

    function test_in_a_token_draws_the_sum_once_and_leaves_no_allowance() external {
        Purchase memory purchase = _listed(_inToken());
        vm.startPrank(company);
        token.approve(address(router), 2 * uint256(PRICE));
        uint256[] memory ids = router.buyMany(_two(purchase, purchase));
        vm.stopPrank();
        _assertBought(ids[1], company);
        assertEq(token.allowance(company, address(router)), 0);
        assertEq(token.balanceOf(address(escrow)), 2 * uint256(PRICE));
    }

    function test_in_a_token_when_ether_is_sent_along() external {
        Purchase memory purchase = _listed(_inToken());
        vm.expectRevert(abi.encodeWithSelector(IPurchaseRouter.EtherNotTaken.selector, 1));
        vm.prank(company);
        router.buyMany{value: 1}(_two(purchase, purchase));
    }

    function test_when_one_of_them_cannot_be_bought() external {
        Purchase memory fine = _listed(_inToken());
        Offer memory other = _inToken();
        other.nonce = 21;
        Purchase memory closed = _listed(other);
        vm.prank(creator);
        manager.closeOffer(closed.order.offerId);
        vm.startPrank(company);
        token.approve(address(router), 2 * uint256(PRICE));
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManagerErrors.OfferNotOpen.selector, closed.order.offerId)
        );
        router.buyMany(_two(fine, closed));
        vm.stopPrank();
        assertEq(token.balanceOf(address(escrow)), 0);
    }

    function test_when_an_order_names_another_payer() external {
        Purchase memory purchase = _listed(_inEther());
        purchase.order.payer = stranger;
        vm.prank(company);
        uint256[] memory ids = router.buyMany{value: 2 * ETHER_PRICE}(_two(purchase, purchase));
        _assertBought(ids[0], stranger);
    }

    function test_when_terms_are_signed_buys_at_them() external {
        Purchase memory purchase = _purchase(_inEther());
        purchase.signature = _sign(creatorSecret, manager.offerTypedDigest(purchase.offer));
        vm.prank(company);
        uint256[] memory ids = router.buyMany{value: 2 * ETHER_PRICE}(_two(purchase, purchase));
        _assertBought(ids[1], company);
    }
}

contract BuyWithPermitTest is RouterBase {
    function _permit(uint256 value) private view returns (Permit memory permit) {
        permit.value = value;
        permit.deadline = block.timestamp;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
                ),
                company,
                router,
                value,
                token.nonces(company),
                permit.deadline
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash));
        (permit.v, permit.r, permit.s) = vm.sign(companySecret, digest);
    }

    function test_buys_with_the_permit() external {
        Purchase memory purchase = _listed(_inToken());
        Permit memory permit = _permit(PRICE);
        vm.prank(company);
        _assertBought(router.buyWithPermit(purchase, permit), company);
    }

    function test_when_somebody_sent_the_permit_before() external {
        Purchase memory purchase = _listed(_inToken());
        Permit memory p = _permit(PRICE);
        vm.prank(stranger);
        token.permit(company, address(router), p.value, p.deadline, p.v, p.r, p.s);
        vm.prank(company);
        _assertBought(router.buyWithPermit(purchase, p), company);
    }

    function test_when_permit_and_allowance_are_missing() external {
        Purchase memory purchase = _listed(_inToken());
        Permit memory permit = _permit(PRICE - 1);
        vm.expectRevert(
            abi.encodeWithSignature(
                "ERC20InsufficientAllowance(address,uint256,uint256)", router, PRICE - 1, PRICE
            )
        );
        vm.prank(company);
        router.buyWithPermit(purchase, permit);
    }

    function test_when_the_offer_is_in_ether() external {
        Purchase memory purchase = _listed(_inEther());
        Permit memory permit;
        vm.expectRevert(
            abi.encodeWithSelector(IPurchaseRouter.OfferIsInEther.selector, purchase.order.offerId)
        );
        router.buyWithPermit(purchase, permit);
    }
}

contract BuyWithPermit2Test is RouterBase {
    function setUp() public override {
        super.setUp();
        vm.prank(company);
        token.approve(PERMIT2, type(uint256).max);
    }

    /// Built from the texts of the two standards, not from the router's constants.
    function _transfer(Purchase memory purchase, uint256 permitted)
        private
        view
        returns (Permit2Transfer memory transfer)
    {
        transfer.from = company;
        transfer.permitted = permitted;
        transfer.nonce = 5;
        transfer.deadline = block.timestamp;
        bytes32 structHash = keccak256(
            abi.encode(
                keccak256(
                    "PermitWitnessTransferFrom(TokenPermissions permitted,address spender,uint256 nonce,uint256 deadline,Purchase witness)Purchase(uint64 offerId,bytes32 offer,address licensee,uint64 profileId,uint64 units,uint256 maxTotal,address payer,address referrer)TokenPermissions(address token,uint256 amount)"
                ),
                keccak256(
                    abi.encode(keccak256("TokenPermissions(address token,uint256 amount)"), token, permitted)
                ),
                router,
                transfer.nonce,
                transfer.deadline,
                router.purchaseHash(purchase.order, purchase.offer)
            )
        );
        (, bytes memory separator) = PERMIT2.staticcall(abi.encodeWithSignature("DOMAIN_SEPARATOR()"));
        bytes32 domain = abi.decode(separator, (bytes32));
        transfer.signature = _sign(companySecret, keccak256(abi.encodePacked(hex"1901", domain, structHash)));
    }

    function test_when_anyone_brings_the_signature() external {
        Purchase memory purchase = _listed(_inToken());
        Permit2Transfer memory transfer = _transfer(purchase, PRICE);
        vm.prank(stranger);
        _assertBought(router.buyWithPermit2(purchase, transfer), company);
    }

    function test_when_the_order_was_changed() external {
        Purchase memory purchase = _listed(_inToken());
        Permit2Transfer memory transfer = _transfer(purchase, PRICE);
        purchase.order.payer = stranger;
        vm.expectRevert(abi.encodeWithSignature("InvalidSigner()"));
        router.buyWithPermit2(purchase, transfer);
    }

    function test_when_it_is_brought_twice() external {
        Purchase memory purchase = _listed(_inToken());
        Permit2Transfer memory transfer = _transfer(purchase, PRICE);
        router.buyWithPermit2(purchase, transfer);
        vm.expectRevert(abi.encodeWithSignature("InvalidNonce()"));
        router.buyWithPermit2(purchase, transfer);
    }

    function test_when_less_was_permitted_than_it_costs() external {
        Purchase memory purchase = _listed(_inToken());
        Permit2Transfer memory transfer = _transfer(purchase, PRICE - 1);
        vm.expectRevert(abi.encodeWithSignature("InvalidAmount(uint256)", PRICE - 1));
        router.buyWithPermit2(purchase, transfer);
    }

    function test_when_the_offer_is_in_ether() external {
        Purchase memory purchase = _listed(_inEther());
        Permit2Transfer memory transfer = _transfer(purchase, PRICE);
        vm.expectRevert(
            abi.encodeWithSelector(IPurchaseRouter.OfferIsInEther.selector, purchase.order.offerId)
        );
        router.buyWithPermit2(purchase, transfer);
    }
}

contract BuyWithAuthorizationTest is RouterBase {
    function _authorization(Purchase memory purchase, address from)
        private
        view
        returns (Authorization memory authorization)
    {
        authorization.from = from;
        authorization.validBefore = block.timestamp + 1;
        authorization.salt = keccak256("salt");
        bytes32 nonce =
            keccak256(abi.encode(router.purchaseHash(purchase.order, purchase.offer), authorization.salt));
        bytes32 structHash = keccak256(
            abi.encode(
                token.RECEIVE_WITH_AUTHORIZATION_TYPEHASH(),
                from,
                router,
                uint256(PRICE),
                authorization.validAfter,
                authorization.validBefore,
                nonce
            )
        );
        authorization.signature = _sign(
            companySecret, keccak256(abi.encodePacked(hex"1901", token.DOMAIN_SEPARATOR(), structHash))
        );
    }

    function test_by_an_account() external {
        Purchase memory purchase = _listed(_inToken());
        Authorization memory authorization = _authorization(purchase, company);
        vm.prank(stranger);
        _assertBought(router.buyWithAuthorization(purchase, authorization), company);
    }

    function test_by_a_contract_its_erc1271_decides() external {
        address wallet = address(new ContractWallet(company));
        token.mint(wallet, PRICE);
        Purchase memory purchase = _listed(_inToken());
        Authorization memory authorization = _authorization(purchase, wallet);
        authorization.signature = abi.encodePacked(authorization.signature, uint8(1));
        vm.prank(stranger);
        _assertBought(router.buyWithAuthorization(purchase, authorization), wallet);
    }

    function test_when_the_order_was_changed() external {
        Purchase memory purchase = _listed(_inToken());
        Authorization memory authorization = _authorization(purchase, company);
        purchase.order.referrer = stranger;
        vm.expectRevert(abi.encodeWithSelector(DevToken.AuthorizationInvalid.selector, company));
        router.buyWithAuthorization(purchase, authorization);
    }

    function test_when_it_is_brought_twice() external {
        Purchase memory purchase = _listed(_inToken());
        Authorization memory authorization = _authorization(purchase, company);
        router.buyWithAuthorization(purchase, authorization);
        bytes32 nonce =
            keccak256(abi.encode(router.purchaseHash(purchase.order, purchase.offer), authorization.salt));
        vm.expectRevert(abi.encodeWithSelector(DevToken.AuthorizationAlreadyUsed.selector, company, nonce));
        router.buyWithAuthorization(purchase, authorization);
    }

    function test_when_the_offer_is_in_ether() external {
        Purchase memory purchase = _listed(_inEther());
        Authorization memory authorization = _authorization(purchase, company);
        vm.expectRevert(
            abi.encodeWithSelector(IPurchaseRouter.OfferIsInEther.selector, purchase.order.offerId)
        );
        router.buyWithAuthorization(purchase, authorization);
    }
}
