// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Bond, Fee, PaymentRecord, SplitEntry} from "./base/EscrowRecords.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payee,
    Payment,
    PaymentState,
    ReleaseRule
} from "./interfaces/IPaymentEscrow.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @notice A contract that was deployed for one escrow.
interface IWiredToEscrow {
    function escrow() external view returns (IPaymentEscrow);
}

/// @title PaymentEscrow: the only contract that holds money. Not upgradeable.
/// @dev Whole amounts are at most 2^128 - 1, so that products with basis points or seconds cannot overflow.
///
/// Rounding. Of `released` in all, floor(released * feeBps / 10,000) is fee and the rest is net. Payee i has received
/// floor(net * shareBps_i / 10,000) in all; what these floors leave over (less than one base unit per payee) stays in
/// the payment until it closes and then goes to the first payee. All totals are functions of `released`, so it does
/// not matter in how many steps a payment is released.
contract PaymentEscrow is IPaymentEscrow, Ownable2Step, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    address private constant ETHER = address(0);
    uint256 private constant BPS = 10_000;
    uint256 public constant MAX_PAYEES = 32;
    /// @notice No fee version can be above this.
    uint16 public constant MAX_FEE_BPS = 250;
    /// @inheritdoc IPaymentEscrow
    /// @dev A dispute ends within 37 days; the rest is time for somebody to execute it.
    uint256 public constant MAX_FREEZE = 180 days;

    /// @notice May ask to hold money and mark it delivered.
    address public immutable licenseManager;
    /// @notice May say what metered use is due.
    address public immutable usageTracker;
    /// @notice May freeze, unfreeze and hold bonds.
    address public immutable disputeResolution;

    /// @notice The fee version of new payments.
    uint16 public currentFeeId;
    uint32 private _lastSplitId;
    uint64 private _lastPaymentId;
    mapping(uint256 paymentId => PaymentRecord) private _payments;
    mapping(uint256 splitId => mapping(uint256 index => SplitEntry)) private _splits;
    mapping(uint256 feeId => Fee) private _fees;
    mapping(uint256 disputeId => Bond) private _bonds;
    mapping(address account => mapping(address token => uint256)) private _balances;
    mapping(address token => uint256) private _liabilities;

    error NotWiredToThis(address sibling);
    error BondAlreadyHeld(uint256 disputeId);

    modifier only(address caller) {
        if (msg.sender != caller) revert CallerNotAllowed(msg.sender);
        _;
    }

    /// @notice Deployed last, at an address that the siblings' implementations already name.
    /// @dev Deployment order from one account whose nonce is n. CREATE addresses of n+4 … n+8 are computed first:
    ///  n+0 ContentRegistry(escrow)                                              implementation
    ///  n+1 LicenseManager(registry, escrow, usageTracker, keyDeliveryVerifier)  implementation
    ///  n+2 UsageTracker(licenseManager, escrow, usageVerifier)                  implementation
    ///  n+3 DisputeResolution(licenseManager, escrow)                            implementation
    ///  n+4 ERC1967Proxy(n+0, ContentRegistry.initialize(owner, guardian))
    ///  n+5 ERC1967Proxy(n+1, LicenseManager.initialize(owner, guardian))
    ///  n+6 ERC1967Proxy(n+2, UsageTracker.initialize(owner))
    ///  n+7 ERC1967Proxy(n+3, DisputeResolution.initialize(owner, filingBond))
    ///  n+8 PaymentEscrow(n+5, n+6, n+7, owner, feeRecipient, feeBps)
    /// All addresses in the brackets are proxies or this contract; the two verifiers are deployed at any time before.
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
    }

    // ---- before a purchase

    /// @notice Sets the fee of later payments. Owner only; earlier payments keep theirs.
    function setFee(address recipient, uint16 feeBps) external onlyOwner returns (uint64 feeId) {
        return _setFee(recipient, feeBps);
    }

    /// @inheritdoc IPaymentEscrow
    function createSplit(Payee[] calldata payees) external returns (uint64 splitId) {
        uint256 sharesBps;
        splitId = ++_lastSplitId;
        if (payees.length == 0 || payees.length > MAX_PAYEES) revert SplitInvalid(payees.length, sharesBps);
        for (uint256 i = 0; i < payees.length; ++i) {
            if (payees[i].account == address(0)) revert ZeroAddress();
            sharesBps += payees[i].shareBps;
            // At most MAX_PAYEES.
            // forge-lint: disable-next-line(unsafe-typecast)
            _splits[splitId][i] = SplitEntry(payees[i].account, payees[i].shareBps, uint8(payees.length));
        }
        if (sharesBps != BPS) revert SplitInvalid(payees.length, sharesBps);
        emit SplitCreated(splitId, payees);
    }

    // ---- a payment's life

    /// @inheritdoc IPaymentEscrow
    function hold(HoldRequest calldata request)
        external
        payable
        only(licenseManager)
        nonReentrant
        returns (uint64 paymentId)
    {
        if (request.rule == ReleaseRule.Linear) revert RuleNotAvailable(request.rule);
        if (request.payer == address(0)) revert ZeroAddress();
        if (request.amount > type(uint128).max) revert AmountTooLarge(request.amount);
        if (_splits[request.splitId][0].payees == 0) revert SplitUnknown(request.splitId);

        paymentId = ++_lastPaymentId;
        bool metered = request.rule == ReleaseRule.Metered;
        PaymentRecord storage p = _payments[paymentId];
        p.payer = request.payer;
        p.rule = request.rule;
        p.state = PaymentState.Held;
        p.feeId = currentFeeId;
        p.splitId = uint256(request.splitId).toUint32();
        p.token = request.token;
        p.licenseId = request.licenseId.toUint40();
        p.disputeWindow = metered ? 0 : uint256(request.disputeWindow).toUint24();
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.amount = uint128(request.amount);
        p.deadline = metered ? request.refundableAt : request.deliveryDeadline;
        _liabilities[request.token] += request.amount;
        emit PaymentHeld(
            paymentId,
            request.licenseId,
            request.payer,
            request.token,
            request.amount,
            request.rule,
            request.splitId,
            p.feeId,
            metered ? 0 : request.deliveryDeadline,
            p.disputeWindow,
            metered ? request.refundableAt : 0
        );
        _receive(request.token, request.payer, request.amount);
    }

    /// @inheritdoc IPaymentEscrow
    function markDelivered(uint256 paymentId) external only(licenseManager) returns (uint40 releasableAt) {
        PaymentRecord storage p = _open(paymentId);
        if (p.rule != ReleaseRule.Cliff) revert RuleMismatch(paymentId, p.rule);
        if (p.state != PaymentState.Held) revert AlreadyDelivered(paymentId);
        uint256 clock = _clock(p);
        if (clock > p.deadline) revert DeliveryTooLate(paymentId, p.deadline);
        releasableAt = (clock + p.disputeWindow).toUint40();
        p.state = PaymentState.Delivered;
        p.releasableAt = releasableAt;
        emit PaymentDelivered(paymentId, releasableAt);
    }

    /// @inheritdoc IPaymentEscrow
    function draw(uint256 paymentId, uint256 due)
        external
        only(usageTracker)
        nonReentrant
        returns (uint256 moved)
    {
        PaymentRecord storage p = _known(paymentId);
        if (p.rule != ReleaseRule.Metered) revert RuleMismatch(paymentId, p.rule);
        if (due <= p.due) return 0;
        if (p.state == PaymentState.Closed) revert PaymentClosed(paymentId);
        if (due > p.amount) revert DueAboveAmount(paymentId, due, p.amount);
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.due = uint128(due);
        emit PaymentDue(paymentId, due);
        if (p.frozenAt == 0) moved = _release(paymentId, p, due);
    }

    /// @inheritdoc IPaymentEscrow
    function release(uint256 paymentId) external nonReentrant returns (uint256 moved) {
        PaymentRecord storage p = _open(paymentId);
        if (p.frozenAt != 0) revert PaymentIsFrozen(paymentId);
        if (p.rule == ReleaseRule.Metered) {
            if (p.due == p.released) revert NotReleasable(paymentId, 0);
            return _release(paymentId, p, p.due);
        }
        if (p.state != PaymentState.Delivered || _clock(p) < p.releasableAt) {
            revert NotReleasable(paymentId, p.releasableAt);
        }
        return _release(paymentId, p, p.amount);
    }

    /// @inheritdoc IPaymentEscrow
    function refund(uint256 paymentId) external nonReentrant returns (uint256 moved) {
        PaymentRecord storage p = _open(paymentId);
        if (p.frozenAt != 0) revert PaymentIsFrozen(paymentId);
        uint256 clock = _clock(p);
        if (p.rule == ReleaseRule.Metered) {
            if (clock < p.deadline) revert NotRefundableYet(paymentId, p.deadline);
        } else {
            if (p.state == PaymentState.Delivered) revert AlreadyDelivered(paymentId);
            // Delivery counts up to and including the deadline, so never both.
            if (clock <= p.deadline) revert NotRefundableYet(paymentId, p.deadline + 1);
        }
        return _refund(paymentId, p);
    }

    /// @inheritdoc IPaymentEscrow
    function freeze(uint256 paymentId, uint256 disputeId) external only(disputeResolution) {
        PaymentRecord storage p = _open(paymentId);
        if (p.frozenAt != 0) revert PaymentIsFrozen(paymentId);
        if (p.pausedSecs >= MAX_FREEZE) revert FreezeExhausted(paymentId);
        p.frozenAt = block.timestamp.toUint40();
        p.disputeId = disputeId.toUint32();
        emit PaymentFrozen(paymentId, disputeId, p.frozenAt);
    }

    /// @inheritdoc IPaymentEscrow
    function unfreeze(uint256 paymentId, uint256 disputeId, bool refundPayer)
        external
        only(disputeResolution)
        nonReentrant
    {
        PaymentRecord storage p = _frozen(paymentId);
        _unfreeze(paymentId, p, disputeId);
        if (refundPayer) _refund(paymentId, p);
    }

    /// @inheritdoc IPaymentEscrow
    function thaw(uint256 paymentId) external {
        PaymentRecord storage p = _frozen(paymentId);
        uint256 thawableAt = MAX_FREEZE + p.frozenAt - p.pausedSecs;
        if (block.timestamp < thawableAt) revert ThawTooEarly(paymentId, thawableAt.toUint40());
        _unfreeze(paymentId, p, p.disputeId);
    }

    // ---- bonds

    /// @inheritdoc IPaymentEscrow
    function holdBond(uint256 disputeId, address poster) external payable only(disputeResolution) {
        if (poster == address(0)) revert ZeroAddress();
        if (_bonds[disputeId].poster != address(0)) revert BondAlreadyHeld(disputeId);
        if (msg.value > type(uint96).max) revert AmountTooLarge(msg.value);
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        _bonds[disputeId] = Bond({poster: poster, amount: uint96(msg.value)});
        _liabilities[ETHER] += msg.value;
        emit BondHeld(disputeId, poster, ETHER, msg.value);
    }

    /// @inheritdoc IPaymentEscrow
    function payBond(uint256 disputeId, address recipient) external only(disputeResolution) {
        Bond memory bond = _bonds[disputeId];
        if (bond.poster == address(0)) revert BondUnknown(disputeId);
        if (recipient == address(0)) revert ZeroAddress();
        delete _bonds[disputeId];
        emit BondPaid(disputeId, recipient, ETHER, bond.amount);
        _credit(recipient, ETHER, 0, bond.amount);
    }

    // ---- money out

    /// @inheritdoc IPaymentEscrow
    function withdraw(address token) external returns (uint256 amount) {
        return withdrawTo(token, msg.sender);
    }

    /// @inheritdoc IPaymentEscrow
    function withdrawTo(address token, address recipient) public nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert ZeroAddress();
        amount = _balances[msg.sender][token];
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        _balances[msg.sender][token] = 0;
        _liabilities[token] -= amount;
        emit Withdrawn(msg.sender, token, recipient, amount, 0);
        if (token == ETHER) {
            (bool sent,) = recipient.call{value: amount}("");
            if (!sent) revert EtherTransferFailed(recipient, amount);
        } else {
            IERC20(token).safeTransfer(recipient, amount);
        }
    }

    // ---- views

    /// @inheritdoc IPaymentEscrow
    function payment(uint256 paymentId) external view returns (Payment memory) {
        PaymentRecord storage p = _known(paymentId);
        bool metered = p.rule == ReleaseRule.Metered;
        return Payment({
            licenseId: p.licenseId,
            payer: p.payer,
            token: p.token,
            amount: p.amount,
            released: p.released,
            // A refund always takes the rest and closes.
            refunded: p.state == PaymentState.Closed ? p.amount - p.released : 0,
            due: p.due,
            rule: p.rule,
            state: p.state,
            splitId: p.splitId,
            feeId: p.feeId,
            deliveryDeadline: metered ? 0 : p.deadline,
            disputeWindow: p.disputeWindow,
            releasableAt: p.releasableAt,
            refundableAt: metered ? p.deadline : 0,
            frozenAt: p.frozenAt,
            pausedSecs: p.pausedSecs
        });
    }

    /// @inheritdoc IPaymentEscrow
    function split(uint64 splitId) external view returns (Payee[] memory payees) {
        payees = new Payee[](_splits[splitId][0].payees);
        if (payees.length == 0) revert SplitUnknown(splitId);
        for (uint256 i = 0; i < payees.length; ++i) {
            SplitEntry storage entry = _splits[splitId][i];
            payees[i] = Payee({account: entry.account, shareBps: entry.shareBps});
        }
    }

    /// @inheritdoc IPaymentEscrow
    function fee(uint64 feeId) external view returns (address recipient, uint16 feeBps) {
        Fee storage found = _fees[feeId];
        return (found.recipient, found.feeBps);
    }

    /// @inheritdoc IPaymentEscrow
    function balanceOf(address account, address token) external view returns (uint256) {
        return _balances[account][token];
    }

    /// @inheritdoc IPaymentEscrow
    function liabilities(address token) external view returns (uint256) {
        return _liabilities[token];
    }

    // ---- internals

    /// Takes exactly `amount`, or reverts. A token that takes a cut of transfers is refused here.
    function _receive(address token, address payer, uint256 amount) private {
        uint256 requiredValue = token == ETHER ? amount : 0;
        if (msg.value != requiredValue) revert EtherValueDiffers(msg.value, requiredValue);
        if (token == ETHER) return;
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(payer, address(this), amount);
        uint256 balanceAfter = IERC20(token).balanceOf(address(this));
        uint256 received = balanceAfter > balanceBefore ? balanceAfter - balanceBefore : 0;
        if (received != amount) revert AmountReceivedDiffers(token, amount, received);
    }

    function _unfreeze(uint256 paymentId, PaymentRecord storage p, uint256 disputeId) private {
        p.pausedSecs = (p.pausedSecs + block.timestamp - p.frozenAt).toUint32();
        p.frozenAt = 0;
        emit PaymentUnfrozen(paymentId, disputeId, p.pausedSecs);
    }

    /// Moves what is missing up to `releasedAfter` in all, and closes when nothing is left.
    function _release(uint256 paymentId, PaymentRecord storage p, uint256 releasedAfter)
        private
        returns (uint256 moved)
    {
        uint256 releasedBefore = p.released;
        bool closed = releasedAfter == p.amount;
        // At most `amount`.
        // forge-lint: disable-next-line(unsafe-typecast)
        p.released = uint128(releasedAfter);
        if (closed) p.state = PaymentState.Closed;
        moved = releasedAfter - releasedBefore;
        Fee memory terms = _fees[p.feeId];
        uint256 feeBefore = releasedBefore * terms.feeBps / BPS;
        uint256 feeAfter = releasedAfter * terms.feeBps / BPS;
        emit PaymentReleased(paymentId, p.token, moved, feeAfter - feeBefore, releasedAfter, closed);
        if (feeAfter != feeBefore) _credit(terms.recipient, p.token, paymentId, feeAfter - feeBefore);
        _creditPayees(paymentId, p, releasedBefore - feeBefore, releasedAfter - feeAfter, closed);
    }

    /// Gives the payees what is due to them and the payer all the rest, and closes.
    function _refund(uint256 paymentId, PaymentRecord storage p) private returns (uint256 moved) {
        uint256 due = p.due;
        uint256 released = p.released;
        if (due > released) {
            _release(paymentId, p, due);
            if (p.state == PaymentState.Closed) return 0;
            released = due;
        }
        p.state = PaymentState.Closed;
        moved = p.amount - released;
        emit PaymentRefunded(paymentId, p.token, p.payer, moved, moved, true);
        if (released != 0) {
            uint256 net = released - released * _fees[p.feeId].feeBps / BPS;
            _creditPayees(paymentId, p, net, net, true);
        }
        _credit(p.payer, p.token, paymentId, moved);
    }

    /// Credits each payee the growth of its share, and at the end the leftovers of rounding to the first.
    function _creditPayees(
        uint256 paymentId,
        PaymentRecord storage p,
        uint256 netBefore,
        uint256 netAfter,
        bool closing
    ) private {
        mapping(uint256 index => SplitEntry) storage entries = _splits[p.splitId];
        SplitEntry memory first = entries[0];
        uint256 others;
        for (uint256 i = 1; i < first.payees; ++i) {
            SplitEntry memory entry = entries[i];
            uint256 total = netAfter * entry.shareBps / BPS;
            others += total;
            _credit(entry.account, p.token, paymentId, total - netBefore * entry.shareBps / BPS);
        }
        uint256 firstTotal = closing ? netAfter - others : netAfter * first.shareBps / BPS;
        _credit(first.account, p.token, paymentId, firstTotal - netBefore * first.shareBps / BPS);
    }

    function _credit(address account, address token, uint256 paymentId, uint256 amount) private {
        if (amount == 0) return;
        uint256 balance = _balances[account][token] + amount;
        _balances[account][token] = balance;
        emit Credited(account, token, paymentId, amount, balance);
    }

    function _setFee(address recipient, uint16 feeBps) private returns (uint64 feeId) {
        if (recipient == address(0)) revert ZeroAddress();
        if (feeBps > MAX_FEE_BPS) revert FeeTooHigh(feeBps, MAX_FEE_BPS);
        feeId = ++currentFeeId;
        _fees[feeId] = Fee({recipient: recipient, feeBps: feeBps});
        emit FeeSet(feeId, recipient, feeBps);
    }

    function _checkWired(address sibling) private view {
        if (sibling.code.length == 0 || address(IWiredToEscrow(sibling).escrow()) != address(this)) {
            revert NotWiredToThis(sibling);
        }
    }

    function _known(uint256 paymentId) private view returns (PaymentRecord storage p) {
        p = _payments[paymentId];
        if (p.state == PaymentState.None) revert PaymentUnknown(paymentId);
    }

    function _open(uint256 paymentId) private view returns (PaymentRecord storage p) {
        p = _known(paymentId);
        if (p.state == PaymentState.Closed) revert PaymentClosed(paymentId);
    }

    function _frozen(uint256 paymentId) private view returns (PaymentRecord storage p) {
        p = _open(paymentId);
        if (p.frozenAt == 0) revert PaymentNotFrozen(paymentId);
    }

    /// Seconds on the payment's own clock, which stands still while it is frozen.
    function _clock(PaymentRecord storage p) private view returns (uint256) {
        return (p.frozenAt == 0 ? block.timestamp : p.frozenAt) - p.pausedSecs;
    }
}
