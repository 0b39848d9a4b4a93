// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentRegistry} from "../../src/ContentRegistry.sol";
import {TimelockController} from "../../src/governance/TimelockController.sol";
import {Timings} from "../../src/libraries/Timings.sol";
import {ContentBase} from "./ContentBase.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IERC1967} from "@openzeppelin/contracts/interfaces/IERC1967.sol";
import {ERC1967Utils} from "@openzeppelin/contracts/proxy/ERC1967/ERC1967Utils.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Test} from "forge-std/Test.sol";

/// The operator is a timelock, as in a real deployment: `proposer` schedules, and waits.
contract TimelockTest is ContentBase {
    address internal proposer = makeAddr("proposer");
    TimelockController internal timelock;
    address internal next;
    bytes internal upgrade;
    bytes32 internal operationId;

    function setUp() public override {
        vm.warp(1_800_000_000);
        address[] memory proposers = new address[](1);
        proposers[0] = proposer;
        timelock = TimelockController(
            payable(deployCode(
                    "TimelockController.sol:TimelockController",
                    abi.encode(Timings.UPGRADE_DELAY, proposers, proposers, address(0))
                ))
        );
        operator = address(timelock);
        super.setUp();
        next = deployCode("ContentRegistry.sol:ContentRegistry");
        upgrade = abi.encodeCall(UUPSUpgradeable.upgradeToAndCall, (next, ""));
        operationId = timelock.hashOperation(address(registry), 0, upgrade, 0, 0);
    }

    function _schedule() internal {
        vm.prank(proposer);
        timelock.schedule(address(registry), 0, upgrade, 0, 0, Timings.UPGRADE_DELAY);
    }

    function _execute() internal {
        vm.prank(proposer);
        timelock.execute(address(registry), 0, upgrade, 0, 0);
    }

    function _expectNotReady() internal {
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockUnexpectedOperationState.selector,
                operationId,
                bytes32(1 << uint8(TimelockController.OperationState.Ready))
            )
        );
    }

    function _implementation() internal view returns (address) {
        return address(uint160(uint256(vm.load(address(registry), ERC1967Utils.IMPLEMENTATION_SLOT))));
    }

    function testFuzz_no_upgrade_before_the_delay(uint256 waited) public {
        waited = bound(waited, 0, Timings.UPGRADE_DELAY - 1);
        address before = _implementation();
        _schedule();
        skip(waited);
        _expectNotReady();
        _execute();
        assertEq(_implementation(), before);
    }

    function test_no_upgrade_one_second_early() public {
        _schedule();
        skip(Timings.UPGRADE_DELAY - 1);
        _expectNotReady();
        _execute();
    }

    function test_17_an_upgrade_after_the_delay_keeps_the_state() public {
        bytes32 contentId = _register();
        bytes memory before = abi.encode(registry.content(contentId), registry.meter(1), registry.guardian());
        _schedule();
        skip(Timings.UPGRADE_DELAY);
        vm.expectEmit(address(registry));
        emit IERC1967.Upgraded(next);
        _execute();
        assertEq(_implementation(), next);
        assertEq(abi.encode(registry.content(contentId), registry.meter(1), registry.guardian()), before);
        vm.prank(creator);
        assertEq(registry.publishVersion(contentId, _edition(1)), 1);
    }

    function test_a_late_upgrade_is_an_upgrade() public {
        _schedule();
        skip(Timings.UPGRADE_DELAY + 1);
        _execute();
        assertEq(_implementation(), next);
        _expectNotReady();
        _execute();
    }

    function test_a_cancelled_upgrade_never_comes() public {
        _schedule();
        vm.prank(proposer);
        timelock.cancel(operationId);
        skip(Timings.UPGRADE_DELAY);
        _expectNotReady();
        _execute();
    }

    function test_nobody_schedules_a_shorter_delay() public {
        vm.expectRevert(
            abi.encodeWithSelector(
                TimelockController.TimelockInsufficientDelay.selector,
                Timings.UPGRADE_DELAY - 1,
                Timings.UPGRADE_DELAY
            )
        );
        vm.prank(proposer);
        timelock.schedule(address(registry), 0, upgrade, 0, 0, Timings.UPGRADE_DELAY - 1);

        vm.expectRevert(
            abi.encodeWithSelector(TimelockController.TimelockUnauthorizedCaller.selector, proposer)
        );
        vm.prank(proposer);
        timelock.updateDelay(0);
    }

    function test_a_stranger_neither_schedules_nor_executes_nor_upgrades() public {
        _expectNoRole(timelock.PROPOSER_ROLE());
        timelock.schedule(address(registry), 0, upgrade, 0, 0, Timings.UPGRADE_DELAY);
        _schedule();
        skip(Timings.UPGRADE_DELAY);
        _expectNoRole(timelock.EXECUTOR_ROLE());
        timelock.execute(address(registry), 0, upgrade, 0, 0);

        address[4] memory others = [stranger, proposer, guardian, creator];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, others[i])
            );
            vm.prank(others[i]);
            registry.upgradeToAndCall(next, "");
        }
    }

    function test_only_the_timelock_administers_itself() public {
        assertTrue(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(timelock)));
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), address(this)));
        assertFalse(timelock.hasRole(timelock.DEFAULT_ADMIN_ROLE(), proposer));
    }

    function test_what_is_no_implementation_is_refused() public {
        vm.expectRevert(
            abi.encodeWithSelector(ERC1967Utils.ERC1967InvalidImplementation.selector, address(timelock))
        );
        vm.prank(operator);
        registry.upgradeToAndCall(address(timelock), "");
    }

    function test_an_implementation_is_never_initialized() public {
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        ContentRegistry(next).initialize(stranger, stranger, stranger);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        registry.initialize(stranger, stranger, stranger);
        vm.expectRevert(UUPSUpgradeable.UUPSUnauthorizedCallContext.selector);
        ContentRegistry(next).upgradeToAndCall(next, "");
    }

    function _expectNoRole(bytes32 role) private {
        vm.expectRevert(
            abi.encodeWithSelector(IAccessControl.AccessControlUnauthorizedAccount.selector, stranger, role)
        );
        vm.prank(stranger);
    }
}

/// What bounds what: nobody who bought before an upgrade was announced is still in it when it comes.
contract TimingsTest is Test {
    function test_every_dispute_ends_before_its_freeze() public pure {
        assertEq(Timings.LONGEST_DISPUTE, 55 days);
        assertLt(Timings.LONGEST_DISPUTE, Timings.MAX_FREEZE);
    }

    function test_an_upgrade_waits_longer_than_the_longest_exit() public pure {
        assertGe(Timings.LONGEST_EXIT, 2 * Timings.MAX_WINDOW + Timings.MAX_FREEZE);
        assertGt(Timings.UPGRADE_DELAY, Timings.LONGEST_EXIT);
    }

    function test_a_window_is_long_enough_to_act_and_short_enough_to_wait() public pure {
        assertGe(Timings.MIN_WINDOW, 1 hours);
        assertLt(Timings.MIN_WINDOW, Timings.MAX_WINDOW);
        assertLt(Timings.RESPOND, Timings.MAX_WINDOW);
    }

    /// A payment counts paused and windowed seconds in 24 bits.
    function test_windows_and_freezes_fit_where_they_are_stored() public pure {
        assertLe(Timings.MAX_WINDOW, type(uint24).max);
        assertLe(Timings.MAX_FREEZE, type(uint24).max);
    }
}
