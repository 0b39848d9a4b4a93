// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {CompanyAccount} from "./CompanyAccount.sol";
import {Clones} from "@openzeppelin/contracts/proxy/Clones.sol";

/// @title CompanyAccountFactory: makes company accounts at addresses that are known before.
contract CompanyAccountFactory {
    /// @notice What every account is a clone of. An account is never upgraded.
    address public immutable implementation;

    event CompanyAccountCreated(address indexed account, address indexed owner, bytes32 salt);

    constructor(address implementation_) {
        implementation = implementation_;
    }

    /// @notice Makes the account of `owner` under `salt`. Anyone may; the owner alone commands it.
    function create(address owner, bytes32 salt) external returns (address account) {
        account = Clones.cloneDeterministic(implementation, _salt(owner, salt));
        emit CompanyAccountCreated(account, owner, salt);
        CompanyAccount(payable(account)).initialize(owner);
    }

    /// @notice Where {create} puts the account.
    function predict(address owner, bytes32 salt) external view returns (address account) {
        return Clones.predictDeterministicAddress(implementation, _salt(owner, salt));
    }

    /// The owner is part of the salt, so that nobody takes the address under another owner.
    function _salt(address owner, bytes32 salt) private pure returns (bytes32) {
        return keccak256(abi.encode(owner, salt));
    }
}
