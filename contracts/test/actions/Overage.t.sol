// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {UsageBase} from "./UsageBase.t.sol";

/// Use above the units included, paid from the performance bond where the offer prices it.
contract OverageTest is UsageBase {
    function setUp() public override {
        super.setUp();
        licenseId = _buySubscriptionKey();
    }

    function _signed(uint64 total) internal {
        tracker.settleSigned(_signedHead(licenseId, 0, total));
    }

    function _refusesSigned(uint64 total, bytes memory why) internal {
        SignedHead memory head = _signedHead(licenseId, 0, total);
        vm.expectRevert(why);
        tracker.settleSigned(head);
    }

    function _aboveGrant(uint64 granted) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, granted + 1, granted);
    }

    function test_up_to_the_cap_nothing_is_due() public {
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.draw.selector), 0);
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 0);
        _signed(UNITS - 1);
        _signed(UNITS);
        assertEq(_bond(licenseId).due, 0);
    }

    function test_each_unit_above_the_cap_is_due_from_the_bond() public {
        _signed(UNITS + 1);
        assertEq(_bond(licenseId).due, OVERAGE_PRICE);
        tracker.settleUsage(_range(licenseId, 1, 0, 77, 6));
        assertEq(_bond(licenseId).due, 7 * OVERAGE_PRICE);
        assertEq(tracker.settledUnits(licenseId), UNITS + 7);
        uint256 moved = escrow.release(licenseId + 1);
        assertEq(moved, 7 * OVERAGE_PRICE);
        assertEq(escrow.balanceOf(creator, address(token)), moved - _fee(moved));
    }

    function test_the_price_of_the_period_is_untouched() public {
        _signed(UNITS + 5);
        assertEq(_payment(licenseId).due, 0);
        assertEq(_payment(licenseId).released, 0);
    }

    function test_no_more_than_the_bond_is_due_and_all_is_recorded() public {
        uint64 covered = uint64(PERFORMANCE_BOND / OVERAGE_PRICE);
        _signed(UNITS + covered);
        assertEq(_bond(licenseId).due, covered * OVERAGE_PRICE);
        _signed(UNITS + covered + 1);
        assertEq(_bond(licenseId).due, PERFORMANCE_BOND);
        _signed(type(uint48).max);
        assertEq(_bond(licenseId).due, PERFORMANCE_BOND);
        assertEq(tracker.settledUnits(licenseId), type(uint48).max);
    }

    function test_many_draw_once_for_all() public {
        UsageBatch[] memory many = new UsageBatch[](2);
        many[0] = _range(licenseId, 0, 0, 71, uint32(UNITS) + 1);
        many[1] = _range(licenseId, 1, 0, 72, 2);
        vm.expectCall(
            address(escrow), abi.encodeCall(IPaymentEscrow.draw, (licenseId + 1, 3 * OVERAGE_PRICE)), 1
        );
        tracker.settleUsageMany(many);
        assertEq(_bond(licenseId).due, 3 * OVERAGE_PRICE);
    }

    function test_a_renewal_includes_more_units_and_what_was_due_stays() public {
        _signed(UNITS + 2);
        _deliver(licenseId);
        vm.prank(licensee);
        manager.renewSubscription(licenseId, DURATION);
        assertEq(manager.license(licenseId).units, 2 * UNITS);
        _signed(2 * UNITS);
        assertEq(_bond(licenseId).due, 2 * OVERAGE_PRICE);
        _signed(2 * UNITS + 3);
        assertEq(_bond(licenseId).due, 3 * OVERAGE_PRICE);
    }

    function test_6_a_frozen_bond_records_what_is_due() public {
        vm.prank(address(disputes));
        escrow.freeze(licenseId + 1, 1);
        _signed(UNITS + 2);
        assertEq(_bond(licenseId).due, 2 * OVERAGE_PRICE);
        assertEq(escrow.releasable(licenseId + 1), 0);
    }

    function test_after_the_bond_went_back_only_use_within_the_cap_settles() public {
        vm.warp(START + 1 days + DURATION + GRACE);
        escrow.refund(licenseId + 1);
        _signed(UNITS);
        _refusesSigned(
            UNITS + 1, abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, licenseId + 1)
        );
    }

    function test_without_a_price_nothing_may_be_above() public {
        Offer memory offer = _subscriptionKey(_content());
        offer.nonce = 90;
        (offer.overagePrice, offer.bond, offer.settlementGrace) = (0, 0, 0);
        licenseId = _buyOf(offer);
        _signed(UNITS);
        _refusesSigned(UNITS + 1, _aboveGrant(UNITS));
    }

    function test_a_bundles_units_are_its_cap() public {
        licenseId = _buyBundleServed();
        _signed(2 * UNITS);
        _refusesSigned(2 * UNITS + 1, _aboveGrant(2 * UNITS));
    }

    function test_without_a_cap_use_is_recorded_only() public {
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.draw.selector), 0);
        licenseId = _buySubscriptionServed();
        _signed(type(uint48).max);
        assertEq(tracker.settledUnits(licenseId), type(uint48).max);
    }

    function testFuzz_what_is_due_is_the_excess_within_the_bond(uint64 first, uint64 second) public {
        first = uint64(bound(first, 1, 3 * UNITS));
        second = uint64(bound(second, 1, 3 * UNITS));
        _signed(first);
        tracker.settleSigned(_signedHead(licenseId, 1, second));
        uint256 total = uint256(first) + second;
        uint256 excess = total > UNITS ? (total - UNITS) * OVERAGE_PRICE : 0;
        assertEq(_bond(licenseId).due, excess < PERFORMANCE_BOND ? excess : PERFORMANCE_BOND);
    }
}
