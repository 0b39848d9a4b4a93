// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HoldRequest, IPaymentEscrow, Payment} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase, Sibling} from "../EscrowBase.t.sol";
import {
    BlacklistingToken,
    FalseToken,
    FeeOnTransferToken,
    GenerousToken,
    LyingToken,
    MintableToken,
    NoReturnToken,
    PausingToken,
    RebasingToken,
    ReentrantToken,
    RefusingToken
} from "../tokens/HostileTokens.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

abstract contract TokensBase is EscrowBase {
    /// A request in a token that its funder holds and allows.
    function _requestIn(address token_) internal returns (HoldRequest memory request) {
        request = _metered();
        request.token = token_;
        _list(token_);
        _fund(MintableToken(token_), AMOUNT);
    }

    function _earnIn(address token_) internal returns (uint256) {
        _drawn(_hold(_requestIn(token_)), AMOUNT);
        return escrow.balanceOf(creator, token_);
    }

    function _withdraw(address account, address token_) internal returns (uint256) {
        vm.prank(account);
        return escrow.withdraw(token_);
    }
}

contract ListTokenTest is TokensBase {
    function _expectNotListed(address token_) private {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.TokenNotListed.selector, token_));
    }

    function _set(address token_, bool open, uint16 tokenId) private {
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.TokenListed(token_, tokenId, open);
        vm.prank(operator);
        assertEq(escrow.listToken(token_, open), tokenId);
        assertEq(escrow.isListed(token_), open);
    }

    function test_tokens_are_numbered_as_they_come() public {
        address other = address(new FalseToken());
        _set(address(token), false, 1);
        _set(other, false, 2);
        _set(other, true, 2);
        _set(address(token), true, 1);
        assertFalse(escrow.isListed(stranger));
    }

    function test_only_the_owner_lists() public {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, stranger));
        vm.prank(stranger);
        escrow.listToken(address(token), true);
    }

    function test_a_closed_token_takes_no_new_payment_and_keeps_the_old_ones() public {
        HoldRequest memory request = _linear();
        request.token = address(token);
        uint256 held = _hold(request);
        _set(address(token), false, 1);
        _expectNotListed(address(token));
        request.paymentId = 2;
        _hold(request);
        vm.prank(manager);
        escrow.topUp(held, funder, AMOUNT, START + 2 * DURATION);
        vm.warp(START + 2 * DURATION);
        escrow.release(held);
        assertGt(_withdraw(creator, address(token)), 0);
        assertEq(escrow.payment(held).token, address(token));
    }

    function test_a_token_that_was_never_listed_is_refused() public {
        HoldRequest memory request = _metered();
        request.token = address(new FalseToken());
        _expectNotListed(request.token);
        _hold(request);
        request.token = stranger;
        _expectNotListed(stranger);
        _hold(request);
    }

    function test_ether_can_be_closed_and_opened() public {
        _set(ETHER, false, 0);
        HoldRequest memory request = _metered();
        _expectNotListed(ETHER);
        _hold(request);
        request.token = address(token);
        _hold(request);
        _set(ETHER, true, 0);
        _hold(_metered());
        assertEq(escrow.payment(2).token, ETHER);
    }
}

contract HostileInTest is TokensBase {
    function _expectReceived(address token_, uint256 received) private {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.AmountReceivedDiffers.selector, token_, AMOUNT, received)
        );
    }

    function test_a_token_that_brings_another_amount_is_rejected() public {
        HoldRequest memory request = _requestIn(address(new FeeOnTransferToken()));
        _expectReceived(request.token, AMOUNT - AMOUNT / 100);
        _hold(request);
        request = _requestIn(address(new GenerousToken()));
        _expectReceived(request.token, AMOUNT + 1);
        _hold(request);
        request = _requestIn(address(new LyingToken()));
        _expectReceived(request.token, 0);
        _hold(request);
    }

    function test_a_token_that_took_from_the_escrow_meanwhile_is_rejected() public {
        RebasingToken rebasing = new RebasingToken();
        _hold(_requestIn(address(rebasing)));
        ReentrantToken thief = new ReentrantToken();
        HoldRequest memory request = _requestIn(address(thief));
        _hold(request);
        request = _requestIn(address(thief));
        thief.arm(address(thief), abi.encodeCall(ReentrantToken.seize, (address(escrow), 2 * AMOUNT)));
        _expectReceived(address(thief), 0);
        _hold(request);
    }

    function test_a_token_that_refuses_or_is_none_is_rejected() public {
        HoldRequest memory request = _requestIn(address(new RefusingToken()));
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, request.token));
        _hold(request);
        request = _metered();
        request.token = stranger;
        _list(stranger);
        vm.expectRevert();
        _hold(request);
    }

    function test_a_token_that_returns_nothing_is_accepted() public {
        NoReturnToken silent = new NoReturnToken();
        _list(address(silent));
        silent.mint(funder, AMOUNT);
        vm.prank(funder);
        silent.approve(address(escrow), AMOUNT);
        HoldRequest memory request = _metered();
        request.token = address(silent);
        _drawn(_hold(request), AMOUNT);
        uint256 earned = escrow.balanceOf(creator, address(silent));
        assertEq(_withdraw(creator, address(silent)), earned);
        assertEq(silent.balanceOf(creator), earned);
        assertEq(silent.balanceOf(address(escrow)), AMOUNT - earned);
    }

    function test_a_funder_without_means_is_refused() public {
        HoldRequest memory request = _metered();
        request.token = address(token);
        request.funder = stranger;
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, escrow, 0, AMOUNT)
        );
        _hold(request);
    }

    /// Else one transfer could pay for two payments.
    function test_a_token_cannot_nest_one_hold_in_another() public {
        ReentrantToken evil = new ReentrantToken();
        HoldRequest memory request = _requestIn(address(evil));
        _fund(evil, AMOUNT);
        request.paymentId = 2;
        evil.arm(manager, abi.encodeCall(Sibling.ask, (abi.encodeCall(escrow.hold, (request)))));
        request.paymentId = 1;
        _hold(request);
        assertTrue(evil.called());
        assertFalse(evil.succeeded());
        assertEq(bytes4(evil.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
        evil.arm(manager, abi.encodeCall(Sibling.ask, (abi.encodeCall(escrow.topUp, (1, funder, 0, START)))));
        request.paymentId = 3;
        _hold(request);
        assertEq(bytes4(evil.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
    }
}

contract HostileOutTest is TokensBase {
    function test_14_a_blacklisted_payee_blocks_only_itself() public {
        BlacklistingToken strict = new BlacklistingToken();
        strict.setBlocked(creator, true);
        uint256 earned = _earnIn(address(strict));
        vm.expectRevert(abi.encodeWithSelector(BlacklistingToken.Blocked.selector, creator));
        _withdraw(creator, address(strict));
        assertGt(_withdraw(second, address(strict)), 0);
        vm.prank(creator);
        escrow.withdrawTo(address(strict), stranger);
        assertEq(strict.balanceOf(stranger), earned);
    }

    function test_14_a_token_that_stands_still_keeps_the_balances() public {
        PausingToken pausing = new PausingToken();
        uint256 earned = _earnIn(address(pausing));
        pausing.setPaused(true);
        vm.expectRevert(PausingToken.Paused.selector);
        _withdraw(creator, address(pausing));
        HoldRequest memory request = _metered();
        request.token = address(pausing);
        vm.expectRevert(PausingToken.Paused.selector);
        _hold(request);
        _drawn(_hold(_metered()), AMOUNT);
        assertGt(_withdraw(creator, ETHER), 0, "others go on");
        pausing.setPaused(false);
        assertEq(_withdraw(creator, address(pausing)), earned);
    }

    function test_a_token_that_answers_false_keeps_the_balance() public {
        FalseToken no = new FalseToken();
        uint256 earned = _earnIn(address(no));
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, no));
        _withdraw(creator, address(no));
        assertEq(escrow.balanceOf(creator, address(no)), earned);
    }

    function test_a_token_that_shrinks_harms_only_itself() public {
        RebasingToken shrinking = new RebasingToken();
        uint256 earned = _earnIn(address(shrinking));
        _drawn(_hold(_metered()), AMOUNT);
        HoldRequest memory request = _metered();
        request.token = address(token);
        _drawn(_hold(request), AMOUNT);
        shrinking.rebase(address(escrow), AMOUNT - earned);
        assertEq(_withdraw(creator, address(shrinking)), earned, "first come");
        vm.expectRevert();
        _withdraw(second, address(shrinking));
        assertGt(_withdraw(second, ETHER), 0);
        assertGt(_withdraw(second, address(token)), 0);
    }

    function test_a_donation_changes_nothing() public {
        vm.prank(funder);
        token.transfer(address(escrow), 5);
        vm.expectRevert();
        _withdraw(funder, address(token));
        HoldRequest memory request = _metered();
        request.token = address(token);
        _hold(request);
        assertEq(token.balanceOf(address(escrow)), AMOUNT + 5);
    }

    function test_a_token_that_calls_back_gets_no_more_than_is_due() public {
        ReentrantToken evil = new ReentrantToken();
        uint256 earned = _earnIn(address(evil));
        uint256 paymentId = _hold(_requestIn(address(evil)));
        _draw(paymentId, 1000);
        uint256 snapshot = vm.snapshotState();
        bytes[3] memory guarded = [
            abi.encodeCall(escrow.withdraw, (address(evil))),
            abi.encodeCall(escrow.withdrawTo, (address(evil), stranger)),
            abi.encodeCall(escrow.withdraw, (ETHER))
        ];
        for (uint256 i = 0; i < guarded.length; ++i) {
            evil.arm(address(escrow), guarded[i]);
            assertEq(_withdraw(creator, address(evil)), earned);
            assertFalse(evil.succeeded());
            assertEq(bytes4(evil.answer()), ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector);
            vm.revertToState(snapshot);
        }
        // What anyone may do at any time is no more in the middle of a withdrawal than before or after.
        evil.arm(address(escrow), abi.encodeCall(escrow.release, (paymentId)));
        assertEq(_withdraw(creator, address(evil)), earned);
        assertTrue(evil.succeeded());
        Payment memory p = escrow.payment(paymentId);
        assertEq(p.released, 1000);
        assertEq(evil.balanceOf(address(escrow)), 2 * AMOUNT - earned);
    }
}
