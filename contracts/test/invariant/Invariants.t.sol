// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Registration} from "../../src/interfaces/IContentRegistry.sol";
import {Dispute, DisputeState, Ruling} from "../../src/interfaces/IDisputeResolution.sol";
import {License, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {Payee, Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {LaneState} from "../../src/interfaces/IUsageTracker.sol";
import {Base} from "../Base.t.sol";
import {BlacklistingToken, ReentrantToken} from "../tokens/HostileTokens.sol";
import {Buyer, Handler} from "./Handler.sol";
import {System} from "./HandlerState.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// The promises of the protocol after any sequence of what anybody may do. Proofs are taken as valid (mock verifier):
/// the promises are about what follows from a proof, and no prover runs inside the EVM's tests.
contract InvariantsTest is Base {
    Handler internal handler;
    address[] internal accounts;
    address[] internal tokens;

    function setUp() public override {
        super.setUp();
        BlacklistingToken blacklisting = new BlacklistingToken();
        ReentrantToken reentrant = new ReentrantToken();
        tokens = [address(0), address(token), address(blacklisting), address(reentrant)];
        accounts = [treasury, creator, makeAddr("second"), makeAddr("third"), makeAddr("b0"), makeAddr("b1")];
        _makeOffers();

        Buyer[] memory buyers = new Buyer[](2);
        for (uint256 i = 0; i < buyers.length; ++i) {
            (address session, uint256 secret) = makeAddrAndKey(string.concat("session", vm.toString(i)));
            vm.prank(accounts[4 + i]);
            uint64 profileId = manager.publishProfile(3, 4, COMMITMENT, session);
            buyers[i] = Buyer(accounts[4 + i], profileId, secret);
        }
        System memory system = System(manager, tracker, disputes, escrow, operator, guardian, arbitrator);
        handler = new Handler(system, buyers, accounts, meterSecret);
        handler.setTokens(tokens, blacklisting, reentrant);
        targetContract(address(handler));
        targetSelector(FuzzSelector({addr: address(handler), selectors: _selectors()}));
    }

    function _makeOffers() private {
        Registration memory registration = _registration(_publishMeter());
        registration.payees = new Payee[](3);
        registration.payees[0] = Payee(creator, 3334);
        registration.payees[1] = Payee(accounts[2], 3333);
        registration.payees[2] = Payee(accounts[3], 3333);
        vm.prank(creator);
        bytes32 contentId = registry.register(registration);
        for (uint256 i = 0; i < tokens.length; ++i) {
            Offer memory perpetual = _perpetual(contentId);
            perpetual.token = tokens[i];
            _setOffer(perpetual);
            Offer memory perUse = _perUse(contentId);
            perUse.token = tokens[i];
            perUse.unitPrice = 997;
            _setOffer(perUse);
        }
    }

    function _selectors() private pure returns (bytes4[] memory s) {
        s = new bytes4[](19);
        (s[0], s[1], s[2], s[3]) =
        (Handler.buy.selector, Handler.buy.selector, Handler.deliver.selector, Handler.settleUsage.selector);
        (s[4], s[5], s[6], s[7]) =
        (
            Handler.settleSigned.selector,
            Handler.release.selector,
            Handler.refund.selector,
            Handler.withdraw.selector
        );
        (s[8], s[9], s[10], s[11]) =
        (Handler.file.selector, Handler.answer.selector, Handler.rule.selector, Handler.execute.selector);
        (s[12], s[13], s[14], s[15]) =
        (
            Handler.timeOut.selector,
            Handler.togglePause.selector,
            Handler.toggleBlock.selector,
            Handler.setFee.selector
        );
        (s[16], s[17], s[18]) = (Handler.donate.selector, Handler.warp.selector, Handler.thaw.selector);
    }

    /// Two thousand pseudo-random steps reach a success of every action, so the promises are not kept by idleness.
    function test_handler_reaches_every_action() public {
        vm.pauseGasMetering();
        bytes4[] memory s = _selectors();
        uint256 seed = uint256(keccak256("steps"));
        for (uint256 i = 0; i < 2000; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            bytes memory call =
                abi.encodePacked(s[seed % s.length], seed >> 32, seed >> 64, seed >> 96, seed >> 128);
            (bool ok,) = address(handler).call(call);
            assertTrue(ok, "no action reverts");
        }
        bytes32[13] memory actions = [
            bytes32("buy"),
            "deliver",
            "settleUsage",
            "settleSigned",
            "release",
            "refund",
            "withdraw",
            "file",
            "answer",
            "rule",
            "execute",
            "timeOut",
            "thaw"
        ];
        for (uint256 i = 0; i < actions.length; ++i) {
            assertGt(handler.succeeded(actions[i]), 0, string(abi.encodePacked(actions[i])));
        }
        invariant_01_money_held_covers_money_owed();
        invariant_02_liabilities_are_held_balances_and_bonds();
        invariant_03_payees_fee_and_refund_make_the_amount();
        assertEq(handler.violation(), "");
    }

    // ---- the promises

    function invariant_01_money_held_covers_money_owed() public view {
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 held = tokens[i] == address(0)
                ? address(escrow).balance
                : IERC20(tokens[i]).balanceOf(address(escrow));
            assertEq(
                held, escrow.liabilities(tokens[i]) + handler.donated(tokens[i]), "equal but for donations"
            );
        }
    }

    function invariant_02_liabilities_are_held_balances_and_bonds() public view {
        for (uint256 t = 0; t < tokens.length; ++t) {
            uint256 owed;
            for (uint256 i = 0; i < handler.licenseCount(); ++i) {
                (uint256 id, Payment memory p) = _paymentAt(i);
                if (p.token == tokens[t]) owed += p.amount - handler.credited(id);
            }
            for (uint256 i = 0; i < accounts.length; ++i) {
                owed += escrow.balanceOf(accounts[i], tokens[t]);
            }
            if (tokens[t] == address(0)) {
                for (uint256 id = 1; id <= handler.disputeCount(); ++id) {
                    if (disputes.dispute(id).state != DisputeState.Executed) owed += BOND;
                }
            }
            assertEq(escrow.liabilities(tokens[t]), owed);
        }
    }

    function invariant_03_payees_fee_and_refund_make_the_amount() public view {
        for (uint256 i = 0; i < handler.licenseCount(); ++i) {
            (uint256 id, Payment memory p) = _paymentAt(i);
            if (p.state == PaymentState.Closed) {
                assertEq(handler.credited(id), p.amount, "to the wei");
            } else {
                assertLe(handler.credited(id), p.released);
                assertLt(p.released - handler.credited(id), 3, "dust below the number of payees");
            }
        }
    }

    function invariant_04_fee_is_at_most_two_and_a_half_percent() public view {
        for (uint256 i = 0; i < handler.licenseCount(); ++i) {
            (uint256 id, Payment memory p) = _paymentAt(i);
            (, uint16 feeBps) = escrow.fee(p.feeId);
            assertEq(handler.feesTaken(id), p.released * feeBps / 10_000, "in however many steps");
            assertLe(handler.feesTaken(id), p.amount * 250 / 10_000);
        }
    }

    /// Also 6 (a disputed payment moves only by ruling or time-out, a thaw being one), 9 (totals never fall), 10 (a batch settles once),
    /// 13 (never above maxTotal), 14 and 15 (whatever is paused or blocked, exits work exactly when they should):
    /// compared after each step.
    function invariant_05_06_09_10_13_14_15_every_step_went_as_promised() public view {
        assertEq(handler.violation(), "");
    }

    function invariant_07_a_bond_is_paid_once_and_by_execution() public view {
        for (uint256 id = 1; id <= handler.disputeCount(); ++id) {
            bool executed = disputes.dispute(id).state == DisputeState.Executed;
            assertEq(handler.bondsPaid(id), executed ? 1 : 0);
        }
    }

    function invariant_09_22_units_are_within_the_grant_and_drawn_at_the_larger_total() public view {
        for (uint256 i = 0; i < handler.licenseCount(); ++i) {
            uint256 licenseId = handler.licenses(i);
            License memory license = manager.license(licenseId);
            uint256 units;
            for (uint32 lane = 0; lane < 2; ++lane) {
                LaneState memory state = tracker.laneState(manager.contextOf(licenseId, lane));
                uint64 larger = state.provedTotal > state.signedTotal ? state.provedTotal : state.signedTotal;
                assertEq(state.settledTotal, larger);
                units += larger;
            }
            assertEq(tracker.settledUnits(licenseId), units);
            (, Payment memory p) = _paymentAt(i);
            if (p.rule != ReleaseRule.Metered) continue;
            assertLe(units, license.units);
            assertEq(p.due, units * manager.offer(license.offerId).unitPrice);
            assertEq(p.released, p.due, "nothing freezes a metered payment yet");
        }
    }

    function invariant_18_balances_follow_from_events() public view {
        for (uint256 i = 0; i < accounts.length; ++i) {
            for (uint256 t = 0; t < tokens.length; ++t) {
                assertEq(
                    escrow.balanceOf(accounts[i], tokens[t]), handler.eventBalance(accounts[i], tokens[t])
                );
            }
        }
    }

    function invariant_19_20_21_price_or_money_back() public view {
        for (uint256 i = 0; i < handler.licenseCount(); ++i) {
            (uint256 id, Payment memory p) = _paymentAt(i);
            assertLe(p.released + p.refunded, p.amount, "20");
            if (p.rule != ReleaseRule.Cliff) continue;
            bool delivered = manager.license(handler.licenses(i)).delivered;
            if (!delivered) assertEq(p.released, 0, "19");
            if (delivered && p.refunded != 0) assertTrue(_ruledForLicensee(id), "21");
        }
    }

    function _ruledForLicensee(uint256 paymentId) private view returns (bool) {
        for (uint256 id = 1; id <= handler.disputeCount(); ++id) {
            Dispute memory d = disputes.dispute(id);
            if (d.paymentId == paymentId) return d.ruling == Ruling.Licensee;
        }
        return false;
    }

    function _paymentAt(uint256 index) private view returns (uint256 id, Payment memory p) {
        id = _paymentId(handler.licenses(index));
        p = escrow.payment(id);
    }
}
