// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {ILicenseManager, License, Offer, Order} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

contract BuyTest is Base {
    bytes32 internal contentId;
    uint64 internal profileId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
        profileId = _publishProfile();
    }

    function _orderPerpetual() internal returns (Order memory) {
        return _order(_setOffer(_perpetual(contentId)), profileId, 0);
    }

    function _orderPerUse() internal returns (Order memory) {
        return _order(_setOffer(_perUse(contentId)), profileId, UNITS);
    }

    function test_perpetual_is_paid_in_tokens_and_held_until_delivery() public {
        Order memory order = _orderPerpetual();
        order.referrer = stranger;
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentHeld(
            1,
            1,
            licensee,
            address(token),
            PRICE,
            ReleaseRule.Cliff,
            1,
            1,
            START + DELIVERY_WINDOW,
            DISPUTE_WINDOW,
            0
        );
        vm.expectEmit(address(manager));
        emit ILicenseManager.LicenseIssued(
            1,
            order.offerId,
            contentId,
            licensee,
            licensee,
            profileId,
            1,
            1,
            0,
            START,
            0,
            address(token),
            PRICE,
            stranger
        );
        vm.prank(licensee);
        uint256 licenseId = manager.buy(order);

        assertEq(manager.ownerOf(licenseId), licensee);
        License memory license = manager.license(licenseId);
        assertEq(license.offerId, order.offerId);
        assertEq(license.profileId, profileId);
        assertEq(license.meterId, 1);
        assertEq(license.paymentId, 1);
        assertEq(license.units, 0);
        assertEq(license.startsAt, START);
        assertEq(license.expiresAt, 0);
        assertEq(license.epoch, 0);
        assertFalse(license.delivered);
        assertFalse(manager.isValid(licenseId), "no key yet");
        Payment memory payment = escrow.payment(1);
        assertEq(uint8(payment.state), uint8(PaymentState.Held));
        assertEq(payment.amount, PRICE);
        assertEq(payment.licenseId, licenseId);
        assertEq(payment.payer, licensee);
        (,, uint64 sold) = manager.offerState(order.offerId);
        assertEq(sold, 1);
        _assertSolvent();
    }

    function test_per_use_is_prepaid_in_ether_and_valid_at_once() public {
        Order memory order = _orderPerUse();
        uint256 total = uint256(UNITS) * UNIT_PRICE;
        vm.prank(licensee);
        uint256 licenseId = manager.buy{value: total}(order);

        License memory license = manager.license(licenseId);
        assertEq(license.units, UNITS);
        assertEq(license.expiresAt, START + DURATION);
        assertTrue(manager.isValid(licenseId));
        Payment memory payment = _payment(licenseId);
        assertEq(uint8(payment.rule), uint8(ReleaseRule.Metered));
        assertEq(payment.amount, total);
        assertEq(payment.refundableAt, START + DURATION + GRACE);
        assertEq(payment.deliveryDeadline, 0);
        _assertSolvent();

        vm.warp(START + DURATION);
        assertTrue(manager.isValid(licenseId), "last second");
        vm.warp(START + DURATION + 1);
        assertFalse(manager.isValid(licenseId), "expired");
    }

    function test_somebody_else_may_pay() public {
        Order memory order = _orderPerpetual();
        token.mint(stranger, PRICE);
        vm.startPrank(stranger);
        token.approve(address(escrow), PRICE);
        uint256 licenseId = manager.buy(order);
        vm.stopPrank();
        assertEq(manager.ownerOf(licenseId), licensee);
        assertEq(_payment(licenseId).payer, stranger, "who paid is paid back");
    }

    function test_next_license_has_next_id_and_its_own_payment() public {
        Order memory order = _orderPerpetual();
        vm.startPrank(licensee);
        uint256 first = manager.buy(order);
        uint256 second = manager.buy(order);
        vm.stopPrank();
        assertEq(second, first + 1);
        assertTrue(_paymentId(first) != _paymentId(second));
        assertEq(manager.balanceOf(licensee), 2);
    }

    function test_unknown_offer_is_rejected() public {
        Order memory order = _order(99, profileId, 0);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferUnknown.selector, 99));
        manager.buy(order);
    }

    function test_closed_offer_is_rejected() public {
        Order memory order = _orderPerpetual();
        vm.prank(creator);
        manager.closeOffer(order.offerId);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferNotOpen.selector, order.offerId));
        manager.buy(order);
    }

    function test_offer_sells_until_its_last_second() public {
        Offer memory offer = _perpetual(contentId);
        offer.validUntil = START + 100;
        Order memory order = _order(_setOffer(offer), profileId, 0);
        vm.warp(START + 100);
        vm.prank(licensee);
        manager.buy(order);
        vm.warp(START + 101);
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManager.OfferExpired.selector, order.offerId, offer.validUntil)
        );
        vm.prank(licensee);
        manager.buy(order);
    }

    function test_supply_is_not_oversold() public {
        Offer memory offer = _perpetual(contentId);
        offer.supply = 1;
        Order memory order = _order(_setOffer(offer), profileId, 0);
        vm.startPrank(licensee);
        manager.buy(order);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.OfferSoldOut.selector, order.offerId, 1));
        manager.buy(order);
    }

    function test_other_terms_are_rejected() public {
        Order memory order = _orderPerpetual();
        order.expectedTermsHash = keccak256("other");
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManager.TermsChanged.selector, keccak256("other"), TERMS_HASH)
        );
        manager.buy(order);
    }

    function test_units_belong_to_per_use_only() public {
        Order memory perpetual = _orderPerpetual();
        perpetual.units = 1;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.UnitsInvalid.selector, 1));
        manager.buy(perpetual);
        Order memory perUse = _orderPerUse();
        perUse.units = 0;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.UnitsInvalid.selector, 0));
        manager.buy(perUse);
        perUse.units = uint64(type(uint48).max) + 1;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.UnitsInvalid.selector, perUse.units));
        manager.buy(perUse);
    }

    function test_13_never_above_max_total() public {
        Order memory order = _orderPerpetual();
        order.maxTotal = PRICE - 1;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.TotalAboveMax.selector, PRICE, PRICE - 1));
        vm.prank(licensee);
        manager.buy(order);
        order.maxTotal = PRICE;
        vm.prank(licensee);
        manager.buy(order);
    }

    function testFuzz_13_payer_never_pays_above_max_total(uint64 units, uint128 unitPrice, uint256 maxTotal)
        public
    {
        units = uint64(bound(units, 1, type(uint48).max));
        unitPrice = uint128(bound(unitPrice, 1, type(uint64).max));
        uint256 total = uint256(units) * unitPrice;
        Offer memory offer = _perUse(contentId);
        offer.unitPrice = unitPrice;
        Order memory order = _order(_setOffer(offer), profileId, units);
        order.maxTotal = maxTotal;
        vm.deal(licensee, total);
        if (total > maxTotal) {
            vm.expectRevert(abi.encodeWithSelector(ILicenseManager.TotalAboveMax.selector, total, maxTotal));
        }
        vm.prank(licensee);
        manager.buy{value: total}(order);
        assertEq(licensee.balance, total > maxTotal ? total : 0);
        _assertSolvent();
    }

    function test_ether_must_match_exactly() public {
        Order memory order = _orderPerUse();
        uint256 total = uint256(UNITS) * UNIT_PRICE;
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.WrongValue.selector, total - 1, total));
        manager.buy{value: total - 1}(order);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.WrongValue.selector, total + 1, total));
        manager.buy{value: total + 1}(order);
    }

    function test_ether_with_a_token_price_is_rejected() public {
        Order memory order = _orderPerpetual();
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.WrongValue.selector, 1, 0));
        vm.prank(licensee);
        manager.buy{value: 1}(order);
    }

    function test_amount_beyond_128_bits_is_rejected() public {
        Offer memory offer = _perUse(contentId);
        offer.unitPrice = type(uint128).max;
        offer.token = address(token);
        Order memory order = _order(_setOffer(offer), profileId, 2);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, 2 * uint256(type(uint128).max))
        );
        vm.prank(licensee);
        manager.buy(order);
    }

    function test_profile_must_exist() public {
        Order memory order = _orderPerpetual();
        order.profileId = 99;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.ProfileUnknown.selector, 99));
        manager.buy(order);
    }

    function test_profile_must_be_the_licensees() public {
        Order memory order = _orderPerpetual();
        order.licensee = stranger;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.NotProfileOwner.selector, profileId, stranger));
        manager.buy(order);
    }

    function test_suspended_and_retired_content_is_not_sold() public {
        Order memory order = _orderPerpetual();
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.ContentNotActive.selector, contentId));
        vm.prank(licensee);
        manager.buy(order);

        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Active);
        vm.prank(licensee);
        manager.buy(order);

        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Retired);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.ContentNotActive.selector, contentId));
        vm.prank(licensee);
        manager.buy(order);
    }

    function test_missing_allowance_buys_nothing() public {
        Order memory order = _orderPerpetual();
        vm.startPrank(licensee);
        token.approve(address(escrow), PRICE - 1);
        vm.expectRevert();
        manager.buy(order);
        vm.stopPrank();
        assertEq(manager.balanceOf(licensee), 0);
    }

    function test_pause_stops_buying() public {
        Order memory order = _orderPerpetual();
        vm.prank(guardian);
        manager.pause();
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
        vm.prank(licensee);
        manager.buy(order);
        vm.prank(operator);
        manager.unpause();
        vm.prank(licensee);
        manager.buy(order);
    }
}
