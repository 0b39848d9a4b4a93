// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IContentRegistry} from "../../src/interfaces/IContentRegistry.sol";
import {IDisputeResolution} from "../../src/interfaces/IDisputeResolution.sol";
import {License, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {ILicenseManager} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {IPurchaseRouter} from "../../src/interfaces/IPurchaseRouter.sol";
import {IUsageTracker} from "../../src/interfaces/IUsageTracker.sol";
import {EventFold} from "./EventFold.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// What is attacked.
struct System {
    IContentRegistry registry;
    ILicenseManager manager;
    IUsageTracker tracker;
    IDisputeResolution disputes;
    IPaymentEscrow escrow;
    IPurchaseRouter router;
    address operator;
    address guardian;
}

/// What every action shares: it predicts its outcome, its events are folded, and afterwards payments and licenses are
/// compared with how they stood before.
abstract contract HandlerState is EventFold {
    address internal constant ETHER = address(0);
    /// Payments looked at after each step, besides those that it told of.
    uint256 private constant NEWEST = 6;

    System internal sys;
    uint256[] internal _licenses;
    mapping(uint256 licenseId => Offer) internal _terms;
    /// Who must own a license, and what it was bound to in each epoch.
    mapping(uint256 licenseId => address) internal _ownerModel;
    mapping(uint256 licenseId => mapping(uint256 epoch => uint64)) internal _profileAt;
    mapping(bytes32 action => uint256) public succeeded;
    mapping(bytes32 action => uint256) public refused;
    /// The first thing that was not as the model says; empty when all is well.
    string public violation;

    bytes32 internal _action;
    mapping(uint256 paymentId => Payment) private _last;
    mapping(uint256 licenseId => uint64) private _lastUnits;

    /// Runs an action and compares.
    modifier step(bytes32 action) {
        _action = action;
        vm.recordLogs();
        _;
        _fold(vm.getRecordedLogs(), address(sys.escrow), address(sys.disputes));
        uint256 from = paymentIds.length > NEWEST ? paymentIds.length - NEWEST : 0;
        for (uint256 i = from; i < paymentIds.length; ++i) {
            _comparePayment(paymentIds[i]);
        }
        for (uint256 i = 0; i < touched.length; ++i) {
            _comparePayment(touched[i]);
        }
        delete touched;
        from = _licenses.length > NEWEST ? _licenses.length - NEWEST : 0;
        for (uint256 i = from; i < _licenses.length; ++i) {
            _compareLicense(_licenses[i]);
        }
    }

    /// The action did what the model says, whatever is paused.
    function _outcome(bool ok, bool expected) internal {
        ++(ok ? succeeded : refused)[_action];
        // What was told and then reverted is recorded, too.
        if (!ok) vm.recordLogs();
        if (ok != expected) _violate(ok ? "should be refused" : "should succeed");
    }

    function _violate(string memory what) internal {
        what = string.concat(_word(_action), ": ", what);
        emit log_string(what);
        if (bytes(violation).length == 0) violation = what;
    }

    function _word(bytes32 action) private pure returns (string memory) {
        uint256 length;
        while (length < 32 && action[length] != 0) ++length;
        bytes memory word = abi.encodePacked(action);
        assembly {
            mstore(word, length)
        }
        return string(word);
    }

    // ---- reading

    function licenseCount() external view returns (uint256) {
        return _licenses.length;
    }

    function licenseAt(uint256 index) external view returns (uint256) {
        return _licenses[index];
    }

    function _now() internal view returns (uint256) {
        return vm.getBlockTimestamp();
    }

    /// The fuzzer likes small and equal numbers; choices should be independent.
    function _spread(uint256 seed) internal view returns (uint256) {
        return uint256(keccak256(abi.encode(seed, _action, _now(), _licenses.length)));
    }

    function _isOpen(Payment memory p) internal pure returns (bool) {
        return p.state == PaymentState.Held || p.state == PaymentState.Delivered;
    }

    /// Seconds on the payment's own clock.
    function _clock(Payment memory p) internal view returns (uint256) {
        return (p.frozenAt == 0 ? _now() : p.frozenAt) - p.pausedSecs;
    }

    /// What payees and fee should have received in all by now.
    function _earned(Payment memory p) internal view returns (uint256) {
        if (p.rule == ReleaseRule.Metered) return p.due;
        uint256 clock = _clock(p);
        if (p.rule == ReleaseRule.Cliff) {
            return p.releasableAt != 0 && clock >= p.releasableAt ? p.amount : 0;
        }
        if (clock <= p.startsAt) return 0;
        if (clock >= p.deadline) return p.amount;
        return p.amount * (clock - p.startsAt) / (p.deadline - p.startsAt);
    }

    function _owner(uint256 licenseId) internal view returns (address) {
        return IERC721(address(sys.manager)).ownerOf(licenseId);
    }

    function _hasExpired(License memory l) internal view returns (bool) {
        return l.expiresAt != 0 && _now() > l.expiresAt;
    }

    function _pick(uint256 seed) internal view returns (uint256 licenseId, bool any) {
        if (_licenses.length == 0) return (0, false);
        // Mostly a new one: old ones are over.
        uint256 span = seed % 4 != 0 && _licenses.length > 8 ? 8 : _licenses.length;
        return (_licenses[_licenses.length - 1 - (seed >> 8) % span], true);
    }

    /// Mostly a payment that stands like that, or the action would nearly always be refused.
    function _pickPayment(uint256 seed, ReleaseRule rule, PaymentState state)
        internal
        view
        returns (uint256 paymentId, bool any)
    {
        uint256 count = paymentIds.length;
        if (count == 0) return (0, false);
        uint256 first = (seed >> 8) % count;
        for (uint256 i = 0; seed % 4 != 0 && i < count && i < 40; ++i) {
            paymentId = paymentIds[(first + i) % count];
            Payment memory p = sys.escrow.payment(paymentId);
            if (p.rule == rule && p.state == state) return (paymentId, true);
        }
        return (paymentIds[first], true);
    }

    // ---- comparing

    function _comparePayment(uint256 id) private {
        Payment memory p = sys.escrow.payment(id);
        Payment storage before = _last[id];
        if (uint8(p.state) < uint8(before.state)) _violate("05 a state moved back");
        if (before.amount != 0 && !_isOpen(before)) {
            if (p.released != before.released || p.refunded != before.refunded) {
                _violate("05 moved after closing");
            }
        }
        if (p.released < before.released || p.refunded < before.refunded || p.due < before.due) {
            _violate("05 a total fell");
        }
        bool moved = p.released != before.released || p.refunded != before.refunded;
        if (before.frozenAt != 0 && moved && _action != "execute") {
            _violate("06 a disputed payment moved");
        }
        if (before.payer != address(0) && (p.payer != before.payer || p.amount < before.amount)) {
            _violate("03 payer changed, or the amount fell");
        }
        if (keccak256(abi.encode(p)) != keccak256(abi.encode(_payments[id]))) {
            _violate("18 events tell of another payment");
        }
        _last[id] = p;
    }

    function _compareLicense(uint256 id) private {
        if (_owner(id) != _ownerModel[id]) _violate("12 a license moved");
        uint64 units = sys.tracker.settledUnits(id);
        if (units < _lastUnits[id]) _violate("09 settled units fell");
        _lastUnits[id] = units;
    }
}
