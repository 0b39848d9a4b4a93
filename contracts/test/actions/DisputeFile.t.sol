// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Dispute,
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {ScriptedCourt} from "../arbitration/ScriptedCourt.sol";
import {DisputeBase} from "./DisputeBase.t.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {Vm} from "forge-std/Vm.sol";

contract DisputeFileTest is DisputeBase {
    /// {CID} as ERC-1497 wants it.
    string internal constant PATH =
        "/ipfs/f015512200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

    function test_filing_freezes_the_payment_and_holds_the_bond() public {
        uint256 licenseId = _delivered();
        Offer memory offer = _termsOf(licenseId);
        _at(100);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeFiled(
            licenseId,
            licenseId,
            licensee,
            licenseId,
            DisputeKind.ContentMismatch,
            creator,
            arbitrator,
            address(0),
            BOND,
            START + 100 + Timings.RESPOND + Timings.RULE,
            CID
        );
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentFrozen(licenseId, licenseId, START + 100);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondHeld(licenseId, licensee, address(0), BOND);
        vm.prank(licensee);
        uint256 disputeId = disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, offer, CID);
        assertEq(disputeId, licenseId, "a payment is disputed at most once");

        Dispute memory d = disputes.dispute(disputeId);
        assertEq(d.licenseId, licenseId);
        assertEq(d.paymentId, licenseId);
        assertEq(uint8(d.kind), uint8(DisputeKind.ContentMismatch));
        _assertState(disputeId, DisputeState.Filed, Ruling.None);
        assertEq(d.filer, licensee);
        assertEq(d.respondent, creator);
        assertEq(d.arbitrator, arbitrator);
        assertFalse(d.arbitratorIsContract);
        assertEq(d.appealArbitrator, address(0));
        assertFalse(d.answered);
        assertEq(d.filedAt, START + 100);
        assertEq(d.deadline, START + 100 + Timings.RESPOND + Timings.RULE);
        assertEq(d.bond, BOND);
        assertEq(_payment(licenseId).frozenAt, START + 100);
        assertEq(_payment(licenseId).disputeId, disputeId);
        assertEq(address(disputes).balance, 0, "holds no money");
    }

    // ---- what each kind is about

    function test_non_delivery_is_filed_after_the_deadline() public {
        uint256 licenseId = _buyPerpetual();
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            _at(DELIVERY_WINDOW + late - 1);
            if (late < 2) _refuse(licenseId, DisputeKind.NonDelivery, licenseId);
            else assertEq(_file(licenseId, DisputeKind.NonDelivery), licenseId);
        }
    }

    function test_content_mismatch_is_filed_until_the_release_second() public {
        uint256 licenseId = _delivered();
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            _at(DISPUTE_WINDOW + late - 1);
            if (late == 2) _refuse(licenseId, DisputeKind.ContentMismatch, licenseId);
            else _file(licenseId, DisputeKind.ContentMismatch);
        }
    }

    function test_non_payment_freezes_the_deposit() public {
        uint256 licenseId = _buyPerUse();
        uint256 disputeId = _file(licenseId, DisputeKind.NonPayment);
        assertEq(disputeId, licenseId);
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(d.filer, creator);
        assertEq(d.respondent, licensee);
        assertEq(d.arbitrator, address(0));
        assertEq(d.deadline, START + Timings.RESPOND + Timings.ESCALATE);
        assertEq(_payment(licenseId).frozenAt, START);
    }

    function test_usage_exceeded_freezes_the_performance_bond() public {
        uint256 licenseId = _buySubscriptionKey();
        uint256 disputeId = _file(licenseId, DisputeKind.UsageExceeded);
        assertEq(disputeId, licenseId + 1);
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(d.licenseId, licenseId);
        assertEq(d.paymentId, licenseId + 1);
        assertEq(d.respondent, licensee);
        assertEq(_bond(licenseId).frozenAt, START);
        assertEq(_payment(licenseId).frozenAt, 0);
        // The price is another payment.
        _deliver(licenseId);
        assertEq(_file(licenseId, DisputeKind.ContentMismatch), licenseId);
    }

    function test_unauthorized_access_freezes_nothing() public {
        uint256 licenseId = _delivered();
        uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
        assertEq(disputeId, ACCESS + licenseId);
        Dispute memory d = disputes.dispute(disputeId);
        assertEq(d.licenseId, licenseId);
        assertEq(d.paymentId, 0);
        assertEq(d.filer, creator);
        assertEq(d.respondent, licensee);
        assertEq(_payment(licenseId).frozenAt, 0);
        assertEq(_file(licenseId, DisputeKind.ContentMismatch), licenseId, "beside it");
    }

    // ---- refusals

    function test_payments_that_are_not_in_question_are_refused() public {
        uint256 undelivered = _buyPerpetual();
        _refuse(undelivered, DisputeKind.ContentMismatch, undelivered);
        uint256 delivered = _delivered();
        _at(DISPUTE_WINDOW);
        _refuse(delivered, DisputeKind.NonDelivery, delivered);
        escrow.release(delivered);
        _refuse(delivered, DisputeKind.ContentMismatch, delivered);
        escrow.refund(undelivered);
        _refuse(undelivered, DisputeKind.NonDelivery, undelivered);
    }

    function test_closed_deposits_and_bonds_are_refused() public {
        uint256 perUse = _buyPerUse();
        uint256 bonded = _buySubscriptionKey();
        _at(365 days);
        escrow.refund(perUse);
        escrow.refund(bonded + 1);
        _refuse(perUse, DisputeKind.NonPayment, perUse);
        _refuse(bonded, DisputeKind.UsageExceeded, bonded + 1);
    }

    function test_kinds_must_fit_what_was_sold() public {
        uint256 perUse = _buyPerUse();
        uint256 served = _buySubscriptionServed();
        uint256 perpetual = _buyPerpetual();
        _at(DELIVERY_WINDOW + 1);
        _refuseKind(perUse, DisputeKind.NonDelivery);
        _refuseKind(served, DisputeKind.ContentMismatch);
        _refuseKind(served, DisputeKind.NonDelivery);
        _refuseKind(perpetual, DisputeKind.NonPayment);
        _refuseKind(perpetual, DisputeKind.UsageExceeded);
    }

    function test_what_an_arbitrator_decides_needs_one() public {
        uint256 perUse = _buyPerUse();
        Offer memory offer = _termsOf(perUse);
        _expect(IDisputeResolution.ArbitratorMissing.selector, perUse);
        vm.prank(creator);
        disputes.file{value: BOND}(perUse, DisputeKind.UnauthorizedAccess, offer, CID);
        _expect(IDisputeResolution.ArbitratorMissing.selector, perUse);
        vm.prank(licensee);
        disputes.file{value: BOND}(perUse, DisputeKind.ContentMismatch, offer, CID);
    }

    function test_only_the_side_that_the_kind_is_for_files() public {
        uint256 licenseId = _delivered();
        Offer memory offer = _termsOf(licenseId);
        for (uint256 kind = 0; kind <= uint256(type(DisputeKind).max); ++kind) {
            address other = _filer(DisputeKind(kind)) == licensee ? creator : licensee;
            _expect(IDisputeResolution.NotParty.selector, other);
            vm.prank(other);
            disputes.file{value: BOND}(licenseId, DisputeKind(kind), offer, CID);
        }
        vm.deal(stranger, BOND);
        _expect(IDisputeResolution.NotParty.selector, stranger);
        vm.prank(stranger);
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, offer, CID);
    }

    function test_a_payment_is_disputed_once() public {
        uint256 disputeId = _mismatch();
        for (uint256 again = 0; again < 2; ++again) {
            Offer memory offer = _termsOf(disputeId);
            _expect(IDisputeResolution.AlreadyDisputed.selector, disputeId, disputeId);
            vm.prank(licensee);
            disputes.file{value: BOND}(disputeId, DisputeKind.ContentMismatch, offer, CID);
            if (again == 0) {
                _answer(disputeId);
                _ruleDirectly(disputeId, Ruling.Creator);
                disputes.execute(disputeId);
            }
        }
    }

    function test_a_license_is_accused_of_unauthorized_access_once() public {
        uint256 licenseId = _delivered();
        uint256 disputeId = _file(licenseId, DisputeKind.UnauthorizedAccess);
        Offer memory offer = _termsOf(licenseId);
        _expect(IDisputeResolution.AlreadyDisputed.selector, 0, disputeId);
        vm.prank(creator);
        disputes.file{value: BOND}(licenseId, DisputeKind.UnauthorizedAccess, offer, CID);
    }

    function test_bond_must_match_exactly() public {
        uint256 licenseId = _delivered();
        Offer memory offer = _termsOf(licenseId);
        vm.startPrank(licensee);
        _expect(IDisputeResolution.BondDiffers.selector, BOND - 1, BOND);
        disputes.file{value: BOND - 1}(licenseId, DisputeKind.ContentMismatch, offer, CID);
        _expect(IDisputeResolution.BondDiffers.selector, BOND + 1, BOND);
        disputes.file{value: BOND + 1}(licenseId, DisputeKind.ContentMismatch, offer, CID);
    }

    function test_bad_evidence_terms_and_licenses_are_refused() public {
        uint256 licenseId = _delivered();
        Offer memory offer = _termsOf(licenseId);
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.CidInvalid.selector, hex"00"));
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, offer, hex"00");
        _expect(ILicenseManagerErrors.LicenseUnknown.selector, 99);
        disputes.file{value: BOND}(99, DisputeKind.ContentMismatch, offer, CID);
        // An arbitrator of the filer's choice.
        offer.arbitrator = licensee;
        vm.expectPartialRevert(ILicenseManagerErrors.TermsChanged.selector);
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, offer, CID);
    }

    // ---- what is pinned

    function test_a_dispute_keeps_the_bond_it_was_filed_with() public {
        uint256 first = _mismatch();
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.FilingBondSet(BOND * 2);
        vm.prank(operator);
        disputes.setFilingBond(BOND * 2);
        assertEq(disputes.filingBond(), BOND * 2);
        uint256 second = _file(_delivered(), DisputeKind.ContentMismatch);
        assertEq(disputes.dispute(first).bond, BOND);
        assertEq(disputes.dispute(second).bond, BOND * 2);
        _at(60 days);
        disputes.timeOut(first);
        disputes.timeOut(second);
        assertEq(_ether(licensee), BOND * 3);
        vm.prank(operator);
        disputes.setFilingBond(0);
        assertEq(disputes.dispute(_file(_deliverLater(), DisputeKind.ContentMismatch)).bond, 0);
    }

    function test_a_dispute_keeps_the_appeal_arbitrator() public {
        _setAppealArbitrator(address(appealCourt));
        uint256 first = _mismatch();
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.AppealArbitratorSet(address(0));
        _setAppealArbitrator(address(0));
        uint256 second = _file(_delivered(), DisputeKind.ContentMismatch);
        assertEq(disputes.dispute(first).appealArbitrator, address(appealCourt));
        assertEq(disputes.dispute(second).appealArbitrator, address(0));
    }

    function test_a_dispute_keeps_the_arbitrators_policy() public {
        _setAppealArbitrator(address(appealCourt));
        uint256 first = _mismatchAtCourt();
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.ArbitratorPolicySet(address(court), true);
        vm.prank(operator);
        disputes.setArbitratorPolicy(address(court), true);
        uint256 second = _mismatchAtCourt();
        vm.prank(operator);
        disputes.setArbitratorPolicy(address(court), false);
        uint256 third = _mismatchAtCourt();
        assertEq(disputes.dispute(first).appealArbitrator, address(appealCourt));
        assertEq(disputes.dispute(second).appealArbitrator, address(0), "it hears appeals itself");
        assertEq(disputes.dispute(third).appealArbitrator, address(appealCourt));
    }

    function test_code_that_comes_later_makes_no_court() public {
        uint256 first = _mismatch();
        vm.etch(arbitrator, address(court).code);
        uint256 second = _file(_delivered(), DisputeKind.ContentMismatch);
        assertFalse(disputes.dispute(first).arbitratorIsContract);
        assertTrue(disputes.dispute(second).arbitratorIsContract);
        assertEq(disputes.dispute(second).deadline, START + Timings.RESPOND + Timings.ESCALATE);
        vm.etch(arbitrator, "");
        uint256 third = _file(_delivered(), DisputeKind.ContentMismatch);
        assertFalse(disputes.dispute(third).arbitratorIsContract);
        assertTrue(disputes.dispute(second).arbitratorIsContract);
        _answer(first);
        _ruleDirectly(first, Ruling.Licensee);
    }

    function test_nobody_hears_appeals_from_itself() public {
        _setAppealArbitrator(address(court));
        assertEq(disputes.dispute(_mismatchAtCourt()).appealArbitrator, address(0));
        assertEq(disputes.dispute(_mismatch()).appealArbitrator, address(court));
        uint256 perUse = _buyPerUse();
        uint256 disputeId = _file(perUse, DisputeKind.NonPayment);
        assertEq(disputes.dispute(disputeId).appealArbitrator, address(0), "a program decides");
    }

    // ---- operator

    function test_only_the_owner_sets_the_rules() public {
        bytes memory refused =
            abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, guardian);
        vm.startPrank(guardian);
        vm.expectRevert(refused);
        disputes.setFilingBond(1);
        vm.expectRevert(refused);
        disputes.setAppealArbitrator(address(0));
        vm.expectRevert(refused);
        disputes.setArbitratorPolicy(arbitrator, true);
    }

    function test_appeals_are_heard_by_contracts_only() public {
        _expect(IDisputeResolution.ArbitratorNotContract.selector, stranger);
        _setAppealArbitrator(stranger);
    }

    // ---- ERC-1497

    function test_evidence_is_told_to_the_court_that_may_hear_it() public {
        uint256 licenseId = _deliveredBefore(address(court));
        vm.expectEmit(address(disputes));
        emit IEvidence.Evidence(IArbitrator(address(court)), licenseId, licensee, PATH);
        _file(licenseId, DisputeKind.ContentMismatch);
        vm.expectEmit(address(disputes));
        emit IEvidence.Evidence(IArbitrator(address(court)), licenseId, creator, PATH);
        _answer(licenseId);

        _setAppealArbitrator(address(appealCourt));
        licenseId = _delivered();
        vm.expectEmit(address(disputes));
        emit IEvidence.Evidence(IArbitrator(address(appealCourt)), licenseId, licensee, PATH);
        _file(licenseId, DisputeKind.ContentMismatch);
    }

    function test_courts_are_told_once_what_rulings_mean() public {
        address code = _create("DisputeResolution", abi.encode(manager, escrow, tracker));
        bytes memory initializer = abi.encodeWithSignature(
            "initialize(address,uint256,address)", operator, BOND, address(appealCourt)
        );
        vm.recordLogs();
        IDisputeResolution fresh = IDisputeResolution(_proxy(code, initializer));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 told;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != IEvidence.MetaEvidence.selector) continue;
            assertEq(uint256(logs[i].topics[1]), told++, "the kind");
            string memory uri = abi.decode(logs[i].data, (string));
            assertTrue(vm.contains(uri, "[%22Creator%22,%22Licensee%22]"));
            assertFalse(vm.contains(uri, " "));
        }
        assertEq(told, uint256(type(DisputeKind).max) + 1);
        assertEq(fresh.filingBond(), BOND);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        (bool refused,) = address(fresh).call(initializer);
        assertTrue(refused);
    }

    function test_a_bond_has_80_bits() public {
        vm.startPrank(operator);
        disputes.setFilingBond(type(uint80).max);
        vm.expectRevert(
            abi.encodeWithSelector(SafeCast.SafeCastOverflowedUintDowncast.selector, 80, uint256(1) << 80)
        );
        disputes.setFilingBond(uint256(1) << 80);
    }

    // ---- helpers

    function _deliverLater() private returns (uint256 licenseId) {
        licenseId = _buyPerpetual();
        _deliver(licenseId);
    }

    function _refuse(uint256 licenseId, DisputeKind kind, uint256 paymentId) private {
        Offer memory offer = _termsOf(licenseId);
        _expect(IDisputeResolution.NotDisputable.selector, paymentId);
        vm.prank(_filer(kind));
        disputes.file{value: BOND}(licenseId, kind, offer, CID);
    }

    function _refuseKind(uint256 licenseId, DisputeKind kind) private {
        Offer memory offer = _termsOf(licenseId);
        _expect(IDisputeResolution.KindNotApplicable.selector, licenseId, uint256(kind));
        vm.prank(_filer(kind));
        disputes.file{value: BOND}(licenseId, kind, offer, CID);
    }
}
