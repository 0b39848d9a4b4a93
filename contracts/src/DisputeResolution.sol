// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeBook} from "./arbitration/DisputeBook.sol";
import {DisputeCase, DisputeCases} from "./arbitration/DisputeCase.sol";
import {Escalation} from "./arbitration/Escalation.sol";
import {DisputeKind, DisputeState, IDisputeResolution, Ruling} from "./interfaces/IDisputeResolution.sol";
import {ILicenseManager, Offer} from "./interfaces/ILicenseManager.sol";
import {DisputeTerms, ILicenseTerms} from "./interfaces/ILicenseTerms.sol";
import {IPaymentEscrow, PaymentState, ReleaseRule} from "./interfaces/IPaymentEscrow.sol";
import {IUsageTracker, SignedHead} from "./interfaces/IUsageTracker.sol";
import {BinaryCid} from "./libraries/BinaryCid.sol";
import {Timings} from "./libraries/Timings.sol";
import {Arbitration} from "./storage/DisputeResolutionStorage.sol";

/// @title DisputeResolution: freezes a payment, has it decided, executes the ruling.
/// @dev Nothing here can be paused. This contract holds no money: bonds are in the escrow, fees pass to arbitrators.
///
/// # Invariants
/// 1. A payment is disputed at most once: the dispute has its id.
/// 2. States move forward only; a ruling executes once, a bond is paid once.
/// 3. In every state, whoever is silent, reverts or burns gas: after the deadline anyone ends the dispute, at most
///    {Timings-LONGEST_DISPUTE} after it was filed.
/// 4. Who decides, for what bond, and who hears the appeal is what it was at filing.
contract DisputeResolution is Escalation {
    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(ILicenseTerms licenseManager_, IPaymentEscrow escrow_, IUsageTracker usageTracker_)
        DisputeBook(licenseManager_, escrow_, usageTracker_)
    {}

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, uint256 filingBond_, address appealArbitrator) external initializer {
        __Operated_init(owner_);
        _setFilingBond(filingBond_);
        _setAppealArbitrator(appealArbitrator);
        _emitMetaEvidence();
    }

    // ---- a dispute's life

    /// @inheritdoc IDisputeResolution
    function file(uint256 licenseId, DisputeKind kind, Offer calldata offer, bytes calldata evidenceCid)
        external
        payable
        returns (uint256 disputeId)
    {
        if (!BinaryCid.isPlausible(evidenceCid)) revert CidInvalid(evidenceCid);
        DisputeTerms memory terms = licenseManager.disputeTerms(licenseId, offer);
        bool byLicensee = DisputeCases.isByLicensee(kind);
        if (msg.sender != (byLicensee ? terms.licensee : terms.creator)) revert NotParty(msg.sender);
        disputeId = DisputeCases.idOf(licenseId, kind);
        DisputeCase memory c;
        (c.id, c.kind) = (disputeId, kind);
        uint256 paymentId = c.paymentId();
        if (_store().disputes[disputeId].filer != address(0)) revert AlreadyDisputed(paymentId, disputeId);
        _checkDisputable(licenseId, kind, paymentId, terms);

        Arbitration memory a;
        (c.arbitrationId, a) = _pin(DisputeCases.isByProgram(kind) ? address(0) : terms.arbitrator);
        if (msg.value != a.bond) revert BondDiffers(msg.value, a.bond);
        if (kind == DisputeKind.UnauthorizedAccess) {
            c.wasValid = ILicenseManager(address(licenseManager)).isValid(licenseId);
        } else if (kind == DisputeKind.NonPayment) {
            _store().settledAtFiling[disputeId] = usageTracker.settledUnits(licenseId);
        }
        c.filer = msg.sender;
        c.state = DisputeState.Filed;
        c.filedAt = _after(0);
        bool ruledDirectly = a.arbitrator != address(0) && !a.isContract;
        c.deadline = _after(Timings.RESPOND + (ruledDirectly ? Timings.RULE : Timings.ESCALATE));
        _save(c);
        emit DisputeFiled(
            disputeId,
            licenseId,
            msg.sender,
            paymentId,
            kind,
            byLicensee ? terms.creator : terms.licensee,
            a.arbitrator,
            a.appealArbitrator,
            msg.value,
            c.deadline,
            evidenceCid
        );
        _publish(disputeId, a, evidenceCid);
        if (paymentId != 0) escrow.freeze(paymentId, disputeId);
        escrow.holdBond{value: msg.value}(disputeId, msg.sender);
    }

    /// @inheritdoc IDisputeResolution
    function submitEvidence(uint256 disputeId, bytes calldata evidenceCid) external {
        DisputeCase memory c = _known(disputeId);
        if (c.state != DisputeState.Filed && c.state != DisputeState.Escalated) {
            revert StateNotAllowed(disputeId, c.state);
        }
        _checkParty(c);
        if (!BinaryCid.isPlausible(evidenceCid)) revert CidInvalid(evidenceCid);
        if (msg.sender != c.filer && !c.answered) {
            c.answered = true;
            _save(c);
        }
        emit EvidenceSubmitted(disputeId, msg.sender, evidenceCid);
        _publish(disputeId, _arbitration(c), evidenceCid);
    }

    /// @inheritdoc IDisputeResolution
    function check(uint256 disputeId) external {
        DisputeCase memory c = _in(disputeId, DisputeState.Filed);
        if (c.kind == DisputeKind.UnauthorizedAccess) {
            if (!c.wasValid) revert CheckInconclusive(disputeId);
        } else if (c.kind == DisputeKind.NonDelivery) {
            // Frozen past the delivery deadline: it stays undelivered.
            (PaymentState state,,,,) = escrow.standing(disputeId);
            if (state != PaymentState.Held) revert CheckInconclusive(disputeId);
        } else {
            revert KindNotApplicable(c.licenseId(), c.kind);
        }
        _decide(c, address(this), Ruling.Licensee, true);
    }

    /// @inheritdoc IDisputeResolution
    function checkHead(uint256 disputeId, SignedHead calldata signedHead) external {
        DisputeCase memory c = _in(disputeId, DisputeState.Filed);
        uint256 licenseId = c.licenseId();
        if (signedHead.licenseId != licenseId) revert CheckInconclusive(disputeId);
        bool shown;
        if (c.kind == DisputeKind.NonPayment) {
            // Also by what was settled since: the licensee may have seen this head come.
            _settleIfNew(signedHead);
            shown = usageTracker.settledUnits(licenseId) > _store().settledAtFiling[disputeId];
        } else if (c.kind == DisputeKind.UsageExceeded) {
            _settleIfNew(signedHead);
            shown = usageTracker.settledUnits(licenseId)
                > ILicenseManager(address(licenseManager)).license(licenseId).units;
        } else {
            revert KindNotApplicable(licenseId, c.kind);
        }
        if (!shown) revert CheckInconclusive(disputeId);
        _decide(c, address(this), Ruling.Creator, true);
    }

    /// @inheritdoc IDisputeResolution
    function execute(uint256 disputeId) external {
        DisputeCase memory c = _in(disputeId, DisputeState.Ruled);
        if (!c.isFinal && block.timestamp <= c.deadline) revert DeadlineNotPassed(disputeId, c.deadline);
        _execute(c);
    }

    /// @inheritdoc IDisputeResolution
    function timeOut(uint256 disputeId) external {
        DisputeCase memory c = _known(disputeId);
        if (c.state == DisputeState.Ruled || c.state == DisputeState.Executed) {
            revert StateNotAllowed(disputeId, c.state);
        }
        if (block.timestamp <= c.deadline) revert DeadlineNotPassed(disputeId, c.deadline);
        _execute(c);
    }

    // ---- internals

    function _execute(DisputeCase memory c) private {
        // A claim that any head could have shown: freezing on no grounds costs the bond.
        bool unshown = c.state == DisputeState.Filed && DisputeCases.isOfUse(c.kind);
        c.state = DisputeState.Executed;
        _save(c);
        bool toFiler = c.isForFiler() || (c.ruling == Ruling.None && !unshown);
        address bondRecipient = toFiler ? c.filer : _respondent(c);
        emit DisputeExecuted(c.id, c.ruling, bondRecipient);
        uint256 paymentId = c.paymentId();
        if (paymentId != 0) {
            // Thawed meanwhile: too late for the payment, not for the bond.
            (,, bool frozen,,) = escrow.standing(paymentId);
            bool refundPayer = c.ruling == Ruling.Licensee && DisputeCases.isByLicensee(c.kind);
            if (frozen) escrow.unfreeze(paymentId, c.id, refundPayer);
        }
        escrow.payBond(c.id, bondRecipient);
    }

    /// A payment that was never disputed was never frozen, so its clock is the chain's.
    function _checkDisputable(
        uint256 licenseId,
        DisputeKind kind,
        uint256 paymentId,
        DisputeTerms memory terms
    ) private view {
        if (kind == DisputeKind.UnauthorizedAccess || kind == DisputeKind.ContentMismatch) {
            if (terms.arbitrator == address(0)) revert ArbitratorMissing(licenseId);
            if (kind == DisputeKind.UnauthorizedAccess) return;
        }
        if (kind == DisputeKind.UsageExceeded
                ? !terms.bonded
                : kind == DisputeKind.NonPayment && !terms.perUse) {
            revert KindNotApplicable(licenseId, kind);
        }
        (PaymentState state, ReleaseRule rule,, uint40 deadline, uint40 releasableAt) =
            escrow.standing(paymentId);
        bool disputable = state == PaymentState.Held;
        if (DisputeCases.isByLicensee(kind)) {
            if (rule != ReleaseRule.Cliff) revert KindNotApplicable(licenseId, kind);
            disputable = kind == DisputeKind.NonDelivery
                ? disputable && block.timestamp > deadline
                : state == PaymentState.Delivered && block.timestamp <= releasableAt;
        }
        if (!disputable) revert NotDisputable(paymentId);
    }

    /// Settles a head, unless it or a later one of its lane was settled before.
    function _settleIfNew(SignedHead calldata signedHead) private {
        uint256 ctx = ILicenseManager(address(licenseManager))
            .contextOf(signedHead.licenseId, signedHead.lane, signedHead.epoch);
        if (signedHead.total > usageTracker.laneState(ctx).signedTotal) {
            usageTracker.settleSigned(signedHead);
        }
    }
}
