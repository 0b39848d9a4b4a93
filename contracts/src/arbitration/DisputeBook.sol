// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operated} from "../base/Operated.sol";
import {Dispute, DisputeState, IDisputeResolution, Ruling} from "../interfaces/IDisputeResolution.sol";
import {ILicenseManager} from "../interfaces/ILicenseManager.sol";
import {ILicenseTerms} from "../interfaces/ILicenseTerms.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {IUsageTracker} from "../interfaces/IUsageTracker.sol";
import {Timings} from "../libraries/Timings.sol";
import {
    Arbitration,
    ArbitratorStatus,
    DisputeResolutionStorage,
    FilingRules
} from "../storage/DisputeResolutionStorage.sol";
import {CourtEvents} from "./CourtEvents.sol";
import {DisputeCase, DisputeCases} from "./DisputeCase.sol";
import {EvidencePath} from "./EvidencePath.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title DisputeBook: what is remembered of disputes and arbitrators, who may act in them, and how one is ruled.
abstract contract DisputeBook is IDisputeResolution, Operated {
    using SafeCast for uint256;

    bytes32 private constant DISPUTE_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.DisputeResolution")) - 1)
    ) & ~bytes32(uint256(0xff));

    /// @notice Says what a license pins.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    ILicenseTerms public immutable licenseManager;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IUsageTracker public immutable usageTracker;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(ILicenseTerms licenseManager_, IPaymentEscrow escrow_, IUsageTracker usageTracker_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
        usageTracker = usageTracker_;
    }

    // ---- operator

    /// @inheritdoc IDisputeResolution
    function setFilingBond(uint256 filingBond_) external onlyOwner {
        _setFilingBond(filingBond_);
    }

    /// @inheritdoc IDisputeResolution
    function setAppealArbitrator(address arbitrator) external onlyOwner {
        _setAppealArbitrator(arbitrator);
    }

    /// @inheritdoc IDisputeResolution
    function setArbitratorPolicy(address arbitrator, bool finalRulings) external onlyOwner {
        ArbitratorStatus storage status = _store().arbitrators[arbitrator];
        status.finalRulings = finalRulings;
        status.arbitrationId = 0;
        emit ArbitratorPolicySet(arbitrator, finalRulings);
    }

    // ---- views

    /// @inheritdoc IDisputeResolution
    function dispute(uint256 disputeId) external view returns (Dispute memory) {
        DisputeCase memory c = _known(disputeId);
        Arbitration memory a = _arbitration(c);
        return Dispute({
            licenseId: c.licenseId(),
            paymentId: c.paymentId(),
            kind: c.kind,
            state: c.state,
            ruling: c.ruling,
            filer: c.filer,
            respondent: _respondent(c),
            arbitrator: a.arbitrator,
            arbitratorIsContract: a.isContract,
            appealArbitrator: a.appealArbitrator,
            answered: c.answered,
            filedAt: c.filedAt,
            deadline: c.deadline,
            bond: a.bond
        });
    }

    /// @inheritdoc IDisputeResolution
    function filingBond() external view returns (uint256) {
        return _store().rules.bond;
    }

    // ---- internals: rules and arbitrators

    function _setFilingBond(uint256 filingBond_) internal {
        FilingRules storage rules = _store().rules;
        rules.bond = filingBond_.toUint80();
        ++rules.rulesId;
        emit FilingBondSet(filingBond_);
    }

    function _setAppealArbitrator(address arbitrator) internal {
        if (arbitrator != address(0) && arbitrator.code.length == 0) {
            revert ArbitratorNotContract(arbitrator);
        }
        FilingRules storage rules = _store().rules;
        rules.appealArbitrator = arbitrator;
        ++rules.rulesId;
        emit AppealArbitratorSet(arbitrator);
    }

    /// What a dispute filed now before `arbitrator` pins; recorded unless the newest record says the same.
    function _pin(address arbitrator) internal returns (uint24 arbitrationId, Arbitration memory a) {
        DisputeResolutionStorage storage $ = _store();
        FilingRules memory rules = $.rules;
        ArbitratorStatus memory status = $.arbitrators[arbitrator];
        a = Arbitration({
            arbitrator: arbitrator,
            isContract: arbitrator.code.length != 0,
            bond: rules.bond,
            appealArbitrator: rules.appealArbitrator
        });
        // Nobody hears appeals against themselves, nor against nobody.
        if (status.finalRulings || arbitrator == address(0) || arbitrator == a.appealArbitrator) {
            a.appealArbitrator = address(0);
        }
        arbitrationId = status.arbitrationId;
        if (arbitrationId != 0 && status.rulesId == rules.rulesId && status.isContract == a.isContract) {
            return (arbitrationId, a);
        }
        arbitrationId = ++$.lastArbitrationId;
        $.arbitrations[arbitrationId] = a;
        (status.arbitrationId, status.rulesId, status.isContract) =
        (arbitrationId, rules.rulesId, a.isContract);
        $.arbitrators[arbitrator] = status;
    }

    function _arbitration(DisputeCase memory c) internal view returns (Arbitration memory) {
        return _store().arbitrations[c.arbitrationId];
    }

    // ---- internals: cases

    function _save(DisputeCase memory c) internal {
        _store().disputes[c.id] = c.pack();
    }

    function _known(uint256 disputeId) internal view returns (DisputeCase memory c) {
        c = DisputeCases.unpack(_store().disputes[disputeId], disputeId);
        if (c.state == DisputeState.None) revert DisputeUnknown(disputeId);
    }

    function _in(uint256 disputeId, DisputeState state) internal view returns (DisputeCase memory c) {
        c = _known(disputeId);
        if (c.state != state) revert StateNotAllowed(disputeId, c.state);
    }

    /// Who holds the other side of the license now: it, too, can change hands.
    function _respondent(DisputeCase memory c) internal view returns (address) {
        uint256 licenseId = c.licenseId();
        if (!DisputeCases.isByLicensee(c.kind)) return IERC721(address(licenseManager)).ownerOf(licenseId);
        (address creator,) = ILicenseManager(address(licenseManager)).royaltyInfo(licenseId, 0);
        return creator;
    }

    function _checkParty(DisputeCase memory c) internal view {
        if (msg.sender != c.filer && msg.sender != _respondent(c)) revert NotParty(msg.sender);
    }

    /// The arbitrator's turn: the respondent answered or had its time, and the deadline is not over.
    function _checkHeard(DisputeCase memory c) internal view {
        uint40 until = c.filedAt + Timings.RESPOND;
        if (!c.answered && block.timestamp < until) revert RespondWindowOpen(c.id, until);
        _checkInTime(c);
    }

    function _checkInTime(DisputeCase memory c) internal view {
        if (block.timestamp > c.deadline) revert DeadlinePassed(c.id, c.deadline);
    }

    function _decision(uint256 ruling) internal pure returns (Ruling) {
        if (ruling > uint256(type(Ruling).max)) revert RulingInvalid(ruling);
        return Ruling(ruling);
    }

    /// Records a decision; unless it is final, the loser has {Timings-APPEAL} to appeal.
    function _decide(DisputeCase memory c, address by, Ruling ruling, bool isFinal) internal {
        c.state = DisputeState.Ruled;
        c.ruling = ruling;
        c.isFinal = isFinal;
        // A program may decide long after the deadline, as long as nobody timed it out: never later than it was.
        if (!isFinal) c.deadline = _after(Timings.APPEAL);
        else if (block.timestamp < c.deadline) c.deadline = _after(0);
        _save(c);
        emit DisputeRuled(c.id, by, ruling, isFinal ? c.deadline : c.deadline + 1);
    }

    function _after(uint256 secs) internal view returns (uint40) {
        return (block.timestamp + secs).toUint40();
    }

    /// For ERC-1497, where an ERC-792 arbitrator may come to hear the dispute.
    function _publish(uint256 disputeId, Arbitration memory a, bytes calldata evidenceCid) internal {
        address court = a.isContract ? a.arbitrator : a.appealArbitrator;
        if (court == address(0)) return;
        CourtEvents.evidence(court, disputeId, msg.sender, EvidencePath.fromCid(evidenceCid));
    }

    function _store() internal pure returns (DisputeResolutionStorage storage $) {
        bytes32 slot = DISPUTE_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
