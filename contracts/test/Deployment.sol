// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentRegistry} from "../src/ContentRegistry.sol";
import {DisputeResolution} from "../src/DisputeResolution.sol";
import {LicenseManager} from "../src/LicenseManager.sol";
import {PaymentEscrow} from "../src/PaymentEscrow.sol";
// Not named below, but built with every test.
import {UsageTracker} from "../src/UsageTracker.sol";
import {ERC1967Proxy} from "../src/proxy/ERC1967Proxy.sol";
import {CommonBase} from "forge-std/Base.sol";

/// What a deployment is told.
struct DeployConfig {
    address deployer;
    address owner;
    address guardian;
    address feeRecipient;
    uint16 feeBps;
    uint256 filingBond;
    address usageVerifier;
    address keyDeliveryVerifier;
}

/// The deployment as it happens on a real chain, in the order that {PaymentEscrow}'s constructor documents.
/// Bytecode comes from the built artifacts, so that test contracts need not contain it.
abstract contract Deployment is CommonBase {
    ContentRegistry internal registry;
    LicenseManager internal manager;
    UsageTracker internal tracker;
    DisputeResolution internal disputes;
    PaymentEscrow internal escrow;

    function _deploy(DeployConfig memory config) internal {
        uint256 nonce = vm.getNonce(config.deployer);
        registry = ContentRegistry(vm.computeCreateAddress(config.deployer, nonce + 4));
        manager = LicenseManager(vm.computeCreateAddress(config.deployer, nonce + 5));
        tracker = UsageTracker(vm.computeCreateAddress(config.deployer, nonce + 6));
        disputes = DisputeResolution(vm.computeCreateAddress(config.deployer, nonce + 7));
        escrow = PaymentEscrow(vm.computeCreateAddress(config.deployer, nonce + 8));

        vm.startPrank(config.deployer);
        address registryCode = _create("ContentRegistry", abi.encode(escrow));
        address managerCode =
            _create("LicenseManager", abi.encode(registry, escrow, tracker, config.keyDeliveryVerifier));
        address trackerCode = _create("UsageTracker", abi.encode(manager, escrow, config.usageVerifier));
        address disputesCode = _create("DisputeResolution", abi.encode(manager, escrow));
        _proxy(registryCode, abi.encodeCall(ContentRegistry.initialize, (config.owner, config.guardian)));
        _proxy(managerCode, abi.encodeCall(LicenseManager.initialize, (config.owner, config.guardian)));
        _proxy(trackerCode, abi.encodeCall(UsageTracker.initialize, (config.owner)));
        _proxy(disputesCode, abi.encodeCall(DisputeResolution.initialize, (config.owner, config.filingBond)));
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
