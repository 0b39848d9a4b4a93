// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {IPaymentEscrow, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

/// A dispute that has the id of the payment it froze keeps its bond beside that payment.
contract FrozenBondTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        vm.deal(disputes, 100 ether);
        paymentId = _hold(_cliff());
        vm.startPrank(disputes);
        escrow.freeze(paymentId, paymentId);
        escrow.holdBond{value: 5}(paymentId, licensee);
        vm.stopPrank();
    }

    function _expectUnknown() internal {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.BondUnknown.selector, paymentId));
    }

    function test_7_it_is_held_and_paid_once() public {
        vm.startPrank(disputes);
        vm.expectRevert(abi.encodeWithSelector(PaymentEscrow.BondAlreadyHeld.selector, paymentId));
        escrow.holdBond{value: 5}(paymentId, licensee);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.payBond(paymentId, address(0));
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondPaid(paymentId, creator, ETHER, 5);
        escrow.payBond(paymentId, creator);
        assertEq(_balance(creator), 5);
        _expectUnknown();
        escrow.payBond(paymentId, creator);
    }

    function test_7_it_outlives_the_freeze() public {
        vm.startPrank(disputes);
        escrow.unfreeze(paymentId, paymentId, true);
        assertEq(_balance(licensee), AMOUNT);
        escrow.payBond(paymentId, licensee);
        assertEq(_balance(licensee), AMOUNT + 5);
        _expectUnknown();
        escrow.payBond(paymentId, licensee);
    }

    function test_it_outlives_a_thaw() public {
        skip(MAX_FREEZE);
        escrow.thaw(paymentId);
        vm.prank(disputes);
        escrow.payBond(paymentId, creator);
        assertEq(_balance(creator), 5);
    }

    function test_another_disputes_bond_is_its_own() public {
        uint256 other = _hold(_cliff());
        vm.startPrank(disputes);
        escrow.freeze(other, 77);
        escrow.holdBond{value: 6}(other, licensee);
        escrow.holdBond{value: 7}(77, licensee);
        escrow.payBond(77, second);
        escrow.payBond(other, third);
        escrow.payBond(paymentId, creator);
        assertEq(_balance(second), 7);
        assertEq(_balance(third), 6);
        assertEq(_balance(creator), 5);
    }
}

contract StandingTest is EscrowBase {
    function _assertStanding(
        uint256 paymentId,
        PaymentState state,
        ReleaseRule rule,
        bool frozen,
        uint40 deadline,
        uint40 releasableAt
    ) internal view {
        (PaymentState s, ReleaseRule r, bool f, uint40 d, uint40 at) = escrow.standing(paymentId);
        assertEq(abi.encode(s, r, f, d, at), abi.encode(state, rule, frozen, deadline, releasableAt));
    }

    function test_it_is_what_a_dispute_asks_for() public {
        uint256 cliff = _hold(_cliff());
        uint40 deadline = START + DELIVERY_WINDOW;
        _assertStanding(cliff, PaymentState.Held, ReleaseRule.Cliff, false, deadline, 0);
        _markDelivered(cliff);
        _freeze(cliff);
        _assertStanding(
            cliff, PaymentState.Delivered, ReleaseRule.Cliff, true, deadline, START + DISPUTE_WINDOW
        );
        _unfreeze(cliff, true);
        (PaymentState state,,,,) = escrow.standing(cliff);
        assertEq(uint8(state), uint8(PaymentState.Refunded));
    }

    /// What a Linear payment keeps in the same place is when it began.
    function test_only_a_cliff_has_a_time_of_release() public {
        uint256 linear = _hold(_linear());
        _assertStanding(linear, PaymentState.Held, ReleaseRule.Linear, false, START + DURATION, 0);
        uint256 metered = _hold(_metered());
        _assertStanding(metered, PaymentState.Held, ReleaseRule.Metered, false, START + DURATION + GRACE, 0);
    }

    function test_of_nothing_it_is_nothing() public view {
        _assertStanding(999, PaymentState.None, ReleaseRule.Metered, false, 0, 0);
    }
}
