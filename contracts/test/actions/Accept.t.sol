// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {
    ILicenseManagerErrors,
    ILicenseManagerEvents,
    Offer,
    Order
} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";

contract AcceptTest is Base {
    uint256 internal licenseId;
    address internal buyer;
    uint256 internal buyerSecret;

    /// Bought by an account whose key we have.
    function setUp() public override {
        super.setUp();
        (buyer, buyerSecret) = makeAddrAndKey("buyer");
        _fund(buyer);
        licenseId = _buyAs();
    }

    function _buyAs() internal returns (uint256) {
        Offer memory offer = _perpetual(_content());
        if (manager.offerStatus(_offerId(offer)).digest == 0) _setOffer(offer);
        Order memory order = _order(_offerId(offer), _publishProfile(buyer), 0);
        order.licensee = buyer;
        vm.prank(buyer);
        return manager.buy(order, offer);
    }

    function _refused(uint256 id, bytes memory signature, bytes memory reason) internal {
        vm.expectRevert(reason);
        vm.prank(stranger);
        manager.acceptKey(id, signature);
    }

    function test_anyone_brings_the_owners_signature() public {
        bytes32 structHash = keccak256(
            abi.encode(keccak256("AcceptKey(uint256 licenseId,uint16 epoch)"), licenseId, uint16(0))
        );
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Datavault"),
                keccak256("1"),
                block.chainid,
                manager
            )
        );
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, structHash));
        assertEq(manager.acceptDigest(licenseId), digest);
        vm.expectEmit(address(manager));
        emit ILicenseManagerEvents.KeyAccepted(licenseId, 0);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDelivered(licenseId, START + DISPUTE_WINDOW);
        vm.prank(stranger);
        manager.acceptKey(licenseId, _sign(buyerSecret, digest));
        assertTrue(manager.isValid(licenseId));
        assertEq(uint8(_payment(licenseId).state), uint8(PaymentState.Delivered));
    }

    function test_the_owner_says_so_in_person_also_while_paused() public {
        vm.prank(guardian);
        Guarded(address(manager)).pause();
        _refused(
            licenseId,
            "",
            abi.encodeWithSelector(ILicenseManagerErrors.NotLicensee.selector, licenseId, stranger)
        );
        vm.prank(buyer);
        manager.acceptKey(licenseId, "");
        _refused(
            licenseId, "", abi.encodeWithSelector(ILicenseManagerErrors.KeyNotDeliverable.selector, licenseId)
        );
    }

    function test_a_signature_is_for_one_license_and_epoch_and_by_its_owner() public {
        bytes memory invalid = abi.encodeWithSelector(ILicenseManagerErrors.SignatureInvalid.selector, buyer);
        bytes memory signature = _sign(buyerSecret, manager.acceptDigest(licenseId));
        uint256 other = _buyAs();
        _refused(other, signature, invalid);
        _refused(licenseId, _sign(sessionSecret, manager.acceptDigest(licenseId)), invalid);
        manager.acceptKey(licenseId, signature);

        uint64 next = _publishProfile(buyer);
        vm.prank(buyer);
        manager.rebind(licenseId, next);
        _refused(licenseId, signature, invalid);
        vm.recordLogs();
        manager.acceptKey(licenseId, _sign(buyerSecret, manager.acceptDigest(licenseId)));
        assertEq(vm.getRecordedLogs().length, 1);
        assertTrue(manager.isValid(licenseId));
    }

    function test_not_after_the_deadline() public {
        bytes memory signature = _sign(buyerSecret, manager.acceptDigest(licenseId));
        vm.warp(START + DELIVERY_WINDOW + 1);
        _refused(
            licenseId,
            signature,
            abi.encodeWithSelector(
                IPaymentEscrow.DeliveryTooLate.selector, licenseId, START + DELIVERY_WINDOW
            )
        );
    }

    function test_what_is_unknown_or_served_is_not_accepted() public {
        _refused(99, "", abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        manager.acceptDigest(99);
        uint256 served = _buyPerUse();
        _refused(served, "", abi.encodeWithSelector(ILicenseManagerErrors.KeyNotDeliverable.selector, served));
    }
}
