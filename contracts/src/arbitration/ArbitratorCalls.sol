// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IDisputeResolution} from "../interfaces/IDisputeResolution.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";
import {LibCall} from "solady/utils/LibCall.sol";

/// @title ArbitratorCalls: calls to ERC-792 contracts that nobody here wrote.
/// @dev Gas and returned bytes are bounded, so that such a contract can burn no more than its caller agreed to, and
/// whatever it does is one error.
library ArbitratorCalls {
    /// Enough to look up a price, also where it depends on a court's parameters.
    uint256 internal constant COST_GAS = 200_000;
    /// Enough to record a dispute and draw jurors.
    uint256 internal constant CREATE_GAS = 3_000_000;
    /// Creator or licensee; zero is refusing to say in ERC-792.
    uint256 internal constant CHOICES = 2;

    /// @notice Wei that the arbitrator wants for a dispute.
    function cost(address arbitrator) internal view returns (uint256) {
        (bool success,, bytes memory answer) =
            LibCall.tryStaticCall(arbitrator, COST_GAS, 32, abi.encodeCall(IArbitrator.arbitrationCost, ("")));
        return _word(arbitrator, success, answer);
    }

    /// @notice Opens a dispute there, paying `msg.value`.
    function create(address arbitrator) internal returns (uint256 externalId) {
        (bool success,, bytes memory answer) = LibCall.tryCall(
            arbitrator, msg.value, CREATE_GAS, 32, abi.encodeCall(IArbitrator.createDispute, (CHOICES, ""))
        );
        return _word(arbitrator, success, answer);
    }

    function _word(address arbitrator, bool success, bytes memory answer) private pure returns (uint256) {
        if (!success || answer.length != 32) revert IDisputeResolution.ArbitratorFailed(arbitrator);
        return abi.decode(answer, (uint256));
    }
}
