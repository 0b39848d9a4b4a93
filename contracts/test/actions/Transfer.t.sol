// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {Base} from "../Base.t.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721} from "solady/tokens/ERC721.sol";

contract TransferTest is Base {
    IERC721 internal licenses;

    function setUp() public override {
        super.setUp();
        licenses = IERC721(address(manager));
    }

    function _settled() internal returns (uint256 licenseId) {
        licenseId = _buyTransferable();
        _deliver(licenseId);
        vm.warp(vm.getBlockTimestamp() + DISPUTE_WINDOW);
        escrow.release(licenseId);
    }

    function _refused(uint256 licenseId) internal {
        vm.expectRevert(
            abi.encodeWithSelector(ILicenseManagerErrors.LicenseNotTransferable.selector, licenseId)
        );
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, licenseId);
    }

    function test_a_settled_license_moves_and_is_bound_and_delivered_anew() public {
        uint256 licenseId = _settled();
        vm.expectEmit(address(manager));
        emit IERC721.Transfer(licensee, stranger, licenseId);
        vm.prank(licensee);
        licenses.safeTransferFrom(licensee, stranger, licenseId);
        assertEq(licenses.ownerOf(licenseId), stranger);
        assertEq(licenses.balanceOf(licensee), 0);
        assertEq(licenses.balanceOf(stranger), 1);
        assertFalse(manager.isValid(licenseId));
        // All that the license carries moved along.
        assertTrue(manager.license(licenseId).delivered);
        assertEq(manager.license(licenseId).royaltyBps, ROYALTY_BPS);

        uint64 profileId = _publishProfile(stranger);
        vm.startPrank(stranger);
        manager.rebind(licenseId, profileId);
        assertFalse(manager.isValid(licenseId));
        manager.acceptKey(licenseId, "");
        assertTrue(manager.isValid(licenseId));
        licenses.transferFrom(stranger, licensee, licenseId);
        vm.stopPrank();
    }

    function test_only_settled_and_undisputed() public {
        uint256 licenseId = _buyTransferable();
        _refused(licenseId);
        _deliver(licenseId);
        vm.warp(START + DISPUTE_WINDOW - 1);
        _refused(licenseId);
        vm.prank(address(disputes));
        escrow.freeze(licenseId, 1);
        vm.warp(START + DISPUTE_WINDOW);
        _refused(licenseId);
        vm.prank(address(disputes));
        escrow.unfreeze(licenseId, 1, true);
        _refused(licenseId);
    }

    function test_undelivered_and_refunded() public {
        uint256 licenseId = _buyTransferable();
        vm.warp(START + DELIVERY_WINDOW + 1);
        escrow.refund(licenseId);
        _refused(licenseId);
    }

    function test_only_what_was_sold_as_transferable() public {
        uint256 perpetual = _buyPerpetual();
        uint256 perUse = _buyPerUse();
        uint256 subscription = _buySubscriptionServed();
        _deliver(perpetual);
        vm.warp(START + DURATION + GRACE);
        escrow.release(perpetual);
        escrow.refund(perUse);
        escrow.release(subscription);
        _refused(perpetual);
        _refused(perUse);
        _refused(subscription);
    }

    function test_by_the_owner_or_somebody_approved() public {
        uint256 licenseId = _settled();
        vm.expectRevert(ERC721.NotOwnerNorApproved.selector);
        vm.prank(stranger);
        licenses.transferFrom(licensee, stranger, licenseId);
        vm.prank(licensee);
        licenses.approve(stranger, licenseId);
        vm.prank(stranger);
        licenses.transferFrom(licensee, stranger, licenseId);
        assertEq(licenses.getApproved(licenseId), address(0));
    }

    function test_an_unknown_license() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        licenses.transferFrom(licensee, stranger, 99);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        manager.royaltyInfo(99, 1);
    }

    function testFuzz_royalty_is_a_part_of_any_price(uint256 price, uint16 bps) public {
        bps = uint16(bound(bps, 0, 10_000));
        Offer memory offer = _transferable(_content());
        offer.royaltyBps = bps;
        uint256 licenseId = _buyOf(offer);
        (address receiver, uint256 amount) = manager.royaltyInfo(licenseId, price);
        assertEq(receiver, creator);
        assertLe(amount, price);
        if (price < type(uint256).max / 10_000) assertEq(amount, price * bps / 10_000);
    }

    function test_royalty_goes_to_the_creator_of_today() public {
        uint256 licenseId = _buyTransferable();
        bytes32 contentId = _content();
        vm.prank(creator);
        registry.proposeTransfer(contentId, stranger);
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
        (address receiver, uint256 amount) = manager.royaltyInfo(licenseId, 10_000);
        assertEq(receiver, stranger);
        assertEq(amount, ROYALTY_BPS);
    }
}
