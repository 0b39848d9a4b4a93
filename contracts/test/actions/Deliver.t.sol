// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {DisputeKind} from "../../src/interfaces/IDisputeResolution.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    Offer,
    SealedKey
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {IKeyDeliveryVerifier} from "../../src/interfaces/IVerifier.sol";
import {Base} from "../Base.t.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract DeliverTest is Base {
    uint256 internal licenseId;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerpetual();
    }

    function _deliverRefused(uint256 id, bytes memory reason) internal {
        SealedKey memory key = _sealedKey();
        uint256[8] memory proof = _proof();
        vm.expectRevert(reason);
        manager.deliverKey(id, key, proof);
    }

    function _notDeliverable(uint256 id) internal {
        _deliverRefused(id, abi.encodeWithSelector(ILicenseManagerErrors.KeyNotDeliverable.selector, id));
    }

    function test_anyone_delivers_what_the_proof_is_for() public {
        uint256[7] memory inputs =
            [manager.contextOf(licenseId, 0, 0), KEY_COMMITMENT, COMMITMENT, uint256(11), 12, 13, 14];
        vm.expectCall(address(verifier), abi.encodeCall(IKeyDeliveryVerifier.verify, (_proof(), inputs)));
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.KeyDelivered(licenseId, _termsOf(licenseId).contentId, 0, 11, 12, 13, 14);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDelivered(licenseId, START + DISPUTE_WINDOW);
        vm.prank(stranger);
        manager.deliverKey(licenseId, _sealedKey(), _proof());
        assertTrue(manager.license(licenseId).delivered);
        assertTrue(manager.isValid(licenseId));
        assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Delivered));
    }

    function test_up_to_the_last_second() public {
        uint256 late = _buyPerpetual();
        vm.warp(START + DELIVERY_WINDOW);
        _deliver(licenseId);
        vm.warp(START + DELIVERY_WINDOW + 1);
        _deliverRefused(
            late,
            abi.encodeWithSelector(IPaymentEscrow.DeliveryTooLate.selector, late, START + DELIVERY_WINDOW)
        );
        escrow.refund(late);
        _deliverRefused(late, abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, late));
        assertFalse(manager.isValid(late));
    }

    function test_even_after_a_shorter_license_expired() public {
        Offer memory offer = _subscriptionKey(_content());
        offer.duration = 1 hours;
        uint256 short = _buyOf(offer);
        vm.warp(START + 2 hours);
        _deliver(short);
        assertFalse(manager.isValid(short));
    }

    function test_no_pause_freeze_or_second_delivery() public {
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        vm.warp(START + DELIVERY_WINDOW);
        vm.prank(address(disputes));
        escrow.freeze(licenseId, 1);
        vm.warp(START + DELIVERY_WINDOW + 1 days);
        _deliver(licenseId);
        _notDeliverable(licenseId);
    }

    function test_what_is_unknown_or_served_is_not_delivered() public {
        _deliverRefused(99, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        _notDeliverable(_buyPerUse());
        _notDeliverable(_buySubscriptionServed());
    }

    function test_a_wrong_proof() public {
        verifier.setAccepts(false);
        _deliverRefused(licenseId, abi.encodeWithSelector(ILicenseManagerErrors.ProofInvalid.selector));
    }

    // ---- later epochs

    function test_a_later_epoch_is_delivered_whenever_the_license_is_valid() public {
        uint256 id = _buySubscriptionKey();
        _deliver(id);
        uint64 next = _publishProfile();
        vm.prank(licensee);
        manager.rebind(id, next);
        assertFalse(manager.isValid(id));
        vm.warp(START + DURATION);
        uint256[7] memory inputs =
            [manager.contextOf(id, 0, 1), KEY_COMMITMENT, COMMITMENT, uint256(11), 12, 13, 14];
        vm.expectCall(address(verifier), abi.encodeCall(IKeyDeliveryVerifier.verify, (_proof(), inputs)));
        vm.recordLogs();
        _deliver(id);
        assertEq(vm.getRecordedLogs().length, 1);
        assertTrue(manager.isValid(id));
        _notDeliverable(id);

        vm.prank(licensee);
        manager.rebind(id, next);
        vm.warp(START + DURATION + 1);
        _deliverRefused(
            id, abi.encodeWithSelector(ILicenseManagerErrors.LicenseHasExpired.selector, id, START + DURATION)
        );
    }

    function test_not_to_an_earlier_owner() public {
        uint256 id = _buyTransferable();
        _deliver(id);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(id);
        uint64 next = _publishProfile();
        vm.startPrank(licensee);
        manager.rebind(id, next);
        IERC721(address(manager)).transferFrom(licensee, stranger, id);
        vm.stopPrank();
        _notDeliverable(id);
        next = _publishProfile(stranger);
        vm.prank(stranger);
        manager.rebind(id, next);
        _deliver(id);
        assertTrue(manager.isValid(id));
    }

    function test_not_what_was_refunded() public {
        _deliver(licenseId);
        uint64 next = _publishProfile();
        vm.prank(licensee);
        manager.rebind(licenseId, next);
        vm.startPrank(address(disputes));
        escrow.freeze(licenseId, 1);
        escrow.unfreeze(licenseId, 1, true);
        vm.stopPrank();
        _notDeliverable(licenseId);
    }
}
