// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IContentRegistry} from "../../src/interfaces/IContentRegistry.sol";
import {ContentBase} from "./ContentBase.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";

contract SetCreatorLevelTest is ContentBase {
    function testFuzz_attester_says_0_to_4(address account, uint8 level) public {
        if (level > 4) {
            vm.expectRevert(abi.encodeWithSelector(IContentRegistry.LevelTooHigh.selector, level, 4));
        } else {
            vm.expectEmit(address(registry));
            emit IContentRegistry.CreatorLevelSet(account, level, attester);
        }
        vm.prank(attester);
        registry.setCreatorLevel(account, level);
        assertEq(registry.creatorLevel(account), level > 4 ? 0 : level);
    }

    function test_a_level_can_be_taken_back() public {
        vm.startPrank(attester);
        registry.setCreatorLevel(creator, 4);
        registry.setCreatorLevel(creator, 1);
        assertEq(registry.creatorLevel(creator), 1);
        assertEq(registry.creatorLevel(stranger), 0);
    }

    function test_nobody_else_says_it() public {
        address[3] memory others = [operator, guardian, creator];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotAttester.selector, others[i]));
            vm.prank(others[i]);
            registry.setCreatorLevel(creator, 1);
        }
    }
}

contract SetAttesterTest is ContentBase {
    function test_operator_replaces_the_attester() public {
        assertEq(registry.attester(), attester);
        vm.expectEmit(address(registry));
        emit IContentRegistry.AttesterSet(stranger);
        vm.prank(operator);
        registry.setAttester(stranger);
        assertEq(registry.attester(), stranger);

        vm.prank(stranger);
        registry.setCreatorLevel(creator, 2);
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotAttester.selector, attester));
        vm.prank(attester);
        registry.setCreatorLevel(creator, 3);
    }

    function test_without_an_attester_nobody_attests() public {
        vm.prank(operator);
        registry.setAttester(address(0));
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotAttester.selector, attester));
        vm.prank(attester);
        registry.setCreatorLevel(creator, 1);
    }

    function test_the_attester_does_not_name_its_successor() public {
        vm.expectRevert(
            abi.encodeWithSelector(OwnableUpgradeable.OwnableUnauthorizedAccount.selector, attester)
        );
        vm.prank(attester);
        registry.setAttester(stranger);
    }
}
