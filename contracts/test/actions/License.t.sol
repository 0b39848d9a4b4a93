// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManager, Offer, Order, SealedKey} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {IKeyDeliveryVerifier} from "../../src/interfaces/IVerifier.sol";
import {ProofContext} from "../../src/libraries/ProofContext.sol";
import {Base} from "../Base.t.sol";
import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

contract DeliverKeyTest is Base {
    uint256 internal licenseId;

    function setUp() public override {
        super.setUp();
        licenseId = _buyPerpetual();
    }

    function test_proof_is_checked_over_what_the_chain_pinned() public {
        SealedKey memory key = _sealedKey();
        uint256[7] memory inputs = [
            manager.contextOf(licenseId, 0),
            KEY_COMMITMENT,
            COMMITMENT,
            key.ephemeralX,
            key.ephemeralY,
            key.c0,
            key.c1
        ];
        vm.expectCall(address(verifier), abi.encodeCall(IKeyDeliveryVerifier.verify, (_proof(), inputs)));
        vm.expectEmit(address(manager));
        emit ILicenseManager.KeyDelivered(
            licenseId, manager.offer(1).contentId, 0, key.ephemeralX, key.ephemeralY, key.c0, key.c1
        );
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDelivered(1, START + DISPUTE_WINDOW);
        vm.prank(stranger);
        manager.deliverKey(licenseId, key, _proof());
        assertTrue(manager.license(licenseId).delivered);
        assertTrue(manager.isValid(licenseId));
        Payment memory payment = _payment(licenseId);
        assertEq(uint8(payment.state), uint8(PaymentState.Delivered));
        assertEq(payment.releasableAt, START + DISPUTE_WINDOW);
    }

    function test_wrong_proof_is_rejected() public {
        verifier.setAccepts(false);
        vm.expectRevert(ILicenseManager.ProofInvalid.selector);
        _deliver(licenseId);
    }

    function test_second_delivery_is_rejected() public {
        _deliver(licenseId);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.KeyNotDeliverable.selector, licenseId));
        _deliver(licenseId);
    }

    function test_served_content_has_no_key_to_deliver() public {
        Order memory order = _order(_setOffer(_perUse(manager.offer(1).contentId)), 1, 1);
        vm.prank(licensee);
        uint256 served = manager.buy{value: UNIT_PRICE}(order);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.KeyNotDeliverable.selector, served));
        _deliver(served);
    }

    function test_unknown_license_is_rejected() public {
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseUnknown.selector, 99));
        _deliver(99);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseUnknown.selector, 99));
        manager.license(99);
        assertFalse(manager.isValid(99));
    }

    function test_deadline_second_before_and_at_deliver_after_does_not() public {
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(START + DELIVERY_WINDOW + late - 1);
            if (late == 2) {
                vm.expectRevert(
                    abi.encodeWithSelector(
                        IPaymentEscrow.DeliveryTooLate.selector, 1, START + DELIVERY_WINDOW
                    )
                );
            }
            _deliver(licenseId);
        }
    }

    function test_after_a_refund_no_key_is_taken() public {
        vm.warp(START + DELIVERY_WINDOW + 1);
        escrow.refund(1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, 1));
        _deliver(licenseId);
        assertFalse(manager.isValid(licenseId));
    }

    function test_15_pause_does_not_stop_delivery() public {
        vm.startPrank(guardian);
        manager.pause();
        registry.pause();
        vm.stopPrank();
        _deliver(licenseId);
    }

    function test_21_freeze_does_not_stop_delivery() public {
        vm.prank(address(disputes));
        escrow.freeze(1, 1);
        vm.warp(START + 365 days);
        _deliver(licenseId);
        assertEq(_payment(licenseId).releasableAt, START + DISPUTE_WINDOW, "on the frozen clock");
    }
}

contract TransferTest is Base {
    uint256 internal licenseId;

    function _buyTransferable() internal returns (uint256) {
        Offer memory offer = _perpetual(_register());
        offer.transferable = true;
        Order memory order = _order(_setOffer(offer), _publishProfile(), 0);
        vm.prank(licensee);
        return manager.buy(order);
    }

    function _expectStays(uint256 id) internal {
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseNotTransferable.selector, id));
        vm.prank(licensee);
        manager.transferFrom(licensee, stranger, id);
    }

    function test_a_license_that_is_not_transferable_never_moves() public {
        licenseId = _buyPerpetual();
        _deliver(licenseId);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(1);
        _expectStays(licenseId);
    }

    function test_a_transferable_license_moves_once_paid() public {
        licenseId = _buyTransferable();
        _expectStays(licenseId);
        _deliver(licenseId);
        _expectStays(licenseId);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(1);
        vm.prank(licensee);
        manager.transferFrom(licensee, stranger, licenseId);
        assertEq(manager.ownerOf(licenseId), stranger);
    }

    function test_a_disputed_license_stays() public {
        licenseId = _buyTransferable();
        _deliver(licenseId);
        vm.prank(address(disputes));
        escrow.freeze(1, 1);
        vm.warp(START + 365 days);
        _expectStays(licenseId);
    }

    function test_foreign_licenses_cannot_be_moved() public {
        licenseId = _buyTransferable();
        vm.expectRevert(
            abi.encodeWithSelector(IERC721Errors.ERC721InsufficientApproval.selector, stranger, licenseId)
        );
        vm.prank(stranger);
        manager.transferFrom(licensee, stranger, licenseId);
    }

    function test_interfaces_are_declared() public view {
        assertTrue(manager.supportsInterface(type(IERC165).interfaceId));
        assertTrue(manager.supportsInterface(type(IERC721).interfaceId));
        assertEq(manager.name(), "Datavault License");
        assertEq(manager.symbol(), "DVL");
    }
}

contract ContextTest is Base {
    struct VectorContext {
        uint256 chainId;
        address tracker;
        uint256 licenseId;
        bytes32 contentId;
        uint32 lane;
        uint32 epoch;
    }

    string internal constant VECTORS = "../prover/statement/vectors/context.json";

    function test_context_equals_the_provers_vectors() public view {
        string memory json = vm.readFile(VECTORS);
        uint256 count;
        while (vm.keyExistsJson(json, _at(count, ""))) {
            VectorContext memory c = VectorContext({
                chainId: vm.parseJsonUint(json, _at(count, ".context.chain_id")),
                tracker: vm.parseJsonAddress(json, _at(count, ".context.tracker")),
                licenseId: vm.parseJsonUint(json, _at(count, ".context.license_id")),
                contentId: vm.parseJsonBytes32(json, _at(count, ".context.content_id")),
                lane: uint32(vm.parseJsonUint(json, _at(count, ".context.lane"))),
                epoch: uint32(vm.parseJsonUint(json, _at(count, ".context.epoch")))
            });
            uint256 ctx = ProofContext.derive(c.chainId, c.tracker, c.licenseId, c.contentId, c.lane, c.epoch);
            assertEq(ctx, vm.parseJsonUint(json, _at(count, ".ctx")), vm.toString(count));
            ++count;
        }
        assertGt(count, 2, "vectors were read");
    }

    function test_context_of_a_license_is_derived_from_the_chains_own_words() public {
        uint256 licenseId = _buyPerUse();
        bytes32 contentId = manager.offer(1).contentId;
        for (uint32 lane = 0; lane < 3; ++lane) {
            assertEq(
                manager.contextOf(licenseId, lane),
                ProofContext.derive(block.chainid, address(tracker), licenseId, contentId, lane, 0)
            );
        }
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseUnknown.selector, 99));
        manager.contextOf(99, 0);
    }

    function testFuzz_context_is_a_field_element_of_its_own(uint32 lane, uint32 other) public pure {
        vm.assume(lane != other);
        uint256 ctx = ProofContext.derive(1, address(1), 1, bytes32(0), lane, 0);
        assertLt(ctx, 1 << 248);
        assertTrue(ctx != ProofContext.derive(1, address(1), 1, bytes32(0), other, 0));
    }

    function _at(uint256 index, string memory field) private pure returns (string memory) {
        return string.concat("$[", vm.toString(index), "]", field);
    }
}
