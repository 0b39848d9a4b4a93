// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "./interfaces/IVerifier.sol";
import {
    IVerifierSets,
    USAGE_CAPACITY,
    USAGE_LONG_CAPACITY,
    VerifierSet
} from "./interfaces/IVerifierSets.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";

/// @title VerifierSets: which verifiers speak for which version of the circuits.
/// @dev Not upgradeable: a license is proved against the verifiers that it was sold with, whatever its owner does here.
contract VerifierSets is IVerifierSets, Ownable2Step {
    /// @inheritdoc IVerifierSets
    uint8 public current;
    mapping(uint8 version => VerifierSet) private sets;

    constructor(address owner_, VerifierSet memory first, bytes32 keysHash) Ownable(owner_) {
        _add(first, keysHash);
    }

    /// @inheritdoc IVerifierSets
    function add(VerifierSet calldata set, bytes32 keysHash) external onlyOwner returns (uint8 version) {
        return _add(set, keysHash);
    }

    /// @inheritdoc IVerifierSets
    function usage(uint8 version, uint16 capacity) external view returns (IUsageVerifier verifier) {
        verifier = _isLong(capacity) ? sets[version].usageLong : sets[version].usage;
        _checkKnown(version, address(verifier));
    }

    /// @inheritdoc IVerifierSets
    function usageBatch(uint8 version, uint16 capacity) external view returns (IUsageBatchVerifier verifier) {
        verifier = _isLong(capacity) ? sets[version].usageLongBatch : sets[version].usageBatch;
        _checkKnown(version, address(verifier));
    }

    /// @inheritdoc IVerifierSets
    function keyDelivery(uint8 version) external view returns (IKeyDeliveryVerifier verifier) {
        verifier = sets[version].keyDelivery;
        _checkKnown(version, address(verifier));
    }

    /// @inheritdoc IVerifierSets
    function compliance(uint8 version) external view returns (IComplianceVerifier verifier) {
        verifier = sets[version].compliance;
        _checkKnown(version, address(verifier));
    }

    function _add(VerifierSet memory set, bytes32 keysHash) private returns (uint8 version) {
        if (current == type(uint8).max) revert VerifierSetsExhausted();
        _requireCode(address(set.usage));
        _requireCode(address(set.usageBatch));
        _requireCode(address(set.usageLong));
        _requireCode(address(set.usageLongBatch));
        _requireCode(address(set.keyDelivery));
        _requireCode(address(set.compliance));
        version = ++current;
        sets[version] = set;
        emit VerifierSetAdded(version, set, keysHash);
    }

    /// An account without code would be taken for a verifier that says nothing.
    function _requireCode(address verifier) private view {
        if (verifier.code.length == 0) revert VerifierHasNoCode(verifier);
    }

    /// Whether the larger of the two usage circuits has this capacity.
    function _isLong(uint16 capacity) private pure returns (bool) {
        if (capacity != USAGE_CAPACITY && capacity != USAGE_LONG_CAPACITY) revert CapacityUnknown(capacity);
        return capacity == USAGE_LONG_CAPACITY;
    }

    /// A known version has a verifier of each kind: no second slot is read to ask for it.
    function _checkKnown(uint8 version, address verifier) private pure {
        if (verifier == address(0)) revert VerifierSetUnknown(version);
    }
}
