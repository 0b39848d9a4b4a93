// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Operated} from "./base/Operated.sol";
import {ILicenseTerms, SettlementTerms} from "./interfaces/ILicenseTerms.sol";
import {IPaymentEscrow} from "./interfaces/IPaymentEscrow.sol";
import {IUsageTracker, LaneState, SignedHead, UsageBatch} from "./interfaces/IUsageTracker.sol";
import {IUsageVerifier} from "./interfaces/IVerifier.sol";
import {ProofContext} from "./libraries/ProofContext.sol";
import {
    EIP712Upgradeable
} from "@openzeppelin/contracts-upgradeable/utils/cryptography/EIP712Upgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title UsageTracker: settles metered use, by proof or by the last head that both sides signed.
/// @dev Nothing here can be paused: settlement is refused only by arithmetic.
contract UsageTracker is IUsageTracker, Operated, EIP712Upgradeable {
    using SafeCast for uint256;

    /// @custom:storage-location erc7201:datavault.storage.UsageTracker
    struct TrackerStorage {
        mapping(uint256 ctx => LaneState) lanes;
        mapping(uint256 licenseId => uint64) settledUnits;
    }

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
    IUsageVerifier public immutable usageVerifier;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(ILicenseTerms licenseManager_, IPaymentEscrow escrow_, IUsageVerifier usageVerifier_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
        usageVerifier = usageVerifier_;
    }

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_) external initializer {
        __Operated_init(owner_);
    }

    /// @inheritdoc IUsageTracker
    function settleUsage(UsageBatch calldata batch) external {
        SettlementTerms memory terms = licenseManager.settlementTerms(batch.licenseId);
        uint256 ctx = _context(batch.licenseId, terms, batch.lane);
        LaneState storage lane = _tracker().lanes[ctx];
        uint256 headBefore = lane.provedHead;

        if (batch.headAfter == 0) revert HeadMissing();
        // A range without events ends where it began. One with only zero-unit events does not, and may settle.
        if (batch.headAfter == headBefore) revert BatchEmpty();
        _checkWindow(batch, terms, lane.lastWindowEnd);
        _verify(batch, terms, ctx, headBefore);

        lane.provedHead = batch.headAfter;
        lane.provedTotal += batch.units;
        lane.lastWindowEnd = batch.windowEnd;
        (uint64 settledTotal, uint64 settledUnits_, uint64 grown) =
            _settle(lane, batch.licenseId, terms.units, lane.provedTotal);
        emit UsageProved(
            batch.licenseId,
            terms.contentId,
            ctx,
            batch.lane,
            terms.epoch,
            headBefore,
            batch.headAfter,
            batch.windowStart,
            batch.windowEnd,
            batch.units,
            lane.provedTotal,
            settledTotal,
            settledUnits_
        );
        _draw(terms, settledUnits_, grown);
    }

    /// @inheritdoc IUsageTracker
    function settleSigned(SignedHead calldata signedHead) external {
        SettlementTerms memory terms = licenseManager.settlementTerms(signedHead.licenseId);
        uint256 ctx = _context(signedHead.licenseId, terms, signedHead.lane);
        LaneState storage lane = _tracker().lanes[ctx];

        if (signedHead.head == 0) revert HeadMissing();
        if (signedHead.total <= lane.signedTotal) revert TotalNotAbove(signedHead.total, lane.signedTotal);
        bytes32 digest = headDigest(ctx, signedHead.seq, signedHead.total, signedHead.head, signedHead.time);
        _checkSignature(terms.sessionKey, digest, signedHead.licenseeSignature);
        _checkSignature(terms.meterSigner, digest, signedHead.meterSignature);

        lane.signedTotal = signedHead.total;
        (uint64 settledTotal, uint64 settledUnits_, uint64 grown) =
            _settle(lane, signedHead.licenseId, terms.units, signedHead.total);
        emit UsageSigned(
            signedHead.licenseId,
            terms.contentId,
            ctx,
            signedHead.lane,
            terms.epoch,
            signedHead.seq,
            signedHead.head,
            signedHead.time,
            signedHead.total,
            settledTotal,
            settledUnits_
        );
        _draw(terms, settledUnits_, grown);
    }

    /// @inheritdoc IUsageTracker
    function laneState(uint256 ctx) external view returns (LaneState memory) {
        return _tracker().lanes[ctx];
    }

    /// @inheritdoc IUsageTracker
    function settledUnits(uint256 licenseId) external view returns (uint64) {
        return _tracker().settledUnits[licenseId];
    }

    /// @inheritdoc IUsageTracker
    function headDigest(uint256 ctx, uint64 seq, uint64 total, uint256 head, uint64 time)
        public
        view
        returns (bytes32)
    {
        return _hashTypedDataV4(keccak256(abi.encode(HEAD_TYPEHASH, ctx, seq, total, head, time)));
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

    function _verify(UsageBatch calldata batch, SettlementTerms memory terms, uint256 ctx, uint256 headBefore)
        private
        view
    {
        uint256[6] memory inputs = [
            ctx,
            terms.licenseeCommitment,
            terms.meterKeyHash,
            headBefore,
            batch.headAfter,
            uint256(batch.windowStart) | uint256(batch.windowEnd) << 40 | uint256(batch.units) << 80
        ];
        if (!usageVerifier.verify(batch.proof, inputs)) revert ProofInvalid();
    }

    /// By the key alone: were the signer's code asked, its holder could withdraw a signature after the use.
    function _checkSignature(address signer, bytes32 digest, bytes calldata signature) private pure {
        (address recovered, ECDSA.RecoverError problem,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (problem != ECDSA.RecoverError.NoError || recovered != signer) revert SignatureInvalid(signer);
    }

    /// Raises the lane's settled total to `total` if that is more, within the units bought.
    /// @return settledTotal Of the lane, after.
    /// @return licenseUnits Of the license over all lanes, after.
    /// @return grown By how much both grew.
    function _settle(LaneState storage lane, uint256 licenseId, uint64 granted, uint64 total)
        private
        returns (uint64 settledTotal, uint64 licenseUnits, uint64 grown)
    {
        TrackerStorage storage $ = _tracker();
        settledTotal = lane.settledTotal;
        licenseUnits = $.settledUnits[licenseId];
        if (total <= settledTotal) return (settledTotal, licenseUnits, 0);
        grown = total - settledTotal;
        uint256 grownUnits = uint256(licenseUnits) + grown;
        if (granted != 0 && grownUnits > granted) revert UnitsAboveGrant(licenseId, grownUnits, granted);
        licenseUnits = grownUnits.toUint64();
        settledTotal = total;
        lane.settledTotal = settledTotal;
        $.settledUnits[licenseId] = licenseUnits;
    }

    /// Asks the escrow for all that is due. What a license prices otherwise than by the unit is only recorded.
    function _draw(SettlementTerms memory terms, uint64 licenseUnits, uint64 grown) private {
        if (grown == 0 || terms.unitPrice == 0) return;
        escrow.draw(terms.paymentId, uint256(licenseUnits) * terms.unitPrice);
    }

    function _context(uint256 licenseId, SettlementTerms memory terms, uint32 lane)
        private
        view
        returns (uint256)
    {
        return
            ProofContext.derive(block.chainid, address(this), licenseId, terms.contentId, lane, terms.epoch);
    }

    function _tracker() private pure returns (TrackerStorage storage $) {
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
