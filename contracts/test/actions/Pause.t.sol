// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "../../src/base/Guarded.sol";
import {Registration} from "../../src/interfaces/IContentRegistry.sol";
import {DisputeKind} from "../../src/interfaces/IDisputeResolution.sol";
import {BundleItem, Offer, Order} from "../../src/interfaces/ILicenseManager.sol";
import {Base} from "../Base.t.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

contract GuardianTest is Base {
    Guarded[2] internal guarded;

    function setUp() public override {
        super.setUp();
        guarded = [Guarded(address(registry)), Guarded(address(manager))];
    }

    function test_guardian_and_operator_pause_and_unpause() public {
        address[2] memory allowed = [guardian, operator];
        for (uint256 i = 0; i < 4; ++i) {
            Guarded target = guarded[i % 2];
            vm.expectEmit(address(target));
            emit PausableUpgradeable.Paused(allowed[i / 2]);
            vm.prank(allowed[i / 2]);
            target.pause();
            assertTrue(target.paused());
            vm.prank(allowed[1 - i / 2]);
            target.unpause();
            assertFalse(target.paused());
        }
    }

    function test_nobody_else_pauses_or_unpauses() public {
        address[3] memory others = [stranger, creator, attester];
        for (uint256 i = 0; i < 6; ++i) {
            bytes memory reason = abi.encodeWithSelector(Guarded.NotGuardian.selector, others[i / 2]);
            vm.startPrank(others[i / 2]);
            vm.expectRevert(reason);
            guarded[i % 2].pause();
            vm.expectRevert(reason);
            guarded[i % 2].unpause();
            vm.stopPrank();
        }
    }

    function test_guardian_is_replaced_by_the_operator_only() public {
        for (uint256 i = 0; i < 2; ++i) {
            assertEq(guarded[i].guardian(), guardian);
            vm.expectRevert(
                abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, guardian)
            );
            vm.prank(guardian);
            guarded[i].setGuardian(stranger);

            vm.expectEmit(address(guarded[i]));
            emit Guarded.GuardianSet(stranger);
            vm.prank(operator);
            guarded[i].setGuardian(stranger);
            vm.prank(stranger);
            guarded[i].pause();
            vm.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, guardian));
            vm.prank(guardian);
            guarded[i].unpause();
        }
    }

    function test_without_a_guardian_the_operator_pauses() public {
        vm.startPrank(operator);
        guarded[1].setGuardian(address(0));
        guarded[1].pause();
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Guarded.NotGuardian.selector, guardian));
        vm.prank(guardian);
        guarded[1].unpause();
    }
}

/// A pause stops what brings new money in. Whoever is in gets what is theirs, as if nothing were paused.
contract PauseTest is Base {
    function _pauseAll() private {
        vm.startPrank(guardian);
        Guarded(address(registry)).pause();
        Guarded(address(manager)).pause();
        vm.stopPrank();
    }

    function _expectPaused() private {
        vm.expectRevert(PausableUpgradeable.EnforcedPause.selector);
    }

    function test_15_new_business_is_refused() public {
        uint256 renewable = _buySubscriptionServed();
        Offer memory open = _perpetual(_content());
        uint64 openId = _setOffer(open);
        Offer memory unset = _transferable(_content());
        Order memory order = _order(openId, _profile(), 0);
        Order memory signedOrder = _order(_offerId(unset), _profile(), 0);
        bytes memory signature = _sign(creatorSecret, manager.offerTypedDigest(unset));
        Registration memory registration = _registration(1);
        registration.contentHash = keccak256("other");
        _pauseAll();

        vm.startPrank(creator);
        _expectPaused();
        registry.register(registration);
        _expectPaused();
        manager.setOffer(unset, TERMS_URI, new BundleItem[](0));
        vm.stopPrank();
        vm.startPrank(licensee);
        _expectPaused();
        manager.buy(order, open);
        _expectPaused();
        manager.buySigned(signedOrder, unset, new bytes32[](0), signature);
        _expectPaused();
        manager.renewSubscription(renewable, DURATION);
        vm.stopPrank();

        vm.startPrank(guardian);
        Guarded(address(registry)).unpause();
        Guarded(address(manager)).unpause();
        vm.stopPrank();
        vm.startPrank(licensee);
        manager.buy(order, open);
        manager.buySigned(signedOrder, unset, new bytes32[](0), signature);
        manager.renewSubscription(renewable, DURATION);
    }

    function test_15_keys_are_delivered_accepted_and_paid() public {
        uint256 proven = _buyPerpetual();
        uint256 accepted = _buyPerpetual();
        _pauseAll();
        _deliver(proven);
        vm.prank(licensee);
        manager.acceptKey(accepted, "");
        vm.warp(START + DISPUTE_WINDOW);
        assertEq(escrow.release(proven), PRICE);
        assertEq(escrow.release(accepted), PRICE);
        vm.prank(creator);
        assertEq(escrow.withdraw(address(token)), 2 * (PRICE - _fee(PRICE)));
        vm.prank(treasury);
        assertEq(escrow.withdrawTo(address(token), stranger), 2 * _fee(PRICE));
    }

    function test_15_use_is_settled_ended_and_refunded() public {
        uint256 metered = _buyPerUse();
        _pauseAll();
        vm.warp(START + 1 days);
        tracker.settleUsage(_batch(metered));
        tracker.settleSigned(_signedHead(metered, 0, 20));
        escrow.release(metered);
        vm.prank(licensee);
        manager.cancelSubscription(metered);
        vm.warp(vm.getBlockTimestamp() + GRACE);
        assertEq(escrow.refund(metered), uint256(UNITS - 20) * UNIT_PRICE);
        uint256 before = licensee.balance;
        vm.prank(licensee);
        escrow.withdraw(address(0));
        assertEq(licensee.balance - before, uint256(UNITS - 20) * UNIT_PRICE);
    }

    function test_15_what_was_not_delivered_is_taken_back() public {
        uint256 licenseId = _buyPerpetual();
        _pauseAll();
        vm.warp(START + DELIVERY_WINDOW + 1);
        assertEq(escrow.refund(licenseId), PRICE);
        vm.prank(licensee);
        assertEq(escrow.withdraw(address(token)), PRICE);
    }

    function test_15_disputes_are_filed_decided_and_executed() public {
        uint256 late = _buyPerpetual();
        uint256 wrong = _buyPerpetual();
        _deliver(wrong);
        _pauseAll();
        vm.deal(licensee, 1 ether);
        Offer memory terms = _termsOf(late);
        vm.warp(START + DELIVERY_WINDOW + 1);
        vm.startPrank(licensee);
        uint256 program = disputes.file{value: BOND}(late, DisputeKind.NonDelivery, terms, CID);
        uint256 ruled = disputes.file{value: BOND}(wrong, DisputeKind.ContentMismatch, terms, CID);
        vm.stopPrank();
        disputes.check(program);
        vm.prank(creator);
        disputes.submitEvidence(ruled, CID);
        vm.prank(arbitrator);
        disputes.ruleDirectly(ruled, 2);
        vm.warp(vm.getBlockTimestamp() + 4 days);
        disputes.execute(program);
        disputes.execute(ruled);
        vm.prank(licensee);
        assertEq(escrow.withdraw(address(token)), 2 * PRICE);
    }

    function test_15_owners_rebind_and_transfer() public {
        uint256 licenseId = _buyTransferable();
        _deliver(licenseId);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(licenseId);
        _pauseAll();
        uint64 next = _publishProfile(stranger);
        vm.prank(licensee);
        IERC721(address(manager)).transferFrom(licensee, stranger, licenseId);
        vm.prank(stranger);
        manager.rebind(licenseId, next);
        _deliver(licenseId);
        assertTrue(manager.isValid(licenseId));
    }

    function test_15_creators_close_and_suspend() public {
        uint64 offerId = _setOffer(_perpetual(_content()));
        bytes32 contentId = _content();
        _pauseAll();
        vm.startPrank(creator);
        manager.closeOffer(offerId);
        registry.proposeTransfer(contentId, stranger);
        vm.stopPrank();
        vm.prank(stranger);
        registry.acceptTransfer(contentId);
        assertTrue(manager.offerStatus(offerId).closed);
    }
}

