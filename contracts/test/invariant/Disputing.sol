// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPanelArbitrator} from "../../src/arbitration/IPanelArbitrator.sol";
import {Dispute, DisputeKind, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {Delivery, License, OfferKind} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {LaneState, SignedHead} from "../../src/interfaces/IUsageTracker.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {ScriptedCourt} from "../arbitration/ScriptedCourt.sol";
import {Using} from "./Using.sol";

/// Disputes of all kinds, before people, panels and courts that answer badly or not at all.
abstract contract Disputing is Using {
    uint256 private constant ACCESS = 1 << 40;

    // As it was when it was filed.
    mapping(uint256 disputeId => bool) private _wasValid;
    mapping(uint256 disputeId => uint256) private _settledBefore;

    function file(uint256 seed) external step("file") {
        seed = _spread(seed);
        (uint256 licenseId, DisputeKind kind, bool any) = _pickCase(seed);
        if (!any) return;
        bool byLicensee = _isByLicensee(kind);
        address creator = sys.registry.content(_terms[licenseId].contentId).creator;
        address filer = byLicensee ? _owner(licenseId) : creator;
        bool byStranger = seed >> 200 & 15 == 0;
        bool expected = !byStranger && _mayFile(licenseId, kind);
        bool wasValid = sys.manager.isValid(licenseId);
        if (byStranger) filer = machine;
        uint256 bond = sys.disputes.filingBond();
        vm.deal(filer, filer.balance + bond);
        vm.prank(filer);
        try sys.disputes.file{value: bond}(licenseId, kind, _terms[licenseId], CID) returns (uint256 id) {
            (_wasValid[id], _settledBefore[id]) = (wasValid, sys.tracker.settledUnits(licenseId));
            ++succeeded[bytes32(uint256(bytes32("file ")) + (uint256(uint8(kind)) + 48 << 208))];
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function answer(uint256 seed) external step("answer") {
        (uint256 id, Dispute memory d) = _pickDispute(_spread(seed), DisputeState.Filed);
        if (id == 0) return;
        bool expected = d.state == DisputeState.Filed || d.state == DisputeState.Escalated;
        vm.prank(d.respondent);
        try sys.disputes.submitEvidence(id, CID) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- by program

    function check(uint256 seed) external step("check") {
        (uint256 id, Dispute memory d) = _pickDispute(_spread(seed), DisputeState.Filed);
        if (id == 0) return;
        bool expected = d.state == DisputeState.Filed;
        if (d.kind == DisputeKind.UnauthorizedAccess) expected = expected && _wasValid[id];
        else if (d.kind != DisputeKind.NonDelivery) expected = false;
        else expected = expected && sys.escrow.payment(id).state == PaymentState.Held;
        try sys.disputes.check(id) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function checkHead(uint256 seed) external step("checkHead") {
        seed = _spread(seed);
        (uint256 id, Dispute memory d) = _pickDispute(seed, DisputeState.Filed);
        for (uint256 i = 0; i < 8 && id != 0; ++i) {
            if (d.kind == DisputeKind.NonPayment || d.kind == DisputeKind.UsageExceeded) break;
            (id, d) = _pickDispute(uint256(keccak256(abi.encode(seed, i))), DisputeState.Filed);
        }
        if (id == 0) return;
        (SignedHead memory head, bool genuine) = _signedHead(d.licenseId, seed >> 16);
        bool expected = d.state == DisputeState.Filed && _isShown(d, head, genuine);
        try sys.disputes.checkHead(id, head) {
            _signedUpTo(head);
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- by arbitrators

    /// Anyone of the parties, after the answer or the time for it.
    function escalate(uint256 seed) external step("escalate") {
        seed = _spread(seed);
        (uint256 id, Dispute memory d) = _pickFiled(seed, courts.panel);
        if (id == 0) return;
        bool honest = d.arbitrator == courts.panel;
        bool expected = honest && d.state == DisputeState.Filed && _isHeard(d);
        address caller = seed >> 200 & 1 == 0 ? d.filer : d.respondent;
        uint256 cost;
        try sys.disputes.escalationCost(id) returns (uint256 wei_) {
            cost = wei_;
        } catch {}
        vm.deal(caller, caller.balance + cost);
        vm.prank(caller);
        try sys.disputes.escalate{value: cost}(id) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function ruleDirectly(uint256 seed) external step("ruleDirectly") {
        seed = _spread(seed);
        (uint256 id, Dispute memory d) = _pickFiled(seed, courts.person);
        if (id == 0) return;
        bool byStranger = seed >> 200 & 7 == 0;
        bool expected =
            d.state == DisputeState.Filed && d.arbitrator == courts.person && _isHeard(d) && !byStranger;
        vm.prank(byStranger ? machine : courts.person);
        try sys.disputes.ruleDirectly(id, seed >> 208 & 1 == 0 ? 2 : (seed >> 209) % 3) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    /// A court rules on what was brought before it: a panel by its members' votes, if there is time for them.
    function rule(uint256 seed) external step("rule") {
        seed = _spread(seed);
        DisputeState state = seed >> 216 & 1 == 0 ? DisputeState.Escalated : DisputeState.Appealed;
        (uint256 id, Dispute memory d) = _pickDispute(seed, state);
        if (id == 0) return;
        bool escalated = d.state == DisputeState.Escalated;
        if (!escalated && d.state != DisputeState.Appealed) return;
        bool expected = _now() <= d.deadline;
        uint256 ruling = (seed >> 208) % 3;
        if (escalated) {
            uint256 externalId = _disputes[id].externalId;
            for (uint256 i = 0; i < 2; ++i) {
                vm.prank(courts.members[i]);
                try IPanelArbitrator(d.arbitrator).vote(externalId, ruling) {} catch {}
            }
            try IPanelArbitrator(d.arbitrator).conclude(externalId) {} catch {}
        } else {
            address court = d.appealArbitrator;
            try ScriptedCourt(court).order(address(sys.disputes), _disputes[id].appealId, ruling) {} catch {}
        }
        _outcome(sys.disputes.dispute(id).state == DisputeState.Ruled, expected);
    }

    function appeal(uint256 seed) external step("appeal") {
        seed = _spread(seed);
        (uint256 id, Dispute memory d) = _pickDispute(seed, DisputeState.Ruled);
        for (uint256 i = disputeIds.length; i > 0 && seed & 7 != 0; --i) {
            uint256 recent = disputeIds[i - 1];
            if (_disputes[recent].state != DisputeState.Ruled || _disputes[recent].isFinal) continue;
            Dispute memory found = sys.disputes.dispute(recent);
            if (found.appealArbitrator != courts.appeals || _now() > found.deadline) continue;
            (id, d) = (recent, found);
            break;
        }
        if (id == 0) return;
        bool byFiler = seed >> 200 & 1 == 0;
        bool filerWon = d.ruling == (_isByLicensee(d.kind) ? Ruling.Licensee : Ruling.Creator);
        bool isAgainst = d.ruling == Ruling.None || byFiler != filerWon;
        // One and the same account may be both: a creator who bought, or content that was sold to its licensee.
        bool expected = d.state == DisputeState.Ruled && !_disputes[id].isFinal && isAgainst
            && d.appealArbitrator == courts.appeals && _now() <= d.deadline;
        uint256 cost;
        try sys.disputes.appealCost(id) returns (uint256 wei_) {
            cost = wei_;
        } catch {}
        address caller = byFiler ? d.filer : d.respondent;
        vm.deal(caller, caller.balance + cost);
        vm.prank(caller);
        try sys.disputes.appeal{value: cost}(id) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- the end

    function execute(uint256 seed) external step("execute") {
        seed = _spread(seed);
        (uint256 id, Dispute memory d) = _pickDispute(seed, DisputeState.Ruled);
        if (id == 0) return;
        bool expected = d.state == DisputeState.Ruled && (_disputes[id].isFinal || _now() > d.deadline);
        uint256 before = d.paymentId == 0 ? 0 : sys.escrow.payment(d.paymentId).refunded;
        try sys.disputes.execute(id) {
            _outcome(true, expected);
            if (d.paymentId != 0 && sys.escrow.payment(d.paymentId).refunded != before) {
                if (d.ruling != Ruling.Licensee) _violate("06 refunded against the ruling");
            }
            _tryAgain(id);
        } catch {
            _outcome(false, expected);
        }
    }

    function timeOut(uint256 seed) external step("timeOut") {
        seed = _spread(seed);
        DisputeState state =
            [DisputeState.Filed, DisputeState.Escalated, DisputeState.Appealed][(seed >> 216) % 3];
        (uint256 id, Dispute memory d) = _pickDispute(seed, state);
        if (id == 0) return;
        bool pending = d.state == DisputeState.Filed || d.state == DisputeState.Escalated
            || d.state == DisputeState.Appealed;
        // An appeal that nobody decided leaves the first ruling, and executes it.
        if (d.state == DisputeState.Appealed) _action = "execute";
        bool expected = pending && _now() > d.deadline;
        try sys.disputes.timeOut(id) {
            ++succeeded["timeOut"];
            _outcome(true, expected);
            _tryAgain(id);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- internals

    function _tryAgain(uint256 id) private {
        try sys.disputes.execute(id) {
            _violate("07 executed twice");
        } catch {}
        try sys.disputes.timeOut(id) {
            _violate("07 timed out after the end");
        } catch {}
    }

    function _isByLicensee(DisputeKind kind) private pure returns (bool) {
        return kind == DisputeKind.NonDelivery || kind == DisputeKind.ContentMismatch;
    }

    function _idOf(uint256 licenseId, DisputeKind kind) private pure returns (uint256) {
        if (kind == DisputeKind.UnauthorizedAccess) return ACCESS + licenseId;
        return kind == DisputeKind.UsageExceeded ? licenseId + 1 : licenseId;
    }

    function _mayFile(uint256 licenseId, DisputeKind kind) private view returns (bool) {
        uint256 id = _idOf(licenseId, kind);
        if (_disputes[id].state != DisputeState.None) return false;
        if (kind == DisputeKind.UnauthorizedAccess) return true;
        License memory l = sys.manager.license(licenseId);
        if (kind == DisputeKind.UsageExceeded && !l.bonded) return false;
        if (kind == DisputeKind.NonPayment && l.kind != OfferKind.PerUse) return false;
        Payment memory p = sys.escrow.payment(id);
        if (kind == DisputeKind.ContentMismatch) {
            return p.state == PaymentState.Delivered && _now() <= p.releasableAt;
        }
        if (p.state != PaymentState.Held) return false;
        return kind != DisputeKind.NonDelivery || p.rule == ReleaseRule.Cliff && _now() > p.deadline;
    }

    function _isShown(Dispute memory d, SignedHead memory head, bool genuine) private view returns (bool) {
        LaneState memory lane =
            sys.tracker.laneState(sys.manager.contextOf(d.licenseId, head.lane, head.epoch));
        if (d.kind != DisputeKind.NonPayment && d.kind != DisputeKind.UsageExceeded) return false;
        uint256 units = sys.tracker.settledUnits(d.licenseId);
        if (head.total > lane.signedTotal) {
            if (!genuine || !_maySettleHead(head)) return false;
            if (head.total > lane.settledTotal) units += head.total - lane.settledTotal;
        }
        // Also by what was settled since the filing.
        if (d.kind == DisputeKind.NonPayment) return units > _settledBefore[d.licenseId];
        return units > sys.manager.license(d.licenseId).units;
    }

    function _isHeard(Dispute memory d) private view returns (bool) {
        return (d.answered || _now() >= d.filedAt + Timings.RESPOND) && _now() <= d.deadline;
    }

    /// A license and a complaint that mostly fits it.
    function _pickCase(uint256 seed) private view returns (uint256 licenseId, DisputeKind kind, bool any) {
        (licenseId, any) = _pick(seed);
        kind = DisputeKind((seed >> 128) % 5);
        for (uint256 i = 0; any && i < 12 && seed & 7 != 0; ++i) {
            if (_mayFile(licenseId, kind)) break;
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
    }

    /// Mostly one before that arbitrator, in time; half of the respondents have just answered.
    function _pickFiled(uint256 seed, address before) private returns (uint256 id, Dispute memory d) {
        (id, d) = _pickDispute(seed, DisputeState.Filed);
        uint256 count = disputeIds.length;
        for (uint256 i = 0; i < count && i < 40 && seed & 7 != 0; ++i) {
            uint256 recent = disputeIds[count - 1 - i];
            if (_disputes[recent].state != DisputeState.Filed) continue;
            Dispute memory found = sys.disputes.dispute(recent);
            if (found.arbitrator != before || _now() > found.deadline) continue;
            (id, d) = (recent, found);
            break;
        }
        if (id == 0 || d.answered || d.state != DisputeState.Filed || seed >> 248 & 1 == 0) return (id, d);
        vm.prank(d.respondent);
        sys.disputes.submitEvidence(id, CID);
        d.answered = true;
    }

    /// Mostly one in that state; zero if there is none at all.
    function _pickDispute(uint256 seed, DisputeState state) private view returns (uint256, Dispute memory d) {
        uint256 count = disputeIds.length;
        if (count == 0) return (0, d);
        uint256 first = (seed >> 8) % count;
        bool newest = seed & 8 != 0;
        for (uint256 i = 0; i < count && i < 40 && seed & 7 != 0; ++i) {
            uint256 id = disputeIds[newest ? count - 1 - i : (first + i) % count];
            if (_disputes[id].state == state) return (id, sys.disputes.dispute(id));
        }
        return (disputeIds[first], sys.disputes.dispute(disputeIds[first]));
    }
}
