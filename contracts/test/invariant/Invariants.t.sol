// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Dispute, DisputeKind, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {License, OfferKind} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {LaneState} from "../../src/interfaces/IUsageTracker.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {Campaign} from "./Campaign.sol";
import {ToldDispute} from "./EventFold.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// The 22 promises of the protocol after any sequence of what anybody may do. Those that are not about sequences:
///  8, every dispute ends within a bound: also `actions/DisputeBound.t.sol`, state by state;
/// 11, a signature works for one chain, contract, buyer, terms: `actions/BuySigned.t.sol`, `actions/UsageSigned.t.sol`,
///     `actions/Accept.t.sol`; other terms are tried here at each signed purchase;
/// 16, dust: `fuzz/Rounding.t.sol`, and with 3 here;
/// 17, upgrades keep every slot: `actions/Upgrade.t.sol`, and the committed layout;
/// 18, a model fed with the events equals the chain: payments, disputes and balances here, everything in the bindings'
///     tests, which replay a campaign on a chain into the domain's ledger.
/// forge-config: deep.invariant.check_interval = 20
contract InvariantsTest is Campaign {
    uint256 private constant MAX_FEE_BPS = 250;

    /// Four thousand pseudo-random steps reach a success of every action, so the promises are not kept by idleness.
    function test_handler_reaches_every_action() public {
        vm.pauseGasMetering();
        bytes4[] memory s = handler.selectors();
        uint256 seed = uint256(keccak256("steps"));
        for (uint256 i = 0; i < 4000; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            (bool ok,) = address(handler).call(abi.encodeWithSelector(s[seed % s.length], seed >> 32));
            assertTrue(ok, "no action reverts");
        }
        assertEq(handler.violation(), "");
        string[44] memory actions = [
            "buy",
            "buySigned",
            "buyMany",
            "machineBuys",
            "setOffer",
            "closeOffer",
            "renew",
            "cancel",
            "deliver",
            "accept",
            "rebind",
            "transfer",
            "settleUsage",
            "settleUsageMany",
            "settleSigned",
            "release",
            "refund",
            "withdraw",
            "thaw",
            "file",
            "file 0",
            "file 1",
            "file 2",
            "file 3",
            "file 4",
            "answer",
            "check",
            "checkHead",
            "escalate",
            "ruleDirectly",
            "rule",
            "appeal",
            "execute",
            "timeOut",
            "warp",
            "pause",
            "setFee",
            "listToken",
            "setCourts",
            "misbehave",
            "donate",
            "setStatus",
            "publishVersion",
            "transferContent"
        ];
        for (uint256 i = 0; i < actions.length; ++i) {
            bytes32 action = bytes32(bytes(actions[i]));
            emit log_named_uint(
                string.concat(actions[i], ", refused ", vm.toString(handler.refused(action))),
                handler.succeeded(action)
            );
            assertGt(handler.succeeded(action), 0, actions[i]);
        }
        _checkAll();
    }

    function _checkAll() private {
        invariant_01_02_16_18_money_held_is_money_owed();
        invariant_03_04_19_20_21_each_payment_goes_where_it_should();
        invariant_05_06_09_10_12_13_14_15_every_step_went_as_promised();
        invariant_07_08_disputes_end_once_and_in_time();
        invariant_09_22_units_are_within_the_grant_and_drawn_at_the_larger_total();
    }

    // ---- the promises

    /// 1: balance ≥ liabilities, equal but for donations. 2: liabilities = held + balances + bonds. 18: as the events
    /// tell.
    function invariant_01_02_16_18_money_held_is_money_owed() public view {
        address[] memory tokens = handler.tokenList();
        uint256[] memory owed = new uint256[](tokens.length);
        for (uint256 i = 0; i < handler.paymentCount(); ++i) {
            uint256 id = handler.paymentIds(i);
            Payment memory p = escrow.payment(id);
            owed[_indexOf(tokens, p.token)] += p.amount - handler.credited(id);
        }
        for (uint256 i = 0; i < handler.disputeCount(); ++i) {
            Dispute memory d = disputes.dispute(handler.disputeIds(i));
            if (d.state != DisputeState.Executed) owed[0] += d.bond;
        }
        for (uint256 t = 0; t < tokens.length; ++t) {
            for (uint256 i = 0; i < handler.accountCount(); ++i) {
                address account = handler.accounts(i);
                uint256 balance = escrow.balanceOf(account, tokens[t]);
                owed[t] += balance;
                assertEq(balance, handler.eventBalance(account, tokens[t]), "18 as the events tell");
            }
            uint256 there = t == 0 ? address(escrow).balance : IERC20(tokens[t]).balanceOf(address(escrow));
            assertGe(there, owed[t], "01 all that is owed is there");
            assertEq(there, owed[t] + handler.donated(tokens[t]), "01 and nothing else but donations");
            assertEq(owed[t], handler.liabilities(tokens[t]), "02 held, balances and bonds");
        }
    }

    /// 3, 4, 16, 19, 20, 21.
    function invariant_03_04_19_20_21_each_payment_goes_where_it_should() public view {
        for (uint256 i = 0; i < handler.paymentCount(); ++i) {
            uint256 id = handler.paymentIds(i);
            Payment memory p = escrow.payment(id);
            uint256 credited = handler.credited(id);
            if (p.state == PaymentState.Closed || p.state == PaymentState.Refunded) {
                assertEq(credited, p.amount, "03 to the wei");
                assertEq(p.released + p.refunded, p.amount, "03 released and refunded");
            } else {
                assertEq(p.refunded, 0, "03 a refund closes");
                assertLe(credited, p.released, "03 never more than released");
                assertLt(p.released - credited, 3, "16 dust below the number of payees");
            }
            assertLe(p.released + p.refunded, p.amount, "20 refund and release within the deposit");
            assertLe(p.due, p.amount, "20 due within the deposit");
            (, uint16 feeBps) = escrow.fee(p.feeId);
            assertLe(feeBps, MAX_FEE_BPS, "04 the cap");
            assertEq(handler.feesTaken(id), p.released * feeBps / 10_000, "04 in however many steps");
            if (p.rule == ReleaseRule.Cliff) _checkCliff(id, p);
        }
    }

    function _checkCliff(uint256 id, Payment memory p) private view {
        if (p.releasableAt == 0) {
            assertEq(p.released, 0, "19 released before delivery");
            assertEq(escrow.releasable(id), 0, "19 releasable before delivery");
            return;
        }
        if (p.refunded == 0) return;
        // The key was proven, and the price is back: only if an arbitrator said that it was the wrong key.
        Dispute memory d = disputes.dispute(id);
        assertTrue(d.kind == DisputeKind.ContentMismatch && d.ruling == Ruling.Licensee, "21");
    }

    /// 5 (states only move forward), 6 (a disputed payment moves only by ruling or time-out, a thaw being one), 9 (totals
    /// never fall), 10 (a batch settles once, a nonce is used once), 11 (other terms), 12 (what must not move did not),
    /// 13 (never above maxTotal), 14 and 15 (whatever is paused or blocked, every exit works exactly when it should), 18
    /// (payments are as the events tell): compared in and after each step.
    function invariant_05_06_09_10_12_13_14_15_every_step_went_as_promised() public view {
        assertEq(handler.violation(), "");
    }

    /// 7: executed once, its bond paid once and then. 8: whatever its state, a stranger ends it in time.
    function invariant_07_08_disputes_end_once_and_in_time() public {
        uint256 open;
        for (uint256 i = 0; i < handler.disputeCount(); ++i) {
            uint256 id = handler.disputeIds(i);
            Dispute memory d = disputes.dispute(id);
            ToldDispute memory told = handler.told(id);
            assertEq(uint8(d.state), uint8(told.state), "18 state");
            assertEq(uint8(d.ruling), uint8(told.ruling), "18 ruling");
            assertEq(d.bond, told.bond, "18 bond");
            uint256 ends = d.state == DisputeState.Executed ? 1 : 0;
            assertEq(told.executions, ends, "07 executed once");
            assertEq(told.bondsPaid, ends, "07 its bond paid once, and then");
            assertLe(d.deadline, d.filedAt + Timings.LONGEST_DISPUTE, "08 within the longest dispute");
            if (ends == 0) open = id;
        }
        if (open != 0) _end(open);
    }

    function _end(uint256 id) private {
        uint256 snapshot = vm.snapshotState();
        uint256 over = disputes.dispute(id).filedAt + uint256(Timings.LONGEST_DISPUTE) + 1;
        if (vm.getBlockTimestamp() < over) vm.warp(over);
        vm.startPrank(stranger);
        if (disputes.dispute(id).state == DisputeState.Ruled) disputes.execute(id);
        else disputes.timeOut(id);
        vm.stopPrank();
        assertEq(uint8(disputes.dispute(id).state), uint8(DisputeState.Executed), "08");
        vm.revertToStateAndDelete(snapshot);
    }

    /// 9: consumed ≤ granted, but for what a bond pays. 22: whatever was settled how and in which order, the escrow was
    /// asked for the larger total of each lane, once.
    function invariant_09_22_units_are_within_the_grant_and_drawn_at_the_larger_total() public view {
        for (uint256 i = 0; i < handler.licenseCount(); ++i) {
            uint256 id = handler.licenseAt(i);
            License memory l = manager.license(id);
            uint256 units = _unitsOf(id, l.epoch);
            assertEq(tracker.settledUnits(id), units, "22 the sum of the larger totals");
            if (l.units != 0 && !l.bonded) assertLe(units, l.units, "09 within the grant");
            if (l.kind == OfferKind.PerUse) {
                Payment memory p = escrow.payment(id);
                assertEq(p.due, p.amount * units / l.units, "22 drawn once");
            }
            if (l.bonded) {
                Payment memory bond = escrow.payment(id + 1);
                uint256 overage = handler.peakExcess(id) * 1009;
                assertEq(bond.due, overage < bond.amount ? overage : bond.amount, "22 overage, once");
            }
        }
    }

    function _unitsOf(uint256 id, uint32 epochs) private view returns (uint256 units) {
        for (uint32 epoch = 0; epoch <= epochs; ++epoch) {
            for (uint32 lane = 0; lane < handler.LANES(); ++lane) {
                uint256 ctx = manager.contextOf(id, lane, epoch);
                LaneState memory state = tracker.laneState(ctx);
                uint256 proved = handler.provedModel(ctx);
                uint256 signed = handler.signedModel(ctx);
                assertEq(state.provedTotal, proved, "10 each range once");
                assertEq(state.signedTotal, signed, "22 the last head that both signed");
                assertEq(state.settledTotal, proved > signed ? proved : signed, "22 the larger one");
                units += state.settledTotal;
            }
        }
    }

    function _indexOf(address[] memory tokens, address token_) private pure returns (uint256 i) {
        while (tokens[i] != token_) ++i;
    }
}
