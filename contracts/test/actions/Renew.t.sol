// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    License,
    Offer,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Base} from "../Base.t.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

contract RenewTest is Base {
    function _renew(uint256 licenseId, uint64 duration) internal {
        vm.prank(licensee);
        manager.renewSubscription(licenseId, duration);
    }

    function _refused(uint256 licenseId, uint64 duration, bytes memory reason) internal {
        vm.expectRevert(reason);
        manager.renewalPrice(licenseId, duration);
        vm.expectRevert(reason);
        _renew(licenseId, duration);
    }

    function _notRenewable(uint256 licenseId) internal {
        assertFalse(manager.isRenewable(licenseId));
        _refused(
            licenseId,
            DURATION,
            abi.encodeWithSelector(ILicenseManagerErrors.NotRenewable.selector, licenseId)
        );
    }

    function _badDuration(uint256 licenseId, uint64 duration) internal {
        _refused(
            licenseId,
            duration,
            abi.encodeWithSelector(ILicenseManagerErrors.DurationInvalid.selector, duration, DURATION)
        );
    }

    function test_served_the_first_payment_is_topped_up() public {
        Offer memory offer = _subscriptionServed(_content());
        offer.units = UNITS;
        uint256 licenseId = _buyOf(offer);
        assertEq(manager.expiresAt(licenseId), START + DURATION);
        vm.warp(START + DURATION / 2);
        (address paidIn, uint256 price) = manager.renewalPrice(licenseId, 2 * DURATION);
        assertEq(paidIn, address(token));
        assertEq(price, 2 * uint256(PRICE));

        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.LicenseRenewed(licenseId, licenseId, 3, 3 * UNITS, START + 3 * DURATION);
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.SubscriptionUpdate(licenseId, START + 3 * DURATION);
        _renew(licenseId, 2 * DURATION);
        Payment memory payment = _payment(licenseId);
        assertEq(payment.amount, 3 * uint256(PRICE));
        assertEq(payment.deadline, START + 3 * DURATION);
        assertEq(escrow.releasable(licenseId), uint256(PRICE) / 2);

        // The price of a period stays what it was.
        (, price) = manager.renewalPrice(licenseId, DURATION);
        assertEq(price, PRICE);
        _renew(licenseId, DURATION);
        License memory license = manager.license(licenseId);
        assertEq(license.periods, 4);
        assertEq(license.units, 4 * UNITS);
        assertEq(license.expiresAt, START + 4 * DURATION);
    }

    function test_delivered_every_renewal_is_a_payment_of_its_own() public {
        uint256 licenseId = _buySubscriptionKey();
        _notRenewable(licenseId);
        _deliver(licenseId);
        vm.warp(START + 3 days);
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.LicenseRenewed(
            licenseId, licenseId + 2, 3, 3 * UNITS, START + 3 * DURATION
        );
        _renew(licenseId, 2 * DURATION);

        Payment memory payment = escrow.payment(licenseId + 2);
        assertEq(payment.licenseId, licenseId);
        assertEq(payment.payer, licensee);
        assertEq(payment.amount, 2 * uint256(PRICE));
        assertEq(uint8(payment.rule), uint8(ReleaseRule.Cliff));
        assertEq(uint8(payment.state), uint8(PaymentState.Delivered));
        assertEq(payment.releasableAt, START + 3 days + DISPUTE_WINDOW);
        assertEq(_payment(licenseId).amount, PRICE);
        assertEq(_bond(licenseId).deadline, START + 3 * DURATION + GRACE);
        // The next purchase has the next id.
        assertEq(_buyPerpetual(), licenseId + 3);
    }

    function test_delivered_without_a_bond_anyone_renews_and_is_the_payer() public {
        Offer memory offer = _subscriptionKey(_content());
        (offer.bond, offer.overagePrice) = (0, 0);
        uint256 licenseId = _buyOf(offer);
        _deliver(licenseId);
        _fund(stranger);
        vm.prank(stranger);
        manager.renewSubscription(licenseId, DURATION);
        assertEq(escrow.payment(licenseId + 1).payer, stranger);
    }

    /// The creator gets the price back, less the fee: for little it could keep a bond from its payer for decades.
    function test_nobody_else_prolongs_a_payers_bond() public {
        uint256 licenseId = _buySubscriptionKey();
        _deliver(licenseId);
        _fund(creator);
        vm.prank(creator);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.NotPayer.selector, licenseId, creator));
        manager.renewSubscription(licenseId, 100 * uint64(DURATION));
        assertEq(_bond(licenseId).deadline, START + DURATION + GRACE);
    }

    /// What does not vest is refunded to the payer: who gives a license could end it for what others added.
    function test_nobody_else_tops_up_what_a_payer_can_end() public {
        Offer memory offer = _subscriptionServed(_content());
        Order memory order = _order(_setOffer(offer), _profile(), 0);
        order.payer = stranger;
        uint256 licenseId = _buy(order, offer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.NotPayer.selector, licenseId, licensee));
        _renew(licenseId, 12 * uint64(DURATION));
        _fund(stranger);
        vm.prank(stranger);
        manager.renewSubscription(licenseId, DURATION);
    }

    function test_in_ether_to_the_wei() public {
        Offer[2] memory offers = [_subscriptionServed(_content()), _subscriptionKey(_content())];
        for (uint256 i = 0; i < 2; ++i) {
            offers[i].token = address(0);
            uint256 licenseId = _buyOf(offers[i]);
            if (i == 1) _deliver(licenseId);
            for (uint256 value = PRICE - 1; value <= uint256(PRICE) + 1; value += 2) {
                vm.expectRevert(
                    abi.encodeWithSelector(ILicenseManagerErrors.WrongValue.selector, value, PRICE)
                );
                vm.prank(licensee);
                manager.renewSubscription{value: value}(licenseId, DURATION);
            }
            vm.prank(licensee);
            manager.renewSubscription{value: PRICE}(licenseId, DURATION);
            assertEq(address(manager).balance, 0);
        }
    }

    function test_up_to_the_last_second() public {
        uint256 licenseId = _buySubscriptionServed();
        uint256 other = _buySubscriptionServed();
        vm.warp(START + DURATION);
        assertTrue(manager.isRenewable(licenseId));
        _renew(licenseId, DURATION);
        vm.warp(START + DURATION + 1);
        assertFalse(manager.isRenewable(other));
        _refused(
            other,
            DURATION,
            abi.encodeWithSelector(ILicenseManagerErrors.LicenseHasExpired.selector, other, START + DURATION)
        );
    }

    function test_whole_periods_up_to_255() public {
        uint256 licenseId = _buySubscriptionServed();
        _badDuration(licenseId, 0);
        _badDuration(licenseId, DURATION - 1);
        _badDuration(licenseId, DURATION + 1);
        _badDuration(licenseId, 255 * uint64(DURATION));
        _badDuration(licenseId, type(uint64).max);
        _renew(licenseId, 254 * uint64(DURATION));
        assertEq(manager.license(licenseId).periods, 255);
        assertFalse(manager.isRenewable(licenseId));
        _badDuration(licenseId, DURATION);
    }

    function test_time_is_bounded_by_its_32_bits() public {
        Offer memory offer = _subscriptionServed(_content());
        offer.duration = Timings.MAX_DEPOSIT;
        uint256 licenseId = _buyOf(offer);
        uint64 most = uint64(type(uint32).max) / offer.duration - 1;
        uint64 duration = (most + 1) * offer.duration;
        _refused(
            licenseId,
            duration,
            abi.encodeWithSelector(ILicenseManagerErrors.DurationInvalid.selector, duration, offer.duration)
        );
        _renew(licenseId, most * offer.duration);
    }

    function test_only_subscriptions() public {
        uint256[3] memory others = [_buyPerpetual(), _buyPerUse(), _buyBundleServed()];
        _deliver(others[0]);
        for (uint256 i = 0; i < 3; ++i) {
            _notRenewable(others[i]);
        }
        _refused(99, 1, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        manager.isRenewable(99);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        manager.expiresAt(99);
    }

    function test_not_what_was_refunded() public {
        uint256 licenseId = _buySubscriptionKey();
        vm.warp(START + DELIVERY_WINDOW + 1);
        escrow.refund(licenseId);
        _notRenewable(licenseId);
    }

    function test_not_while_paused_or_of_suspended_content() public {
        uint256 licenseId = _buySubscriptionServed();
        bytes32 contentId = _content();
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        assertFalse(manager.isRenewable(licenseId));
        _refused(
            licenseId,
            DURATION,
            abi.encodeWithSelector(ILicenseManagerErrors.ContentNotActive.selector, contentId)
        );
        vm.prank(creator);
        registry.setStatus(contentId, ContentStatus.Active);
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
        _renew(licenseId, DURATION);
    }

    function testFuzz_added_periods_keep_the_price_of_time(uint8 first, uint8 second, uint40 wait) public {
        first = uint8(bound(first, 1, 120));
        second = uint8(bound(second, 1, 120));
        wait = uint40(bound(wait, 0, DURATION));
        uint256 licenseId = _buySubscriptionServed();
        _renew(licenseId, uint64(first) * DURATION);
        vm.warp(START + wait);
        uint256 vested = escrow.releasable(licenseId);
        _renew(licenseId, uint64(second) * DURATION);
        assertEq(escrow.releasable(licenseId), vested);
        Payment memory payment = _payment(licenseId);
        uint256 periods = 1 + uint256(first) + second;
        assertEq(payment.amount, periods * PRICE);
        assertEq(payment.deadline, START + periods * DURATION);
    }
}
