// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Offer} from "./ILicenseManager.sol";
import {SignedHead} from "./IUsageTracker.sol";

/// @notice What a party complains of.
enum DisputeKind {
    /// By the licensee: the deadline passed without delivery. Decided by program.
    NonDelivery,
    /// By the creator: a head that both signed is above the units included. Decided by program; overage is paid from
    /// the performance bond.
    UsageExceeded,
    /// By the creator: a head that both signed is above the settled total. Decided by program, which settles it.
    NonPayment,
    /// By the licensee: what the key opens is not what was registered. Decided by the arbitrator.
    ContentMismatch,
    /// By the creator: use outside the license. The program can only acquit; else the arbitrator, for the bond and the
    /// record only.
    UnauthorizedAccess
}

/// @notice Where a dispute stands. It only moves forward.
enum DisputeState {
    None,
    /// Filed: the other side may answer; a program or, later, the arbitrator decides.
    Filed,
    /// Before an ERC-792 arbitrator.
    Escalated,
    /// Ruled; the loser may still appeal, then anyone executes.
    Ruled,
    /// Before the appeal arbitrator.
    Appealed,
    Executed
}

/// @notice What was decided. `None` also stands for a time-out: nothing moves, the bond returns, but for that of a
///         UsageExceeded or NonPayment that no head showed: it goes to the respondent.
enum Ruling {
    None,
    Creator,
    Licensee
}

struct Dispute {
    uint256 licenseId;
    /// The payment that is frozen; zero for UnauthorizedAccess.
    uint256 paymentId;
    DisputeKind kind;
    DisputeState state;
    Ruling ruling;
    address filer;
    /// Who holds the other side of the license now: owner of the content, or of the license.
    address respondent;
    /// Pinned when filed.
    address arbitrator;
    /// Whether `arbitrator` is an ERC-792 contract; else it rules directly.
    bool arbitratorIsContract;
    /// Decides appeals, pinned when filed; zero: no appeal.
    address appealArbitrator;
    /// Whether the respondent answered.
    bool answered;
    uint40 filedAt;
    /// Of the present state: after this second anyone may time it out, or execute what is ruled (unix).
    uint40 deadline;
    /// ETH.
    uint256 bond;
}

/// @title DisputeResolution: freezes a payment, has it decided, executes the ruling.
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
        address appealArbitrator,
        uint256 bond,
        uint40 deadline,
        bytes evidenceCid
    );
    event EvidenceSubmitted(uint256 indexed disputeId, address indexed party, bytes evidenceCid);
    /// @param externalId The arbitrator's own id of the dispute.
    event DisputeEscalated(
        uint256 indexed disputeId, address indexed arbitrator, uint256 externalId, uint40 deadline
    );
    /// @param by The arbitrator, or this contract when a program decided.
    event DisputeRuled(uint256 indexed disputeId, address indexed by, Ruling ruling, uint40 executableFrom);
    event DisputeAppealed(
        uint256 indexed disputeId,
        address indexed appellant,
        address indexed arbitrator,
        uint256 externalId,
        uint40 deadline
    );
    event DisputeExecuted(uint256 indexed disputeId, Ruling ruling, address bondRecipient);
    event FilingBondSet(uint256 filingBond);
    event AppealArbitratorSet(address indexed arbitrator);
    /// @param finalRulings The arbitrator hears appeals itself, so that its rulings are final here.
    event ArbitratorPolicySet(address indexed arbitrator, bool finalRulings);

    error DisputeUnknown(uint256 disputeId);
    error AlreadyDisputed(uint256 paymentId, uint256 disputeId);
    error NotDisputable(uint256 paymentId);
    error KindNotApplicable(uint256 licenseId, DisputeKind kind);
    error NotParty(address caller);
    error NotArbitrator(address caller, address arbitrator);
    error ArbitratorMissing(uint256 licenseId);
    error ArbitratorIsContract(address arbitrator);
    error ArbitratorNotContract(address arbitrator);
    /// The arbitrator reverted, ran out of the gas it is given, or answered nonsense.
    error ArbitratorFailed(address arbitrator);
    error ExternalDisputeUnknown(address arbitrator, uint256 externalId);
    error BondDiffers(uint256 sent, uint256 required);
    error FeeDiffers(uint256 sent, uint256 required);
    error CidInvalid(bytes cid);
    error StateNotAllowed(uint256 disputeId, DisputeState state);
    error RulingInvalid(uint256 ruling);
    error RespondWindowOpen(uint256 disputeId, uint40 until);
    error DeadlinePassed(uint256 disputeId, uint40 deadline);
    error DeadlineNotPassed(uint256 disputeId, uint40 deadline);
    error CheckInconclusive(uint256 disputeId);
    error NoAppeal(uint256 disputeId);

    // ---- operator

    /// @notice ETH that later filers post. Owner only.
    function setFilingBond(uint256 filingBond) external;

    /// @notice The ERC-792 contract that hears appeals of later disputes; zero: none. Owner only.
    function setAppealArbitrator(address arbitrator) external;

    /// @notice Whether an arbitrator hears appeals itself. Owner only; for later disputes.
    function setArbitratorPolicy(address arbitrator, bool finalRulings) external;

    // ---- a dispute's life

    /// @notice Files a dispute with the bond as `msg.value`; freezes the payment that it is about. Licensee or creator,
    ///         as the kind says. A payment is disputed at most once.
    /// @param offer The terms that the license was sold at: they pin the arbitrator, of a ContentMismatch or
    ///        UnauthorizedAccess. Of the other kinds there is none: a program decides.
    /// @return disputeId The id of the payment; of an UnauthorizedAccess, 2^40 + the license's id.
    function file(uint256 licenseId, DisputeKind kind, Offer calldata offer, bytes calldata evidenceCid)
        external
        payable
        returns (uint256 disputeId);

    /// @notice Adds evidence. Filer and respondent only, until ruled. Also an ERC-1497 `Evidence` event where
    ///         an ERC-792 arbitrator may come to hear it.
    function submitEvidence(uint256 disputeId, bytes calldata evidenceCid) external;

    /// @notice Lets a program decide a NonDelivery, or acquit of an UnauthorizedAccess when the license was valid
    ///         at filing. Anyone may. Reverts when the program cannot decide.
    function check(uint256 disputeId) external;

    /// @notice Lets a program decide a NonPayment or UsageExceeded by a head that both sides signed; settles the head.
    ///         Anyone may. Reverts when the program cannot decide.
    function checkHead(uint256 disputeId, SignedHead calldata signedHead) external;

    /// @notice Brings the dispute before its ERC-792 arbitrator, paying exactly {escalationCost}. Parties only, after
    ///         the respondent answered or its window passed.
    function escalate(uint256 disputeId) external payable;

    /// @notice ERC-792: called by an arbitrator contract with its own id of the dispute.
    function rule(uint256 externalId, uint256 ruling) external;

    /// @notice An arbitrator that is no contract rules (1 creator, 2 licensee, 0 refuses), after the respondent
    ///         answered or its window passed, until the deadline.
    function ruleDirectly(uint256 disputeId, uint256 ruling) external;

    /// @notice The party that the ruling is against has it heard again, paying exactly {appealCost}.
    function appeal(uint256 disputeId) external payable;

    /// @notice Executes a ruling on the escrow, after the time for appeal. Anyone may, once.
    function execute(uint256 disputeId) external;

    /// @notice Ends a dispute that nobody decided in time, as if refused; an appeal that nobody decided leaves the
    ///         first ruling. A UsageExceeded or NonPayment that no head showed costs the bond. Anyone may.
    function timeOut(uint256 disputeId) external;

    // ---- views

    function dispute(uint256 disputeId) external view returns (Dispute memory);

    /// @notice ETH that a filer posts.
    function filingBond() external view returns (uint256);

    /// @notice Wei for {escalate}.
    function escalationCost(uint256 disputeId) external view returns (uint256);

    /// @notice Wei for {appeal}.
    function appealCost(uint256 disputeId) external view returns (uint256);
}
