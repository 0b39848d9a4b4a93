// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice What a party complains of.
enum DisputeKind {
    NonDelivery,
    UsageExceeded,
    NonPayment,
    ContentMismatch,
    UnauthorizedAccess
}

/// @notice Where a dispute stands. It only moves forward.
enum DisputeState {
    None,
    /// Filed: the other side may answer, then the arbitrator may rule.
    Filed,
    /// Ruled, waiting for execution.
    Ruled,
    Executed
}

/// @notice What was decided. `None` also stands for a time-out: nothing moves, the bond returns.
enum Ruling {
    None,
    Creator,
    Licensee
}

struct Dispute {
    uint256 licenseId;
    uint256 paymentId;
    DisputeKind kind;
    DisputeState state;
    Ruling ruling;
    address filer;
    address respondent;
    address arbitrator;
    uint40 filedAt;
    /// After this second anyone may time the dispute out (unix).
    uint40 rulingDeadline;
    uint256 bond;
}

/// @title DisputeResolution: freezes a payment, has it ruled, executes the ruling.
interface IDisputeResolution {
    /// @param evidenceCid Binary CIDv1 of the evidence.
    event DisputeFiled(
        uint256 indexed disputeId,
        uint256 indexed licenseId,
        address indexed filer,
        uint256 paymentId,
        DisputeKind kind,
        address respondent,
        address arbitrator,
        uint256 bond,
        uint40 rulingDeadline,
        bytes evidenceCid
    );
    event EvidenceSubmitted(uint256 indexed disputeId, address indexed party, bytes evidenceCid);
    event DisputeRuled(uint256 indexed disputeId, address indexed arbitrator, Ruling ruling);
    event DisputeExecuted(uint256 indexed disputeId, Ruling ruling, address bondRecipient);

    error DisputeUnknown(uint256 disputeId);
    error DisputeKindNotAvailable(DisputeKind kind);
    error AlreadyDisputed(uint256 paymentId, uint256 disputeId);
    error NotDisputable(uint256 paymentId);
    error NotParty(address caller);
    error NotArbitrator(address caller, address arbitrator);
    error BondDiffers(uint256 sent, uint256 required);
    error CidInvalid(bytes cid);
    error StateNotAllowed(uint256 disputeId, DisputeState state);
    error RulingInvalid(uint256 ruling);
    error RespondWindowOpen(uint256 disputeId, uint40 until);
    error RulingOverdue(uint256 disputeId, uint40 rulingDeadline);
    error RulingNotOverdue(uint256 disputeId, uint40 rulingDeadline);

    /// @notice Files a dispute about a delivered, unreleased payment and freezes it. Owner of the license only,
    ///         once per payment, with the bond as `msg.value`.
    function file(uint256 licenseId, DisputeKind kind, bytes calldata evidenceCid)
        external
        payable
        returns (uint256 disputeId);

    /// @notice Adds evidence. Filer and respondent only, until ruled.
    function submitEvidence(uint256 disputeId, bytes calldata evidenceCid) external;

    /// @notice Rules (1 creator, 2 licensee, 0 refuses). Pinned arbitrator only, after the respondent answered or
    ///         its window passed, until the ruling deadline.
    function rule(uint256 disputeId, uint256 ruling) external;

    /// @notice Executes a ruling on the escrow. Anyone may, once. Once the payment was thawed (see
    ///         {IPaymentEscrow-thaw}) only the bond is left to pay.
    function execute(uint256 disputeId) external;

    /// @notice Ends a dispute that the arbitrator did not rule in time, as if refused. Anyone may.
    function timeOut(uint256 disputeId) external;

    function dispute(uint256 disputeId) external view returns (Dispute memory);

    /// @notice ETH that a filer posts.
    function filingBond() external view returns (uint256);
}
