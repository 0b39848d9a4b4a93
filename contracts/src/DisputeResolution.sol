// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operated} from "./base/Operated.sol";
import {
    Dispute,
    DisputeKind,
    DisputeState,
    IDisputeResolution,
    Ruling
} from "./interfaces/IDisputeResolution.sol";
import {DisputeTerms, ILicenseTerms} from "./interfaces/ILicenseTerms.sol";
import {IPaymentEscrow, Payment, PaymentState} from "./interfaces/IPaymentEscrow.sol";
import {BinaryCid} from "./libraries/BinaryCid.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title DisputeResolution: freezes a payment, has it ruled, executes the ruling.
/// @dev Nothing here can be paused, and every dispute ends without a privileged caller by {timeOut}.
contract DisputeResolution is IDisputeResolution, Operated {
    using SafeCast for uint256;

    /// {Dispute}, packed. Respondent and arbitrator are those that the license pins for ever.
    struct DisputeRecord {
        address filer;
        DisputeKind kind;
        DisputeState state;
        Ruling ruling;
        /// The respondent answered, so the arbitrator need not wait.
        bool answered;
        uint40 filedAt;
        uint48 licenseId;
        uint48 paymentId;
        uint40 rulingDeadline;
        uint96 bond;
    }

    /// @custom:storage-location erc7201:datavault.storage.DisputeResolution
    struct DisputeStorage {
        mapping(uint256 disputeId => DisputeRecord) disputes;
        mapping(uint256 paymentId => uint256) disputeOf;
        uint256 lastDisputeId;
        uint256 filingBond;
    }

    bytes32 private constant DISPUTE_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.DisputeResolution")) - 1)
    ) & ~bytes32(uint256(0xff));

    /// @notice Time of the respondent, unless it answers earlier.
    uint256 public constant RESPOND_WINDOW_SECS = 7 days;
    /// @notice Time of the arbitrator after the respondent's.
    uint256 public constant RULING_WINDOW_SECS = 30 days;

    /// @notice Says what a license pins.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    ILicenseTerms public immutable licenseManager;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(ILicenseTerms licenseManager_, IPaymentEscrow escrow_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
    }

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, uint256 filingBond_) external initializer {
        __Operated_init(owner_);
        _store().filingBond = filingBond_;
    }

    /// @inheritdoc IDisputeResolution
    function file(uint256 licenseId, DisputeKind kind, bytes calldata evidenceCid)
        external
        payable
        returns (uint256 disputeId)
    {
        if (kind != DisputeKind.ContentMismatch) revert DisputeKindNotAvailable(kind);
        if (!BinaryCid.isPlausible(evidenceCid)) revert CidInvalid(evidenceCid);
        DisputeStorage storage $ = _store();
        if (msg.value != $.filingBond) revert BondDiffers(msg.value, $.filingBond);
        DisputeTerms memory terms = licenseManager.disputeTerms(licenseId);
        if (msg.sender != terms.licensee) revert NotParty(msg.sender);
        uint256 earlier = $.disputeOf[terms.paymentId];
        if (earlier != 0) revert AlreadyDisputed(terms.paymentId, earlier);
        _checkDisputable(terms.paymentId);

        disputeId = ++$.lastDisputeId;
        $.disputeOf[terms.paymentId] = disputeId;
        uint40 rulingDeadline = (block.timestamp + RESPOND_WINDOW_SECS + RULING_WINDOW_SECS).toUint40();
        $.disputes[disputeId] = DisputeRecord({
            filer: msg.sender,
            kind: kind,
            state: DisputeState.Filed,
            ruling: Ruling.None,
            answered: false,
            filedAt: block.timestamp.toUint40(),
            licenseId: licenseId.toUint48(),
            paymentId: uint256(terms.paymentId).toUint48(),
            rulingDeadline: rulingDeadline,
            bond: msg.value.toUint96()
        });
        emit DisputeFiled(
            disputeId,
            licenseId,
            msg.sender,
            terms.paymentId,
            kind,
            terms.creator,
            terms.arbitrator,
            msg.value,
            rulingDeadline,
            evidenceCid
        );
        escrow.freeze(terms.paymentId, disputeId);
        escrow.holdBond{value: msg.value}(disputeId, msg.sender);
    }

    /// @inheritdoc IDisputeResolution
    function submitEvidence(uint256 disputeId, bytes calldata evidenceCid) external {
        DisputeRecord storage d = _filed(disputeId);
        if (msg.sender == _terms(d).creator) {
            d.answered = true;
        } else if (msg.sender != d.filer) {
            revert NotParty(msg.sender);
        }
        if (!BinaryCid.isPlausible(evidenceCid)) revert CidInvalid(evidenceCid);
        emit EvidenceSubmitted(disputeId, msg.sender, evidenceCid);
    }

    /// @inheritdoc IDisputeResolution
    function rule(uint256 disputeId, uint256 ruling) external {
        DisputeRecord storage d = _filed(disputeId);
        address arbitrator = _terms(d).arbitrator;
        if (msg.sender != arbitrator) revert NotArbitrator(msg.sender, arbitrator);
        if (ruling > uint256(type(Ruling).max)) revert RulingInvalid(ruling);
        uint256 respondUntil = d.filedAt + RESPOND_WINDOW_SECS;
        if (!d.answered && block.timestamp < respondUntil) {
            revert RespondWindowOpen(disputeId, respondUntil.toUint40());
        }
        if (block.timestamp > d.rulingDeadline) revert RulingOverdue(disputeId, d.rulingDeadline);
        d.state = DisputeState.Ruled;
        d.ruling = Ruling(ruling);
        emit DisputeRuled(disputeId, msg.sender, Ruling(ruling));
    }

    /// @inheritdoc IDisputeResolution
    function execute(uint256 disputeId) external {
        DisputeRecord storage d = _known(disputeId);
        if (d.state != DisputeState.Ruled) revert StateNotAllowed(disputeId, d.state);
        _execute(disputeId, d);
    }

    /// @inheritdoc IDisputeResolution
    function timeOut(uint256 disputeId) external {
        DisputeRecord storage d = _filed(disputeId);
        if (block.timestamp <= d.rulingDeadline) revert RulingNotOverdue(disputeId, d.rulingDeadline);
        _execute(disputeId, d);
    }

    /// @inheritdoc IDisputeResolution
    function dispute(uint256 disputeId) external view returns (Dispute memory) {
        DisputeRecord storage d = _known(disputeId);
        DisputeTerms memory terms = _terms(d);
        return Dispute({
            licenseId: d.licenseId,
            paymentId: d.paymentId,
            kind: d.kind,
            state: d.state,
            ruling: d.ruling,
            filer: d.filer,
            respondent: terms.creator,
            arbitrator: terms.arbitrator,
            filedAt: d.filedAt,
            rulingDeadline: d.rulingDeadline,
            bond: d.bond
        });
    }

    /// @inheritdoc IDisputeResolution
    function filingBond() external view returns (uint256) {
        return _store().filingBond;
    }

    function _execute(uint256 disputeId, DisputeRecord storage d) private {
        d.state = DisputeState.Executed;
        Ruling ruling = d.ruling;
        address bondRecipient = ruling == Ruling.Creator ? _terms(d).creator : d.filer;
        emit DisputeExecuted(disputeId, ruling, bondRecipient);
        // Thawed meanwhile: too late for the payment, not for the bond.
        if (escrow.payment(d.paymentId).frozenAt != 0) {
            escrow.unfreeze(d.paymentId, disputeId, ruling == Ruling.Licensee);
        }
        escrow.payBond(disputeId, bondRecipient);
    }

    function _terms(DisputeRecord storage d) private view returns (DisputeTerms memory) {
        return licenseManager.disputeTerms(d.licenseId);
    }

    /// Delivered, not yet closed, and within the dispute window.
    function _checkDisputable(uint256 paymentId) private view {
        Payment memory p = escrow.payment(paymentId);
        // A payment is disputed once, so it was never frozen and its clock is the chain's.
        if (p.state != PaymentState.Delivered || block.timestamp > p.releasableAt) {
            revert NotDisputable(paymentId);
        }
    }

    function _filed(uint256 disputeId) private view returns (DisputeRecord storage d) {
        d = _known(disputeId);
        if (d.state != DisputeState.Filed) revert StateNotAllowed(disputeId, d.state);
    }

    function _known(uint256 disputeId) private view returns (DisputeRecord storage d) {
        d = _store().disputes[disputeId];
        if (d.state == DisputeState.None) revert DisputeUnknown(disputeId);
    }

    function _store() private pure returns (DisputeStorage storage $) {
        bytes32 slot = DISPUTE_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
