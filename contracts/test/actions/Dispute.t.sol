// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Dispute,
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "../../src/interfaces/IDisputeResolution.sol";
import {ILicenseManager} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Base} from "../Base.t.sol";

abstract contract DisputeBase is Base {
    uint40 internal constant RESPOND = 7 days;
    uint40 internal constant RULING = 30 days;

    uint256 internal licenseId;

    function setUp() public virtual override {
        super.setUp();
        licenseId = _buyPerpetual();
        _deliver(licenseId);
    }

    function _file() internal returns (uint256 disputeId) {
        vm.prank(licensee);
        return disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, CID);
    }

    function _rule(uint256 disputeId, Ruling ruling) internal {
        vm.prank(arbitrator);
        disputes.rule(disputeId, uint256(ruling));
    }

    function _answer(uint256 disputeId) internal {
        vm.prank(creator);
        disputes.submitEvidence(disputeId, CID);
    }

    function _expectState(uint256 disputeId, DisputeState state) internal {
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.StateNotAllowed.selector, disputeId, state));
    }
}

contract FileDisputeTest is DisputeBase {
    function test_filing_freezes_the_payment_and_holds_the_bond() public {
        vm.warp(START + 100);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeFiled(
            1,
            licenseId,
            licensee,
            1,
            DisputeKind.ContentMismatch,
            creator,
            arbitrator,
            BOND,
            START + 100 + RESPOND + RULING,
            CID
        );
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentFrozen(1, 1, START + 100);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondHeld(1, licensee, address(0), BOND);
        uint256 disputeId = _file();
        assertEq(disputeId, 1);

        Dispute memory d = disputes.dispute(disputeId);
        assertEq(d.licenseId, licenseId);
        assertEq(d.paymentId, 1);
        assertEq(uint8(d.kind), uint8(DisputeKind.ContentMismatch));
        assertEq(uint8(d.state), uint8(DisputeState.Filed));
        assertEq(uint8(d.ruling), uint8(Ruling.None));
        assertEq(d.filer, licensee);
        assertEq(d.respondent, creator);
        assertEq(d.arbitrator, arbitrator);
        assertEq(d.filedAt, START + 100);
        assertEq(d.rulingDeadline, START + 100 + RESPOND + RULING);
        assertEq(d.bond, BOND);
        assertEq(_payment(licenseId).frozenAt, START + 100);
        assertEq(disputes.filingBond(), BOND);
        _assertSolvent();
    }

    function test_window_closes_with_the_release_second() public {
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(START + DISPUTE_WINDOW + late - 1);
            if (late == 2) {
                vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.NotDisputable.selector, 1));
            }
            _file();
        }
    }

    function test_undelivered_and_released_payments_are_not_disputable() public {
        vm.startPrank(licensee);
        uint256 undelivered = manager.buy(_order(1, 1, 0));
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.NotDisputable.selector, 2));
        disputes.file{value: BOND}(undelivered, DisputeKind.ContentMismatch, CID);
        vm.stopPrank();
        vm.warp(START + DISPUTE_WINDOW);
        escrow.release(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.NotDisputable.selector, 1));
        _file();
    }

    function test_a_payment_is_disputed_once() public {
        _file();
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.AlreadyDisputed.selector, 1, 1));
        _file();
        _answer(1);
        _rule(1, Ruling.Creator);
        disputes.execute(1);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.AlreadyDisputed.selector, 1, 1));
        _file();
    }

    function test_only_the_owner_of_the_license_files() public {
        vm.deal(stranger, BOND);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.NotParty.selector, stranger));
        vm.prank(stranger);
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, CID);
    }

    function test_bond_must_match_exactly() public {
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.BondDiffers.selector, BOND - 1, BOND));
        disputes.file{value: BOND - 1}(licenseId, DisputeKind.ContentMismatch, CID);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.BondDiffers.selector, BOND + 1, BOND));
        disputes.file{value: BOND + 1}(licenseId, DisputeKind.ContentMismatch, CID);
    }

    function test_other_kinds_bad_evidence_and_unknown_licenses_are_rejected() public {
        DisputeKind[4] memory others = [
            DisputeKind.NonDelivery,
            DisputeKind.UsageExceeded,
            DisputeKind.NonPayment,
            DisputeKind.UnauthorizedAccess
        ];
        vm.startPrank(licensee);
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IDisputeResolution.DisputeKindNotAvailable.selector, others[i])
            );
            disputes.file{value: BOND}(licenseId, others[i], CID);
        }
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.CidInvalid.selector, hex"00"));
        disputes.file{value: BOND}(licenseId, DisputeKind.ContentMismatch, hex"00");
        vm.expectRevert(abi.encodeWithSelector(ILicenseManager.LicenseUnknown.selector, 99));
        disputes.file{value: BOND}(99, DisputeKind.ContentMismatch, CID);
    }

    function test_6_a_disputed_payment_does_not_move() public {
        _file();
        vm.warp(START + 365 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, 1));
        escrow.release(1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, 1));
        escrow.refund(1);
    }
}

contract RuleDisputeTest is DisputeBase {
    uint256 internal disputeId;

    function setUp() public override {
        super.setUp();
        disputeId = _file();
    }

    function test_evidence_is_published_by_both_sides_until_ruled() public {
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.EvidenceSubmitted(disputeId, creator, CID);
        _answer(disputeId);
        vm.prank(licensee);
        disputes.submitEvidence(disputeId, CID);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.NotParty.selector, stranger));
        vm.prank(stranger);
        disputes.submitEvidence(disputeId, CID);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.CidInvalid.selector, hex"00"));
        vm.prank(creator);
        disputes.submitEvidence(disputeId, hex"00");
        _rule(disputeId, Ruling.Creator);
        _expectState(disputeId, DisputeState.Ruled);
        _answer(disputeId);
    }

    function test_ruling_waits_for_the_answer_or_its_window() public {
        vm.prank(licensee);
        disputes.submitEvidence(disputeId, CID);
        vm.warp(START + RESPOND - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeResolution.RespondWindowOpen.selector, disputeId, START + RESPOND)
        );
        _rule(disputeId, Ruling.Licensee);
        vm.warp(START + RESPOND);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeRuled(disputeId, arbitrator, Ruling.Licensee);
        _rule(disputeId, Ruling.Licensee);
        assertEq(uint8(disputes.dispute(disputeId).state), uint8(DisputeState.Ruled));
        assertEq(uint8(disputes.dispute(disputeId).ruling), uint8(Ruling.Licensee));
    }

    function test_an_early_answer_opens_the_ruling() public {
        _answer(disputeId);
        _rule(disputeId, Ruling.Licensee);
    }

    function test_ruling_ends_with_its_deadline() public {
        uint40 deadline = disputes.dispute(disputeId).rulingDeadline;
        uint256 snapshot = vm.snapshotState();
        for (uint256 late = 0; late < 3; ++late) {
            vm.revertToState(snapshot);
            vm.warp(deadline + late - 1);
            if (late == 2) {
                vm.expectRevert(
                    abi.encodeWithSelector(IDisputeResolution.RulingOverdue.selector, disputeId, deadline)
                );
            }
            _rule(disputeId, Ruling.Creator);
        }
    }

    function test_only_the_pinned_arbitrator_rules() public {
        _answer(disputeId);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeResolution.NotArbitrator.selector, operator, arbitrator)
        );
        vm.prank(operator);
        disputes.rule(disputeId, 1);
    }

    function test_ruling_must_be_one_of_three_and_once() public {
        _answer(disputeId);
        vm.startPrank(arbitrator);
        vm.expectRevert(abi.encodeWithSelector(IDisputeResolution.RulingInvalid.selector, 3));
        disputes.rule(disputeId, 3);
        disputes.rule(disputeId, 0);
        _expectState(disputeId, DisputeState.Ruled);
        disputes.rule(disputeId, 2);
    }

    function test_unknown_disputes_are_errors() public {
        bytes memory unknown = abi.encodeWithSelector(IDisputeResolution.DisputeUnknown.selector, 9);
        vm.expectRevert(unknown);
        disputes.dispute(9);
        vm.expectRevert(unknown);
        disputes.execute(9);
        vm.expectRevert(unknown);
        disputes.timeOut(9);
        vm.expectRevert(unknown);
        disputes.submitEvidence(9, CID);
        vm.expectRevert(unknown);
        disputes.rule(9, 1);
    }
}

contract ExecuteDisputeTest is DisputeBase {
    uint256 internal disputeId;

    function setUp() public override {
        super.setUp();
        vm.warp(START + 1 days);
        disputeId = _file();
        _answer(disputeId);
    }

    function test_for_the_licensee_every_unit_and_the_bond_return() public {
        vm.warp(START + 3 days);
        _rule(disputeId, Ruling.Licensee);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeExecuted(disputeId, Ruling.Licensee, licensee);
        vm.prank(stranger);
        disputes.execute(disputeId);

        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
        assertEq(escrow.balanceOf(licensee, address(0)), BOND);
        assertEq(escrow.balanceOf(treasury, address(token)), 0, "no fee on what is paid back");
        Payment memory payment = _payment(licenseId);
        assertEq(uint8(payment.state), uint8(PaymentState.Closed));
        assertEq(payment.refunded, PRICE);
        assertFalse(manager.isValid(licenseId));
        _assertSolvent();
    }

    function test_for_the_creator_the_window_runs_on_and_the_bond_is_the_creators() public {
        vm.warp(START + 3 days);
        _rule(disputeId, Ruling.Creator);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(creator, address(0)), BOND);
        Payment memory payment = _payment(licenseId);
        assertEq(payment.frozenAt, 0);
        assertEq(payment.pausedSecs, 2 days);
        assertTrue(manager.isValid(licenseId));

        vm.warp(START + DISPUTE_WINDOW + 2 days - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, 1, START + DISPUTE_WINDOW)
        );
        escrow.release(1);
        vm.warp(START + DISPUTE_WINDOW + 2 days);
        escrow.release(1);
        assertEq(escrow.balanceOf(creator, address(token)), PRICE - _fee(PRICE));
        _assertSolvent();
    }

    function test_refusal_moves_nothing_and_returns_the_bond() public {
        _rule(disputeId, Ruling.None);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(0)), BOND);
        assertEq(_payment(licenseId).released, 0);
        assertEq(_payment(licenseId).refunded, 0);
        assertEq(uint8(disputes.dispute(disputeId).state), uint8(DisputeState.Executed));
    }

    function test_7_a_ruling_executes_once() public {
        _expectState(disputeId, DisputeState.Filed);
        disputes.execute(disputeId);
        _rule(disputeId, Ruling.Licensee);
        disputes.execute(disputeId);
        _expectState(disputeId, DisputeState.Executed);
        disputes.execute(disputeId);
        vm.warp(START + 365 days);
        _expectState(disputeId, DisputeState.Executed);
        disputes.timeOut(disputeId);
        assertEq(escrow.balanceOf(licensee, address(0)), BOND, "paid once");
    }

    function test_8_without_a_ruling_anyone_ends_it() public {
        uint40 deadline = disputes.dispute(disputeId).rulingDeadline;
        vm.warp(deadline);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputeResolution.RulingNotOverdue.selector, disputeId, deadline)
        );
        disputes.timeOut(disputeId);
        vm.warp(deadline + 1);
        vm.expectEmit(address(disputes));
        emit IDisputeResolution.DisputeExecuted(disputeId, Ruling.None, licensee);
        vm.prank(stranger);
        disputes.timeOut(disputeId);
        assertEq(escrow.balanceOf(licensee, address(0)), BOND);
        assertEq(_payment(licenseId).frozenAt, 0);
    }

    function test_a_ruled_dispute_does_not_time_out() public {
        _rule(disputeId, Ruling.Licensee);
        vm.warp(START + 365 days);
        _expectState(disputeId, DisputeState.Ruled);
        disputes.timeOut(disputeId);
        disputes.execute(disputeId);
        assertEq(escrow.balanceOf(licensee, address(token)), PRICE);
    }
}
