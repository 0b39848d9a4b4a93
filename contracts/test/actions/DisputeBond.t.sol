// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeKind, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {DisputeBase} from "./DisputeBase.t.sol";

/// As the dispute contract, which it may one day be upgraded to.
contract DisputeBondTest is DisputeBase {
    bytes4 internal constant BOND_ALREADY_HELD = bytes4(keccak256("BondAlreadyHeld(uint256)"));

    function test_a_bond_is_held_once_and_paid_once_wherever_it_is() public {
        uint256 paymentId = _delivered();
        vm.deal(address(disputes), 10);
        vm.startPrank(address(disputes));
        escrow.freeze(paymentId, paymentId);
        uint256[3] memory ids = [paymentId, ACCESS + paymentId, 77];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectEmit(address(escrow));
            emit IPaymentEscrow.BondHeld(ids[i], licensee, address(0), 3);
            escrow.holdBond{value: 3}(ids[i], licensee);
            _expect(BOND_ALREADY_HELD, ids[i]);
            escrow.holdBond(ids[i], licensee);
            vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
            escrow.payBond(ids[i], address(0));
            vm.expectEmit(address(escrow));
            emit IPaymentEscrow.BondPaid(ids[i], creator, address(0), 3);
            escrow.payBond(ids[i], creator);
            _expect(IPaymentEscrow.BondUnknown.selector, ids[i]);
            escrow.payBond(ids[i], creator);
        }
        assertEq(_ether(creator), 9);
    }

    function test_a_bond_of_nothing_is_a_bond() public {
        uint256 paymentId = _delivered();
        vm.startPrank(address(disputes));
        escrow.freeze(paymentId, paymentId);
        escrow.holdBond(paymentId, licensee);
        _expect(BOND_ALREADY_HELD, paymentId);
        escrow.holdBond(paymentId, licensee);
        escrow.payBond(paymentId, licensee);
    }

    function test_a_later_freeze_leaves_the_bond_alone() public {
        uint256 paymentId = _delivered();
        vm.deal(address(disputes), 8);
        vm.startPrank(address(disputes));
        escrow.freeze(paymentId, paymentId);
        escrow.holdBond{value: 3}(paymentId, licensee);
        escrow.unfreeze(paymentId, paymentId, false);
        escrow.freeze(paymentId, 77);
        escrow.holdBond{value: 5}(77, licensee);
        _expect(BOND_ALREADY_HELD, paymentId);
        escrow.holdBond(paymentId, licensee);
        assertEq(_payment(paymentId).disputeId, 77);
        escrow.payBond(paymentId, licensee);
        escrow.payBond(77, creator);
        assertEq(_ether(licensee), 3);
        assertEq(_ether(creator), 5);
    }

    function test_standing_is_the_payments() public {
        uint256 licenseId = _buyPerpetual();
        _assertStanding(licenseId, PaymentState.Held, false, 0);
        _deliver(licenseId);
        _assertStanding(licenseId, PaymentState.Delivered, false, START + DISPUTE_WINDOW);
        _file(licenseId, DisputeKind.ContentMismatch);
        _assertStanding(licenseId, PaymentState.Delivered, true, START + DISPUTE_WINDOW);
        uint256 perUse = _buyPerUse();
        (PaymentState state, ReleaseRule rule,, uint40 deadline, uint40 releasableAt) =
            escrow.standing(perUse);
        assertEq(uint8(state), uint8(PaymentState.Held));
        assertEq(uint8(rule), uint8(ReleaseRule.Metered));
        assertEq(deadline, _payment(perUse).deadline);
        assertEq(releasableAt, 0);
        (, rule,,, releasableAt) = escrow.standing(_buySubscriptionServed());
        assertEq(uint8(rule), uint8(ReleaseRule.Linear));
        assertEq(releasableAt, 0, "its first second of vesting is not it");
        (state,,,,) = escrow.standing(999);
        assertEq(uint8(state), uint8(PaymentState.None));
    }

    function _assertStanding(uint256 licenseId, PaymentState is_, bool isFrozen, uint40 releasable)
        private
        view
    {
        (PaymentState state, ReleaseRule rule, bool frozen, uint40 deadline, uint40 releasableAt) =
            escrow.standing(licenseId);
        assertEq(uint8(state), uint8(is_));
        assertEq(uint8(rule), uint8(ReleaseRule.Cliff));
        assertEq(frozen, isFrozen);
        assertEq(deadline, START + DELIVERY_WINDOW);
        assertEq(releasableAt, releasable);
    }
}

/// forge-config: default.isolate = true
contract DisputeGasTest is DisputeBase {
    function test_gas_of_filing_and_executing() public {
        uint256[2] memory ids = [_delivered(), _delivered()];
        Offer memory offer = _termsOf(ids[0]);
        uint256 used;
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(licensee);
            disputes.file{value: BOND}(ids[i], DisputeKind.ContentMismatch, offer, CID);
            used = vm.lastCallGas().gasTotalUsed;
        }
        emit log_named_uint("file", used);
        assertLe(used, 160_000);
        for (uint256 i = 0; i < 2; ++i) {
            _answer(ids[i]);
            _ruleDirectly(ids[i], Ruling.Creator);
            disputes.execute(ids[i]);
            used = vm.lastCallGas().gasTotalUsed;
        }
        emit log_named_uint("execute, for the respondent", used);
        assertLe(used, 120_000);
    }
}
