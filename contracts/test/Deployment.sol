// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IContentRegistry} from "../src/interfaces/IContentRegistry.sol";
import {IDisputeResolution} from "../src/interfaces/IDisputeResolution.sol";
import {ILicenseManager} from "../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker} from "../src/interfaces/IUsageTracker.sol";
import {IVerifierSets, VerifierSet} from "../src/interfaces/IVerifierSets.sol";
import {CommonBase} from "forge-std/Base.sol";

/// What a deployment is told.
struct DeployConfig {
    address deployer;
    address owner;
    address guardian;
    address attester;
    address feeRecipient;
    uint16 feeBps;
    uint256 filingBond;
    address appealArbitrator;
    VerifierSet verifiers;
    bytes32 keysHash;
}

/// The deployment as it happens on a real chain: the contracts know one another by addresses that follow from the
/// deployer's nonce. Bytecode comes from the built artifacts, so that test contracts need not contain it.
abstract contract Deployment is CommonBase {
    IVerifierSets internal verifierSets;
    IContentRegistry internal registry;
    ILicenseManager internal manager;
    IUsageTracker internal tracker;
    IDisputeResolution internal disputes;
    IPaymentEscrow internal escrow;

    function _deploy(DeployConfig memory config) internal {
        uint256 nonce = vm.getNonce(config.deployer);
        registry = IContentRegistry(vm.computeCreateAddress(config.deployer, nonce + 5));
        manager = ILicenseManager(vm.computeCreateAddress(config.deployer, nonce + 6));
        tracker = IUsageTracker(vm.computeCreateAddress(config.deployer, nonce + 7));
        disputes = IDisputeResolution(vm.computeCreateAddress(config.deployer, nonce + 8));
        escrow = IPaymentEscrow(vm.computeCreateAddress(config.deployer, nonce + 9));

        vm.startPrank(config.deployer);
        verifierSets = IVerifierSets(
            _create("VerifierSets", abi.encode(config.owner, config.verifiers, config.keysHash))
        );
        address registryCode = _create("ContentRegistry", "");
        address managerCode = _create("LicenseManager", abi.encode(registry, escrow, tracker, verifierSets));
        address trackerCode = _create("UsageTracker", abi.encode(manager, escrow, verifierSets));
        address disputesCode = _create("DisputeResolution", abi.encode(manager, escrow, tracker));
        _proxy(
            registryCode,
            abi.encodeWithSignature(
                "initialize(address,address,address)", config.owner, config.guardian, config.attester
            )
        );
        _proxy(
            managerCode, abi.encodeWithSignature("initialize(address,address)", config.owner, config.guardian)
        );
        _proxy(trackerCode, abi.encodeWithSignature("initialize(address)", config.owner));
        _proxy(
            disputesCode,
            abi.encodeWithSignature(
                "initialize(address,uint256,address)",
                config.owner,
                config.filingBond,
                config.appealArbitrator
            )
        );
        _create(
            "PaymentEscrow",
            abi.encode(manager, tracker, disputes, config.owner, config.feeRecipient, config.feeBps)
        );
        vm.stopPrank();
    }

    function _proxy(address implementation, bytes memory initializer) internal returns (address) {
        return _create("ERC1967Proxy", abi.encode(implementation, initializer));
    }

    function _create(string memory name, bytes memory arguments) internal returns (address created) {
        bytes memory initcode = abi.encodePacked(vm.getCode(string.concat(name, ".sol:", name)), arguments);
        assembly {
            created := create(0, add(initcode, 0x20), mload(initcode))
            if iszero(created) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
