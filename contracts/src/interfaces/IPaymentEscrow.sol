// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice A share of what a creator earns.
struct Payee {
    address account;
    uint16 shareBps;
}

/// @notice When held money may leave towards the payees.
enum ReleaseRule {
    /// Unit by unit, as use is settled.
    Metered,
    /// Evenly over time.
    Linear,
    /// At once, a dispute window after delivery.
    Cliff
}

/// @notice Where a payment stands. It only moves forward.
enum PaymentState {
    None,
    Held,
    /// Cliff only: the key was delivered and the dispute window runs.
    Delivered,
    /// Nothing is left: all went to payees and fee, or (Metered, Linear) the rest to the payer.
    Closed,
    /// Cliff only: nothing is left, all went back to the payer.
    Refunded
}

/// @notice What the license manager asks the escrow to hold.
struct HoldRequest {
    /// Chosen by the license manager, never used before.
    uint256 paymentId;
    uint256 licenseId;
    /// Whose ERC-20 allowance is drawn.
    address funder;
    /// Who gets back what is refunded.
    address payer;
    address token;
    uint256 amount;
    ReleaseRule rule;
    uint64 splitId;
    /// Linear: first second of vesting (unix). Otherwise zero.
    uint40 startsAt;
    /// Cliff: last second at which delivery counts. Metered: from this second on the rest is refundable (license
    /// expiry + grace). Linear: first second at which all has vested. Unix.
    uint40 deadline;
    /// Cliff: seconds between delivery and release. Otherwise zero.
    uint32 disputeWindow;
}

/// @notice A payment. All clocks are unix seconds and stand still while it is frozen: they are compared with
///         `now - pausedSecs`, or `frozenAt - pausedSecs` while frozen.
struct Payment {
    uint256 licenseId;
    address payer;
    address token;
    uint256 amount;
    /// Moved towards payees and fee so far, fee included.
    uint256 released;
    /// Moved back to the payer so far.
    uint256 refunded;
    /// Metered: what settlement says is due in all, released or not.
    uint256 due;
    ReleaseRule rule;
    PaymentState state;
    uint64 splitId;
    uint64 feeId;
    uint40 startsAt;
    uint40 deadline;
    uint32 disputeWindow;
    /// Cliff: first second of release; zero before delivery.
    uint40 releasableAt;
    /// Zero unless frozen.
    uint40 frozenAt;
    /// Seconds that the clocks stood still in earlier freezes; at most {IPaymentEscrow-MAX_FREEZE}.
    uint40 pausedSecs;
    /// What froze it last; zero if never frozen.
    uint256 disputeId;
}

/// @title PaymentEscrow: the only contract that holds money. Not upgradeable.
/// @notice Whatever its callers ask, a payment goes to the payees and fee recorded at purchase or back to its payer.
interface IPaymentEscrow {
    event SplitCreated(uint64 indexed splitId, Payee[] payees);
    event FeeSet(uint64 indexed feeId, address recipient, uint16 feeBps);
    /// @param open Whether new payments are taken in it. Payments already held are untouched.
    event TokenListed(address indexed token, uint16 tokenId, bool open);
    event PaymentHeld(
        uint256 indexed paymentId,
        uint256 indexed licenseId,
        address indexed payer,
        address token,
        uint256 amount,
        ReleaseRule rule,
        uint64 splitId,
        uint64 feeId,
        uint40 startsAt,
        uint40 deadline,
        uint32 disputeWindow
    );
    /// @param amount Held in all, now.
    event PaymentToppedUp(
        uint256 indexed paymentId, address indexed token, uint256 added, uint256 amount, uint40 deadline
    );
    /// @notice A Metered payment's deadline moved: nearer when its payer ended it, further when it was extended.
    event PaymentDeadlineMoved(uint256 indexed paymentId, uint40 deadline);
    event PaymentDelivered(uint256 indexed paymentId, uint40 releasableAt);
    /// @param due All that settlement says is due.
    event PaymentDue(uint256 indexed paymentId, uint256 due);
    /// @param amount Moved now, fee included.
    /// @param released Moved in all, fee included.
    event PaymentReleased(
        uint256 indexed paymentId,
        address indexed token,
        uint256 amount,
        uint256 fee,
        uint256 released,
        bool closed
    );
    event PaymentRefunded(
        uint256 indexed paymentId,
        address indexed token,
        address indexed payer,
        uint256 amount,
        uint256 refunded,
        bool closed
    );
    event PaymentFrozen(uint256 indexed paymentId, uint256 indexed disputeId, uint40 frozenAt);
    event PaymentUnfrozen(uint256 indexed paymentId, uint256 indexed disputeId, uint40 pausedSecs);
    event BondHeld(uint256 indexed disputeId, address indexed poster, address token, uint256 amount);
    event BondPaid(uint256 indexed disputeId, address indexed recipient, address token, uint256 amount);
    /// @param balance After the credit. `paymentId` is zero for a bond.
    event Credited(
        address indexed account,
        address indexed token,
        uint256 indexed paymentId,
        uint256 amount,
        uint256 balance
    );
    /// @param balance After the withdrawal.
    event Withdrawn(
        address indexed account, address indexed token, address recipient, uint256 amount, uint256 balance
    );

    error CallerNotAllowed(address caller);
    error PaymentUnknown(uint256 paymentId);
    error PaymentExists(uint256 paymentId);
    error PaymentClosed(uint256 paymentId);
    error PaymentIsFrozen(uint256 paymentId);
    error PaymentNotFrozen(uint256 paymentId);
    error AlreadyDelivered(uint256 paymentId);
    error DeliveryTooLate(uint256 paymentId, uint40 deliveryDeadline);
    error NotRefundableYet(uint256 paymentId, uint40 refundableAt);
    error NotReleasable(uint256 paymentId, uint40 releasableAt);
    error ThawTooEarly(uint256 paymentId, uint40 thawableAt);
    error FreezeExhausted(uint256 paymentId);
    error RuleMismatch(uint256 paymentId, ReleaseRule rule);
    error ScheduleInvalid(uint40 startsAt, uint40 deadline);
    error AmountTooLarge(uint256 amount);
    error AmountReceivedDiffers(address token, uint256 expected, uint256 received);
    error EtherValueDiffers(uint256 sent, uint256 required);
    error EtherTransferFailed(address recipient, uint256 amount);
    error NothingToWithdraw(address account, address token);
    error TokenNotListed(address token);
    error SplitUnknown(uint64 splitId);
    error SplitInvalid(uint256 payees, uint256 sharesBps);
    error FeeTooHigh(uint16 feeBps, uint16 maxBps);
    error BondUnknown(uint256 disputeId);
    error ZeroAddress();

    // ---- operator

    /// @notice Sets the fee of later payments. Owner only; earlier payments keep theirs.
    function setFee(address recipient, uint16 feeBps) external returns (uint64 feeId);

    /// @notice Takes (`open`) or refuses new payments in a token. Owner only. ETH (zero) is listed from the start.
    function listToken(address token, bool open) external returns (uint16 tokenId);

    // ---- before a purchase

    /// @notice Records who shares payments. Anyone may; a split never changes.
    function createSplit(Payee[] calldata payees) external returns (uint64 splitId);

    // ---- a payment's life

    /// @notice Takes `request.amount` from the funder. License manager only. `msg.value` must match for ETH.
    function hold(HoldRequest calldata request) external payable;

    /// @notice Adds to a Linear payment and moves its end. License manager only. The fee stays that of the first hold.
    function topUp(uint256 paymentId, address funder, uint256 added, uint40 deadline) external payable;

    /// @notice Moves the deadline of a Metered payment further away. License manager only.
    function extend(uint256 paymentId, uint40 deadline) external;

    /// @notice The payer's close. Metered: brings the deadline forward to `deadline`, never back. Linear: releases
    ///         what vested and refunds the rest. License manager only; not while frozen.
    function end(uint256 paymentId, uint40 deadline) external;

    /// @notice Starts the dispute window of a Cliff payment. License manager only. Works while frozen.
    function markDelivered(uint256 paymentId) external returns (uint40 releasableAt);

    /// @notice Raises what is due from a Metered payment to its part `settled` of `granted` units; {release} moves it.
    ///         Works while frozen. Usage tracker only. A lower or equal value changes nothing.
    function drawUnits(uint256 paymentId, uint256 settled, uint256 granted) external;

    /// @notice Raises what is due from a Metered payment to `due` base units, at most all of it. Usage tracker only.
    function draw(uint256 paymentId, uint256 due) external;

    /// @notice Moves what may leave now towards the payees. Anyone may.
    function release(uint256 paymentId) external returns (uint256 moved);

    /// @notice Moves what the payer may take back to the payer's balance: all of an undelivered Cliff payment after
    ///         its deadline, what is not due of a Metered one from its deadline on. Anyone may.
    function refund(uint256 paymentId) external returns (uint256 moved);

    /// @notice Stops the clocks and all movement, for at most what is left of {MAX_FREEZE}. Dispute contract only.
    function freeze(uint256 paymentId, uint256 disputeId) external;

    /// @notice Lets the clocks run on. With `refundPayer`, what was not yet due or vested goes back to the payer.
    ///         Dispute contract only.
    function unfreeze(uint256 paymentId, uint256 disputeId, bool refundPayer) external;

    /// @notice Ends a freeze that, with earlier ones of the payment, has lasted {MAX_FREEZE}: the clocks run on, no
    ///         money moves, and the payment is never frozen again. Anyone may.
    function thaw(uint256 paymentId) external;

    // ---- bonds of disputes

    /// @notice Holds a dispute bond in ETH. Dispute contract only.
    function holdBond(uint256 disputeId, address poster) external payable;

    /// @notice Credits a bond, once, to its poster or to the other party named by the dispute. Dispute contract only.
    function payBond(uint256 disputeId, address recipient) external;

    // ---- money out

    /// @notice Sends the caller's whole balance of `token` (zero: ETH) to the caller.
    function withdraw(address token) external returns (uint256 amount);

    /// @notice Sends the caller's whole balance of `token` to `recipient`.
    function withdrawTo(address token, address recipient) external returns (uint256 amount);

    // ---- views

    /// @notice Seconds that a payment can be frozen in all, by however many disputes and whatever the dispute contract
    ///         is upgraded to.
    function MAX_FREEZE() external view returns (uint256);

    /// @notice Reverts when unknown.
    function payment(uint256 paymentId) external view returns (Payment memory);

    /// @notice What a dispute asks of a payment, in two slots; see {Payment}. `None` when unknown.
    function standing(uint256 paymentId)
        external
        view
        returns (PaymentState state, ReleaseRule rule, bool frozen, uint40 deadline, uint40 releasableAt);

    /// @notice What {release} would move now; zero while frozen.
    function releasable(uint256 paymentId) external view returns (uint256 amount);

    /// @notice Reverts when unknown.
    function split(uint64 splitId) external view returns (Payee[] memory);

    /// @notice The split that pays one account alone; zero when nobody created it.
    function soloSplitOf(address account) external view returns (uint64 splitId);

    function fee(uint64 feeId) external view returns (address recipient, uint16 feeBps);

    /// @notice Whether new payments are taken in a token.
    function isListed(address token) external view returns (bool);

    function balanceOf(address account, address token) external view returns (uint256);
}
