// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeState, IDisputeResolution, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {IPaymentEscrow, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {Test, Vm} from "forge-std/Test.sol";

/// What the events tell of a dispute.
struct ToldDispute {
    DisputeState state;
    Ruling ruling;
    bool isFinal;
    /// The court's own id, and that of the court of appeal.
    uint256 externalId;
    uint256 appealId;
    uint256 bond;
    uint256 executions;
    uint256 bondsPaid;
}

/// State as the events alone tell it.
abstract contract EventFold is Test {
    uint256[] public paymentIds;
    uint256[] public disputeIds;
    mapping(uint256 paymentId => Payment) internal _payments;
    mapping(uint256 disputeId => ToldDispute) internal _disputes;
    /// To payees, fee and payer; the fee is part of `released`.
    mapping(uint256 paymentId => uint256) public credited;
    mapping(uint256 paymentId => uint256) public feesTaken;
    mapping(address account => mapping(address token => uint256)) public eventBalance;
    /// Held for payments, balances and bonds.
    mapping(address token => uint256) public liabilities;
    uint256[] internal touched;

    function paymentCount() external view returns (uint256) {
        return paymentIds.length;
    }

    function disputeCount() external view returns (uint256) {
        return disputeIds.length;
    }

    function told(uint256 disputeId) external view returns (ToldDispute memory) {
        return _disputes[disputeId];
    }

    function _fold(Vm.Log[] memory logs, address escrow, address disputes) internal {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == escrow) _foldMoney(logs[i].topics, logs[i].data);
            else if (logs[i].emitter == disputes) _foldDispute(logs[i].topics, logs[i].data);
        }
    }

    function _foldMoney(bytes32[] memory topics, bytes memory data) private {
        bytes32 topic = topics[0];
        uint256 id = topics.length > 1 ? uint256(topics[1]) : 0;
        if (_payments[id].amount != 0) touched.push(id);
        if (topic == IPaymentEscrow.Credited.selector) {
            (uint256 amount, uint256 balance) = abi.decode(data, (uint256, uint256));
            credited[uint256(topics[3])] += amount;
            eventBalance[_address(topics[1])][_address(topics[2])] = balance;
        } else if (topic == IPaymentEscrow.Withdrawn.selector) {
            (, uint256 amount, uint256 balance) = abi.decode(data, (address, uint256, uint256));
            liabilities[_address(topics[2])] -= amount;
            eventBalance[_address(topics[1])][_address(topics[2])] = balance;
        } else if (topic == IPaymentEscrow.PaymentHeld.selector) {
            _hold(topics, data);
        } else if (topic == IPaymentEscrow.PaymentToppedUp.selector) {
            uint256 added;
            (added, _payments[id].amount, _payments[id].deadline) =
                abi.decode(data, (uint256, uint256, uint40));
            liabilities[_payments[id].token] += added;
        } else if (topic == IPaymentEscrow.PaymentDeadlineMoved.selector) {
            _payments[id].deadline = abi.decode(data, (uint40));
        } else if (topic == IPaymentEscrow.PaymentDelivered.selector) {
            _payments[id].releasableAt = abi.decode(data, (uint40));
            _payments[id].state = PaymentState.Delivered;
        } else if (topic == IPaymentEscrow.PaymentDue.selector) {
            _payments[id].due = abi.decode(data, (uint256));
        } else if (topic == IPaymentEscrow.PaymentReleased.selector) {
            (, uint256 fee, uint256 released, bool closed) =
                abi.decode(data, (uint256, uint256, uint256, bool));
            feesTaken[id] += fee;
            _payments[id].released = released;
            if (closed) _payments[id].state = PaymentState.Closed;
        } else if (topic == IPaymentEscrow.PaymentRefunded.selector) {
            (, _payments[id].refunded,) = abi.decode(data, (uint256, uint256, bool));
            bool cliff = _payments[id].rule == ReleaseRule.Cliff;
            _payments[id].state = cliff ? PaymentState.Refunded : PaymentState.Closed;
        } else if (topic == IPaymentEscrow.PaymentFrozen.selector) {
            (_payments[id].frozenAt) = abi.decode(data, (uint40));
            _payments[id].disputeId = uint256(topics[2]);
        } else if (topic == IPaymentEscrow.PaymentUnfrozen.selector) {
            _payments[id].pausedSecs = abi.decode(data, (uint40));
            _payments[id].frozenAt = 0;
        } else if (topic == IPaymentEscrow.BondHeld.selector) {
            (address token, uint256 amount) = abi.decode(data, (address, uint256));
            liabilities[token] += amount;
            _disputes[id].bond += amount;
        } else if (topic == IPaymentEscrow.BondPaid.selector) {
            ++_disputes[id].bondsPaid;
        }
    }

    function _hold(bytes32[] memory topics, bytes memory data) private {
        uint256 id = uint256(topics[1]);
        Payment storage p = _payments[id];
        (p.licenseId, p.payer) = (uint256(topics[2]), _address(topics[3]));
        p.state = PaymentState.Held;
        (p.token, p.amount, p.rule, p.splitId, p.feeId, p.startsAt, p.deadline, p.disputeWindow) =
            abi.decode(data, (address, uint256, ReleaseRule, uint64, uint64, uint40, uint40, uint32));
        liabilities[p.token] += p.amount;
        paymentIds.push(id);
    }

    function _foldDispute(bytes32[] memory topics, bytes memory data) private {
        bytes32 topic = topics[0];
        if (topics.length < 2) return;
        uint256 id = uint256(topics[1]);
        if (topic == IDisputeResolution.DisputeFiled.selector) {
            disputeIds.push(id);
            _disputes[id].state = DisputeState.Filed;
        } else if (topic == IDisputeResolution.DisputeEscalated.selector) {
            (_disputes[id].externalId,) = abi.decode(data, (uint256, uint40));
            _disputes[id].state = DisputeState.Escalated;
        } else if (topic == IDisputeResolution.DisputeAppealed.selector) {
            (_disputes[id].appealId,) = abi.decode(data, (uint256, uint40));
            _disputes[id].state = DisputeState.Appealed;
        } else if (topic == IDisputeResolution.DisputeRuled.selector) {
            (Ruling ruling, uint40 executableFrom) = abi.decode(data, (Ruling, uint40));
            (_disputes[id].state, _disputes[id].ruling) = (DisputeState.Ruled, ruling);
            _disputes[id].isFinal = executableFrom <= vm.getBlockTimestamp();
        } else if (topic == IDisputeResolution.DisputeExecuted.selector) {
            _disputes[id].state = DisputeState.Executed;
            ++_disputes[id].executions;
        }
    }

    function _address(bytes32 topic) internal pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
