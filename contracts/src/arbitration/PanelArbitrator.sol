// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IPanelArbitrator, PanelDispute} from "./IPanelArbitrator.sol";
import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {Ownable, Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {LibCall} from "solady/utils/LibCall.sol";

/// @title PanelArbitrator: an ERC-792 arbitrator in which the members of a panel vote. Not upgradeable.
/// @dev Any contract may ask; each pays its own disputes, and none can hurt another's: the arbitrable is called last,
/// its failure is only noted, and fees are collected by their owners.
///
/// # Invariants
/// 1. Who votes on a dispute, for how long and for what fee is what it was when the dispute was created.
/// 2. A member votes once per dispute, and not after it is concluded.
/// 3. Ether held = what was paid for disputes, minus what voters collected.
contract PanelArbitrator is IPanelArbitrator, Ownable2Step {
    using SafeCast for uint256;

    uint256 public constant MAX_MEMBERS = 31;
    uint256 public constant MAX_CHOICES = 31;
    uint40 public constant MIN_VOTING_SECS = 1 hours;
    uint40 public constant MAX_VOTING_SECS = 14 days;
    /// @notice What an arbitrable may use to take a ruling.
    uint256 public constant RULE_GAS = 1_000_000;

    /// @inheritdoc IPanelArbitrator
    uint32 public panelId;
    uint96 private _fee;
    uint40 private _votingSecs;
    /// Of disputes on which nobody voted.
    uint96 private _carried;
    PanelDispute[] private _disputes;
    mapping(uint32 panelId => address[]) private _members;
    mapping(uint32 panelId => mapping(address account => bool)) private _isMember;
    mapping(uint256 disputeId => mapping(uint256 ruling => uint256)) private _votes;
    mapping(uint256 disputeId => mapping(address member => Ballot)) private _ballots;

    enum Ballot {
        None,
        Cast,
        Paid
    }

    constructor(address owner_, address[] memory members, uint96 fee, uint40 votingSecs) Ownable(owner_) {
        _setPanel(members);
        _setFee(fee);
        _setVotingSecs(votingSecs);
    }

    // ---- owner

    /// @inheritdoc IPanelArbitrator
    function setPanel(address[] calldata members) external onlyOwner returns (uint32) {
        return _setPanel(members);
    }

    /// @inheritdoc IPanelArbitrator
    function setFee(uint96 fee) external onlyOwner {
        _setFee(fee);
    }

    /// @inheritdoc IPanelArbitrator
    function setVotingSecs(uint40 votingSecs) external onlyOwner {
        _setVotingSecs(votingSecs);
    }

    // ---- a dispute's life

    /// @inheritdoc IArbitrator
    function createDispute(uint256 choices, bytes calldata) external payable returns (uint256 disputeId) {
        if (msg.value != _fee) revert FeeDiffers(msg.value, _fee);
        if (choices == 0 || choices > MAX_CHOICES) revert ChoicesInvalid(choices);
        disputeId = _disputes.length;
        PanelDispute storage d = _disputes.push();
        d.arbitrable = msg.sender;
        d.panelId = panelId;
        // Checked above.
        // forge-lint: disable-next-line(unsafe-typecast)
        d.choices = uint8(choices);
        d.votingEnds = (block.timestamp + _votingSecs).toUint40();
        d.pot = _fee + _carried;
        _carried = 0;
        emit DisputeCreation(disputeId, IArbitrable(msg.sender));
    }

    /// @inheritdoc IPanelArbitrator
    function vote(uint256 disputeId, uint256 ruling) external {
        PanelDispute storage d = _known(disputeId);
        if (!_isMember[d.panelId][msg.sender]) revert NotMember(disputeId, msg.sender);
        if (d.concluded || block.timestamp > d.votingEnds) revert VoteOver(disputeId);
        if (ruling > d.choices) revert RulingInvalid(ruling, d.choices);
        if (_ballots[disputeId][msg.sender] != Ballot.None) revert AlreadyVoted(disputeId, msg.sender);
        _ballots[disputeId][msg.sender] = Ballot.Cast;
        ++d.voters;
        ++_votes[disputeId][ruling];
        emit Voted(disputeId, msg.sender, ruling);
    }

    /// @inheritdoc IPanelArbitrator
    function conclude(uint256 disputeId) external {
        PanelDispute storage d = _known(disputeId);
        if (d.concluded) revert VoteOver(disputeId);
        (uint256 ruling, uint256 votes) = _leading(disputeId, d.choices);
        uint256 members = _members[d.panelId].length;
        bool decided = 2 * votes > members || d.voters == members;
        if (!decided && block.timestamp <= d.votingEnds) revert VoteNotOver(disputeId, d.votingEnds);
        d.concluded = true;
        // At most `choices`.
        // forge-lint: disable-next-line(unsafe-typecast)
        d.ruling = uint8(ruling);
        d.unpaid = d.voters;
        emit Concluded(disputeId, ruling, d.voters);
        if (d.voters == 0 && d.pot != 0) {
            emit FeeCarriedOver(disputeId, d.pot);
            _carried += d.pot;
            d.pot = 0;
        }
        _deliver(disputeId, d);
    }

    /// @inheritdoc IPanelArbitrator
    function deliver(uint256 disputeId) external {
        PanelDispute storage d = _known(disputeId);
        if (!d.concluded) revert NotConcluded(disputeId);
        if (d.delivered) revert AlreadyDelivered(disputeId);
        _deliver(disputeId, d);
    }

    /// @inheritdoc IPanelArbitrator
    function collect(uint256 disputeId) external returns (uint256 amount) {
        PanelDispute storage d = _known(disputeId);
        if (!d.concluded) revert NotConcluded(disputeId);
        if (_ballots[disputeId][msg.sender] != Ballot.Cast) revert NothingToCollect(disputeId, msg.sender);
        _ballots[disputeId][msg.sender] = Ballot.Paid;
        // Of what is left, so that it comes out even.
        uint96 share = d.pot / d.unpaid;
        d.pot -= share;
        --d.unpaid;
        emit Paid(disputeId, msg.sender, share);
        (bool sent,) = msg.sender.call{value: share}("");
        if (!sent) revert TransferFailed(msg.sender, share);
        return share;
    }

    /// @inheritdoc IArbitrator
    function appeal(uint256, bytes calldata) external payable {
        revert AppealsNotHeard();
    }

    // ---- views

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return _fee;
    }

    /// @inheritdoc IArbitrator
    function appealCost(uint256, bytes calldata) external pure returns (uint256) {
        return type(uint256).max;
    }

    /// @inheritdoc IArbitrator
    function appealPeriod(uint256) external pure returns (uint256 start, uint256 end) {
        return (0, 0);
    }

    /// @inheritdoc IArbitrator
    function disputeStatus(uint256 disputeId) external view returns (DisputeStatus) {
        return _known(disputeId).concluded ? DisputeStatus.Solved : DisputeStatus.Waiting;
    }

    /// @inheritdoc IArbitrator
    /// @dev While the vote runs, what it would be if it ended now.
    function currentRuling(uint256 disputeId) external view returns (uint256 ruling) {
        PanelDispute storage d = _known(disputeId);
        if (d.concluded) return d.ruling;
        (ruling,) = _leading(disputeId, d.choices);
    }

    /// @inheritdoc IPanelArbitrator
    function dispute(uint256 disputeId) external view returns (PanelDispute memory) {
        return _known(disputeId);
    }

    /// @inheritdoc IPanelArbitrator
    function votesFor(uint256 disputeId, uint256 ruling) external view returns (uint256) {
        return _votes[disputeId][ruling];
    }

    /// @inheritdoc IPanelArbitrator
    function membersOf(uint32 panelId_) external view returns (address[] memory) {
        return _members[panelId_];
    }

    // ---- internals

    function _setPanel(address[] memory members) private returns (uint32 id) {
        if (members.length == 0 || members.length > MAX_MEMBERS) revert PanelInvalid(members.length);
        id = ++panelId;
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            if (member == address(0) || _isMember[id][member]) revert MemberInvalid(member);
            _isMember[id][member] = true;
        }
        _members[id] = members;
        emit PanelSet(id, members);
    }

    function _setFee(uint96 fee) private {
        _fee = fee;
        emit FeeSet(fee);
    }

    /// Long enough to see it, and short enough for the arbitrable's own deadline.
    function _setVotingSecs(uint40 votingSecs) private {
        if (votingSecs < MIN_VOTING_SECS || votingSecs > MAX_VOTING_SECS) {
            revert VotingSecsInvalid(votingSecs);
        }
        _votingSecs = votingSecs;
        emit VotingSecsSet(votingSecs);
    }

    /// Whatever the arbitrable does, and with however little gas it is called: it can be told again until it listens.
    function _deliver(uint256 disputeId, PanelDispute storage d) private {
        address arbitrable = d.arbitrable;
        d.delivered = true;
        (bool success,,) = LibCall.tryCall(
            arbitrable, 0, RULE_GAS, 0, abi.encodeCall(IArbitrable.rule, (disputeId, d.ruling))
        );
        if (!success) d.delivered = false;
        emit RulingDelivered(disputeId, arbitrable, success);
    }

    /// The choice with the most votes; zero on a tie.
    function _leading(uint256 disputeId, uint256 choices)
        private
        view
        returns (uint256 ruling, uint256 most)
    {
        for (uint256 choice = 0; choice <= choices; ++choice) {
            uint256 votes = _votes[disputeId][choice];
            if (votes > most) (ruling, most) = (choice, votes);
            else if (votes == most) ruling = 0;
        }
    }

    function _known(uint256 disputeId) private view returns (PanelDispute storage d) {
        if (disputeId >= _disputes.length) revert DisputeUnknown(disputeId);
        return _disputes[disputeId];
    }
}
