// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The owner of everything that has one: OpenZeppelin's, unchanged. Imported so that it is built with ours.
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
