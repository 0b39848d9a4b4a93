// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    License,
    Offer,
    OfferKind,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";
import {ReentrantToken} from "../tokens/HostileTokens.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

abstract contract BuyBase is Base {
    bytes32 internal contentId;
    uint64 internal profileId;

    function setUp() public virtual override {
        super.setUp();
        contentId = _content();
        profileId = _profile();
    }

    function _listed(Offer memory offer) internal returns (Order memory) {
        return _order(_setOffer(offer), profileId, offer.kind == OfferKind.PerUse ? UNITS : 0);
    }

    function _refused(Order memory order, Offer memory offer, bytes memory reason) internal {
        _refused(order, offer, _value(offer, order.units), reason);
    }

    function _refused(Order memory order, Offer memory offer, uint256 value, bytes memory reason) internal {
        vm.deal(licensee, value);
        vm.expectRevert(reason);
        vm.prank(licensee);
        manager.buy{value: value}(order, offer);
    }
}

contract BuyTest is BuyBase {
    function _assertPayment(uint256 paymentId, Offer memory offer, uint256 amount, ReleaseRule rule)
        internal
        view
        returns (Payment memory payment)
    {
        payment = escrow.payment(paymentId);
        assertEq(payment.payer, licensee);
        assertEq(payment.token, offer.token);
        assertEq(payment.amount, amount);
        assertEq(uint8(payment.rule), uint8(rule));
        assertEq(uint8(payment.state), uint8(PaymentState.Held));
        assertEq(payment.splitId, creatorSplit);
    }

    function _assertLicense(uint256 licenseId, Offer memory offer, uint64 units) internal view {
        License memory license = manager.license(licenseId);
        assertEq(license.offerId, _offerId(offer));
        assertEq(license.profileId, profileId);
        assertEq(license.meterId, registry.content(offer.contentId).meterId);
        assertEq(uint8(license.kind), uint8(offer.kind));
        assertEq(uint8(license.delivery), uint8(offer.delivery));
        assertEq(license.transferable, offer.transferable);
        assertEq(license.bonded, offer.bond != 0);
        assertEq(license.units, units);
        assertEq(license.startsAt, START);
        assertEq(license.expiresAt, offer.duration == 0 ? 0 : START + offer.duration);
        assertEq(license.periods, 1);
        assertEq(license.epoch, 0);
        assertFalse(license.delivered);
        assertEq(license.contentVersion, 0);
        assertEq(license.verifiers, 1);
        assertEq(license.royaltyBps, offer.royaltyBps);
        assertEq(IERC721(address(manager)).ownerOf(licenseId), licensee);
    }

    function test_perpetual_is_held_until_delivery() public {
        Offer memory offer = _transferable(contentId);
        Order memory order = _listed(offer);
        order.referrer = stranger;
        order.maxTotal = PRICE;
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.LicenseIssued(
            1,
            order.offerId,
            contentId,
            licensee,
            licensee,
            profileId,
            1,
            0,
            0,
            START,
            0,
            offer.token,
            PRICE,
            stranger
        );
        uint256 licenseId = _buy(order, offer);
        assertEq(licenseId, 1);
        _assertLicense(1, offer, 0);
        Payment memory payment = _assertPayment(1, offer, PRICE, ReleaseRule.Cliff);
        assertEq(payment.deadline, START + DELIVERY_WINDOW);
        assertEq(payment.disputeWindow, DISPUTE_WINDOW);
        assertFalse(manager.isValid(1));
        assertEq(token.balanceOf(address(escrow)), PRICE);
    }

    function test_per_use_is_a_deposit_in_ether() public {
        Offer memory offer = _perUse(contentId);
        uint256 licenseId = _buy(_listed(offer), offer);
        _assertLicense(licenseId, offer, UNITS);
        Payment memory payment =
            _assertPayment(licenseId, offer, uint256(UNITS) * UNIT_PRICE, ReleaseRule.Metered);
        assertEq(payment.deadline, START + DURATION + GRACE);
        assertEq(address(escrow).balance, uint256(UNITS) * UNIT_PRICE);
        vm.warp(START + DURATION);
        assertTrue(manager.isValid(licenseId));
        vm.warp(START + DURATION + 1);
        assertFalse(manager.isValid(licenseId));
    }

    function test_served_subscription_and_bundle_vest_over_their_time() public {
        bytes32 collection = _collection();
        Offer[2] memory offers = [_subscriptionServed(contentId), _bundleServed(collection)];
        for (uint256 i = 0; i < 2; ++i) {
            uint256 licenseId = _buy(_listed(offers[i]), offers[i]);
            _assertLicense(licenseId, offers[i], offers[i].units);
            Payment memory payment = _assertPayment(licenseId, offers[i], PRICE, ReleaseRule.Linear);
            assertEq(payment.startsAt, START);
            assertEq(payment.deadline, START + DURATION);
            assertTrue(manager.isValid(licenseId));
        }
    }

    function test_a_bond_is_the_next_payment() public {
        Offer memory offer = _subscriptionKey(contentId);
        Order memory order = _listed(offer);
        order.maxTotal = uint256(PRICE) + PERFORMANCE_BOND;
        uint256 licenseId = _buy(order, offer);
        _assertLicense(licenseId, offer, UNITS);
        _assertPayment(licenseId, offer, PRICE, ReleaseRule.Cliff);
        Payment memory bond = _assertPayment(licenseId + 1, offer, PERFORMANCE_BOND, ReleaseRule.Metered);
        assertEq(bond.licenseId, licenseId);
        assertEq(bond.deadline, START + DURATION + GRACE);
        assertEq(_buy(order, offer), licenseId + 2);
    }

    function test_a_bond_in_ether() public {
        Offer memory offer = _subscriptionKey(contentId);
        offer.token = address(0);
        _buy(_listed(offer), offer);
        assertEq(address(escrow).balance, uint256(PRICE) + PERFORMANCE_BOND);
        assertEq(address(manager).balance, 0);
    }

    function test_bought_for_others_who_owe_nothing_and_get_the_refunds() public {
        Offer memory offer = _perpetual(contentId);
        Order memory order = _listed(offer);
        order.payer = stranger;
        _fund(arbitrator);
        vm.prank(arbitrator);
        uint256 licenseId = manager.buy(order, offer);
        assertEq(IERC721(address(manager)).ownerOf(licenseId), licensee);
        assertEq(_payment(licenseId).payer, stranger);
        assertEq(token.balanceOf(arbitrator), 1e18 - PRICE);
    }

    function test_the_newest_meter_and_version_are_bought() public {
        Offer memory offer = _perpetual(contentId);
        Order memory order = _listed(offer);
        uint64 meterId = _publishMeter();
        vm.prank(creator);
        registry.setMeter(contentId, meterId);
        assertEq(manager.license(_buy(order, offer)).meterId, meterId);
    }

    function test_a_limited_offer_sells_out() public {
        Offer memory offer = _perpetual(contentId);
        offer.supply = 2;
        Order memory order = _listed(offer);
        _buy(order, offer);
        assertEq(manager.offerStatus(order.offerId).sold, 1);
        _buy(order, offer);
        _refused(
            order,
            offer,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferSoldOut.selector, order.offerId, 2)
        );
    }

    /// In the middle of the payment there is no other purchase, and the license does nothing yet that needs one.
    function test_a_token_that_calls_back() public {
        ReentrantToken evil = new ReentrantToken();
        evil.mint(licensee, 10 * uint256(PRICE));
        vm.prank(operator);
        escrow.listToken(address(evil), true);
        vm.prank(licensee);
        evil.approve(address(escrow), type(uint256).max);
        Offer memory offer = _transferable(contentId);
        offer.token = address(evil);
        Order memory order = _listed(offer);
        bytes4 again = ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector;
        bytes[3] memory calls = [
            abi.encodeCall(manager.buy, (order, offer)),
            abi.encodeCall(manager.buySigned, (order, offer, new bytes32[](0), "")),
            abi.encodeCall(manager.renewSubscription, (1, DURATION))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            evil.arm(address(manager), calls[i]);
            assertEq(_buy(order, offer), i + 1);
            assertEq(bytes4(evil.answer()), again);
        }
    }

    function testFuzz_deposit_is_price_by_units(uint64 units, uint128 unitPrice) public {
        units = uint64(bound(units, 1, type(uint40).max));
        unitPrice = uint128(bound(unitPrice, 1, type(uint112).max / units));
        Offer memory offer = _perUse(contentId);
        offer.unitPrice = unitPrice;
        Order memory order = _order(_setOffer(offer), profileId, units);
        uint256 total = uint256(units) * unitPrice;
        vm.deal(licensee, total);
        vm.prank(licensee);
        uint256 licenseId = manager.buy{value: total}(order, offer);
        assertEq(_payment(licenseId).amount, total);
        assertEq(manager.license(licenseId).units, units);
    }
}

contract BuyRefusedTest is BuyBase {
    Offer internal offer;
    Order internal order;

    function setUp() public override {
        super.setUp();
        Offer memory made = _perpetual(contentId);
        made.validUntil = START + 100;
        offer = made;
        order = _listed(made);
    }

    function test_while_paused() public {
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        _refused(order, offer, abi.encodeWithSelector(PausableUpgradeable.EnforcedPause.selector));
    }

    function test_an_unknown_offer() public {
        Order memory other = order;
        other.offerId += 1;
        _refused(
            other, offer, abi.encodeWithSelector(ILicenseManagerErrors.OfferUnknown.selector, other.offerId)
        );
    }

    function testFuzz_other_terms(uint256 word) public {
        word = bound(word, 0, 25);
        Offer memory other = offer;
        assembly {
            let at := add(other, mul(word, 0x20))
            mstore(at, xor(mload(at), 1))
        }
        bytes25 given = bytes25(manager.offerStructHash(other));
        bytes25 actual = bytes25(manager.offerStructHash(offer));
        _refused(
            order,
            other,
            0,
            abi.encodeWithSelector(ILicenseManagerErrors.TermsChanged.selector, order.offerId, given, actual)
        );
    }

    function test_a_closed_offer() public {
        vm.prank(creator);
        manager.closeOffer(order.offerId);
        _refused(
            order, offer, abi.encodeWithSelector(ILicenseManagerErrors.OfferNotOpen.selector, order.offerId)
        );
    }

    function test_after_its_last_second() public {
        vm.warp(START + 100);
        _buy(order, offer);
        vm.warp(START + 101);
        _refused(
            order,
            offer,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferExpired.selector, order.offerId, START + 100)
        );
    }

    function test_when_the_content_has_another_owner() public {
        vm.prank(creator);
        registry.proposeTransfer(contentId, stranger);
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
        _refused(
            order,
            offer,
            abi.encodeWithSelector(ILicenseManagerErrors.OfferOutdated.selector, order.offerId, 0, 1)
        );
    }

    function test_when_the_content_is_not_active() public {
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        _refused(
            order, offer, abi.encodeWithSelector(ILicenseManagerErrors.ContentNotActive.selector, contentId)
        );
    }

    function test_units_of_the_wrong_kind() public {
        Order memory other = order;
        other.units = 1;
        _refused(other, offer, abi.encodeWithSelector(ILicenseManagerErrors.UnitsInvalid.selector, 1));
        Offer memory perUse = _perUse(contentId);
        other = _listed(perUse);
        other.units = 0;
        _refused(other, perUse, abi.encodeWithSelector(ILicenseManagerErrors.UnitsInvalid.selector, 0));
        other.units = 1 << 40;
        _refused(other, perUse, abi.encodeWithSelector(ILicenseManagerErrors.UnitsInvalid.selector, 1 << 40));
    }

    function test_above_the_most_to_pay() public {
        Order memory other = order;
        other.maxTotal = PRICE - 1;
        _refused(
            other,
            offer,
            abi.encodeWithSelector(ILicenseManagerErrors.TotalAboveMax.selector, PRICE, PRICE - 1)
        );
        Offer memory bonded = _subscriptionKey(contentId);
        uint256 total = uint256(PRICE) + PERFORMANCE_BOND;
        other = _listed(bonded);
        other.maxTotal = total - 1;
        _refused(
            other,
            bonded,
            abi.encodeWithSelector(ILicenseManagerErrors.TotalAboveMax.selector, total, total - 1)
        );
    }

    function test_wrong_ether() public {
        _refused(order, offer, 1, abi.encodeWithSelector(ILicenseManagerErrors.WrongValue.selector, 1, 0));
        Offer memory perUse = _perUse(contentId);
        Order memory other = _listed(perUse);
        uint256 total = uint256(UNITS) * UNIT_PRICE;
        for (uint256 i = 0; i < 2; ++i) {
            uint256 value = i == 0 ? total - 1 : total + 1;
            _refused(
                other,
                perUse,
                value,
                abi.encodeWithSelector(ILicenseManagerErrors.WrongValue.selector, value, total)
            );
        }
    }

    function test_somebody_elses_profile() public {
        Order memory other = order;
        other.profileId = 99;
        _refused(other, offer, abi.encodeWithSelector(ILicenseManagerErrors.ProfileUnknown.selector, 99));
        other.profileId = _publishProfile(stranger);
        _refused(
            other,
            offer,
            abi.encodeWithSelector(ILicenseManagerErrors.NotProfileOwner.selector, other.profileId, licensee)
        );
    }

    function test_another_buyer() public {
        Offer memory custom = _perpetual(contentId);
        custom.nonce = 50;
        custom.buyer = stranger;
        Order memory other = _listed(custom);
        _refused(
            other,
            custom,
            abi.encodeWithSelector(
                ILicenseManagerErrors.NotForBuyer.selector, other.offerId, stranger, licensee
            )
        );
        other.licensee = stranger;
        other.profileId = _publishProfile(stranger);
        _buy(other, custom);
    }

    function test_own_referral() public {
        Order memory other = order;
        other.payer = arbitrator;
        address[2] memory parties = [licensee, arbitrator];
        for (uint256 i = 0; i < 2; ++i) {
            other.referrer = parties[i];
            _refused(
                other, offer, abi.encodeWithSelector(ILicenseManagerErrors.SelfReferral.selector, parties[i])
            );
        }
        other.referrer = stranger;
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.SelfReferral.selector, stranger));
        vm.prank(stranger);
        manager.buy(other, offer);
    }

    function test_more_than_the_escrow_holds() public {
        Offer memory perUse = _perUse(contentId);
        perUse.unitPrice = type(uint128).max;
        Order memory other = _listed(perUse);
        other.units = type(uint40).max;
        uint256 total = uint256(other.units) * perUse.unitPrice;
        _refused(other, perUse, total, abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, total));
    }
}
