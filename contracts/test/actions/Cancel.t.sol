// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    Offer,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";

contract CancelTest is Base {
    function _cancel(uint256 licenseId) internal {
        vm.prank(licensee);
        manager.cancelSubscription(licenseId);
    }

    function _refused(uint256 licenseId, bytes memory reason) internal {
        vm.expectRevert(reason);
        _cancel(licenseId);
    }

    function test_a_deposit_is_refundable_after_the_grace() public {
        uint256 licenseId = _buyPerUse();
        uint40 now_ = START + 3 days;
        vm.warp(now_);
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.LicenseEnded(licenseId, now_);
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.SubscriptionUpdate(licenseId, now_);
        _cancel(licenseId);
        assertEq(manager.license(licenseId).expiresAt, now_);
        assertEq(_payment(licenseId).deadline, now_ + GRACE);
        assertTrue(manager.isValid(licenseId));
        // Used meanwhile, and settled in time.
        tracker.settleUsage(_batch(licenseId));
        vm.warp(now_ + 1);
        assertFalse(manager.isValid(licenseId));
        vm.warp(now_ + GRACE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotRefundableYet.selector, licenseId, now_ + GRACE)
        );
        escrow.refund(licenseId);
        vm.warp(now_ + GRACE);
        escrow.refund(licenseId);
        assertEq(escrow.balanceOf(licensee, address(0)), uint256(UNITS - 10) * UNIT_PRICE);
    }

    function test_what_of_a_served_one_did_not_vest_is_refunded_at_once() public {
        uint256[2] memory served = [_buySubscriptionServed(), _buyBundleServed()];
        vm.warp(START + DURATION / 3);
        for (uint256 i = 0; i < 2; ++i) {
            _cancel(served[i]);
            Payment memory payment = _payment(served[i]);
            assertEq(uint8(payment.state), uint8(PaymentState.Closed));
            assertEq(payment.released, uint256(PRICE) / 3);
            assertEq(payment.refunded, PRICE - uint256(PRICE) / 3);
            assertFalse(manager.isValid(served[i]));
            _refused(served[i], abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, served[i]));
        }
    }

    function test_in_the_second_of_the_purchase() public {
        uint256[2] memory ids = [_buyPerUse(), _buySubscriptionServed()];
        for (uint256 i = 0; i < 2; ++i) {
            _cancel(ids[i]);
            // Never zero, which is for ever.
            assertEq(manager.license(ids[i]).expiresAt, START + 1);
        }
        assertEq(_payment(ids[0]).deadline, START + 1 + GRACE);
        assertEq(_payment(ids[1]).refunded, PRICE);
        // Twice is no different.
        _cancel(ids[0]);
        assertEq(_payment(ids[0]).deadline, START + 1 + GRACE);
    }

    function test_a_renewed_one() public {
        uint256 licenseId = _buySubscriptionServed();
        vm.prank(licensee);
        manager.renewSubscription(licenseId, 3 * DURATION);
        vm.warp(START + DURATION);
        _cancel(licenseId);
        assertEq(_payment(licenseId).released, PRICE);
        assertEq(_payment(licenseId).refunded, 3 * uint256(PRICE));
        // Not renewed any more, not even now.
        vm.expectRevert();
        vm.prank(licensee);
        manager.renewSubscription(licenseId, DURATION);
    }

    function test_by_the_payer_only() public {
        Offer memory offer = _subscriptionServed(_content());
        Order memory order = _order(_setOffer(offer), _profile(), 0);
        order.payer = stranger;
        uint256 licenseId = _buy(order, offer);
        _refused(
            licenseId, abi.encodeWithSelector(ILicenseManagerErrors.NotPayer.selector, licenseId, licensee)
        );
        vm.prank(stranger);
        manager.cancelSubscription(licenseId);
        assertEq(escrow.balanceOf(stranger, address(token)), PRICE);
    }

    function test_not_what_is_delivered_by_key_or_unknown() public {
        uint256[3] memory others = [_buyPerpetual(), _buySubscriptionKey(), _buyBundleKey()];
        for (uint256 i = 0; i < 3; ++i) {
            _refused(others[i], abi.encodeWithSelector(ILicenseManagerErrors.NotEndable.selector, others[i]));
        }
        _refused(99, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
    }

    function test_up_to_the_last_second() public {
        uint256 licenseId = _buyPerUse();
        uint256 other = _buyPerUse();
        vm.warp(START + DURATION);
        _cancel(licenseId);
        assertEq(_payment(licenseId).deadline, START + DURATION + GRACE);
        vm.warp(START + DURATION + 1);
        _refused(
            other,
            abi.encodeWithSelector(ILicenseManagerErrors.LicenseHasExpired.selector, other, START + DURATION)
        );
    }

    /// The payment's clock stood still, and is still behind by as much.
    function test_the_grace_is_no_longer_after_a_freeze() public {
        uint256 licenseId = _buyPerUse();
        vm.startPrank(address(disputes));
        vm.warp(START + 1 days);
        escrow.freeze(licenseId, 1);
        vm.warp(START + 6 days);
        escrow.unfreeze(licenseId, 1, false);
        vm.stopPrank();
        uint40 now_ = START + 8 days;
        vm.warp(now_);
        _cancel(licenseId);
        // Twice is no different.
        _cancel(licenseId);
        vm.warp(now_ + GRACE - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotRefundableYet.selector, licenseId, now_ + GRACE - 5 days)
        );
        escrow.refund(licenseId);
        vm.warp(now_ + GRACE);
        escrow.refund(licenseId);
    }

    function test_in_the_last_second_after_a_freeze_nothing_moves() public {
        uint256 licenseId = _buyPerUse();
        vm.startPrank(address(disputes));
        escrow.freeze(licenseId, 1);
        vm.warp(START + 5 days);
        escrow.unfreeze(licenseId, 1, false);
        vm.stopPrank();
        vm.warp(START + DURATION);
        _cancel(licenseId);
        assertEq(_payment(licenseId).deadline, START + DURATION + GRACE);
    }

    function test_not_while_disputed_or_with_ether() public {
        uint256 licenseId = _buyPerUse();
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.WrongValue.selector, 1, 0));
        vm.prank(licensee);
        manager.cancelSubscription{value: 1}(licenseId);
        vm.prank(address(disputes));
        escrow.freeze(licenseId, 1);
        _refused(licenseId, abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, licenseId));
    }
}
