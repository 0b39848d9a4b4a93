// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IEvidence} from "@kleros/erc-792/contracts/erc-1497/IEvidence.sol";

/// @title CourtEvents: what ERC-792 and ERC-1497 want told, as raw logs.
/// @dev Two of these events have the names of a struct and an enumeration of ours, which few languages can hold in one
/// interface. Courts read them by the standards' own interfaces; ours has {DisputeFiled} and the like instead.
library CourtEvents {
    function metaEvidence(uint256 metaEvidenceId, string memory uri) internal {
        bytes memory data = abi.encode(uri);
        bytes32 topic = IEvidence.MetaEvidence.selector;
        assembly ("memory-safe") {
            log2(add(data, 32), mload(data), topic, metaEvidenceId)
        }
    }

    function evidence(address court, uint256 disputeId, address party, string memory path) internal {
        bytes memory data = abi.encode(path);
        bytes32 topic = IEvidence.Evidence.selector;
        assembly ("memory-safe") {
            log4(add(data, 32), mload(data), topic, court, disputeId, party)
        }
    }

    function dispute(address court, uint256 externalId, uint256 metaEvidenceId, uint256 disputeId) internal {
        bytes memory data = abi.encode(metaEvidenceId, disputeId);
        bytes32 topic = IEvidence.Dispute.selector;
        assembly ("memory-safe") {
            log3(add(data, 32), mload(data), topic, court, externalId)
        }
    }

    function ruling(address court, uint256 externalId, uint256 decision) internal {
        bytes memory data = abi.encode(decision);
        bytes32 topic = IArbitrable.Ruling.selector;
        assembly ("memory-safe") {
            log3(add(data, 32), mload(data), topic, court, externalId)
        }
    }
}
