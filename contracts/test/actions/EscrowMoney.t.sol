// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payment,
    PaymentState,
    ReleaseRule
} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";
import {BlacklistingToken, ReentrantToken} from "../tokens/HostileTokens.sol";

/// Takes no ether.
contract Refuser {
    function withdraw(PaymentEscrow escrow) external returns (uint256) {
        return escrow.withdraw(address(0));
    }

    function withdrawTo(PaymentEscrow escrow, address recipient) external returns (uint256) {
        return escrow.withdrawTo(address(0), recipient);
    }
}

/// Withdraws again while it is being paid.
contract Reenterer {
    bool public again;

    function withdraw(PaymentEscrow escrow) external {
        escrow.withdraw(address(0));
    }

    receive() external payable {
        (again,) = msg.sender.call(abi.encodeCall(PaymentEscrow.withdraw, (address(0))));
    }
}

contract CliffTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_cliff());
    }

    function test_19_nothing_is_releasable_before_delivery() public {
        vm.warp(START + 1000 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, paymentId, 0));
        escrow.release(paymentId);
    }

    function test_release_from_its_second_on_pays_all() public {
        _markDelivered(paymentId);
        vm.warp(START + DISPUTE_WINDOW - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, paymentId, START + DISPUTE_WINDOW)
        );
        escrow.release(paymentId);
        vm.warp(START + DISPUTE_WINDOW);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentReleased(paymentId, address(0), AMOUNT, _fee(AMOUNT), AMOUNT, true);
        vm.prank(stranger);
        assertEq(escrow.release(paymentId), AMOUNT);
        assertEq(_balance(treasury), _fee(AMOUNT));
        uint256 net = AMOUNT - _fee(AMOUNT);
        assertEq(_balance(makeAddr("second")), net * 3333 / 10_000);
        assertEq(_balance(creator), net - 2 * (net * 3333 / 10_000), "dust to the first");
        assertEq(_credited(), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, paymentId));
        escrow.release(paymentId);
    }

    function test_20_refund_or_release_never_both() public {
        _markDelivered(paymentId);
        vm.warp(START + 1000 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AlreadyDelivered.selector, paymentId));
        escrow.refund(paymentId);
        escrow.release(paymentId);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, paymentId));
        escrow.refund(paymentId);
    }

    function test_21_refund_strictly_after_the_deadline_delivery_not() public {
        uint40 deadline = START + DELIVERY_WINDOW;
        vm.warp(deadline);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotRefundableYet.selector, paymentId, deadline + 1)
        );
        escrow.refund(paymentId);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.DeliveryTooLate.selector, paymentId, deadline));
        _markDelivered(paymentId);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentRefunded(paymentId, address(0), licensee, AMOUNT, AMOUNT, true);
        vm.prank(stranger);
        assertEq(escrow.refund(paymentId), AMOUNT);
        assertEq(_balance(licensee), AMOUNT, "every wei");
        assertEq(_balance(treasury), 0);
        assertEq(escrow.payment(paymentId).refunded, AMOUNT);
    }

    function test_a_key_is_delivered_once_and_only_to_a_cliff() public {
        _markDelivered(paymentId);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AlreadyDelivered.selector, paymentId));
        _markDelivered(paymentId);
        uint256 metered = _hold(_metered());
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.RuleMismatch.selector, metered, ReleaseRule.Metered)
        );
        _markDelivered(metered);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.RuleMismatch.selector, paymentId, ReleaseRule.Cliff)
        );
        _draw(paymentId, 1);
    }

    function test_frozen_clocks_stand_still() public {
        vm.warp(START + DELIVERY_WINDOW - 10);
        _freeze(paymentId);
        vm.warp(START + 100 days);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, paymentId));
        escrow.refund(paymentId);
        _unfreeze(paymentId, false);
        assertEq(escrow.payment(paymentId).pausedSecs, 100 days - DELIVERY_WINDOW + 10);
        vm.expectRevert(
            abi.encodeWithSelector(
                IPaymentEscrow.NotRefundableYet.selector, paymentId, START + DELIVERY_WINDOW + 1
            )
        );
        escrow.refund(paymentId);
        vm.warp(START + 100 days + 10);
        uint256 atDeadline = vm.snapshotState();
        _markDelivered(paymentId);
        assertEq(escrow.payment(paymentId).releasableAt, START + DELIVERY_WINDOW + DISPUTE_WINDOW);
        vm.revertToState(atDeadline);
        vm.warp(START + 100 days + 11);
        escrow.refund(paymentId);
    }

    function test_freezes_add_up() public {
        for (uint40 i = 1; i < 4; ++i) {
            _freeze(paymentId);
            vm.warp(START + i * 1 days);
            _unfreeze(paymentId, false);
            assertEq(escrow.payment(paymentId).pausedSecs, i * 1 days);
        }
    }

    function test_freezing_twice_and_unfreezing_nothing_are_errors() public {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentNotFrozen.selector, paymentId));
        _unfreeze(paymentId, false);
        _freeze(paymentId);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, paymentId));
        _freeze(paymentId);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentIsFrozen.selector, paymentId));
        escrow.release(paymentId);
        _unfreeze(paymentId, true);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, paymentId));
        _freeze(paymentId);
    }
}

contract MeteredTest is EscrowBase {
    uint256 internal paymentId;

    function setUp() public override {
        super.setUp();
        paymentId = _hold(_metered());
    }

    function test_draws_are_cumulative() public {
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDue(paymentId, 1000);
        assertEq(_draw(paymentId, 1000), 1000);
        assertEq(_draw(paymentId, 1000), 0);
        assertEq(_draw(paymentId, 999), 0);
        assertEq(_draw(paymentId, 1500), 500);
        assertEq(escrow.payment(paymentId).released, 1500);
    }

    function test_draws_stay_within_the_deposit_and_close_it() public {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.DueAboveAmount.selector, paymentId, AMOUNT + 1, AMOUNT)
        );
        _draw(paymentId, AMOUNT + 1);
        _draw(paymentId, AMOUNT);
        assertEq(uint8(escrow.payment(paymentId).state), uint8(PaymentState.Closed));
        assertEq(escrow.payment(paymentId).refunded, 0);
        assertEq(_credited(), AMOUNT);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, paymentId));
        _draw(paymentId, AMOUNT + 1);
        assertEq(_draw(paymentId, AMOUNT), 0);
    }

    function test_the_rest_is_refundable_from_its_second_on() public {
        _draw(paymentId, 1000);
        uint40 refundableAt = START + DURATION + GRACE;
        vm.warp(refundableAt - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotRefundableYet.selector, paymentId, refundableAt)
        );
        escrow.refund(paymentId);
        vm.warp(refundableAt);
        assertEq(escrow.refund(paymentId), AMOUNT - 1000);
        Payment memory payment = escrow.payment(paymentId);
        assertEq(payment.refunded, AMOUNT - 1000);
        assertEq(payment.released, 1000);
        assertEq(_balance(licensee), AMOUNT - 1000);
        assertEq(_credited(), AMOUNT, "dust of the split included");
    }

    function test_nothing_due_means_nothing_to_release() public {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, paymentId, 0));
        escrow.release(paymentId);
    }

    function test_what_fell_due_while_frozen_is_released_afterwards() public {
        _draw(paymentId, 1000);
        _freeze(paymentId);
        assertEq(_draw(paymentId, 3000), 0);
        assertEq(escrow.payment(paymentId).due, 3000);
        assertEq(escrow.payment(paymentId).released, 1000);
        _unfreeze(paymentId, false);
        assertEq(escrow.release(paymentId), 2000);
    }

    function test_refund_by_ruling_pays_what_was_due_first() public {
        _draw(paymentId, 1000);
        _freeze(paymentId);
        _draw(paymentId, 3000);
        _unfreeze(paymentId, true);
        Payment memory payment = escrow.payment(paymentId);
        assertEq(payment.released, 3000);
        assertEq(payment.refunded, AMOUNT - 3000);
        assertEq(_balance(licensee), AMOUNT - 3000);
        assertEq(_credited(), AMOUNT);
    }

    function test_refund_by_ruling_of_a_used_up_deposit_pays_the_payees() public {
        _freeze(paymentId);
        _draw(paymentId, AMOUNT);
        _unfreeze(paymentId, true);
        assertEq(_balance(licensee), 0);
        assertEq(_credited(), AMOUNT);
        assertEq(uint8(escrow.payment(paymentId).state), uint8(PaymentState.Closed));
    }

    function test_refund_after_a_freeze_pays_what_was_due_first() public {
        _freeze(paymentId);
        _draw(paymentId, 3000);
        vm.warp(START + 1 days);
        _unfreeze(paymentId, false);
        vm.warp(START + DURATION + GRACE + 1 days - 1);
        vm.expectRevert();
        escrow.refund(paymentId);
        vm.warp(START + DURATION + GRACE + 1 days);
        assertEq(escrow.refund(paymentId), AMOUNT - 3000);
        assertEq(_credited(), AMOUNT);
    }
}

contract WithdrawTest is EscrowBase {
    function _earn(address token_) internal returns (uint256) {
        HoldRequest memory request = _metered();
        request.token = token_;
        uint256 paymentId = _hold(request);
        _draw(paymentId, AMOUNT);
        return escrow.balanceOf(creator, token_);
    }

    function test_whole_balance_leaves_at_once() public {
        uint256 earned = _earn(address(0));
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Withdrawn(creator, address(0), creator, earned, 0);
        vm.prank(creator);
        assertEq(escrow.withdraw(address(0)), earned);
        assertEq(creator.balance, earned);
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NothingToWithdraw.selector, creator, address(0))
        );
        vm.prank(creator);
        escrow.withdraw(address(0));
        assertEq(address(escrow).balance, escrow.liabilities(address(0)));
    }

    function test_tokens_may_go_elsewhere_but_not_nowhere() public {
        uint256 earned = _earn(address(token));
        vm.startPrank(creator);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.withdrawTo(address(token), address(0));
        escrow.withdrawTo(address(token), stranger);
        assertEq(token.balanceOf(stranger), earned);
    }

    function test_14_a_recipient_that_refuses_ether_blocks_only_itself() public {
        Refuser refuser = new Refuser();
        vm.deal(address(disputes), 7);
        vm.startPrank(address(disputes));
        escrow.holdBond{value: 7}(1, address(refuser));
        escrow.payBond(1, address(refuser));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherTransferFailed.selector, refuser, 7));
        refuser.withdraw(escrow);
        refuser.withdrawTo(escrow, stranger);
        assertEq(stranger.balance, 7);
    }

    function test_14_a_blacklisted_payee_blocks_only_itself() public {
        BlacklistingToken strict = new BlacklistingToken();
        strict.mint(licensee, AMOUNT);
        vm.prank(licensee);
        strict.approve(address(escrow), AMOUNT);
        strict.setBlocked(creator, true);
        _earn(address(strict));
        vm.expectRevert(abi.encodeWithSelector(BlacklistingToken.Blocked.selector, creator));
        vm.prank(creator);
        escrow.withdraw(address(strict));
        vm.prank(makeAddr("second"));
        escrow.withdraw(address(strict));
        vm.prank(creator);
        escrow.withdrawTo(address(strict), stranger);
        assertGt(strict.balanceOf(stranger), 0);
    }

    function test_reentry_pays_nothing_more() public {
        Reenterer reenterer = new Reenterer();
        vm.deal(address(disputes), 14);
        vm.startPrank(address(disputes));
        escrow.holdBond{value: 7}(1, address(reenterer));
        escrow.payBond(1, address(reenterer));
        escrow.holdBond{value: 7}(2, licensee);
        vm.stopPrank();
        reenterer.withdraw(escrow);
        assertFalse(reenterer.again());
        assertEq(address(reenterer).balance, 7);
    }

    function test_a_token_cannot_reenter_money_functions() public {
        ReentrantToken evil = new ReentrantToken();
        evil.mint(licensee, 2 * AMOUNT);
        vm.prank(licensee);
        evil.approve(address(escrow), 2 * AMOUNT);
        HoldRequest memory request = _metered();
        request.token = address(evil);
        uint256 paymentId = _hold(request);
        bytes[4] memory calls = [
            abi.encodeCall(PaymentEscrow.release, (paymentId)),
            abi.encodeCall(PaymentEscrow.refund, (paymentId)),
            abi.encodeCall(PaymentEscrow.withdraw, (address(evil))),
            abi.encodeCall(PaymentEscrow.withdrawTo, (address(evil), stranger))
        ];
        vm.warp(START + DURATION + GRACE);
        _draw(paymentId, 1000);
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.revertToState(snapshot);
            evil.arm(address(escrow), calls[i]);
            vm.prank(creator);
            escrow.withdraw(address(evil));
            assertTrue(evil.called());
            assertFalse(evil.succeeded());
            assertEq(bytes4(evil.answer()), bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        }
    }
}

contract BondTest is EscrowBase {
    function setUp() public override {
        super.setUp();
        vm.deal(address(disputes), 100 ether);
    }

    function test_7_a_bond_is_paid_once() public {
        vm.startPrank(address(disputes));
        escrow.holdBond{value: 5}(1, licensee);
        assertEq(escrow.liabilities(address(0)), 5);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondPaid(1, creator, address(0), 5);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Credited(creator, address(0), 0, 5, 5);
        escrow.payBond(1, creator);
        assertEq(escrow.liabilities(address(0)), 5);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.BondUnknown.selector, 1));
        escrow.payBond(1, creator);
    }

    function test_bad_bonds_are_rejected() public {
        vm.startPrank(address(disputes));
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.holdBond{value: 5}(1, address(0));
        escrow.holdBond{value: 5}(1, licensee);
        vm.expectRevert(abi.encodeWithSelector(PaymentEscrow.BondAlreadyHeld.selector, 1));
        escrow.holdBond{value: 5}(1, licensee);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.payBond(1, address(0));
        uint256 huge = uint256(type(uint96).max) + 1;
        vm.deal(address(disputes), huge);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, huge));
        escrow.holdBond{value: huge}(2, licensee);
    }
}
