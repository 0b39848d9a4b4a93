// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Content,
    ContentStatus,
    IContentRegistry,
    Registration
} from "../../src/interfaces/IContentRegistry.sol";
import {ContentBase} from "./ContentBase.sol";

contract ContentTransferTest is ContentBase {
    address internal buyer = makeAddr("buyer");
    bytes32 internal contentId;

    function setUp() public override {
        super.setUp();
        contentId = _register();
    }

    function _propose(address to) internal {
        vm.prank(creator);
        registry.proposeTransfer(contentId, to);
    }

    function _expectNotPending(address caller) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.NotPendingCreator.selector, contentId, caller)
        );
        vm.prank(caller);
        registry.acceptTransfer(contentId);
    }

    function test_content_moves_when_accepted() public {
        Content memory expected = registry.content(contentId);
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentTransferProposed(contentId, buyer);
        _propose(buyer);
        _assertSame(registry.content(contentId), expected);

        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentTransferred(contentId, creator, buyer, 1);
        vm.prank(buyer);
        registry.acceptTransfer(contentId);
        expected.creator = buyer;
        expected.generation = 1;
        _assertSame(registry.content(contentId), expected);
        assertEq(registry.contentIdOf(1), contentId, "the id is still the registrant's");

        _expectNotPending(buyer);
        _expectNotCreator(contentId, creator);
        registry.setStatus(contentId, ContentStatus.Suspended);
        vm.prank(buyer);
        registry.setStatus(contentId, ContentStatus.Suspended);
    }

    function test_only_the_proposed_accepts() public {
        _expectNotPending(address(this));
        _propose(buyer);
        _expectNotPending(stranger);
        _expectNotPending(creator);
    }

    function test_a_proposal_can_be_replaced_and_withdrawn() public {
        _propose(stranger);
        _propose(buyer);
        _expectNotPending(stranger);
        vm.expectEmit(address(registry));
        emit IContentRegistry.ContentTransferProposed(contentId, address(0));
        _propose(address(0));
        _expectNotPending(buyer);
    }

    function test_only_the_creator_proposes() public {
        _expectNotCreator(contentId, stranger);
        registry.proposeTransfer(contentId, stranger);
        _propose(buyer);
        _expectNotCreator(contentId, buyer);
        registry.proposeTransfer(contentId, address(0));
    }

    function test_registrant_cannot_register_again_what_it_gave_away() public {
        _transfer(contentId, creator, buyer);
        Registration memory registration = _registration(1);
        vm.expectRevert(
            abi.encodeWithSelector(IContentRegistry.ContentAlreadyRegistered.selector, contentId, buyer)
        );
        vm.prank(creator);
        registry.register(registration);
    }

    function test_new_creator_names_a_meter_of_its_own() public {
        _transfer(contentId, creator, buyer);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotMeterOwner.selector, 1, buyer));
        vm.prank(buyer);
        registry.setMeter(contentId, 1);
        uint64 meterId = _publishMeter(buyer);
        vm.prank(buyer);
        registry.setMeter(contentId, meterId);
        assertEq(registry.content(contentId).meterId, meterId);
    }

    function test_content_changes_hands_at_most_255_times() public {
        address from = creator;
        address to = buyer;
        for (uint256 i = 0; i < 255; ++i) {
            _transfer(contentId, from, to);
            (from, to) = (to, from);
        }
        assertEq(registry.content(contentId).generation, 255);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.TransfersExhausted.selector, contentId));
        vm.prank(from);
        registry.proposeTransfer(contentId, to);
        vm.prank(from);
        registry.proposeTransfer(contentId, address(0));
        _expectNotPending(to);
    }
}
