// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dispute, DisputeKind, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {License, Offer, OfferKind, Order, SealedKey} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {LaneState, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {BlacklistingToken, MintableToken, ReentrantToken} from "../tokens/HostileTokens.sol";
import {HandlerState, System} from "./HandlerState.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// A buyer with its keys.
struct Buyer {
    address account;
    uint64 profileId;
    uint256 sessionSecret;
}

/// Everything that anybody may do, at random. Each action predicts from what it can see whether it must succeed, so
/// that a refusal where the protocol promises an exit counts as a violation just as a success where it promises none.
contract Handler is HandlerState {
    bytes internal constant CID = hex"0155122001020304";
    uint32 internal constant LANES = 2;

    Buyer[] internal buyers;
    address[] public accounts;
    address[] public tokens;
    uint256 internal meterSecret;
    BlacklistingToken internal blacklisting;
    ReentrantToken internal reentrant;
    uint256 internal headNonce = 1 << 128;
    mapping(uint256 disputeId => bool) internal answered;

    constructor(
        System memory system,
        Buyer[] memory buyers_,
        address[] memory accounts_,
        uint256 meterSecret_
    ) {
        sys = system;
        for (uint256 i = 0; i < buyers_.length; ++i) {
            buyers.push(buyers_[i]);
        }
        accounts = accounts_;
        meterSecret = meterSecret_;
    }

    function setTokens(address[] memory tokens_, BlacklistingToken blacklisting_, ReentrantToken reentrant_)
        external
    {
        tokens = tokens_;
        blacklisting = blacklisting_;
        reentrant = reentrant_;
    }

    // ---- buying

    function buy(uint256 buyerSeed, uint256 offerSeed, uint256 unitSeed, uint256 maxTotal) external step {
        Buyer memory buyer = buyers[buyerSeed % buyers.length];
        uint64 offerId = uint64(1 + offerSeed % (2 * tokens.length));
        Offer memory offer = sys.manager.offer(offerId);
        bool perUse = offer.kind == OfferKind.PerUse;
        uint64 units = perUse ? uint64(1 + unitSeed % 60) : 0;
        uint256 total = perUse ? uint256(units) * offer.unitPrice : offer.price;
        maxTotal = bound(maxTotal, total - 1, total * 4);
        Order memory order = Order({
            offerId: offerId,
            licensee: buyer.account,
            profileId: buyer.profileId,
            units: units,
            maxTotal: maxTotal,
            expectedTermsHash: offer.termsHash,
            referrer: address(0)
        });
        uint256 value = _fund(buyer.account, offer.token, total);
        uint256 moneyBefore = _money(buyer.account, offer.token);
        vm.prank(buyer.account);
        try sys.manager.buy{value: value}(order) returns (uint256 licenseId) {
            licenses.push(licenseId);
            if (moneyBefore - _money(buyer.account, offer.token) > maxTotal) {
                _violate("13 paid above maxTotal");
            }
            _outcome("buy", true, !sys.manager.paused() && total <= maxTotal);
        } catch {
            _outcome("buy", false, !sys.manager.paused() && total <= maxTotal);
        }
    }

    // ---- delivery and use

    function deliver(uint256 seed) external step {
        (uint256 licenseId, bool any) = _pickCliff(seed, PaymentState.Held);
        if (!any) return;
        (, Payment memory p) = _paymentOf(licenseId);
        bool expected =
            p.rule == ReleaseRule.Cliff && p.state == PaymentState.Held && _clock(p) <= p.deliveryDeadline;
        uint256[8] memory proof;
        try sys.manager.deliverKey(licenseId, SealedKey(1, 2, 3, 4), proof) {
            _outcome("deliver", true, expected);
        } catch {
            _outcome("deliver", false, expected);
        }
    }

    function settleUsage(uint256 seed, uint256 laneSeed, uint256 units) external step {
        (uint256 licenseId, bool any) = _pick(seed);
        if (!any) return;
        License memory license = sys.manager.license(licenseId);
        uint32 lane = uint32(laneSeed % LANES);
        LaneState memory state = sys.tracker.laneState(sys.manager.contextOf(licenseId, lane));
        UsageBatch memory batch;
        batch.licenseId = licenseId;
        batch.lane = lane;
        batch.headAfter = ++headNonce;
        batch.units = uint32(units % 25);
        batch.windowStart = state.lastWindowEnd > license.startsAt ? state.lastWindowEnd : license.startsAt;
        batch.windowEnd = uint40(vm.getBlockTimestamp());
        bool inTime = license.expiresAt == 0 || batch.windowEnd <= license.expiresAt;
        bool expected = inTime && _maySettle(licenseId, state, state.provedTotal + batch.units);
        try sys.tracker.settleUsage(batch) {
            _outcome("settleUsage", true, expected);
            try sys.tracker.settleUsage(batch) {
                _violate("10 a batch settled twice");
            } catch {}
        } catch {
            _outcome("settleUsage", false, expected);
        }
    }

    function settleSigned(uint256 seed, uint256 laneSeed, uint256 total) external step {
        (uint256 licenseId, bool any) = _pick(seed);
        if (!any) return;
        uint32 lane = uint32(laneSeed % LANES);
        uint256 ctx = sys.manager.contextOf(licenseId, lane);
        LaneState memory state = sys.tracker.laneState(ctx);
        SignedHead memory head;
        head.licenseId = licenseId;
        head.lane = lane;
        head.seq = uint64(total % 50);
        head.total = uint64(total % 50);
        head.head = ++headNonce;
        head.time = uint40(vm.getBlockTimestamp());
        bytes32 digest = sys.tracker.headDigest(ctx, head.seq, head.total, head.head, head.time);
        head.licenseeSignature = _sign(_secretOf(licenseId), digest);
        head.meterSignature = _sign(meterSecret, digest);
        bool expected = head.total > state.signedTotal && _maySettle(licenseId, state, head.total);
        try sys.tracker.settleSigned(head) {
            _outcome("settleSigned", true, expected);
            try sys.tracker.settleSigned(head) {
                _violate("10 a signed head settled twice");
            } catch {}
        } catch {
            _outcome("settleSigned", false, expected);
        }
    }

    // ---- money out

    function release(uint256 seed) external step {
        (uint256 licenseId, bool any) = _pickCliff(seed, PaymentState.Delivered);
        if (!any) return;
        (uint256 id, Payment memory p) = _paymentOf(licenseId);
        bool ready = p.rule == ReleaseRule.Metered
            ? p.due > p.released
            : p.state == PaymentState.Delivered && _clock(p) >= p.releasableAt;
        bool expected = p.state != PaymentState.Closed && p.frozenAt == 0 && ready;
        try sys.escrow.release(id) {
            _outcome("release", true, expected);
        } catch {
            _outcome("release", false, expected);
        }
    }

    function refund(uint256 seed) external step {
        (uint256 licenseId, bool any) = _pick(seed);
        if (!any) return;
        (uint256 id, Payment memory p) = _paymentOf(licenseId);
        bool ready = p.rule == ReleaseRule.Metered
            ? _clock(p) >= p.refundableAt
            : p.state == PaymentState.Held && _clock(p) > p.deliveryDeadline;
        bool expected = p.state != PaymentState.Closed && p.frozenAt == 0 && ready;
        try sys.escrow.refund(id) {
            _outcome("refund", true, expected);
        } catch {
            _outcome("refund", false, expected);
        }
    }

    function withdraw(uint256 accountSeed, uint256 tokenSeed) external step {
        address account = accounts[accountSeed % accounts.length];
        address token = tokens[tokenSeed % tokens.length];
        uint256 balance = sys.escrow.balanceOf(account, token);
        bool expected = balance != 0 && !(token == address(blacklisting) && blacklisting.isBlocked(account));
        if (token == address(reentrant)) {
            reentrant.arm(address(sys.escrow), abi.encodeCall(sys.escrow.release, (accountSeed % 8)));
        }
        uint256 moneyBefore = _money(account, token);
        vm.prank(account);
        try sys.escrow.withdraw(token) {
            if (_money(account, token) - moneyBefore != balance) _violate("14 not the whole balance");
            if (token == address(reentrant) && reentrant.succeeded()) _violate("reentered");
            _outcome("withdraw", true, expected);
        } catch {
            _outcome("withdraw", false, expected);
        }
    }

    // ---- disputes

    function file(uint256 seed) external step {
        (uint256 licenseId, bool any) = _pickCliff(seed, PaymentState.Delivered);
        if (!any) return;
        (uint256 id, Payment memory p) = _paymentOf(licenseId);
        bool expected =
            p.state == PaymentState.Delivered && !_isDisputed(id) && vm.getBlockTimestamp() <= p.releasableAt;
        address owner = sys.manager.ownerOf(licenseId);
        uint256 bond = sys.disputes.filingBond();
        vm.deal(owner, owner.balance + bond);
        vm.prank(owner);
        try sys.disputes.file{value: bond}(licenseId, DisputeKind.ContentMismatch, CID) {
            ++disputeCount;
            _outcome("file", true, expected);
        } catch {
            _outcome("file", false, expected);
        }
    }

    function answer(uint256 seed) external step {
        if (disputeCount == 0) return;
        uint256 id = 1 + seed % disputeCount;
        Dispute memory d = sys.disputes.dispute(id);
        vm.prank(d.respondent);
        try sys.disputes.submitEvidence(id, CID) {
            answered[id] = true;
            _outcome("answer", true, d.state == DisputeState.Filed);
        } catch {
            _outcome("answer", false, d.state == DisputeState.Filed);
        }
    }

    function rule(uint256 seed, uint256 ruling) external step {
        if (disputeCount == 0) return;
        uint256 id = 1 + seed % disputeCount;
        // Every third dispute finds an idle arbitrator.
        if (id % 3 == 0) return;
        Dispute memory d = sys.disputes.dispute(id);
        uint256 time = vm.getBlockTimestamp();
        bool expected = d.state == DisputeState.Filed && time <= d.rulingDeadline
            && (answered[id] || time >= d.filedAt + sys.disputes.RESPOND_WINDOW_SECS());
        vm.prank(sys.arbitrator);
        try sys.disputes.rule(id, ruling % 3) {
            _outcome("rule", true, expected);
        } catch {
            _outcome("rule", false, expected);
        }
    }

    function execute(uint256 seed) external step {
        if (disputeCount == 0) return;
        uint256 id = 1 + seed % disputeCount;
        bool expected = sys.disputes.dispute(id).state == DisputeState.Ruled;
        try sys.disputes.execute(id) {
            _outcome("execute", true, expected);
        } catch {
            _outcome("execute", false, expected);
        }
    }

    function timeOut(uint256 seed) external step {
        if (disputeCount == 0) return;
        uint256 id = 1 + seed % disputeCount;
        Dispute memory d = sys.disputes.dispute(id);
        bool expected = d.state == DisputeState.Filed && vm.getBlockTimestamp() > d.rulingDeadline;
        try sys.disputes.timeOut(id) {
            _outcome("timeOut", true, expected);
        } catch {
            _outcome("timeOut", false, expected);
        }
    }

    function thaw(uint256 seed) external step {
        if (disputeCount == 0) return;
        uint256 id = sys.disputes.dispute(1 + seed % disputeCount).paymentId;
        Payment memory p = sys.escrow.payment(id);
        bool expected =
            p.frozenAt != 0 && p.pausedSecs + vm.getBlockTimestamp() - p.frozenAt >= sys.escrow.MAX_FREEZE();
        try sys.escrow.thaw(id) {
            Payment memory after_ = sys.escrow.payment(id);
            bool moved = after_.released != p.released || after_.refunded != p.refunded;
            if (moved || after_.state != p.state) _violate("06 a thaw moved money");
            if (after_.frozenAt != 0) _violate("08 a thaw left a payment frozen");
            _outcome("thaw", true, expected);
        } catch {
            _outcome("thaw", false, expected);
        }
    }

    // ---- the world

    /// Paused a third of the time.
    function togglePause(uint256 seed) external {
        bool paused = seed % 3 == 0;
        if (paused == sys.manager.paused()) return;
        vm.prank(sys.guardian);
        paused ? sys.manager.pause() : sys.manager.unpause();
    }

    function toggleBlock(uint256 seed, uint256 coin) external {
        blacklisting.setBlocked(accounts[seed % accounts.length], coin % 2 == 0);
    }

    function setFee(uint256 seed) external {
        uint16 feeBps = uint16(seed % (sys.escrow.MAX_FEE_BPS() + 1));
        vm.prank(sys.operator);
        sys.escrow.setFee(accounts[0], feeBps);
    }

    /// Money that nobody is owed: tokens by transfer, ether by force.
    function donate(uint256 tokenSeed, uint256 amount) external {
        amount = amount % 1e9;
        address token = tokens[tokenSeed % tokens.length];
        donated[token] += amount;
        if (token == address(0)) vm.deal(address(sys.escrow), address(sys.escrow).balance + amount);
        else MintableToken(token).mint(address(sys.escrow), amount);
    }

    /// Hours, days, and now and then past the longest freeze.
    function warp(uint256 seed) external {
        if (seed >> 160 & 31 == 0) {
            vm.warp(vm.getBlockTimestamp() + sys.escrow.MAX_FREEZE());
            return;
        }
        vm.warp(vm.getBlockTimestamp() + 1 + seed % (seed >> 128 & 1 == 0 ? 6 hours : 9 days));
    }

    // ---- internals

    function _pick(uint256 seed) private view returns (uint256 licenseId, bool any) {
        if (licenses.length == 0) return (0, false);
        return (licenses[seed % licenses.length], true);
    }

    /// Mostly the latest license whose payment stands like that, or the action would nearly always be refused.
    function _pickCliff(uint256 seed, PaymentState state) private view returns (uint256 licenseId, bool any) {
        if (seed % 4 == 0) return _pick(seed >> 8);
        for (uint256 i = licenses.length; i > 0; --i) {
            (, Payment memory p) = _paymentOf(licenses[i - 1]);
            if (p.rule == ReleaseRule.Cliff && p.state == state && p.frozenAt == 0) {
                return (licenses[i - 1], true);
            }
        }
        return _pick(seed >> 8);
    }

    /// The arithmetic that alone may refuse a settlement.
    function _maySettle(uint256 licenseId, LaneState memory state, uint64 total) private view returns (bool) {
        uint64 grown = total > state.settledTotal ? total - state.settledTotal : 0;
        if (grown == 0) return true;
        uint64 granted = sys.manager.license(licenseId).units;
        if (granted == 0) return true;
        (, Payment memory p) = _paymentOf(licenseId);
        return sys.tracker.settledUnits(licenseId) + grown <= granted && p.state != PaymentState.Closed;
    }

    function _isDisputed(uint256 paymentId) private view returns (bool) {
        for (uint256 id = 1; id <= disputeCount; ++id) {
            if (sys.disputes.dispute(id).paymentId == paymentId) return true;
        }
        return false;
    }

    function _secretOf(uint256 licenseId) private view returns (uint256) {
        uint64 profileId = sys.manager.license(licenseId).profileId;
        for (uint256 i = 0; i < buyers.length; ++i) {
            if (buyers[i].profileId == profileId) return buyers[i].sessionSecret;
        }
        revert("no such profile");
    }

    function _sign(uint256 secret, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    function _fund(address account, address token, uint256 amount) private returns (uint256 value) {
        if (token == address(0)) {
            vm.deal(account, account.balance + amount);
            return amount;
        }
        // A blocked account receives nothing, new tokens included.
        bool blocked = token == address(blacklisting) && blacklisting.isBlocked(account);
        if (blocked) blacklisting.setBlocked(account, false);
        MintableToken(token).mint(account, amount);
        if (blocked) blacklisting.setBlocked(account, true);
        vm.prank(account);
        IERC20(token).approve(address(sys.escrow), amount);
        if (token == address(reentrant)) {
            reentrant.arm(address(sys.escrow), abi.encodeCall(sys.escrow.release, (1)));
        }
        return 0;
    }

    function _money(address account, address token) private view returns (uint256) {
        return token == address(0) ? account.balance : IERC20(token).balanceOf(account);
    }
}
