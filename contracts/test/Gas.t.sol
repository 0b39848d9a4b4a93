// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registration} from "../src/interfaces/IContentRegistry.sol";
import {DisputeKind} from "../src/interfaces/IDisputeResolution.sol";
import {BundleItem, Offer, Order, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {Payee} from "../src/interfaces/IPaymentEscrow.sol";
import {IPurchaseRouter, Purchase} from "../src/interfaces/IPurchaseRouter.sol";
import {ComplianceStatement, SignedHead, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {IUsageBatchVerifier} from "../src/interfaces/IVerifier.sol";
import {Base} from "./Base.t.sol";
import {ProofFixtures} from "./ProofFixtures.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// Gas of the main actions as whole transactions: isolated, so that storage is cold and intrinsic gas, calldata and
/// refunds are included; through the proxies; paid in an ERC-20 unless the name says `eth`. No proof is checked in these:
/// see {GasOfProofsTest}.
///
/// `first` is the first of its kind ever, for all whom it concerns; without it (or `next`): the second, so that
/// counters and balances are no longer zero. Written to `snapshots/gas.json`.
/// forge-config: default.isolate = true
contract GasTest is Base {
    function _snap(string memory name) private {
        vm.snapshotGasLastCall("gas", name);
    }

    function test_gas_registering() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(creator);
            registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "https://meter.example");
            _snap(i == 0 ? "publish_meter_first" : "publish_meter");
        }
        Registration memory registration = _registration(1);
        for (uint256 i = 0; i < 2; ++i) {
            registration.contentHash = keccak256(abi.encode("content", i));
            vm.prank(creator);
            registry.register(registration);
            _snap(i == 0 ? "register_first" : "register");
        }
    }

    function test_gas_offering() public {
        Offer memory offer = _perpetual(_content());
        for (uint256 i = 0; i < 2; ++i) {
            offer.nonce += 10;
            vm.prank(creator);
            manager.setOffer(offer, TERMS_URI, new BundleItem[](0));
            _snap(i == 0 ? "set_offer_first" : "set_offer");
        }
        Offer memory bundle = _bundleServed(_collection());
        BundleItem[] memory items = _items();
        vm.prank(creator);
        manager.setOffer(bundle, TERMS_URI, items);
        _snap("set_offer_bundle_2");
    }

    function test_gas_buying() public {
        Offer memory offer = _perpetual(_content());
        uint64 offerId = _setOffer(offer);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            manager.publishProfile(3, 4, COMMITMENT, sessionKey);
            _snap(i == 0 ? "publish_profile_first" : "publish_profile");
        }
        Order memory order = _order(offerId, 1, 0);
        // As a client sends it: no more than it costs.
        order.maxTotal = PRICE;
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            manager.buy(order, offer);
            _snap(i == 0 ? "buy_first" : "buy_next");
        }
        offer = _perUse(_content());
        offer.token = address(token);
        order = _order(_setOffer(offer), 1, UNITS);
        order.maxTotal = _total(offer, UNITS);
        vm.prank(licensee);
        manager.buy(order, offer);
        _snap("buy_per_use");
        offer = _subscriptionKey(_content());
        order = _order(_setOffer(offer), 1, 0);
        order.maxTotal = _total(offer, 0);
        vm.prank(licensee);
        manager.buy(order, offer);
        _snap("buy_with_bond");
    }

    function test_gas_buying_in_ether() public {
        Offer memory offer = _perpetual(_content());
        offer.token = address(0);
        Order memory order = _order(_setOffer(offer), _publishProfile(), 0);
        order.maxTotal = PRICE;
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            manager.buy{value: PRICE}(order, offer);
            _snap(i == 0 ? "buy_eth_first" : "buy_eth");
        }
    }

    function test_gas_buying_at_signed_terms() public {
        _buyPerpetual();
        Offer memory offer = _perpetual(_content());
        offer.nonce = 90;
        bytes memory signature = _sign(creatorSecret, manager.offerTypedDigest(offer));
        Order memory order = _order(_offerId(offer), _profile(), 0);
        order.maxTotal = PRICE;
        bytes32[] memory noTree = new bytes32[](0);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            manager.buySigned(order, offer, noTree, signature);
            _snap(i == 0 ? "buy_signed_first" : "buy_signed");
        }
    }

    function test_gas_buying_many() public {
        IPurchaseRouter router =
            IPurchaseRouter(_create("PurchaseRouter", abi.encode(manager, escrow, address(0))));
        vm.prank(licensee);
        token.approve(address(router), type(uint256).max);
        _buyPerpetual();
        Purchase[] memory purchases = new Purchase[](10);
        for (uint256 i = 0; i < 10; ++i) {
            Offer memory offer = _perpetual(_content());
            purchases[i].offer = offer;
            purchases[i].order = _order(_offerId(offer), _profile(), 0);
            purchases[i].order.maxTotal = PRICE;
        }
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            router.buyMany(purchases);
            _snap(i == 0 ? "buy_many_10_first" : "buy_many_10");
        }
    }

    function test_gas_accepting_a_key() public {
        uint256[3] memory ids = [_buyPerpetual(), _buyPerpetual(), _buyPerpetual()];
        (, uint256 secret) = makeAddrAndKey("licensee");
        for (uint256 i = 0; i < 2; ++i) {
            bytes memory signature = _sign(secret, manager.acceptDigest(ids[i]));
            vm.prank(stranger);
            manager.acceptKey(ids[i], signature);
            _snap(i == 0 ? "accept_key_first" : "accept_key");
        }
        vm.prank(licensee);
        manager.acceptKey(ids[2], "");
        _snap("accept_key_by_owner");
    }

    function test_gas_releasing_and_withdrawing() public {
        uint256[2] memory ids = [_buyPerpetual(), _buyPerpetual()];
        _deliver(ids[0]);
        _deliver(ids[1]);
        vm.warp(START + DISPUTE_WINDOW);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(stranger);
            escrow.release(ids[i]);
            _snap(i == 0 ? "release_first" : "release");
        }
        vm.prank(creator);
        escrow.withdraw(address(token));
        _snap("withdraw_first");
        // Credits the creator again; the token balances that it moves between are no longer zero.
        uint256 third = _buyPerpetual();
        _deliver(third);
        vm.warp(START + 2 * DISPUTE_WINDOW);
        escrow.release(third);
        vm.prank(creator);
        escrow.withdraw(address(token));
        _snap("withdraw_next");
    }

    /// As 0xSplits is measured: three payees.
    function test_gas_releasing_to_three() public {
        Payee[] memory payees = new Payee[](3);
        payees[0] = Payee({account: creator, shareBps: 5000});
        payees[1] = Payee({account: stranger, shareBps: 3000});
        payees[2] = Payee({account: arbitrator, shareBps: 2000});
        Offer memory offer = _perpetual(_content());
        offer.splitId = escrow.createSplit(payees);
        uint256[2] memory ids = [_buyOf(offer), _buyOf(offer)];
        _deliver(ids[0]);
        _deliver(ids[1]);
        vm.warp(START + DISPUTE_WINDOW);
        for (uint256 i = 0; i < 2; ++i) {
            escrow.release(ids[i]);
            _snap(i == 0 ? "release_split_3_first" : "release_split_3");
        }
    }

    function test_gas_refunding() public {
        uint256[2] memory ids = [_buyPerpetual(), _buyPerpetual()];
        vm.warp(START + DELIVERY_WINDOW + 1);
        for (uint256 i = 0; i < 2; ++i) {
            escrow.refund(ids[i]);
            _snap(i == 0 ? "refund_first" : "refund");
        }
    }

    function test_gas_renewing() public {
        uint256 licenseId = _buySubscriptionServed();
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            manager.renewSubscription(licenseId, DURATION);
            _snap(i == 0 ? "renew_first" : "renew");
        }
    }

    function test_gas_disputing() public {
        uint256[2] memory ids = [_buyPerpetual(), _buyPerpetual()];
        Offer memory offer = _termsOf(ids[0]);
        for (uint256 i = 0; i < 2; ++i) {
            _deliver(ids[i]);
            vm.prank(licensee);
            disputes.file{value: BOND}(ids[i], DisputeKind.ContentMismatch, offer, CID);
            _snap(i == 0 ? "dispute_file_first" : "dispute_file");
        }
        for (uint256 i = 1; i <= 2; ++i) {
            vm.prank(creator);
            disputes.submitEvidence(i, CID);
            vm.prank(arbitrator);
            disputes.ruleDirectly(i, 2);
            _snap(i == 1 ? "dispute_rule_first" : "dispute_rule");
        }
        vm.warp(disputes.dispute(2).deadline + 1);
        for (uint256 i = 1; i <= 2; ++i) {
            disputes.execute(i);
            _snap(i == 1 ? "dispute_execute_first" : "dispute_execute_next");
        }
    }

    function test_gas_transferring() public {
        uint256[2] memory ids = [_buyTransferable(), _buyTransferable()];
        _deliver(ids[0]);
        _deliver(ids[1]);
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(ids[0]);
        escrow.release(ids[1]);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            IERC721(address(manager)).transferFrom(licensee, stranger, ids[i]);
            _snap(i == 0 ? "license_transfer_first" : "license_transfer");
        }
    }
}

/// Measures from within, where no transaction is counted.
contract BatchProbe {
    function measure(IUsageBatchVerifier verifier, uint256[8][] calldata proofs, uint256[6][] calldata inputs)
        external
        view
        returns (uint256 used)
    {
        used = gasleft();
        require(verifier.verifyBatch(proofs, inputs), "they hold");
        used -= gasleft();
    }
}

/// The same of actions that bring real proofs, checked by the generated verifiers, or settle beside them.
/// forge-config: default.isolate = true
contract GasOfProofsTest is ProofFixtures {
    function _snap(string memory name) private {
        vm.snapshotGasLastCall("gas", name);
    }

    function test_gas_delivering_a_key() public {
        (SealedKey memory key, uint256[8] memory proof) = (_keyOfFixture(), _proofAt(".key_delivery.proof"));
        manager.deliverKey(perpetual, key, proof);
        _snap("deliver_key");
    }

    /// 20 events in a new lane, then 128.
    function test_gas_settling_use() public {
        (UsageBatch memory first, UsageBatch memory next) = (_batchAt(0), _batchAt(1));
        tracker.settleUsage(first);
        _snap("settle_usage_first");
        tracker.settleUsage(next);
        _snap("settle_usage_128");
        escrow.release(perUse);
        _snap("release_metered_first");
        SignedHead memory head = _signedHead(perUse, 0, 400);
        tracker.settleSigned(head);
        escrow.release(perUse);
        _snap("release_metered");
    }

    /// By proofs of capacity 1,024: 150 events in a new lane, then 1,024.
    function test_gas_settling_long_use() public {
        (UsageBatch memory first, UsageBatch memory next) = (_longAt(0), _longAt(1));
        tracker.settleUsage(first);
        _snap("settle_usage_1024_first");
        tracker.settleUsage(next);
        _snap("settle_usage_1024");
    }

    function test_gas_settling_by_signatures() public {
        for (uint256 i = 0; i < 2; ++i) {
            SignedHead memory head = _signedHead(perUse, 0, uint64(50 * (i + 1)));
            tracker.settleSigned(head);
            _snap(i == 0 ? "settle_signed_first" : "settle_signed");
        }
    }

    /// Lanes that were settled before.
    function test_gas_settling_many() public {
        UsageBatch[] memory many = _manyFrom(0, 8);
        tracker.settleUsageMany(many);
        _snap("settle_usage_many_8_first");
        uint256 before = vm.snapshotState();
        many = _manyFrom(8, 2);
        tracker.settleUsageMany(many);
        _snap("settle_usage_many_2");
        vm.revertToState(before);
        many = _manyFrom(8, 8);
        tracker.settleUsageMany(many);
        _snap("settle_usage_many_8");
    }

    /// Eight new lanes, four ranges of each.
    function test_gas_settling_32() public {
        UsageBatch[] memory many = _manyFrom(0, 32);
        tracker.settleUsageMany(many);
        _snap("settle_usage_many_32");
    }

    /// The verification alone, of 32 proofs in a call: without what the tracker does, and without the transaction.
    function test_gas_verifying_32() public {
        string memory text = vm.readFile(BATCH);
        (uint256[8][] memory proofs, uint256[6][] memory inputs) =
            (new uint256[8][](32), new uint256[6][](32));
        for (uint256 i = 0; i < 32; ++i) {
            string memory at = string.concat(".usage[", vm.toString(i), "]");
            proofs[i] = _proofIn(text, string.concat(at, ".proof"));
            uint256[] memory numbers = vm.parseJsonUintArray(text, string.concat(at, ".inputs"));
            for (uint256 k = 0; k < 6; ++k) {
                inputs[i][k] = numbers[k];
            }
        }
        BatchProbe probe = new BatchProbe();
        uint256 used = probe.measure(verifierSets.usageBatch(1, 128), proofs, inputs);
        vm.snapshotValue("gas", "verify_batch_32_each", used / 32);
    }

    function test_gas_proving_compliance() public {
        ComplianceStatement memory statement = _statement();
        tracker.proveCompliance(statement);
        _snap("prove_compliance");
    }
}
