// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ERC1967Proxy} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Proxy.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
contract Probe is ERC721Upgradeable { uint256 transient lock; function f(uint256 a) external pure returns (uint256) { return a ^ 1; } }
