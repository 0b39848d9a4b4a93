// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPaymentEscrow, Payee, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";
import {GoodToken} from "../tokens/HostileTokens.sol";
import {EscrowHandler} from "./EscrowHandler.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// What {PaymentEscrow} promises under `# Invariants`, whatever its three callers ask.
/// forge-config: default.invariant.runs = 12
/// forge-config: default.invariant.depth = 150
contract EscrowAdversaryTest is EscrowBase {
    EscrowHandler internal handler;
    address[] internal accounts;
    address[] internal tokens;

    function setUp() public override {
        super.setUp();
        GoodToken other = new GoodToken();
        _list(address(other));
        _fund(other, type(uint128).max);
        _fund(token, type(uint128).max);
        tokens = [ETHER, address(token), address(other)];

        Payee[] memory alone = new Payee[](1);
        alone[0] = Payee(third, 10_000);
        uint64[] memory splits = new uint64[](2);
        (splits[0], splits[1]) = (splitId, escrow.createSplit(alone));
        // Funder, two payers, two fee recipients, three payees.
        accounts = [funder, licensee, makeAddr("payer"), treasury, stranger, creator, second, third];
        handler = new EscrowHandler(escrow, accounts, tokens, splits);
        handler.begin();
        targetContract(address(handler));
        bytes4[] memory notTargeted = new bytes4[](1);
        notTargeted[0] = handler.begin.selector;
        excludeSelector(FuzzSelector(address(handler), notTargeted));
    }

    function invariant_1_payees_fee_and_payer_receive_at_most_the_amount_and_all_of_it_in_the_end()
        public
        view
    {
        for (uint256 id = 1; id <= handler.lastPaymentId(); ++id) {
            Payment memory p = escrow.payment(id);
            uint256 paid = handler.toPayees(id) + handler.toFee(id);
            bool over = p.state == PaymentState.Closed || p.state == PaymentState.Refunded;
            assertEq(handler.toPayer(id), p.refunded, "refunded");
            assertLe(paid, p.released, "released");
            assertLt(p.released - paid, 3, "less than one unit per payee is left over");
            assertLe(p.released + p.refunded, p.amount, "at most the amount");
            if (over) assertEq(paid + handler.toPayer(id), p.amount, "to the wei");
            assertLe(handler.toFee(id), p.released * 250 / 10_000, "fee");
            assertLe(p.due, p.amount, "due");
        }
    }

    function invariant_2_4_5_6_nothing_went_astray_or_back() public view {
        if (handler.faultCount() != 0) revert(handler.faults(0));
    }

    function invariant_3_what_is_owed_is_there() public view {
        for (uint256 i = 0; i < tokens.length; ++i) {
            uint256 owed = handler.bonds(tokens[i]);
            for (uint256 id = 1; id <= handler.lastPaymentId(); ++id) {
                Payment memory p = escrow.payment(id);
                if (p.token != tokens[i]) continue;
                owed += p.amount - handler.toPayees(id) - handler.toFee(id) - handler.toPayer(id);
            }
            for (uint256 j = 0; j < accounts.length; ++j) {
                owed += escrow.balanceOf(accounts[j], tokens[i]);
            }
            uint256 there =
                tokens[i] == ETHER ? address(escrow).balance : IERC20(tokens[i]).balanceOf(address(escrow));
            assertEq(there, owed, "nobody donated");
        }
    }

    function invariant_7_no_freeze_lasts_longer_than_the_longest() public {
        for (uint256 id = 1; id <= handler.lastPaymentId(); ++id) {
            Payment memory p = escrow.payment(id);
            assertLe(p.pausedSecs, MAX_FREEZE);
            if (p.frozenAt == 0 || p.frozenAt + MAX_FREEZE - p.pausedSecs > vm.getBlockTimestamp()) continue;
            uint256 snapshot = vm.snapshotState();
            escrow.thaw(id);
            vm.prank(disputes);
            vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.FreezeExhausted.selector, id));
            escrow.freeze(id, 1);
            vm.revertToState(snapshot);
        }
    }

    /// The campaign is worth nothing if all of it is refused.
    function afterInvariant() public view {
        assertGt(handler.succeeded(), 9);
    }
}
