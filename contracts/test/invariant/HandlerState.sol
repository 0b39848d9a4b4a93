// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeResolution} from "../../src/DisputeResolution.sol";
import {LicenseManager} from "../../src/LicenseManager.sol";
import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {UsageTracker} from "../../src/UsageTracker.sol";
import {IPaymentEscrow, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Test, Vm} from "forge-std/Test.sol";

struct System {
    LicenseManager manager;
    UsageTracker tracker;
    DisputeResolution disputes;
    PaymentEscrow escrow;
    address operator;
    address guardian;
    address arbitrator;
}

/// What the handler remembers: what it did, what the events said, and how payments stood after each step.
abstract contract HandlerState is Test {
    System internal sys;

    uint256[] public licenses;
    uint256 public disputeCount;
    mapping(address token => uint256) public donated;
    mapping(bytes32 action => uint256) public succeeded;

    // From events alone.
    mapping(uint256 paymentId => uint256) public credited;
    mapping(uint256 paymentId => uint256) public feesTaken;
    mapping(uint256 disputeId => uint256) public bondsPaid;
    mapping(address account => mapping(address token => uint256)) public eventBalance;

    /// The first thing that was not as the model says; empty when all is well.
    string public violation;

    mapping(uint256 paymentId => Payment) private _last;
    mapping(uint256 licenseId => uint64) private _lastUnits;

    /// Runs an action, folds its events and compares payments with how they stood before.
    modifier step() {
        vm.recordLogs();
        _;
        _fold(vm.getRecordedLogs());
        for (uint256 i = 0; i < licenses.length; ++i) {
            _compare(licenses[i]);
        }
    }

    /// The action did what the model says, whatever is paused.
    function _outcome(bytes32 action, bool ok, bool expected) internal {
        if (ok) ++succeeded[action];
        if (ok != expected) {
            _violate(
                string.concat(ok ? "should fail: " : "should succeed: ", string(abi.encodePacked(action)))
            );
        }
    }

    function _violate(string memory what) internal {
        if (bytes(violation).length == 0) violation = what;
    }

    function licenseCount() external view returns (uint256) {
        return licenses.length;
    }

    function _paymentOf(uint256 licenseId) internal view returns (uint256 id, Payment memory payment) {
        id = sys.manager.license(licenseId).paymentId;
        payment = sys.escrow.payment(id);
    }

    function _clock(Payment memory p) internal view returns (uint256) {
        return (p.frozenAt == 0 ? vm.getBlockTimestamp() : p.frozenAt) - p.pausedSecs;
    }

    function _fold(Vm.Log[] memory logs) private {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(sys.escrow)) continue;
            bytes32 topic = logs[i].topics[0];
            if (topic == IPaymentEscrow.Credited.selector) {
                (uint256 amount, uint256 balance) = abi.decode(logs[i].data, (uint256, uint256));
                credited[uint256(logs[i].topics[3])] += amount;
                eventBalance[_address(logs[i].topics[1])][_address(logs[i].topics[2])] = balance;
            } else if (topic == IPaymentEscrow.Withdrawn.selector) {
                (,, uint256 balance) = abi.decode(logs[i].data, (address, uint256, uint256));
                eventBalance[_address(logs[i].topics[1])][_address(logs[i].topics[2])] = balance;
            } else if (topic == IPaymentEscrow.PaymentReleased.selector) {
                (, uint256 fee,,) = abi.decode(logs[i].data, (uint256, uint256, uint256, bool));
                feesTaken[uint256(logs[i].topics[1])] += fee;
            } else if (topic == IPaymentEscrow.BondPaid.selector) {
                ++bondsPaid[uint256(logs[i].topics[1])];
            }
        }
    }

    function _compare(uint256 licenseId) private {
        (uint256 id, Payment memory p) = _paymentOf(licenseId);
        Payment storage before = _last[id];
        if (uint8(p.state) < uint8(before.state)) _violate("05 a state moved back");
        if (before.state == PaymentState.Closed && p.released != before.released) {
            _violate("05 moved after closing");
        }
        if (p.released < before.released || p.refunded < before.refunded || p.due < before.due) {
            _violate("05 a total fell");
        }
        bool stayedFrozen = before.frozenAt != 0 && p.frozenAt == before.frozenAt;
        if (stayedFrozen && (p.released != before.released || p.refunded != before.refunded)) {
            _violate("06 a disputed payment moved");
        }
        if (before.payer != address(0) && (p.payer != before.payer || p.amount != before.amount)) {
            _violate("03 payer or amount changed");
        }
        uint64 units = sys.tracker.settledUnits(licenseId);
        if (units < _lastUnits[licenseId]) _violate("09 settled units fell");
        _last[id] = p;
        _lastUnits[licenseId] = units;
    }

    function _address(bytes32 topic) private pure returns (address) {
        return address(uint160(uint256(topic)));
    }
}
