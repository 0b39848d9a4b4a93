// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Purchase} from "./IPurchaseRouter.sol";

/// @notice What one machine may spend of one token.
struct Budget {
    /// Base units per period; zero: nothing.
    uint128 limit;
    /// Base units spent in the period that began at `periodStart`.
    uint128 spent;
    uint40 periodStart;
    /// Seconds; periods follow each other without gaps from the moment that the budget was set.
    uint32 period;
}

/// @title ICompanyAccount: an account that owns licenses and money of a company whose machines buy by themselves.
interface ICompanyAccount {
    event BudgetSet(address indexed machine, address indexed token, uint128 limit, uint32 period);
    /// @param spent In this period, after.
    event Spent(
        address indexed machine, address indexed token, uint256 amount, uint128 spent, uint40 periodStart
    );
    event Swept(address indexed token, address indexed recipient, uint256 amount);

    error NotMachine(address caller);
    error BudgetExceeded(address machine, address token, uint256 amount, uint256 left);
    error PeriodInvalid(uint32 period);
    error LicenseeDiffers(address licensee, address required);
    error PayerDiffers(address payer, address required);
    error ZeroAddress();
    error CallFailed(address target, bytes reason);

    // ---- the company

    /// @notice Lets a machine spend up to `limit` of `token` (zero: ETH) per `period`; zero takes the machine's budget
    ///         away. What was spent before is forgotten. Owner only.
    function setBudget(address machine, address token, uint128 limit, uint32 period) external;

    /// @notice Sends money of the account anywhere. Owner only.
    function sweep(address token, address recipient, uint256 amount) external;

    /// @notice Calls anything as the account: to transfer a license, say. Owner only.
    function execute(address target, uint256 value, bytes calldata data)
        external
        returns (bytes memory result);

    // ---- its machines

    /// @notice Publishes licensee keys owned by the account.
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId);

    /// @notice Buys a license for the account with the account's money, within the caller's budget.
    function buy(Purchase calldata purchase) external returns (uint256 licenseId);

    /// @notice Renews a subscription of the account, within the caller's budget.
    function renew(uint256 licenseId, uint64 duration) external;

    /// @notice Accepts a delivered key. Machines and owner.
    function acceptKey(uint256 licenseId) external;

    /// @notice Brings the account's balance in the escrow home. Anyone may.
    function collect(address token) external returns (uint256 amount);

    // ---- views

    /// @notice What a machine may still spend in the present period.
    function left(address machine, address token) external view returns (uint256);

    /// @notice Reads as set and spent, also when the period is over.
    function budget(address machine, address token) external view returns (Budget memory);

    /// @notice What the owner signs (EIP-712, domain "Datavault Company" version "1" at this account,
    ///         CompanyMessage(bytes32 hash)) where the account is asked by ERC-1271 for a signature of `hash`.
    function messageDigest(bytes32 hash) external view returns (bytes32);

    /// @notice Whether a machine has any budget.
    function isMachine(address machine) external view returns (bool);
}
