// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    Bond,
    Fee,
    Freeze,
    PaymentRecord,
    Sum,
    SumLib,
    Terms,
    TermsLib,
    stateOf
} from "./base/EscrowRecords.sol";
import {Payouts} from "./escrow/Payouts.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payment,
    PaymentState,
    ReleaseRule
} from "./interfaces/IPaymentEscrow.sol";
import {Timings} from "./libraries/Timings.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice A contract that was deployed for one escrow.
interface IWiredToEscrow {
    function escrow() external view returns (IPaymentEscrow);
}

/// @title PaymentEscrow: the only contract that holds money. Not upgradeable.
/// @dev A payment is two slots when it is bought, see {EscrowRecords}; nothing counts or lists payments, so no cost
/// grows with their number. Whole amounts have at most 112 bits, so that products with basis points, seconds or units
/// cannot overflow.
///
/// # Invariants
/// They hold for every caller, also for a license manager, usage tracker or dispute contract upgraded to anything:
/// 1. Conservation: of each payment, payees + fee + payer have received at most `amount`, and exactly that once it is
///    Closed or Refunded.
/// 2. Destination: a payment's money becomes balance of its split's payees, its fee's recipient or its payer only, all
///    recorded when it was bought. The fee is at most 2.5 %.
/// 3. Solvency: what is held, bonds and balances in a token are never more than what the escrow received in it.
/// 4. States move forward only; a payment id is used once; `amount`, `released`, `refunded` and `due` never fall.
/// 5. What has vested of a Linear payment is never unvested, and vests no faster: a top-up keeps its slope.
/// 6. A Cliff pays nobody but its payer before it was delivered, and cannot be delivered after its deadline.
/// 7. A payment is frozen for at most MAX_FREEZE in all; after that anybody starts its clocks for good.
/// 8. No call to a recipient or token happens but to take a payment in and in that account's own withdrawal.
///
/// What such an upgrade could do, and why upgrades wait for longer than the longest exit: decide to whom *new*
/// purchases pay, with whatever allowance a funder left standing; declare a key delivered, or metered use due, that was
/// not; end a Metered payment before its use is settled, or never let its deadline come.
contract PaymentEscrow is Payouts {
    using SafeCast for uint256;

    /// @inheritdoc IPaymentEscrow
    uint256 public constant MAX_FREEZE = Timings.MAX_FREEZE;

    /// @notice May hold money, prolong and end it, and mark it delivered.
    address public immutable licenseManager;
    /// @notice May say what metered use is due.
    address public immutable usageTracker;
    /// @notice May freeze, unfreeze and hold bonds.
    address public immutable disputeResolution;

    mapping(uint256 paymentId => PaymentRecord) private _payments;
    mapping(uint256 disputeId => Bond) private _bonds;

    error NotWiredToThis(address sibling);
    error BondAlreadyHeld(uint256 disputeId);

    modifier only(address caller) {
        if (msg.sender != caller) revert CallerNotAllowed(msg.sender);
        _;
    }

    /// @notice Deployed last, at an address that the siblings' implementations already name.
    constructor(
        address licenseManager_,
        address usageTracker_,
        address disputeResolution_,
        address owner_,
        address feeRecipient,
        uint16 feeBps
    ) Ownable(owner_) {
        _checkWired(licenseManager_);
        _checkWired(usageTracker_);
        _checkWired(disputeResolution_);
        licenseManager = licenseManager_;
        usageTracker = usageTracker_;
        disputeResolution = disputeResolution_;
        _setFee(feeRecipient, feeBps);
        _listToken(ETHER, true);
    }

    // ---- a payment's life

    /// @inheritdoc IPaymentEscrow
    /// @dev Fields that the rule does not use are recorded and told as zero.
    function hold(HoldRequest calldata request) external payable only(licenseManager) nonReentrant {
        PaymentRecord storage p = _payments[request.paymentId];
        if (p.terms.state() != PaymentState.None) revert PaymentExists(request.paymentId);
        if (request.payer == address(0)) revert ZeroAddress();
        if (request.amount > type(uint112).max) revert AmountTooLarge(request.amount);
        uint40 startsAt;
        if (request.rule == ReleaseRule.Linear) {
            startsAt = request.startsAt;
            if (startsAt >= request.deadline) revert ScheduleInvalid(startsAt, request.deadline);
        }
        uint24 disputeWindow =
            request.rule == ReleaseRule.Cliff ? uint256(request.disputeWindow).toUint24() : 0;
        (uint16 tokenId, uint16 feeId) = _versions(request.token, request.splitId);

        // A known split has a number of 32 bits; the amount was checked.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint32 splitId = uint32(request.splitId);
        p.terms = TermsLib.pack(request.payer, tokenId, feeId, splitId, request.rule, disputeWindow);
        // forge-lint: disable-next-line(unsafe-typecast)
        uint112 amount = uint112(request.amount);
        p.sum = SumLib.pack(amount, request.deadline, startsAt, request.licenseId.toUint40());
        emit PaymentHeld(
            request.paymentId,
            request.licenseId,
            request.payer,
            request.token,
            amount,
            request.rule,
            splitId,
            feeId,
            startsAt,
            request.deadline,
            disputeWindow
        );
        _take(request.token, request.funder, amount);
    }

    /// @inheritdoc IPaymentEscrow
    /// @dev Equal price for equal time, to the wei, so that nothing vests sooner or later than it did.
    function topUp(uint256 paymentId, address funder, uint256 added, uint40 deadline)
        external
        payable
        only(licenseManager)
        nonReentrant
    {
        (PaymentRecord storage p, Terms terms) = _open(paymentId);
        _requireRule(paymentId, terms, ReleaseRule.Linear);
        Sum sum = p.sum;
        if (added > type(uint112).max - sum.amount()) revert AmountTooLarge(added);
        uint256 oldDeadline = sum.deadline();
        if (
            deadline < oldDeadline
                || added * (oldDeadline - sum.startsAt()) != sum.amount() * (deadline - oldDeadline)
        ) revert ScheduleInvalid(sum.startsAt(), deadline);
        uint256 amount = sum.amount() + added;
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.sum = sum.withAmount(uint112(amount)).withDeadline(deadline);
        address token = _tokenOf(terms);
        emit PaymentToppedUp(paymentId, token, added, amount, deadline);
        _take(token, funder, added);
    }

    /// @inheritdoc IPaymentEscrow
    function extend(uint256 paymentId, uint40 deadline) external only(licenseManager) {
        (PaymentRecord storage p, Terms terms) = _open(paymentId);
        _requireRule(paymentId, terms, ReleaseRule.Metered);
        Sum sum = p.sum;
        if (deadline < sum.deadline()) revert ScheduleInvalid(sum.deadline(), deadline);
        p.sum = sum.withDeadline(deadline);
        emit PaymentDeadlineMoved(paymentId, deadline);
    }

    /// @inheritdoc IPaymentEscrow
    function end(uint256 paymentId, uint40 deadline) external only(licenseManager) {
        (PaymentRecord storage p, Terms terms) = _movable(paymentId);
        Sum sum = p.sum;
        if (terms.rule() == ReleaseRule.Metered) {
            if (deadline >= sum.deadline()) return;
            p.sum = sum.withDeadline(deadline);
            emit PaymentDeadlineMoved(paymentId, deadline);
        } else {
            _requireRule(paymentId, terms, ReleaseRule.Linear);
            _close(paymentId, p, terms, sum, sum.vested(_clock(p, terms, sum)));
        }
    }

    /// @inheritdoc IPaymentEscrow
    function markDelivered(uint256 paymentId) external only(licenseManager) returns (uint40 releasableAt) {
        (PaymentRecord storage p, Terms terms) = _open(paymentId);
        _requireRule(paymentId, terms, ReleaseRule.Cliff);
        Sum sum = p.sum;
        if (sum.releasableAt() != 0) revert AlreadyDelivered(paymentId);
        uint256 clock = _clock(p, terms, sum);
        if (clock > sum.deadline()) revert DeliveryTooLate(paymentId, sum.deadline());
        releasableAt = (clock + terms.disputeWindow()).toUint40();
        p.sum = sum.withReleasableAt(releasableAt);
        emit PaymentDelivered(paymentId, releasableAt);
    }

    /// @inheritdoc IPaymentEscrow
    function drawUnits(uint256 paymentId, uint256 settled, uint256 granted) external only(usageTracker) {
        (PaymentRecord storage p, Terms terms) = _metered(paymentId);
        uint256 amount = p.sum.amount();
        if (settled == 0) return;
        _draw(paymentId, p, terms, settled < granted ? amount * settled / granted : amount);
    }

    /// @inheritdoc IPaymentEscrow
    function draw(uint256 paymentId, uint256 due) external only(usageTracker) {
        (PaymentRecord storage p, Terms terms) = _metered(paymentId);
        uint256 amount = p.sum.amount();
        _draw(paymentId, p, terms, due < amount ? due : amount);
    }

    /// @inheritdoc IPaymentEscrow
    function release(uint256 paymentId) external returns (uint256 moved) {
        (PaymentRecord storage p, Terms terms) = _movable(paymentId);
        Sum sum = p.sum;
        if (terms.rule() == ReleaseRule.Cliff) {
            if (!_cliffIsOver(sum)) revert NotReleasable(paymentId, sum.releasableAt());
            return _release(paymentId, p, terms, sum, 0, sum.amount());
        }
        uint256 released = p.moved.released;
        uint256 target = _target(p, terms, sum);
        if (target <= released && target != sum.amount()) revert NotReleasable(paymentId, 0);
        return _release(paymentId, p, terms, sum, released, target);
    }

    /// @inheritdoc IPaymentEscrow
    function refund(uint256 paymentId) external returns (uint256 moved) {
        (PaymentRecord storage p, Terms terms) = _movable(paymentId);
        Sum sum = p.sum;
        uint256 clock = _clock(p, terms, sum);
        uint40 deadline = sum.deadline();
        if (terms.rule() == ReleaseRule.Metered) {
            if (clock < deadline) revert NotRefundableYet(paymentId, deadline);
            return _close(paymentId, p, terms, sum, p.moved.due);
        }
        _requireRule(paymentId, terms, ReleaseRule.Cliff);
        if (sum.releasableAt() != 0) revert AlreadyDelivered(paymentId);
        // Delivery counts up to and including the deadline, so never both.
        if (clock <= deadline) revert NotRefundableYet(paymentId, deadline + 1);
        return _refundCliff(paymentId, p, terms, sum);
    }

    /// @inheritdoc IPaymentEscrow
    function freeze(uint256 paymentId, uint256 disputeId) external only(disputeResolution) {
        (PaymentRecord storage p, Terms terms) = _movable(paymentId);
        if (p.sum.pausedSecs() >= MAX_FREEZE) revert FreezeExhausted(paymentId);
        uint40 frozenAt = block.timestamp.toUint40();
        p.terms = terms.withFrozen(true);
        p.freeze.frozenAt = frozenAt;
        p.freeze.disputeId = disputeId.toUint40();
        emit PaymentFrozen(paymentId, disputeId, frozenAt);
    }

    /// @inheritdoc IPaymentEscrow
    function unfreeze(uint256 paymentId, uint256 disputeId, bool refundPayer)
        external
        only(disputeResolution)
    {
        (PaymentRecord storage p, Terms terms) = _frozen(paymentId);
        // What had vested when the clocks stopped, however late the ruling is executed.
        uint256 target = refundPayer && terms.rule() != ReleaseRule.Cliff ? _target(p, terms, p.sum) : 0;
        Sum sum;
        (terms, sum) = _unfreeze(paymentId, p, terms, disputeId);
        if (!refundPayer) return;
        if (terms.rule() == ReleaseRule.Cliff) _refundCliff(paymentId, p, terms, sum);
        else _close(paymentId, p, terms, sum, target);
    }

    /// @inheritdoc IPaymentEscrow
    function thaw(uint256 paymentId) external {
        (PaymentRecord storage p, Terms terms) = _frozen(paymentId);
        uint256 thawableAt = MAX_FREEZE + p.freeze.frozenAt - p.sum.pausedSecs();
        if (block.timestamp < thawableAt) revert ThawTooEarly(paymentId, thawableAt.toUint40());
        _unfreeze(paymentId, p, terms, p.freeze.disputeId);
    }

    // ---- bonds

    /// @inheritdoc IPaymentEscrow
    /// @dev A dispute that has the id of the payment it froze keeps its bond in that payment's slot.
    function holdBond(uint256 disputeId, address poster) external payable only(disputeResolution) {
        if (poster == address(0)) revert ZeroAddress();
        if (msg.value > type(uint96).max) revert AmountTooLarge(msg.value);
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        uint96 amount = uint96(msg.value);
        Freeze storage f = _payments[disputeId].freeze;
        if (f.bonded) revert BondAlreadyHeld(disputeId);
        if (f.disputeId == disputeId && disputeId != 0) {
            (f.bond, f.bonded) = (amount, true);
        } else {
            if (_bonds[disputeId].poster != address(0)) revert BondAlreadyHeld(disputeId);
            _bonds[disputeId] = Bond({poster: poster, amount: amount});
        }
        emit BondHeld(disputeId, poster, ETHER, amount);
    }

    /// @inheritdoc IPaymentEscrow
    function payBond(uint256 disputeId, address recipient) external only(disputeResolution) {
        Freeze storage f = _payments[disputeId].freeze;
        uint256 amount;
        if (f.bonded) {
            amount = f.bond;
            (f.bond, f.bonded) = (0, false);
        } else {
            Bond memory bond = _bonds[disputeId];
            if (bond.poster == address(0)) revert BondUnknown(disputeId);
            amount = bond.amount;
            delete _bonds[disputeId];
        }
        if (recipient == address(0)) revert ZeroAddress();
        emit BondPaid(disputeId, recipient, ETHER, amount);
        _credit(recipient, ETHER, 0, amount);
    }

    // ---- views

    /// @inheritdoc IPaymentEscrow
    function payment(uint256 paymentId) external view returns (Payment memory) {
        PaymentRecord storage p = _payments[paymentId];
        (Terms terms, Sum sum) = (p.terms, p.sum);
        PaymentState state = stateOf(terms, sum);
        if (state == PaymentState.None) revert PaymentUnknown(paymentId);
        bool closed = state == PaymentState.Closed;
        uint256 released = closed && !terms.isRestRefunded() ? sum.amount() : p.moved.released;
        bool cliff = terms.rule() == ReleaseRule.Cliff;
        return Payment({
            licenseId: sum.licenseId(),
            payer: terms.payer(),
            token: _tokenOf(terms),
            amount: sum.amount(),
            released: released,
            refunded: closed || state == PaymentState.Refunded ? sum.amount() - released : 0,
            due: p.moved.due,
            rule: terms.rule(),
            state: state,
            splitId: terms.splitId(),
            feeId: terms.feeId(),
            startsAt: cliff ? 0 : sum.startsAt(),
            deadline: sum.deadline(),
            disputeWindow: terms.disputeWindow(),
            releasableAt: cliff ? sum.releasableAt() : 0,
            frozenAt: terms.isFrozen() ? p.freeze.frozenAt : 0,
            // Has 24 bits.
            // forge-lint: disable-next-line(unsafe-typecast)
            pausedSecs: uint40(sum.pausedSecs()),
            disputeId: p.freeze.disputeId
        });
    }

    /// @inheritdoc IPaymentEscrow
    function standing(uint256 paymentId)
        external
        view
        returns (PaymentState state, ReleaseRule rule, bool frozen, uint40 deadline, uint40 releasableAt)
    {
        PaymentRecord storage p = _payments[paymentId];
        (Terms terms, Sum sum) = (p.terms, p.sum);
        (state, rule, frozen, deadline) =
        (stateOf(terms, sum), terms.rule(), terms.isFrozen(), sum.deadline());
        if (rule == ReleaseRule.Cliff) releasableAt = sum.releasableAt();
    }

    /// @inheritdoc IPaymentEscrow
    function releasable(uint256 paymentId) external view returns (uint256 amount) {
        PaymentRecord storage p = _payments[paymentId];
        (Terms terms, Sum sum) = (p.terms, p.sum);
        if (terms.state() != PaymentState.Held || terms.isFrozen()) return 0;
        if (terms.rule() == ReleaseRule.Cliff) return _cliffIsOver(sum) ? sum.amount() : 0;
        (uint256 released, uint256 target) = (p.moved.released, _target(p, terms, sum));
        return target > released ? target - released : 0;
    }

    // ---- internals: money

    /// Raises what is due.
    function _draw(uint256 paymentId, PaymentRecord storage p, Terms terms, uint256 due) private {
        if (due <= p.moved.due) return;
        if (terms.state() != PaymentState.Held) revert PaymentClosed(paymentId);
        // At most the amount.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.moved.due = uint112(due);
        emit PaymentDue(paymentId, due);
    }

    /// Moves what is missing up to `target` in all to payees and fee, and closes when that is everything.
    function _release(
        uint256 paymentId,
        PaymentRecord storage p,
        Terms terms,
        Sum sum,
        uint256 released,
        uint256 target
    ) private returns (uint256 moved) {
        bool closed = target == sum.amount();
        if (closed) p.terms = terms.withState(PaymentState.Closed);
        // At most the amount.
        // forge-lint: disable-next-line(unsafe-typecast)
        else p.moved.released = uint112(target);
        _pay(paymentId, terms, released, target, closed, closed);
        return target - released;
    }

    /// Gives the payees `target` in all and the payer all the rest, and closes.
    function _close(uint256 paymentId, PaymentRecord storage p, Terms terms, Sum sum, uint256 target)
        private
        returns (uint256 rest)
    {
        uint256 released = p.moved.released;
        if (target < released) target = released;
        rest = sum.amount() - target;
        if (rest == 0) {
            _release(paymentId, p, terms, sum, released, target);
            return 0;
        }
        p.terms = terms.withState(PaymentState.Closed).withRestRefunded();
        // At most the amount.
        // forge-lint: disable-next-line(unsafe-typecast)
        if (target != released) p.moved.released = uint112(target);
        if (target != 0) _pay(paymentId, terms, released, target, true, false);
        _refund(paymentId, terms, rest);
    }

    function _refundCliff(uint256 paymentId, PaymentRecord storage p, Terms terms, Sum sum)
        private
        returns (uint256 moved)
    {
        p.terms = terms.withState(PaymentState.Refunded);
        moved = sum.amount();
        _refund(paymentId, terms, moved);
    }

    function _refund(uint256 paymentId, Terms terms, uint256 amount) private {
        (address token, address payer) = (_tokenOf(terms), terms.payer());
        emit PaymentRefunded(paymentId, token, payer, amount, amount, true);
        _credit(payer, token, paymentId, amount);
    }

    /// Credits fee and payees with what `target` adds to `released`.
    /// @param closing Whether nothing will follow, so that the leftovers of rounding go to the first payee.
    /// @param closed What the event says: whether this is all of the payment.
    function _pay(uint256 paymentId, Terms terms, uint256 released, uint256 target, bool closing, bool closed)
        private
    {
        address token = _tokenOf(terms);
        Fee memory version = _feeOf(terms);
        unchecked {
            // A fee is a part of what it is taken from, and grows with it.
            uint256 feeBefore = _part(released, version.feeBps);
            uint256 feeAfter = _part(target, version.feeBps);
            uint256 grown = feeAfter - feeBefore;
            if (target != released || closed) {
                emit PaymentReleased(paymentId, token, target - released, grown, target, closed);
            }
            _credit(version.recipient, token, paymentId, grown);
            _creditPayees(paymentId, terms, token, released - feeBefore, target - feeAfter, closing);
        }
    }

    function _unfreeze(uint256 paymentId, PaymentRecord storage p, Terms terms, uint256 disputeId)
        private
        returns (Terms, Sum)
    {
        Sum sum = p.sum;
        uint256 paused = sum.pausedSecs() + block.timestamp - p.freeze.frozenAt;
        if (paused > MAX_FREEZE) paused = MAX_FREEZE;
        terms = terms.withFrozen(false);
        // MAX_FREEZE has 23 bits.
        // forge-lint: disable-next-line(unsafe-typecast)
        sum = sum.withPausedSecs(uint24(paused));
        (p.terms, p.sum) = (terms, sum);
        // forge-lint: disable-next-line(unsafe-typecast)
        emit PaymentUnfrozen(paymentId, disputeId, uint40(paused));
        return (terms, sum);
    }

    // ---- internals: what is so

    function _open(uint256 paymentId) private view returns (PaymentRecord storage p, Terms terms) {
        p = _payments[paymentId];
        terms = p.terms;
        PaymentState state = terms.state();
        if (state == PaymentState.None) revert PaymentUnknown(paymentId);
        if (state != PaymentState.Held) revert PaymentClosed(paymentId);
    }

    /// Open, and its money may move.
    function _movable(uint256 paymentId) private view returns (PaymentRecord storage p, Terms terms) {
        (p, terms) = _open(paymentId);
        if (terms.isFrozen()) revert PaymentIsFrozen(paymentId);
    }

    function _frozen(uint256 paymentId) private view returns (PaymentRecord storage p, Terms terms) {
        (p, terms) = _open(paymentId);
        if (!terms.isFrozen()) revert PaymentNotFrozen(paymentId);
    }

    /// Known, Metered, in any state.
    function _metered(uint256 paymentId) private view returns (PaymentRecord storage p, Terms terms) {
        p = _payments[paymentId];
        terms = p.terms;
        if (terms.state() == PaymentState.None) revert PaymentUnknown(paymentId);
        _requireRule(paymentId, terms, ReleaseRule.Metered);
    }

    function _requireRule(uint256 paymentId, Terms terms, ReleaseRule rule) private pure {
        if (terms.rule() != rule) revert RuleMismatch(paymentId, terms.rule());
    }

    function _cliffIsOver(Sum sum) private view returns (bool) {
        uint256 releasableAt = sum.releasableAt();
        return releasableAt != 0 && block.timestamp - sum.pausedSecs() >= releasableAt;
    }

    /// What payees and fee should have received in all of a Metered or Linear payment.
    function _target(PaymentRecord storage p, Terms terms, Sum sum) private view returns (uint256) {
        return terms.rule() == ReleaseRule.Metered ? p.moved.due : sum.vested(_clock(p, terms, sum));
    }

    /// Seconds on the payment's own clock, which stands still while it is frozen.
    function _clock(PaymentRecord storage p, Terms terms, Sum sum) private view returns (uint256) {
        return (terms.isFrozen() ? p.freeze.frozenAt : block.timestamp) - sum.pausedSecs();
    }

    function _checkWired(address sibling) private view {
        if (sibling.code.length == 0 || address(IWiredToEscrow(sibling).escrow()) != address(this)) {
            revert NotWiredToThis(sibling);
        }
    }
}
