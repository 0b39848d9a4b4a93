// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// The proxy of the four upgradeable contracts is OpenZeppelin's, unchanged. Imported so that it is built with ours.
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
