// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeKind, DisputeState, IDisputeResolution, Ruling} from "../interfaces/IDisputeResolution.sol";
import {Timings} from "../libraries/Timings.sol";
import {Arbitration} from "../storage/DisputeResolutionStorage.sol";
import {ArbitratorCalls} from "./ArbitratorCalls.sol";
import {CourtEvents} from "./CourtEvents.sol";
import {DisputeBook} from "./DisputeBook.sol";
import {DisputeCase} from "./DisputeCase.sol";

/// @title Escalation: disputes before arbitrators, by ERC-792 or directly, with one appeal.
/// @dev Arbitrators are strangers: they are called only by {escalate} and {appeal}, which one of the parties wants and
/// pays, with bounded gas. Before the call the dispute is already in its next state, whose time-out needs no arbitrator;
/// a ruling given during the call finds no dispute yet and is refused.
abstract contract Escalation is DisputeBook {
    /// @inheritdoc IDisputeResolution
    function escalate(uint256 disputeId) external payable {
        DisputeCase memory c = _in(disputeId, DisputeState.Filed);
        address arbitrator = _court(c);
        _checkParty(c);
        _checkHeard(c);
        (uint256 externalId, uint40 deadline) = _bring(c, DisputeState.Escalated, arbitrator);
        emit DisputeEscalated(disputeId, arbitrator, externalId, deadline);
    }

    /// @inheritdoc IDisputeResolution
    function appeal(uint256 disputeId) external payable {
        DisputeCase memory c = _in(disputeId, DisputeState.Ruled);
        address arbitrator = _appealCourt(c);
        _checkParty(c);
        // Only the party that the ruling is against, where it is against one.
        if (c.ruling != Ruling.None && (msg.sender == c.filer) == c.isForFiler()) {
            revert NotParty(msg.sender);
        }
        _checkInTime(c);
        (uint256 externalId, uint40 deadline) = _bring(c, DisputeState.Appealed, arbitrator);
        emit DisputeAppealed(disputeId, msg.sender, arbitrator, externalId, deadline);
    }

    /// @inheritdoc IDisputeResolution
    function rule(uint256 externalId, uint256 ruling) external {
        uint256 disputeId = _store().externalDisputes[msg.sender][externalId];
        if (disputeId == 0) revert ExternalDisputeUnknown(msg.sender, externalId);
        DisputeCase memory c = _known(disputeId);
        Arbitration memory a = _arbitration(c);
        bool appealed = c.state == DisputeState.Appealed;
        if (!appealed && c.state != DisputeState.Escalated) revert StateNotAllowed(disputeId, c.state);
        address inCharge = appealed ? a.appealArbitrator : a.arbitrator;
        if (msg.sender != inCharge) revert NotArbitrator(msg.sender, inCharge);
        Ruling decision = _decision(ruling);
        _checkInTime(c);
        CourtEvents.ruling(msg.sender, externalId, ruling);
        _decide(c, msg.sender, decision, appealed || a.appealArbitrator == address(0));
    }

    /// @inheritdoc IDisputeResolution
    function ruleDirectly(uint256 disputeId, uint256 ruling) external {
        DisputeCase memory c = _in(disputeId, DisputeState.Filed);
        Arbitration memory a = _arbitration(c);
        if (a.arbitrator == address(0)) revert ArbitratorMissing(c.licenseId());
        if (a.isContract) revert ArbitratorIsContract(a.arbitrator);
        if (msg.sender != a.arbitrator) revert NotArbitrator(msg.sender, a.arbitrator);
        Ruling decision = _decision(ruling);
        _checkHeard(c);
        _decide(c, msg.sender, decision, a.appealArbitrator == address(0));
    }

    /// @inheritdoc IDisputeResolution
    function escalationCost(uint256 disputeId) external view returns (uint256) {
        return ArbitratorCalls.cost(_court(_in(disputeId, DisputeState.Filed)));
    }

    /// @inheritdoc IDisputeResolution
    function appealCost(uint256 disputeId) external view returns (uint256) {
        return ArbitratorCalls.cost(_appealCourt(_in(disputeId, DisputeState.Ruled)));
    }

    /// Opens the dispute at an arbitrator contract, for its fee exactly.
    function _bring(DisputeCase memory c, DisputeState state, address arbitrator)
        private
        returns (uint256 externalId, uint40 deadline)
    {
        uint256 cost = ArbitratorCalls.cost(arbitrator);
        if (msg.value != cost) revert FeeDiffers(msg.value, cost);
        deadline = _after(Timings.RULE);
        c.state = state;
        c.deadline = deadline;
        _save(c);

        externalId = ArbitratorCalls.create(arbitrator);
        mapping(uint256 => uint256) storage disputes = _store().externalDisputes[arbitrator];
        if (disputes[externalId] != 0) revert ArbitratorFailed(arbitrator);
        disputes[externalId] = c.id;
        CourtEvents.dispute(arbitrator, externalId, uint256(c.kind), c.id);
    }

    function _court(DisputeCase memory c) private view returns (address) {
        Arbitration memory a = _arbitration(c);
        if (a.arbitrator == address(0)) revert ArbitratorMissing(c.licenseId());
        if (!a.isContract) revert ArbitratorNotContract(a.arbitrator);
        return a.arbitrator;
    }

    function _appealCourt(DisputeCase memory c) private view returns (address arbitrator) {
        arbitrator = _arbitration(c).appealArbitrator;
        if (c.isFinal || arbitrator == address(0)) revert NoAppeal(c.id);
    }

    /// Tells ERC-1497 courts what a ruling means, once.
    function _emitMetaEvidence() internal {
        string[5] memory titles = [
            "Non-delivery", "Usage%20exceeded", "Non-payment", "Content%20mismatch", "Unauthorized%20access"
        ];
        for (uint256 kind = 0; kind <= uint256(type(DisputeKind).max); ++kind) {
            CourtEvents.metaEvidence(
                kind,
                string.concat(
                    "data:application/json,%7B%22category%22:%22Datavault%22,%22title%22:%22",
                    titles[kind],
                    "%22,%22question%22:%22Who%20is%20right?%22,",
                    "%22rulingOptions%22:%7B%22titles%22:[%22Creator%22,%22Licensee%22]%7D%7D"
                )
            );
        }
    }
}
