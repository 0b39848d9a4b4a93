// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IArbitrable} from "@kleros/erc-792/contracts/IArbitrable.sol";
import {IArbitrator} from "@kleros/erc-792/contracts/IArbitrator.sol";

/// How a court behaves in a call.
enum Mode {
    Honest,
    /// Does nothing and answers nothing.
    Mute,
    Reverting,
    GasBurning,
    /// Answers, or reverts, with a megabyte.
    Bombing,
    RevertBombing,
    /// Answers with 31 bytes.
    Short,
    /// Rules during the call that creates the dispute, and hides that it was refused.
    Ruling,
    /// The same, and passes the refusal on.
    RulingLoudly,
    /// Numbers every dispute as the first.
    Repeating
}

/// An ERC-792 arbitrator that does what a test tells it.
contract ScriptedCourt is IArbitrator {
    Mode public costMode;
    Mode public createMode;
    uint256 public fee;
    /// Zero is a valid id.
    uint256 public disputeCount;
    bool public ruledDuringCreation;

    constructor(uint256 fee_) {
        fee = fee_;
    }

    function script(Mode costMode_, Mode createMode_) external {
        (costMode, createMode) = (costMode_, createMode_);
    }

    function setFee(uint256 fee_) external {
        fee = fee_;
    }

    /// Rules on whatever it is told.
    function order(address arbitrable, uint256 disputeId, uint256 ruling) external {
        IArbitrable(arbitrable).rule(disputeId, ruling);
    }

    function arbitrationCost(bytes calldata) external view returns (uint256) {
        _misbehave(costMode);
        return fee;
    }

    function createDispute(uint256, bytes calldata) external payable returns (uint256 disputeId) {
        require(msg.value == fee, "fee");
        _misbehave(createMode);
        disputeId = createMode == Mode.Repeating ? 0 : disputeCount++;
        if (createMode == Mode.Ruling) {
            try IArbitrable(msg.sender).rule(disputeId, 2) {
                ruledDuringCreation = true;
            } catch {}
        }
        if (createMode == Mode.RulingLoudly) IArbitrable(msg.sender).rule(disputeId, 2);
    }

    function appeal(uint256, bytes calldata) external payable {}

    function appealCost(uint256, bytes calldata) external pure returns (uint256) {
        return type(uint256).max;
    }

    function appealPeriod(uint256) external pure returns (uint256 start, uint256 end) {}

    function disputeStatus(uint256) external pure returns (DisputeStatus) {
        return DisputeStatus.Waiting;
    }

    function currentRuling(uint256) external pure returns (uint256) {}

    function _misbehave(Mode mode) private pure {
        require(mode != Mode.Reverting, "no");
        if (mode == Mode.GasBurning) while (true) {}
        assembly {
            switch mode
            case 1 { return(0, 0) }
            case 4 { return(0, 1000000) }
            case 5 { revert(0, 1000000) }
            case 6 { return(0, 31) }
        }
    }
}

/// Asks for arbitration, and does with the ruling what a test tells it.
contract ScriptedArbitrable is IArbitrable {
    Mode public mode;
    uint256 public ruling = type(uint256).max;

    receive() external payable {}

    function script(Mode mode_) external {
        mode = mode_;
    }

    function ask(IArbitrator court, uint256 choices, uint256 value) external returns (uint256) {
        return court.createDispute{value: value}(choices, "");
    }

    function rule(uint256 disputeId, uint256 ruling_) external {
        require(mode != Mode.Reverting, "no");
        if (mode == Mode.GasBurning) while (true) {}
        if (mode == Mode.RevertBombing) {
            assembly {
                revert(0, 1000000)
            }
        }
        // Told again while it is being told.
        if (mode == Mode.Repeating) IPanel(msg.sender).deliver(disputeId);
        ruling = ruling_;
        emit Ruling(IArbitrator(msg.sender), disputeId, ruling_);
    }
}

interface IPanel {
    function deliver(uint256 disputeId) external;
}
