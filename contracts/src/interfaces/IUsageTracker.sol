// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice One proven range of a lane's metering chain.
struct UsageBatch {
    uint256 licenseId;
    uint32 lane;
    uint32 epoch;
    uint256 headAfter;
    uint40 windowStart;
    uint40 windowEnd;
    uint32 units;
    /// Events that the proof's circuit holds at most, 128 or 1,024: says which verifier is asked.
    uint16 capacity;
    uint256[8] proof;
}

/// @notice A metering head, as both sides sign it (EIP-712, domain "Datavault" version "1" at this contract).
struct SignedHead {
    uint256 licenseId;
    uint32 lane;
    uint32 epoch;
    uint64 seq;
    uint64 total;
    uint256 head;
    uint40 time;
    /// 65 bytes (r, s, v) by the session key. Only ECDSA: what code the signer's address has is never asked.
    bytes licenseeSignature;
    /// The same by the meter's signer.
    bytes meterSignature;
}

/// @notice That a lane's total was at most `maxAllowed` at `asOf`, the total itself hidden.
struct ComplianceStatement {
    uint256 licenseId;
    uint32 lane;
    uint32 epoch;
    /// Signed by the meter; settled or not.
    uint256 head;
    /// Time of the head's last event, unix seconds.
    uint40 asOf;
    uint64 maxAllowed;
    uint256[8] proof;
}

/// @notice Where settlement of one context (license, lane, epoch) stands. Totals are units and never fall.
struct LaneState {
    /// Zero: genesis.
    uint256 provedHead;
    uint64 provedTotal;
    uint64 signedTotal;
    /// The larger of proved and signed: what the escrow was asked to pay.
    uint64 settledTotal;
    uint40 lastWindowEnd;
}

/// @title UsageTracker: settles metered use, by proof or by the last head that both sides signed.
interface IUsageTracker {
    /// @param settledUnits Of the license, over all lanes and epochs.
    event UsageProved(
        uint256 indexed licenseId,
        bytes32 indexed contentId,
        uint256 indexed ctx,
        uint32 lane,
        uint32 epoch,
        uint256 headBefore,
        uint256 headAfter,
        uint40 windowStart,
        uint40 windowEnd,
        uint32 units,
        uint64 provedTotal,
        uint64 settledTotal,
        uint64 settledUnits
    );
    event UsageSigned(
        uint256 indexed licenseId,
        bytes32 indexed contentId,
        uint256 indexed ctx,
        uint32 lane,
        uint32 epoch,
        uint64 seq,
        uint256 head,
        uint40 time,
        uint64 signedTotal,
        uint64 settledTotal,
        uint64 settledUnits
    );
    event ComplianceProved(
        uint256 indexed licenseId,
        bytes32 indexed contentId,
        uint256 indexed ctx,
        uint32 lane,
        uint32 epoch,
        uint256 head,
        uint40 asOf,
        uint64 maxAllowed
    );

    error HeadMissing();
    error BatchEmpty();
    error NoBatches();
    error VerifiersDiffer(uint8 first, uint8 other);
    error CapacitiesDiffer(uint16 first, uint16 other);
    error WindowInFuture(uint40 windowEnd, uint256 nowSecs);
    error WindowInvalid(uint40 windowStart, uint40 windowEnd);
    error WindowBeforeLicense(uint40 windowStart, uint40 startsAt);
    error WindowAfterExpiry(uint40 windowEnd, uint40 expiresAt);
    error WindowOverlaps(uint40 windowStart, uint40 lastWindowEnd);
    error UnitsAboveGrant(uint256 licenseId, uint256 settledUnits, uint64 granted);
    error TotalNotAbove(uint64 total, uint64 signedTotal);
    error SignatureInvalid(address expected);
    error ProofInvalid();

    /// @notice Settles a proven range that starts at the lane's proved head. Anyone may. Reverts with
    ///         {IVerifierSets-CapacityUnknown} when there is no circuit of the range's capacity.
    function settleUsage(UsageBatch calldata batch) external;

    /// @notice Settles many proven ranges, of any lanes and licenses that pin the same verifiers, in the order given,
    ///         with one batch verification: their proofs are of one capacity. All or none. Anyone may.
    function settleUsageMany(UsageBatch[] calldata batches) external;

    /// @notice Settles up to a head that both sides signed with their secp256k1 keys. Anyone may, at any time: a
    ///         signature once given stays valid, whatever code its signer's address gets later.
    function settleSigned(SignedHead calldata signedHead) external;

    /// @notice Records a proven attestation; nothing is settled by it. Anyone may.
    function proveCompliance(ComplianceStatement calldata statement) external;

    function laneState(uint256 ctx) external view returns (LaneState memory);

    /// @notice Units settled for a license over all its lanes and epochs.
    function settledUnits(uint256 licenseId) external view returns (uint64);

    /// @notice EIP-712 digest of Head(uint256 ctx,uint64 seq,uint64 total,uint256 head,uint64 time).
    function headDigest(uint256 ctx, uint64 seq, uint64 total, uint256 head, uint64 time)
        external
        view
        returns (bytes32);
}
