// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

/// @notice A dispute as its panel sees it.
struct PanelDispute {
    /// Who asked, and is told the ruling.
    address arbitrable;
    /// Whose members may vote.
    uint32 panelId;
    /// Rulings to choose from, beside zero: refusing to say.
    uint8 choices;
    uint8 voters;
    /// Voters that were not paid yet.
    uint8 unpaid;
    /// Last second of the vote (unix).
    uint40 votingEnds;
    bool concluded;
    /// The arbitrable took the ruling.
    bool delivered;
    /// Once concluded.
    uint8 ruling;
    /// Wei for the voters that were not paid yet.
    uint96 pot;
}

/// @title IPanelArbitrator: an ERC-792 arbitrator in which the members of a panel vote.
/// @notice A majority of the panel, as it was when the dispute was created, decides; else, when the time is over, the
///         choice with the most votes, zero on a tie. It hears no appeals.
interface IPanelArbitrator is IArbitrator {
    /// @param panelId Votes on disputes created from now on.
    event PanelSet(uint32 indexed panelId, address[] members);
    event FeeSet(uint96 fee);
    event VotingSecsSet(uint40 votingSecs);
    event Voted(uint256 indexed disputeId, address indexed member, uint256 ruling);
    event Concluded(uint256 indexed disputeId, uint256 ruling, uint256 voters);
    /// @param delivered Whether the arbitrable took the ruling; if not, {deliver} can be called again.
    event RulingDelivered(uint256 indexed disputeId, address indexed arbitrable, bool delivered);
    event Paid(uint256 indexed disputeId, address indexed member, uint256 amount);
    /// @notice Nobody voted: the fee goes to the voters of the next dispute.
    event FeeCarriedOver(uint256 indexed disputeId, uint256 amount);

    error PanelInvalid(uint256 members);
    error MemberInvalid(address member);
    error VotingSecsInvalid(uint40 votingSecs);
    error FeeDiffers(uint256 sent, uint256 required);
    error ChoicesInvalid(uint256 choices);
    error DisputeUnknown(uint256 disputeId);
    error NotMember(uint256 disputeId, address caller);
    error AlreadyVoted(uint256 disputeId, address member);
    error RulingInvalid(uint256 ruling, uint256 choices);
    error VoteOver(uint256 disputeId);
    error VoteNotOver(uint256 disputeId, uint40 votingEnds);
    error NotConcluded(uint256 disputeId);
    error AlreadyDelivered(uint256 disputeId);
    error NothingToCollect(uint256 disputeId, address caller);
    error TransferFailed(address recipient, uint256 amount);
    error AppealsNotHeard();

    /// @notice Who votes on later disputes: 1 to 31 accounts. Owner only.
    function setPanel(address[] calldata members) external returns (uint32 panelId);

    /// @notice Wei for each later dispute. Owner only.
    function setFee(uint96 fee) external;

    /// @notice Seconds to vote on each later dispute: at least an hour, at most 14 days. Owner only.
    function setVotingSecs(uint40 votingSecs) external;

    /// @notice Votes, once, for one of the choices or for zero. Members of the dispute's panel only.
    function vote(uint256 disputeId, uint256 ruling) external;

    /// @notice Ends a vote that a majority decided, in which all voted, or whose time is over; then tells the
    ///         arbitrable. Anyone may.
    function conclude(uint256 disputeId) external;

    /// @notice Tells the arbitrable the ruling again, if it did not take it. Anyone may.
    function deliver(uint256 disputeId) external;

    /// @notice Pays the caller its equal share of a concluded dispute's fee.
    function collect(uint256 disputeId) external returns (uint256 amount);

    function dispute(uint256 disputeId) external view returns (PanelDispute memory);

    function votesFor(uint256 disputeId, uint256 ruling) external view returns (uint256);

    /// @notice The panel that votes on disputes created now.
    function panelId() external view returns (uint32);

    function membersOf(uint32 panelId) external view returns (address[] memory);
}
