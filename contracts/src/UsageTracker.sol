// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operated} from "./base/Operated.sol";
import {ILicenseTerms, SettlementTerms} from "./interfaces/ILicenseTerms.sol";
import {IPaymentEscrow} from "./interfaces/IPaymentEscrow.sol";
import {
    ComplianceStatement,
    IUsageTracker,
    LaneState,
    SignedHead,
    UsageBatch
} from "./interfaces/IUsageTracker.sol";
import {IUsageBatchVerifier, IUsageVerifier} from "./interfaces/IVerifier.sol";
import {IVerifierSets} from "./interfaces/IVerifierSets.sol";
import {ProofContext} from "./libraries/ProofContext.sol";
import {LaneRecord, UsageTrackerStorage} from "./storage/UsageTrackerStorage.sol";
import {
    EIP712Upgradeable
} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title UsageTracker: settles metered use, by proof or by the last head that both sides signed.
/// @dev Nothing here can be paused: settlement is refused only by arithmetic. The escrow alone is called to change
///      something, after all effects; it hands control to nobody, so there is no reentrancy to guard.
contract UsageTracker is IUsageTracker, Operated, EIP712Upgradeable {
    using SafeCast for uint256;

    bytes32 private constant TRACKER_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.UsageTracker")) - 1)
    ) & ~bytes32(uint256(0xff));

    bytes32 private constant HEAD_TYPEHASH =
        keccak256("Head(uint256 ctx,uint64 seq,uint64 total,uint256 head,uint64 time)");

    /// @notice Says what a license pins.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    ILicenseTerms public immutable licenseManager;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IVerifierSets public immutable verifierSets;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(ILicenseTerms licenseManager_, IPaymentEscrow escrow_, IVerifierSets verifierSets_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
        verifierSets = verifierSets_;
    }

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_) external initializer {
        __Operated_init(owner_);
    }

    /// @inheritdoc IUsageTracker
    function settleUsage(UsageBatch calldata batch) external {
        SettlementTerms memory terms = licenseManager.settlementTerms(batch.licenseId, batch.epoch);
        (uint256[6] memory inputs, uint64 due) = _record(batch, terms);
        if (!_usageVerifier(terms.verifiers, batch.capacity).verify(batch.proof, inputs)) {
            revert ProofInvalid();
        }
        if (due != 0) _draw(batch.licenseId, terms, due);
    }

    /// @inheritdoc IUsageTracker
    function settleUsageMany(UsageBatch[] calldata batches) external {
        uint256 count = batches.length;
        if (count == 0) revert NoBatches();
        SettlementTerms[] memory terms = new SettlementTerms[](count);
        uint256[8][] memory proofs = new uint256[8][](count);
        uint256[6][] memory inputs = new uint256[6][](count);
        uint64[] memory dues = new uint64[](count);

        for (uint256 i = 0; i < count; ++i) {
            UsageBatch calldata batch = batches[i];
            if (batch.capacity != batches[0].capacity) {
                revert CapacitiesDiffer(batches[0].capacity, batch.capacity);
            }
            terms[i] = i != 0 && _sameTerms(batch, batches[i - 1])
                ? terms[i - 1]
                : licenseManager.settlementTerms(batch.licenseId, batch.epoch);
            if (terms[i].verifiers != terms[0].verifiers) {
                revert VerifiersDiffer(terms[0].verifiers, terms[i].verifiers);
            }
            (inputs[i], dues[i]) = _record(batch, terms[i]);
            proofs[i] = batch.proof;
        }
        IUsageBatchVerifier verifier = verifierSets.usageBatch(terms[0].verifiers, batches[0].capacity);
        if (!verifier.verifyBatch(proofs, inputs)) revert ProofInvalid();

        // Of several ranges of a license in a row, the last one that made more due stands for all.
        uint64 due = 0;
        for (uint256 i = 0; i < count; ++i) {
            if (dues[i] != 0) due = dues[i];
            if (i + 1 < count && batches[i + 1].licenseId == batches[i].licenseId) continue;
            if (due != 0) _draw(batches[i].licenseId, terms[i], due);
            due = 0;
        }
    }

    /// @inheritdoc IUsageTracker
    function settleSigned(SignedHead calldata signedHead) external {
        SettlementTerms memory terms = licenseManager.settlementTerms(signedHead.licenseId, signedHead.epoch);
        uint256 ctx = _context(signedHead.licenseId, terms.contentId, signedHead.lane, signedHead.epoch);
        LaneRecord storage lane = _tracker().lanes[ctx];
        uint64 signedBefore = lane.signedTotal;

        if (signedHead.head == 0) revert HeadMissing();
        if (signedHead.total <= signedBefore) revert TotalNotAbove(signedHead.total, signedBefore);
        bytes32 digest = headDigest(ctx, signedHead.seq, signedHead.total, signedHead.head, signedHead.time);
        _checkSignature(terms.sessionKey, digest, signedHead.licenseeSignature);
        _checkSignature(terms.meterSigner, digest, signedHead.meterSignature);

        uint64 settledBefore = _larger(lane.provedTotal, signedBefore);
        uint64 settledTotal = _larger(settledBefore, signedHead.total);
        lane.signedTotal = signedHead.total;
        uint64 grown = settledTotal - settledBefore;
        LaneRecord storage home =
            _home(lane, signedHead.licenseId, terms.contentId, signedHead.lane, signedHead.epoch);
        uint64 licenseUnits = _grow(home, signedHead.licenseId, terms, grown);
        emit UsageSigned(
            signedHead.licenseId,
            terms.contentId,
            ctx,
            signedHead.lane,
            signedHead.epoch,
            signedHead.seq,
            signedHead.head,
            signedHead.time,
            signedHead.total,
            settledTotal,
            licenseUnits
        );
        if (grown != 0) _draw(signedHead.licenseId, terms, licenseUnits);
    }

    /// @inheritdoc IUsageTracker
    function proveCompliance(ComplianceStatement calldata statement) external {
        if (statement.head == 0) revert HeadMissing();
        if (statement.asOf > block.timestamp) revert WindowInFuture(statement.asOf, block.timestamp);
        SettlementTerms memory terms = licenseManager.settlementTerms(statement.licenseId, statement.epoch);
        uint256 ctx = _context(statement.licenseId, terms.contentId, statement.lane, statement.epoch);
        uint256[5] memory inputs = [
            ctx,
            terms.licenseeCommitment,
            terms.meterKeyHash,
            statement.head,
            uint256(statement.asOf) | uint256(statement.maxAllowed) << 40
        ];
        if (!verifierSets.compliance(terms.verifiers).verify(statement.proof, inputs)) revert ProofInvalid();
        emit ComplianceProved(
            statement.licenseId,
            terms.contentId,
            ctx,
            statement.lane,
            statement.epoch,
            statement.head,
            statement.asOf,
            statement.maxAllowed
        );
    }

    /// @inheritdoc IUsageTracker
    function laneState(uint256 ctx) external view returns (LaneState memory) {
        LaneRecord memory lane = _tracker().lanes[ctx];
        return LaneState({
            provedHead: lane.provedHead,
            provedTotal: lane.provedTotal,
            signedTotal: lane.signedTotal,
            settledTotal: _larger(lane.provedTotal, lane.signedTotal),
            lastWindowEnd: lane.lastWindowEnd
        });
    }

    /// @inheritdoc IUsageTracker
    function settledUnits(uint256 licenseId) external view returns (uint64) {
        bytes32 contentId = licenseManager.settlementTerms(licenseId, 0).contentId;
        return _tracker().lanes[_context(licenseId, contentId, 0, 0)].licenseUnits;
    }

    /// @inheritdoc IUsageTracker
    function headDigest(uint256 ctx, uint64 seq, uint64 total, uint256 head, uint64 time)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(HEAD_TYPEHASH, ctx, seq, total, head, time)));
    }

    /// Moves the lane to the end of the range, on the word of a proof that the caller has yet to check.
    /// @return inputs What the proof must hold for.
    /// @return due Units settled for the license in all; zero if they did not grow.
    function _record(UsageBatch calldata batch, SettlementTerms memory terms)
        private
        returns (uint256[6] memory inputs, uint64 due)
    {
        uint256 ctx = _context(batch.licenseId, terms.contentId, batch.lane, batch.epoch);
        LaneRecord storage lane = _tracker().lanes[ctx];
        uint256 headBefore = lane.provedHead;

        if (batch.headAfter == 0) revert HeadMissing();
        // A range without events ends where it began. One with only zero-unit events does not, and may settle.
        if (batch.headAfter == headBefore) revert BatchEmpty();
        _checkWindow(batch, terms, lane.lastWindowEnd);

        uint64 signedTotal = lane.signedTotal;
        uint64 provedTotal = lane.provedTotal;
        uint64 settledBefore = _larger(provedTotal, signedTotal);
        provedTotal += batch.units;
        uint64 settledTotal = _larger(provedTotal, signedTotal);
        lane.provedHead = batch.headAfter;
        lane.provedTotal = provedTotal;
        lane.lastWindowEnd = batch.windowEnd;
        LaneRecord storage home = _home(lane, batch.licenseId, terms.contentId, batch.lane, batch.epoch);
        uint64 licenseUnits = _grow(home, batch.licenseId, terms, settledTotal - settledBefore);
        if (settledTotal != settledBefore) due = licenseUnits;
        emit UsageProved(
            batch.licenseId,
            terms.contentId,
            ctx,
            batch.lane,
            batch.epoch,
            headBefore,
            batch.headAfter,
            batch.windowStart,
            batch.windowEnd,
            batch.units,
            provedTotal,
            settledTotal,
            licenseUnits
        );
        inputs = [
            ctx,
            terms.licenseeCommitment,
            terms.meterKeyHash,
            headBefore,
            batch.headAfter,
            uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80
        ];
    }

    /// Where a license's units over all lanes are counted: in its first lane.
    function _home(LaneRecord storage lane, uint256 licenseId, bytes32 contentId, uint32 laneNo, uint32 epoch)
        private
        view
        returns (LaneRecord storage)
    {
        if (laneNo == 0 && epoch == 0) return lane;
        return _tracker().lanes[_context(licenseId, contentId, 0, 0)];
    }

    /// Adds to a license's settled units, within those granted unless there is a price for more.
    /// @return licenseUnits Of the license over all lanes and epochs, after.
    function _grow(LaneRecord storage home, uint256 licenseId, SettlementTerms memory terms, uint64 grown)
        private
        returns (uint64 licenseUnits)
    {
        licenseUnits = home.licenseUnits;
        if (grown == 0) return licenseUnits;
        uint256 sum = uint256(licenseUnits) + grown;
        if (terms.units != 0 && sum > terms.units && terms.overagePrice == 0) {
            revert UnitsAboveGrant(licenseId, sum, terms.units);
        }
        licenseUnits = sum.toUint64();
        home.licenseUnits = licenseUnits;
    }

    /// Tells the escrow all that is due for the units settled: of the deposit for use that is paid by the unit, of the
    /// bond for units above those granted. Other use is recorded only.
    function _draw(uint256 licenseId, SettlementTerms memory terms, uint64 settled) private {
        if (terms.perUse) {
            escrow.drawUnits(licenseId, settled, terms.units);
        } else if (terms.units != 0 && terms.overagePrice != 0 && settled > terms.units) {
            escrow.draw(licenseId + 1, uint256(settled - terms.units) * terms.overagePrice);
        }
    }

    function _usageVerifier(uint8 version, uint16 capacity) private returns (IUsageVerifier verifier) {
        UsageTrackerStorage storage $ = _tracker();
        verifier = $.usageVerifiers[version][capacity];
        if (address(verifier) == address(0)) {
            verifier = verifierSets.usage(version, capacity);
            $.usageVerifiers[version][capacity] = verifier;
        }
    }

    /// By the key alone: were the signer's code asked, its holder could withdraw a signature after the use.
    function _checkSignature(address signer, bytes32 digest, bytes calldata signature) private pure {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) revert SignatureInvalid(signer);
    }

    function _checkWindow(UsageBatch calldata batch, SettlementTerms memory terms, uint40 lastWindowEnd)
        private
        view
    {
        uint40 start = batch.windowStart;
        uint40 end = batch.windowEnd;
        if (start > end) revert WindowInvalid(start, end);
        if (end > block.timestamp) revert WindowInFuture(end, block.timestamp);
        if (start < terms.startsAt) revert WindowBeforeLicense(start, terms.startsAt);
        if (terms.expiresAt != 0 && end > terms.expiresAt) revert WindowAfterExpiry(end, terms.expiresAt);
        if (start < lastWindowEnd) revert WindowOverlaps(start, lastWindowEnd);
    }

    function _larger(uint64 a, uint64 b) private pure returns (uint64) {
        return a > b ? a : b;
    }

    function _sameTerms(UsageBatch calldata batch, UsageBatch calldata previous) private pure returns (bool) {
        return batch.licenseId == previous.licenseId && batch.epoch == previous.epoch;
    }

    function _context(uint256 licenseId, bytes32 contentId, uint32 lane, uint32 epoch)
        private
        view
        returns (uint256)
    {
        return ProofContext.derive(block.chainid, address(this), licenseId, contentId, lane, epoch);
    }

    function _tracker() private pure returns (UsageTrackerStorage storage $) {
        bytes32 slot = TRACKER_SLOT;
        assembly {
            $.slot := slot
        }
    }

    function _EIP712Name() internal pure override returns (string memory) {
        return "Datavault";
    }

    function _EIP712Version() internal pure override returns (string memory) {
        return "1";
    }
}
