// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// A dispute, in the one slot that it is filed with. Its id says which payment or license it is about, the bond is in
/// the escrow, and whoever is not the filer is who holds the other side of the license.
struct DisputeRecord {
    address filer;
    /// Unix seconds, until 2106.
    uint32 filedAt;
    /// The deadline of the present state, in seconds after `filedAt`.
    uint24 deadlineAfter;
    /// Key of {Arbitration}.
    uint24 arbitrationId;
    /// {DisputeState}, and {Ruling} from bit 4 on.
    uint8 standing;
    /// {DisputeKind}, and flags from bit 4 on; see {DisputeCase}.
    uint8 traits;
}

/// Who decides, and for what bond: what disputes before the same arbitrator share. Never changed, only superseded.
struct Arbitration {
    /// Zero: only a program decides.
    address arbitrator;
    /// Whether it had code when this was recorded.
    bool isContract;
    uint80 bond;
    /// Zero: no appeal.
    address appealArbitrator;
}

/// What is known of an arbitrator now.
struct ArbitratorStatus {
    /// The newest {Arbitration} of it; zero: none.
    uint24 arbitrationId;
    /// The rules and kind of arbitrator that it was recorded for.
    uint16 rulesId;
    bool isContract;
    /// It hears appeals itself.
    bool finalRulings;
}

/// The operator's rules for later disputes.
struct FilingRules {
    address appealArbitrator;
    /// Counts changes.
    uint16 rulesId;
    uint80 bond;
}

/// @custom:storage-location erc7201:datavault.storage.DisputeResolution
struct DisputeResolutionStorage {
    mapping(uint256 disputeId => DisputeRecord) disputes;
    mapping(uint256 arbitrationId => Arbitration) arbitrations;
    mapping(address arbitrator => ArbitratorStatus) arbitrators;
    /// By the arbitrator's own id.
    mapping(address arbitrator => mapping(uint256 externalId => uint256 disputeId)) externalDisputes;
    FilingRules rules;
    uint24 lastArbitrationId;
    /// Of a NonPayment: the license's settled units when it was filed.
    mapping(uint256 disputeId => uint64) settledAtFiling;
}
