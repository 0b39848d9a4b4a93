// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Delivery, License, OfferKind, SealedKey} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {LaneState, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {USAGE_CAPACITY} from "../../src/interfaces/IVerifierSets.sol";
import {World} from "./World.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

/// Keys delivered, licenses re-keyed and passed on, use settled.
abstract contract Using is World {
    uint32 public constant LANES = 3;

    /// What was proved and what was signed, counted here.
    mapping(uint256 ctx => uint256) public provedModel;
    mapping(uint256 ctx => uint256) public signedModel;
    /// The most units above the grant that were ever settled for a bonded license.
    mapping(uint256 licenseId => uint256) public peakExcess;
    uint256 internal _head = 1 << 128;

    // ---- keys

    function deliver(uint256 seed) external step("deliver") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pickUndelivered(seed);
        if (!any) return;
        bool expected = _isDeliverable(licenseId);
        uint256[8] memory proof;
        try sys.manager.deliverKey(licenseId, SealedKey(1, 2, 3, 4), proof) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    /// By signature, or by a call of the owner; now and then somebody else's.
    function accept(uint256 seed) external step("accept") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pickUndelivered(seed);
        if (!any) return;
        address owner = _owner(licenseId);
        uint256 index = seed >> 16 & 7 == 0 ? (seed >> 24) % buyers.length : _buyerOf(owner);
        bool expected = _isDeliverable(licenseId) && buyers[index].account == owner;
        bool isCompany = index == buyers.length - 1;
        bool ok;
        if (isCompany) {
            vm.prank(machine);
            try company.acceptKey(licenseId) {
                ok = true;
            } catch {}
        } else {
            bytes memory signature = "";
            if (seed >> 32 & 1 == 0) {
                signature = _sign(buyers[index].secret, sys.manager.acceptDigest(licenseId));
            }
            vm.prank(signature.length == 0 ? buyers[index].account : machine);
            try sys.manager.acceptKey(licenseId, signature) {
                ok = true;
            } catch {}
        }
        _outcome(ok, expected);
    }

    /// To other keys of the owner, or to somebody's.
    function rebind(uint256 seed) external step("rebind") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pick(seed);
        if (!any) return;
        License memory l = sys.manager.license(licenseId);
        address owner = _owner(licenseId);
        uint256 index = seed >> 16 & 7 == 0 ? (seed >> 24) % buyers.length : _buyerOf(owner);
        uint64 profileId = buyers[index].profiles[seed >> 32 & 1];
        Payment memory p = sys.escrow.payment(licenseId);
        bool expected = buyers[index].account == owner && !_hasExpired(l)
            && (l.delivery == Delivery.Served || _isEarned(p));
        vm.prank(owner);
        try sys.manager.rebind(licenseId, profileId) {
            _profileAt[licenseId][l.epoch + 1] = profileId;
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    /// A license moves if its offer said so, its payment is over, and nothing of it is disputed.
    function transfer(uint256 seed) external step("transfer") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pick(seed);
        for (uint256 i = 0; any && i < 16 && seed & 7 != 0; ++i) {
            if (_isTransferable(licenseId)) break;
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
        if (!any) return;
        bool expected = _isTransferable(licenseId);
        address owner = _owner(licenseId);
        address to = buyers[(seed >> 16) % buyers.length].account;
        bool byThief = seed >> 24 & 7 == 0;
        if (byThief) expected = false;
        vm.prank(byThief ? machine : owner);
        try IERC721(address(sys.manager)).transferFrom(owner, to, licenseId) {
            _ownerModel[licenseId] = to;
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- use

    function settleUsage(uint256 seed) external step("settleUsage") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pickMetered(seed);
        if (!any) return;
        UsageBatch memory batch = _batch(licenseId, seed >> 16);
        bool expected = _maySettleBatch(batch);
        try sys.tracker.settleUsage(batch) {
            _proved(batch);
            _outcome(true, expected);
            try sys.tracker.settleUsage(batch) {
                _violate("10 a batch settled twice");
            } catch {}
        } catch {
            _outcome(false, expected);
        }
    }

    /// Three ranges of two licenses in one call do what they do one by one, or nothing.
    function settleUsageMany(uint256 seed) external step("settleUsageMany") {
        seed = _spread(seed);
        (uint256 first, bool any) = _pickMetered(seed);
        if (!any) return;
        (uint256 second,) = _pickMetered(seed >> 64);
        UsageBatch[] memory batches = new UsageBatch[](3);
        bool expected = true;
        uint256 snapshot = vm.snapshotState();
        for (uint256 i = 0; i < 3; ++i) {
            batches[i] = _batch(i == 2 ? second : first, seed >> 96 + 16 * i);
            try sys.tracker.settleUsage(batches[i]) {}
            catch {
                expected = false;
            }
        }
        uint64[2] memory units = [sys.tracker.settledUnits(first), sys.tracker.settledUnits(second)];
        vm.revertToStateAndDelete(snapshot);
        // Told in vain.
        vm.recordLogs();
        _head += 3;
        try sys.tracker.settleUsageMany(batches) {
            for (uint256 i = 0; i < 3; ++i) {
                _proved(batches[i]);
            }
            _outcome(true, expected);
            if (sys.tracker.settledUnits(first) != units[0] || sys.tracker.settledUnits(second) != units[1]) {
                _violate("other units than one by one");
            }
        } catch {
            _outcome(false, expected);
        }
    }

    /// Of any lane and epoch; now and then an old head, or signed by the wrong keys.
    function settleSigned(uint256 seed) external step("settleSigned") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pickMetered(seed);
        if (!any) return;
        (SignedHead memory head, bool genuine) = _signedHead(licenseId, seed >> 16);
        bool expected = genuine && _maySettleHead(head);
        try sys.tracker.settleSigned(head) {
            _signedUpTo(head);
            _outcome(true, expected);
            try sys.tracker.settleSigned(head) {
                _violate("10 a head settled twice");
            } catch {}
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- internals: heads and ranges

    function _signedHead(uint256 licenseId, uint256 seed)
        internal
        returns (SignedHead memory head, bool genuine)
    {
        License memory l = sys.manager.license(licenseId);
        (head.licenseId, head.lane) = (licenseId, uint32(seed % LANES));
        head.epoch = uint32((seed >> 8) % (l.epoch + 1));
        uint256 ctx = sys.manager.contextOf(licenseId, head.lane, head.epoch);
        uint64 signedTotal = sys.tracker.laneState(ctx).signedTotal;
        head.total = seed >> 16 & 7 == 0 ? uint64((seed >> 24) % 10) : signedTotal + uint64((seed >> 24) % 25);
        (head.seq, head.head, head.time) = (head.total, ++_head, uint40(_now()));
        bytes32 digest = sys.tracker.headDigest(ctx, head.seq, head.total, head.head, head.time);
        uint256 secret = _sessionSecret[_profileAt[licenseId][head.epoch]];
        genuine = seed >> 40 & 15 != 0;
        head.licenseeSignature = _sign(genuine ? secret : meterSecret, digest);
        head.meterSignature = _sign(meterSecret, digest);
    }

    function _maySettleHead(SignedHead memory head) internal view returns (bool) {
        LaneState memory lane =
            sys.tracker.laneState(sys.manager.contextOf(head.licenseId, head.lane, head.epoch));
        return head.total > lane.signedTotal && _mayGrow(head.licenseId, lane, head.total);
    }

    function _signedUpTo(SignedHead memory head) internal {
        uint256 ctx = sys.manager.contextOf(head.licenseId, head.lane, head.epoch);
        if (head.total > signedModel[ctx]) signedModel[ctx] = head.total;
        _notePeak(head.licenseId);
    }

    /// The arithmetic that alone may refuse a settlement: the grant, and what is left of a closed payment.
    function _mayGrow(uint256 licenseId, LaneState memory lane, uint256 total) internal view returns (bool) {
        if (total <= lane.settledTotal) return true;
        License memory l = sys.manager.license(licenseId);
        uint256 units = sys.tracker.settledUnits(licenseId) + total - lane.settledTotal;
        if (l.units == 0 || units <= l.units && l.kind != OfferKind.PerUse) return true;
        if (units > l.units && !l.bonded) return false;
        uint256 paymentId = l.bonded ? licenseId + 1 : licenseId;
        Payment memory p = sys.escrow.payment(paymentId);
        uint256 due = l.bonded
            ? (units - l.units) * _terms[licenseId].overagePrice
            : units * _terms[licenseId].unitPrice;
        if (due > p.amount) due = p.amount;
        return due <= p.due || p.state == PaymentState.Held;
    }

    function _batch(uint256 licenseId, uint256 seed) private returns (UsageBatch memory batch) {
        License memory l = sys.manager.license(licenseId);
        batch.licenseId = licenseId;
        batch.lane = uint32(seed % LANES);
        batch.epoch = uint32((seed >> 4) % (l.epoch + 1));
        uint256 ctx = sys.manager.contextOf(licenseId, batch.lane, batch.epoch);
        LaneState memory lane = sys.tracker.laneState(ctx);
        batch.headAfter = ++_head;
        batch.units = uint32((seed >> 8) % 25);
        batch.capacity = USAGE_CAPACITY;
        batch.windowStart = lane.lastWindowEnd > l.startsAt ? lane.lastWindowEnd : l.startsAt;
        batch.windowEnd = _hasExpired(l) && seed >> 14 & 3 != 0 ? l.expiresAt : uint40(_now());
    }

    function _maySettleBatch(UsageBatch memory batch) private view returns (bool) {
        License memory l = sys.manager.license(batch.licenseId);
        if (batch.windowStart > batch.windowEnd || l.expiresAt != 0 && batch.windowEnd > l.expiresAt) {
            return false;
        }
        LaneState memory lane =
            sys.tracker.laneState(sys.manager.contextOf(batch.licenseId, batch.lane, batch.epoch));
        return _mayGrow(batch.licenseId, lane, lane.provedTotal + batch.units);
    }

    function _proved(UsageBatch memory batch) private {
        provedModel[sys.manager.contextOf(batch.licenseId, batch.lane, batch.epoch)] += batch.units;
        _notePeak(batch.licenseId);
    }

    function _notePeak(uint256 licenseId) private {
        License memory l = sys.manager.license(licenseId);
        uint256 units = sys.tracker.settledUnits(licenseId);
        if (!l.bonded || units <= l.units) return;
        if (units - l.units > peakExcess[licenseId]) peakExcess[licenseId] = units - l.units;
    }

    // ---- internals: keys

    /// The first delivery is the escrow's matter, later ones are for whoever may use the license.
    function _isDeliverable(uint256 licenseId) private view returns (bool) {
        License memory l = sys.manager.license(licenseId);
        if (l.delivery == Delivery.Served || l.delivered) return false;
        Payment memory p = sys.escrow.payment(licenseId);
        if (l.epoch == 0) return p.state == PaymentState.Held && _clock(p) <= p.deadline;
        bool bound = sys.manager.profile(l.profileId).owner == _owner(licenseId);
        return bound && !_hasExpired(l) && _isEarned(p);
    }

    function _isEarned(Payment memory p) private pure returns (bool) {
        return p.state == PaymentState.Delivered || p.state == PaymentState.Closed;
    }

    function _isTransferable(uint256 licenseId) private view returns (bool) {
        Payment memory p = sys.escrow.payment(licenseId);
        return
            sys.manager.license(licenseId).transferable && p.state == PaymentState.Closed && p.frozenAt == 0;
    }

    function _pickUndelivered(uint256 seed) private view returns (uint256 licenseId, bool any) {
        (licenseId, any) = _pick(seed);
        for (uint256 i = 0; any && i < 12 && seed & 7 != 0; ++i) {
            if (_isDeliverable(licenseId)) break;
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
    }

    function _pickMetered(uint256 seed) private view returns (uint256 licenseId, bool any) {
        (licenseId, any) = _pick(seed);
        for (uint256 i = 0; any && i < 12 && seed & 7 != 0; ++i) {
            License memory l = sys.manager.license(licenseId);
            if (l.kind == OfferKind.PerUse || l.bonded) break;
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
    }
}
