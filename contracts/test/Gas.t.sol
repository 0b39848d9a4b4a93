// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registration} from "../src/interfaces/IContentRegistry.sol";
import {DisputeKind} from "../src/interfaces/IDisputeResolution.sol";
import {Offer, Order, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {SignedHead, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {Base} from "./Base.t.sol";

/// Gas of the main actions as whole transactions (isolated: cold storage, intrinsic gas and refunds included), through
/// the proxies, paid in an ERC-20. Verification costs nothing here: the verifier is a mock.
/// forge-config: default.isolate = true
contract GasTest is Base {
    string internal constant GROUP = "actions";

    function _snap(string memory name) private {
        vm.snapshotGasLastCall(GROUP, name);
    }

    function test_gas_selling() public {
        vm.prank(creator);
        registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "https://meter.example");
        _snap("publishMeter");
        Registration memory registration = _registration(1);
        vm.prank(creator);
        bytes32 contentId = registry.register(registration);
        _snap("register");
        Offer memory offer = _perpetual(contentId);
        vm.prank(creator);
        uint64 offerId = manager.setOffer(offer);
        _snap("setOffer");
        Order memory order = _order(offerId, _publishProfile(), 0);
        _snap("publishProfile");
        vm.prank(licensee);
        manager.buy(order);
        _snap("buy first");
        vm.prank(licensee);
        manager.buy(order);
        _snap("buy next");

        _deliver(1);
        _snap("deliverKey (mock verifier)");
        _deliver(2);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(1);
        _snap("release first");
        escrow.release(2);
        _snap("release next");
        vm.prank(creator);
        escrow.withdraw(address(token));
        _snap("withdraw first");
        vm.prank(treasury);
        escrow.withdraw(address(token));

        vm.prank(licensee);
        manager.buy(order);
        vm.warp(START + DISPUTE_WINDOW + DELIVERY_WINDOW + 1);
        escrow.refund(3);
        _snap("refund");
    }

    function test_gas_settling() public {
        bytes32 contentId = _register();
        Offer memory offer = _perUse(contentId);
        offer.token = address(token);
        offer.unitPrice = 1000;
        Order memory order = _order(_setOffer(offer), _publishProfile(), UNITS);
        vm.prank(licensee);
        uint256 licenseId = manager.buy(order);
        vm.warp(START + 1 days);
        UsageBatch memory batch = _batch(licenseId);
        tracker.settleUsage(batch);
        _snap("settleUsage first (mock verifier)");
        batch.headAfter = 78;
        batch.windowStart = batch.windowEnd;
        tracker.settleUsage(batch);
        _snap("settleUsage next (mock verifier)");
        SignedHead memory head = _signedHead(licenseId, 0, 30);
        tracker.settleSigned(head);
        _snap("settleSigned");
    }

    function test_gas_disputing() public {
        uint256 licenseId = _buyPerpetual();
        _deliver(licenseId);
        vm.prank(licensee);
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, CID);
        _snap("file dispute");
        vm.prank(creator);
        disputes.submitEvidence(1, CID);
        vm.prank(arbitrator);
        disputes.rule(1, 2);
        _snap("rule dispute");
        disputes.execute(1);
        _snap("execute dispute");
    }
}
