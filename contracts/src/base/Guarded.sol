// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {GuardedStorage} from "../storage/GuardedStorage.sol";
import {Operated} from "./Operated.sol";
import {PausableUpgradeable} from "@openzeppelin/contracts-upgradeable/utils/PausableUpgradeable.sol";

/// @title Guarded: a guardian may pause new business. Which functions that is, the contract says by `whenNotPaused`.
abstract contract Guarded is Operated, PausableUpgradeable {
    bytes32 private constant GUARDED_SLOT =
        keccak256(abi.encode(uint256(keccak256("datavault.storage.Guarded")) - 1)) & ~bytes32(uint256(0xff));

    event GuardianSet(address indexed guardian);

    error NotGuardian(address caller);

    function __Guarded_init(address owner_, address guardian_) internal onlyInitializing {
        __Operated_init(owner_);
        _setGuardian(guardian_);
    }

    /// @notice Refuses new business until {unpause}. Guardian or owner.
    function pause() external {
        _checkGuardian();
        _pause();
    }

    /// @notice Takes new business again. Guardian or owner.
    function unpause() external {
        _checkGuardian();
        _unpause();
    }

    /// @notice Replaces the guardian. Zero leaves the owner alone.
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    function guardian() external view returns (address) {
        return _guarded().guardian;
    }

    function _setGuardian(address guardian_) private {
        _guarded().guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    function _checkGuardian() private view {
        if (msg.sender != _guarded().guardian && msg.sender != owner()) revert NotGuardian(msg.sender);
    }

    function _guarded() private pure returns (GuardedStorage storage $) {
        bytes32 slot = GUARDED_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
