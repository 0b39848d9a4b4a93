// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWiredToEscrow, PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payee,
    Payment,
    PaymentState,
    ReleaseRule
} from "../../src/interfaces/IPaymentEscrow.sol";
import {Test} from "forge-std/Test.sol";

/// Wired to whoever asks.
contract AnySibling is IWiredToEscrow {
    function escrow() external view returns (IPaymentEscrow) {
        return IPaymentEscrow(msg.sender);
    }
}

/// Proved by halmos, not run by forge: `halmos --contract EscrowSymbolicTest --function check_`.
///
/// Money and states are proved by induction: payment 1 is any that can be, one call of any function with any
/// arguments follows, and what must hold holds after it. Without fee and with one payee, because what rounds is left
/// to the fuzzer. Of Linear payments the vested part is a division that no solver finishes: their money is the
/// fuzzer's too.
contract EscrowSymbolicTest is Test {
    uint256 private constant PAYMENTS_SLOT = 9;
    address private constant OWNER = address(0x1001);
    address private constant TREASURY = address(0x1002);
    address private constant PAYEE = address(0x1003);
    address private constant PAYER = address(0x1004);

    PaymentEscrow private escrow;
    address private manager;
    address private tracker;
    address private disputes;

    function setUp() public {
        manager = address(new AnySibling());
        tracker = address(new AnySibling());
        disputes = address(new AnySibling());
        escrow = new PaymentEscrow(manager, tracker, disputes, OWNER, TREASURY, 0);
        Payee[] memory alone = new Payee[](1);
        alone[0] = Payee(PAYEE, 10_000);
        escrow.createSplit(alone);
        vm.warp(1_800_000_000);
    }

    // ---- access control

    function _refused(address caller, bytes memory data) private {
        vm.prank(caller);
        (bool ok,) = address(escrow).call(data);
        assert(!ok);
    }

    function check_only_the_manager_holds(address caller, HoldRequest memory request) public {
        vm.assume(caller != manager);
        _refused(caller, abi.encodeCall(escrow.hold, (request)));
    }

    function check_only_the_manager_changes_payments(
        address caller,
        uint256 id,
        address funder,
        uint256 added,
        uint40 deadline
    ) public {
        vm.assume(caller != manager);
        _refused(caller, abi.encodeCall(escrow.topUp, (id, funder, added, deadline)));
        _refused(caller, abi.encodeCall(escrow.extend, (id, deadline)));
        _refused(caller, abi.encodeCall(escrow.end, (id, deadline)));
        _refused(caller, abi.encodeCall(escrow.markDelivered, (id)));
    }

    function check_only_the_tracker_draws(address caller, uint256 id, uint256 a, uint256 b) public {
        vm.assume(caller != tracker);
        _refused(caller, abi.encodeCall(escrow.drawUnits, (id, a, b)));
        _refused(caller, abi.encodeCall(escrow.draw, (id, a)));
    }

    function check_only_disputes_freeze(
        address caller,
        uint256 id,
        uint256 disputeId,
        bool refunds,
        address to
    ) public {
        vm.assume(caller != disputes);
        _refused(caller, abi.encodeCall(escrow.freeze, (id, disputeId)));
        _refused(caller, abi.encodeCall(escrow.unfreeze, (id, disputeId, refunds)));
        _refused(caller, abi.encodeCall(escrow.holdBond, (disputeId, to)));
        _refused(caller, abi.encodeCall(escrow.payBond, (disputeId, to)));
    }

    function check_only_the_owner_sets_fee_and_tokens(
        address caller,
        address recipient,
        uint16 feeBps,
        address token,
        bool open
    ) public {
        vm.assume(caller != OWNER);
        _refused(caller, abi.encodeCall(escrow.setFee, (recipient, feeBps)));
        _refused(caller, abi.encodeCall(escrow.listToken, (token, open)));
    }

    // ---- one step from anywhere

    /// Payment 1 becomes any that can be: see {Terms} and {Sum} for the bits.
    function _anyPayment(uint256 terms, uint256 sum, uint112 released, uint112 due, uint40 frozenAt) private {
        uint256 amount = sum & type(uint112).max;
        uint256 rule = terms >> 224 & 3;
        uint256 state = terms >> 226 & 7;
        uint256 pausedSecs = sum >> 232;
        vm.assume(rule <= 2);
        vm.assume(state <= 4);
        bool cliff = rule == uint256(ReleaseRule.Cliff);
        // Delivered is told by slot two; Refunded is a Cliff's.
        vm.assume(state != uint256(PaymentState.Delivered));
        vm.assume(cliff || state != uint256(PaymentState.Refunded));
        vm.assume(released <= amount && due <= amount);
        if (cliff) vm.assume(released == 0 && due == 0);
        if (rule == uint256(ReleaseRule.Metered)) vm.assume(released <= due);
        // Open means that something is left; a rest that was refunded is a Closed one's.
        if (terms >> 230 & 1 != 0) vm.assume(state == uint256(PaymentState.Closed) && released < amount);
        else vm.assume(amount == 0 || released < amount || state == uint256(PaymentState.Closed));
        vm.assume(frozenAt <= block.timestamp && frozenAt >= pausedSecs && pausedSecs <= escrow.MAX_FREEZE());
        // Of the payer, in ether, by the first fee and split, with bits that say nothing left empty.
        terms = (terms & 0xffffff7f << 224) | uint256(1) << 192 | uint256(1) << 176 | uint160(PAYER);
        uint256 slot = uint256(keccak256(abi.encode(uint256(1), PAYMENTS_SLOT)));
        vm.store(address(escrow), bytes32(slot), state == 0 ? bytes32(0) : bytes32(terms));
        vm.store(address(escrow), bytes32(slot + 1), state == 0 ? bytes32(0) : bytes32(sum));
        vm.store(
            address(escrow),
            bytes32(slot + 2),
            state == 0 ? bytes32(0) : bytes32(uint256(due) << 112 | released)
        );
        vm.store(address(escrow), bytes32(slot + 3), state == 0 ? bytes32(0) : bytes32(uint256(frozenAt)));
    }

    /// Any function that concerns payment 1, asked by whoever may.
    function _anyCall(uint8 which, uint256 a, uint256 b, bool c) private returns (bool ok) {
        bytes memory data;
        address caller = address(0x1005);
        if (which == 0) {
            data = abi.encodeCall(escrow.release, (1));
        } else if (which == 1) {
            data = abi.encodeCall(escrow.refund, (1));
        } else if (which == 2) {
            data = abi.encodeCall(escrow.thaw, (1));
        } else if (which < 6) {
            caller = manager;
            if (which == 3) data = abi.encodeCall(escrow.markDelivered, (1));
            else if (which == 4) data = abi.encodeCall(escrow.end, (1, uint40(a)));
            else data = abi.encodeCall(escrow.extend, (1, uint40(a)));
        } else if (which == 6) {
            caller = tracker;
            data = abi.encodeCall(escrow.draw, (1, a));
        } else {
            caller = disputes;
            if (which == 7) data = abi.encodeCall(escrow.freeze, (1, b));
            else data = abi.encodeCall(escrow.unfreeze, (1, b, c));
        }
        vm.prank(caller);
        (ok,) = address(escrow).call(data);
    }

    function _rank(PaymentState state) private pure returns (uint256) {
        return state == PaymentState.Refunded ? uint256(PaymentState.Closed) : uint256(state);
    }

    /// What a step must never do, whatever the rule.
    function _assertForward(Payment memory a, Payment memory b) private pure {
        assert(_rank(b.state) >= _rank(a.state));
        if (_rank(a.state) == uint256(PaymentState.Closed)) assert(b.state == a.state);
        assert(b.amount == a.amount && b.due >= a.due && b.due <= b.amount);
        assert(b.payer == a.payer && b.token == a.token && b.splitId == a.splitId && b.feeId == a.feeId);
        assert(b.rule == a.rule && b.licenseId == a.licenseId && b.disputeWindow == a.disputeWindow);
        assert(b.pausedSecs >= a.pausedSecs);
    }

    function _step(
        uint8 which,
        uint256 terms,
        uint256 sum,
        uint112 released,
        uint112 due,
        uint40 frozenAt,
        uint256 a,
        uint256 b,
        bool c
    ) private returns (Payment memory before, Payment memory later) {
        _anyPayment(terms, sum, released, due, frozenAt);
        vm.assume(terms >> 226 & 7 != 0);
        before = escrow.payment(1);
        vm.assume(_anyCall(which, a, b, c));
        later = escrow.payment(1);
    }

    function check_a_step_moves_states_and_totals_forward_only(
        uint8 which,
        uint256 terms,
        uint256 sum,
        uint112 released,
        uint112 due,
        uint40 frozenAt,
        uint256 a,
        uint256 b,
        bool c
    ) public {
        vm.assume(terms >> 224 & 3 != uint256(ReleaseRule.Linear));
        (Payment memory x, Payment memory y) = _step(which, terms, sum, released, due, frozenAt, a, b, c);
        _assertForward(x, y);
    }

    /// What payee and payer get is what the payment says it moved; it never exceeds the amount, and is all of it in
    /// the end.
    function check_a_step_conserves_the_amount(
        uint8 which,
        uint256 terms,
        uint256 sum,
        uint112 released,
        uint112 due,
        uint40 frozenAt,
        uint256 a,
        uint256 b,
        bool c
    ) public {
        vm.assume(terms >> 224 & 3 != uint256(ReleaseRule.Linear));
        (Payment memory x, Payment memory y) = _step(which, terms, sum, released, due, frozenAt, a, b, c);
        assert(y.released >= x.released && y.refunded >= x.refunded);
        assert(escrow.balanceOf(PAYEE, address(0)) == y.released - x.released);
        assert(escrow.balanceOf(PAYER, address(0)) == y.refunded - x.refunded);
        assert(escrow.balanceOf(TREASURY, address(0)) == 0);
        assert(y.released + y.refunded <= y.amount);
        if (_rank(y.state) == uint256(PaymentState.Closed)) assert(y.released + y.refunded == y.amount);
    }

    function check_due_never_falls(
        uint256 sum,
        uint112 released,
        uint112 due,
        uint256 first,
        uint256 next,
        uint40 frozenAt
    ) public {
        uint256 terms = uint256(PaymentState.Held) << 226;
        _anyPayment(terms, sum, released, due, frozenAt);
        vm.startPrank(tracker);
        escrow.draw(1, first);
        uint256 a = escrow.payment(1).due;
        escrow.draw(1, next);
        uint256 b = escrow.payment(1).due;
        uint256 amount = sum & type(uint112).max;
        assert(a >= due && b >= a && b <= amount);
        assert(b >= (next < amount ? next : amount));
        assert(escrow.balanceOf(PAYEE, address(0)) == 0);
    }

    /// A whole life, from the purchase on.
    function check_a_price_for_a_key_is_paid_or_paid_back(
        uint112 amount,
        uint40 deadline,
        uint24 window,
        uint40 deliveredAt,
        uint40 endedAt,
        bool delivers
    ) public {
        HoldRequest memory request;
        request.paymentId = 1;
        request.payer = PAYER;
        request.amount = amount;
        request.rule = ReleaseRule.Cliff;
        request.splitId = 1;
        request.deadline = deadline;
        request.disputeWindow = window;
        vm.deal(manager, amount);
        vm.prank(manager);
        escrow.hold{value: amount}(request);
        vm.assume(deliveredAt >= 1_800_000_000 && endedAt >= deliveredAt);
        vm.warp(deliveredAt);
        if (delivers) {
            vm.prank(manager);
            escrow.markDelivered(1);
            assert(deliveredAt <= deadline);
        }
        vm.warp(endedAt);
        (bool released,) = address(escrow).call(abi.encodeCall(escrow.release, (1)));
        (bool refunded,) = address(escrow).call(abi.encodeCall(escrow.refund, (1)));
        assert(!(released && refunded));
        assert(released == (delivers && endedAt >= uint256(deliveredAt) + window));
        assert(refunded == (!delivers && endedAt > deadline));
        assert(escrow.balanceOf(PAYEE, address(0)) == (released ? amount : 0));
        assert(escrow.balanceOf(PAYER, address(0)) == (refunded ? amount : 0));
    }
}
