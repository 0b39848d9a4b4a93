// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DisputeKind, DisputeState, Ruling} from "../interfaces/IDisputeResolution.sol";
import {DisputeRecord} from "../storage/DisputeResolutionStorage.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// A {DisputeRecord} in memory, unpacked.
struct DisputeCase {
    uint256 id;
    address filer;
    uint40 filedAt;
    uint40 deadline;
    uint24 arbitrationId;
    DisputeKind kind;
    DisputeState state;
    Ruling ruling;
    bool answered;
    /// UnauthorizedAccess: the license was valid at filing.
    bool wasValid;
    /// The ruling cannot be appealed.
    bool isFinal;
}

using DisputeCases for DisputeCase global;

/// @title DisputeCases: how a dispute is packed, and what its id says.
/// @dev A payment is disputed at most once, so its dispute has its id. A license's first payment has the license's id,
/// its performance bond the next one. UnauthorizedAccess is about no payment: ids beyond all payments.
library DisputeCases {
    using SafeCast for uint256;

    /// Added to a license's id for its UnauthorizedAccess. Ids of payments and licenses have 40 bits.
    uint256 internal constant ACCESS = 1 << 40;

    uint256 private constant ANSWERED = 1 << 4;
    uint256 private constant WAS_VALID = 1 << 5;
    uint256 private constant FINAL = 1 << 6;

    function idOf(uint256 license, DisputeKind kind) internal pure returns (uint256) {
        if (kind == DisputeKind.UnauthorizedAccess) return ACCESS + license;
        return kind == DisputeKind.UsageExceeded ? license + 1 : license;
    }

    function licenseId(DisputeCase memory c) internal pure returns (uint256) {
        if (c.kind == DisputeKind.UnauthorizedAccess) return c.id - ACCESS;
        return c.kind == DisputeKind.UsageExceeded ? c.id - 1 : c.id;
    }

    /// Zero: none is frozen.
    function paymentId(DisputeCase memory c) internal pure returns (uint256) {
        return c.kind == DisputeKind.UnauthorizedAccess ? 0 : c.id;
    }

    function isByLicensee(DisputeKind kind) internal pure returns (bool) {
        return kind == DisputeKind.NonDelivery || kind == DisputeKind.ContentMismatch;
    }

    /// Whether a head that both signed shows it.
    function isOfUse(DisputeKind kind) internal pure returns (bool) {
        return kind == DisputeKind.UsageExceeded || kind == DisputeKind.NonPayment;
    }

    /// Whether nobody but a program decides it.
    function isByProgram(DisputeKind kind) internal pure returns (bool) {
        return kind == DisputeKind.NonDelivery || isOfUse(kind);
    }

    /// Whether a ruling in the filer's favour is what was decided.
    function isForFiler(DisputeCase memory c) internal pure returns (bool) {
        return c.ruling == (isByLicensee(c.kind) ? Ruling.Licensee : Ruling.Creator);
    }

    function pack(DisputeCase memory c) internal pure returns (DisputeRecord memory) {
        uint256 flags = (c.answered ? ANSWERED : 0) | (c.wasValid ? WAS_VALID : 0) | (c.isFinal ? FINAL : 0);
        // Both bytes are below 2^7.
        // forge-lint: disable-start(unsafe-typecast)
        return DisputeRecord({
            filer: c.filer,
            filedAt: uint256(c.filedAt).toUint32(),
            deadlineAfter: uint256(c.deadline - c.filedAt).toUint24(),
            arbitrationId: c.arbitrationId,
            standing: uint8(uint256(c.state) | uint256(c.ruling) << 4),
            traits: uint8(uint256(c.kind) | flags)
        });
        // forge-lint: disable-end(unsafe-typecast)
    }

    function unpack(DisputeRecord memory r, uint256 id) internal pure returns (DisputeCase memory) {
        return DisputeCase({
            id: id,
            filer: r.filer,
            filedAt: r.filedAt,
            deadline: uint40(r.filedAt) + r.deadlineAfter,
            arbitrationId: r.arbitrationId,
            kind: DisputeKind(r.traits & 0xf),
            state: DisputeState(r.standing & 0xf),
            ruling: Ruling(r.standing >> 4),
            answered: r.traits & ANSWERED != 0,
            wasValid: r.traits & WAS_VALID != 0,
            isFinal: r.traits & FINAL != 0
        });
    }
}
