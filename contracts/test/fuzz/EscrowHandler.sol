// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payee,
    Payment,
    PaymentState,
    ReleaseRule
} from "../../src/interfaces/IPaymentEscrow.sol";
import {CommonBase} from "forge-std/Base.sol";
import {Vm} from "forge-std/Vm.sol";

/// The three callers after an upgrade to something that says whatever it likes, and everybody else meanwhile. Reads
/// from the log what was credited to whom; what must not happen is counted in `faults`.
contract EscrowHandler is CommonBase {
    PaymentEscrow public immutable escrow;
    address[] public accounts;
    address[] public tokens;
    uint64[] public splits;
    uint256 public lastPaymentId;
    uint256 public lastDisputeId;

    /// By what was told.
    mapping(uint256 paymentId => uint256) public toPayees;
    mapping(uint256 paymentId => uint256) public toFee;
    mapping(uint256 paymentId => uint256) public toPayer;
    mapping(address token => uint256) public bonds;
    string[] public faults;
    uint256 public succeeded;

    constructor(
        PaymentEscrow escrow_,
        address[] memory accounts_,
        address[] memory tokens_,
        uint64[] memory splits_
    ) {
        (escrow, accounts, tokens, splits) = (escrow_, accounts_, tokens_, splits_);
    }

    /// Something of each rule to begin with.
    function begin() external {
        for (uint8 i = 0; i < 9; ++i) {
            hold(100 + i, i, uint112(1_000_003 + uint256(i) << i * 10), 1, 20 days, 3 days);
        }
    }

    function faultCount() external view returns (uint256) {
        return faults.length;
    }

    // ---- the license manager

    function hold(uint256 seed, uint8 rule, uint112 amount, int32 startsIn, uint32 endsIn, uint24 window)
        public
    {
        seed = _spread(seed);
        HoldRequest memory request;
        // Sometimes an id that was used.
        request.paymentId =
            lastPaymentId != 0 && seed % 8 == 0 ? 1 + (seed >> 128) % lastPaymentId : lastPaymentId + 1;
        request.licenseId = seed % 16 == 4 ? seed : seed % 2 ** 40;
        request.funder = accounts[0];
        request.payer = accounts[1 + seed % 2];
        request.token = tokens[seed / 8 % tokens.length];
        request.amount = seed % 16 == 1 ? seed : seed % 16 == 2 ? amount % 50 : amount;
        request.rule = ReleaseRule(rule % 3);
        request.splitId = seed % 32 == 3 ? uint64(seed) : splits[seed / 64 % splits.length];
        request.startsAt = _at(int256(startsIn) % 40 days);
        request.deadline = _at(int256(startsIn) % 40 days + int256(uint256(endsIn % 80 days)));
        request.disputeWindow = window % 30 days;
        bool ok = _ask(
            escrow.licenseManager(), request.token, request.amount, abi.encodeCall(escrow.hold, (request)), 0
        );
        if (!ok) return;
        if (request.paymentId <= lastPaymentId) faults.push("an id was used twice");
        else lastPaymentId = request.paymentId;
    }

    function topUp(uint256 seed, uint256 added, uint40 deadline, uint8 sameAgain) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        address token = tokens[0];
        if (id <= lastPaymentId) {
            Payment memory p = escrow.payment(id);
            token = p.token;
            // As an honest one would.
            if (seed % 4 != 0) {
                added = p.amount * (sameAgain % 3);
                deadline = uint40(p.deadline + uint256(p.deadline - p.startsAt) * (sameAgain % 3));
            }
        }
        uint256 vested = _releasable(id);
        bytes memory data = abi.encodeCall(escrow.topUp, (id, accounts[0], added, deadline));
        bool wasOver = id <= lastPaymentId && _isOver(escrow.payment(id));
        bool ok = _ask(escrow.licenseManager(), token, added, data, id);
        if (ok && !wasOver && _releasable(id) != vested) faults.push("a top-up changed what had vested");
    }

    function extend(uint256 seed, uint40 deadline, bool near) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(
            escrow.licenseManager(),
            abi.encodeCall(escrow.extend, (id, near ? _at(int40(deadline % 80 days)) : deadline)),
            id
        );
    }

    function end(uint256 seed, uint40 deadline) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(escrow.licenseManager(), abi.encodeCall(escrow.end, (id, _at(int40(deadline % 20 days)))), id);
    }

    function markDelivered(uint256 seed) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(escrow.licenseManager(), abi.encodeCall(escrow.markDelivered, (id)), id);
    }

    // ---- the usage tracker

    function draw(uint256 seed, uint256 due, bool far) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        if (!far && id <= lastPaymentId) due %= escrow.payment(id).amount + 2;
        _ask(escrow.usageTracker(), abi.encodeCall(escrow.draw, (id, due)), id);
    }

    function drawUnits(uint256 seed, uint256 settled, uint256 granted, bool far) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        if (!far) (settled, granted) = (settled % 2000, granted % 1000);
        _ask(escrow.usageTracker(), abi.encodeCall(escrow.drawUnits, (id, settled, granted)), id);
    }

    // ---- the dispute contract

    function freeze(uint256 seed, uint256 disputeId) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(escrow.disputeResolution(), abi.encodeCall(escrow.freeze, (id, disputeId % 2 ** 40)), id);
    }

    function unfreeze(uint256 seed, uint256 disputeId, bool refundPayer) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(escrow.disputeResolution(), abi.encodeCall(escrow.unfreeze, (id, disputeId, refundPayer)), id);
    }

    function holdBond(uint256 seed, uint96 amount) external {
        seed = _spread(seed);
        bytes memory data =
            abi.encodeCall(escrow.holdBond, (lastDisputeId + seed % 2, accounts[seed % accounts.length]));
        if (!_ask(escrow.disputeResolution(), address(0), amount, data, 0)) return;
        lastDisputeId += seed % 2;
        bonds[address(0)] += amount;
    }

    function payBond(uint256 seed) external {
        seed = _spread(seed);
        address recipient = accounts[seed % accounts.length];
        uint256 before = escrow.balanceOf(recipient, address(0));
        bytes memory data = abi.encodeCall(escrow.payBond, (seed % (lastDisputeId + 1), recipient));
        if (!_ask(escrow.disputeResolution(), data, 0)) return;
        bonds[address(0)] -= escrow.balanceOf(recipient, address(0)) - before;
    }

    // ---- the operator, and anyone

    function setFee(uint256 seed, uint16 feeBps) external {
        seed = _spread(seed);
        _ask(escrow.owner(), abi.encodeCall(escrow.setFee, (accounts[3 + seed % 2], feeBps % 260)), 0);
    }

    function listToken(uint256 seed) external {
        seed = _spread(seed);
        bytes memory data =
            abi.encodeCall(escrow.listToken, (tokens[seed % tokens.length], seed / 8 % 4 != 0));
        _ask(escrow.owner(), data, 0);
    }

    function release(uint256 seed) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        uint256 before = toPayees[id] + toFee[id];
        uint256 promised = _releasable(id);
        bool ok = _ask(address(this), abi.encodeCall(escrow.release, (id)), id);
        if (promised != 0 && !ok) faults.push("releasable, but not released");
        // What rounding leaves over is credited later, or was held back earlier.
        uint256 credited = toPayees[id] + toFee[id] - before;
        if (credited > promised + 32 || promised > credited + 32) faults.push("another amount was released");
    }

    function refund(uint256 seed) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(address(this), abi.encodeCall(escrow.refund, (id)), id);
    }

    function thaw(uint256 seed) external {
        seed = _spread(seed);
        uint256 id = _payment(seed);
        _ask(address(this), abi.encodeCall(escrow.thaw, (id)), id);
    }

    function withdraw(uint256 seed) external {
        seed = _spread(seed);
        address account = accounts[seed % accounts.length];
        address token = tokens[seed / 64 % tokens.length];
        uint256 balance = escrow.balanceOf(account, token);
        bool ok = _ask(account, abi.encodeCall(escrow.withdrawTo, (token, address(0xbeef))), 0);
        if (ok != (balance != 0)) faults.push("a balance could not be withdrawn");
    }

    function wait(uint32 secs) external {
        vm.warp(vm.getBlockTimestamp() + secs % 30 days);
    }

    // ---- internals

    /// The fuzzer likes small numbers, whose high bits say nothing.
    function _spread(uint256 seed) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed)));
    }

    /// Mostly one that exists.
    function _payment(uint256 seed) private view returns (uint256) {
        return seed % 64 == 9 ? lastPaymentId + 1 : 1 + (seed >> 128) % lastPaymentId;
    }

    function _at(int256 offset) private view returns (uint40) {
        return uint40(uint256(int256(vm.getBlockTimestamp()) + offset));
    }

    /// Whether all of a Linear payment had vested.
    function _isOver(Payment memory p) private view returns (bool) {
        return (p.frozenAt == 0 ? vm.getBlockTimestamp() : p.frozenAt) - p.pausedSecs > p.deadline;
    }

    function _releasable(uint256 id) private view returns (uint256) {
        return escrow.releasable(id);
    }

    function _ask(address caller, bytes memory data, uint256 id) private returns (bool ok) {
        return _ask(caller, address(0), 0, data, id);
    }

    /// Asks, reads the log, and compares the payment before and after.
    function _ask(address caller, address token, uint256 amount, bytes memory data, uint256 id)
        private
        returns (bool ok)
    {
        uint256 value = token == address(0) ? amount : 0;
        vm.deal(caller, value);
        Payment memory before = _paymentOrNone(id);
        vm.recordLogs();
        vm.prank(caller);
        (ok,) = address(escrow).call{value: value}(data);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        if (!ok) return false;
        ++succeeded;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == IPaymentEscrow.Credited.selector) _credited(logs[i]);
        }
        if (id != 0) _compare(before, escrow.payment(id));
    }

    function _paymentOrNone(uint256 id) private view returns (Payment memory p) {
        if (id != 0 && id <= lastPaymentId) return escrow.payment(id);
    }

    function _credited(Vm.Log memory log) private {
        address account = address(uint160(uint256(log.topics[1])));
        uint256 id = uint256(log.topics[3]);
        (uint256 amount,) = abi.decode(log.data, (uint256, uint256));
        if (id == 0) return;
        Payment memory p = escrow.payment(id);
        if (p.token != address(uint160(uint256(log.topics[2])))) faults.push("credited in another token");
        (address recipient,) = escrow.fee(p.feeId);
        if (account == p.payer) toPayer[id] += amount;
        else if (account == recipient) toFee[id] += amount;
        else if (_isPayee(p.splitId, account)) toPayees[id] += amount;
        else faults.push("credited to a stranger");
        if (p.frozenAt != 0) faults.push("moved while frozen");
        if (p.rule == ReleaseRule.Cliff && account != p.payer && p.releasableAt == 0) {
            faults.push("paid for a key that was not delivered");
        }
    }

    function _isPayee(uint64 splitId, address account) private view returns (bool) {
        Payee[] memory payees = escrow.split(splitId);
        for (uint256 i = 0; i < payees.length; ++i) {
            if (payees[i].account == account) return true;
        }
        return false;
    }

    function _compare(Payment memory a, Payment memory b) private {
        if (a.state == PaymentState.None) return faults.push("a payment appeared");
        bool over = a.state == PaymentState.Closed || a.state == PaymentState.Refunded;
        if (uint8(b.state) < uint8(a.state) || over && b.state != a.state) faults.push("a state moved back");
        if (b.amount < a.amount || b.due < a.due) faults.push("amount or due fell");
        if (b.released < a.released || b.refunded < a.refunded) faults.push("a total fell");
        if (b.pausedSecs < a.pausedSecs) faults.push("paused time fell");
        if (
            a.payer != b.payer || a.token != b.token || a.splitId != b.splitId || a.feeId != b.feeId
                || a.rule != b.rule || a.licenseId != b.licenseId || a.startsAt != b.startsAt
                || a.disputeWindow != b.disputeWindow
        ) faults.push("what was recorded changed");
    }
}
