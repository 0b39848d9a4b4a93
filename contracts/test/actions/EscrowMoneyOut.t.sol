// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {PaymentEscrow} from "../../src/PaymentEscrow.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

/// Takes no ether.
contract Refuser {
    function withdraw(PaymentEscrow escrow) external returns (uint256) {
        return escrow.withdraw(address(0));
    }

    function withdrawTo(PaymentEscrow escrow, address recipient) external returns (uint256) {
        return escrow.withdrawTo(address(0), recipient);
    }
}

/// Withdraws again while it is being paid.
contract Reenterer {
    bool public again;

    function withdraw(PaymentEscrow escrow) external {
        escrow.withdraw(address(0));
    }

    receive() external payable {
        (again,) = msg.sender.call(abi.encodeCall(IPaymentEscrow.withdraw, (address(0))));
    }
}

contract WithdrawTest is EscrowBase {
    function _earn() internal returns (uint256) {
        _drawn(_hold(_metered()), AMOUNT);
        return _balance(creator);
    }

    function test_whole_balance_leaves_at_once() public {
        uint256 earned = _earn();
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Withdrawn(creator, ETHER, creator, earned, 0);
        vm.prank(creator);
        assertEq(escrow.withdraw(ETHER), earned);
        assertEq(creator.balance, earned);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.NothingToWithdraw.selector, creator, ETHER));
        vm.prank(creator);
        escrow.withdraw(ETHER);
        assertEq(address(escrow).balance, AMOUNT - earned);
    }

    function test_money_may_go_elsewhere_but_not_nowhere() public {
        uint256 earned = _earn();
        vm.startPrank(creator);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.withdrawTo(ETHER, address(0));
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Withdrawn(creator, ETHER, stranger, earned, 0);
        escrow.withdrawTo(ETHER, stranger);
        assertEq(stranger.balance, earned);
    }

    function test_14_a_recipient_that_refuses_ether_blocks_only_itself() public {
        Refuser refuser = new Refuser();
        vm.deal(disputes, 7);
        vm.startPrank(disputes);
        escrow.holdBond{value: 7}(1, address(refuser));
        escrow.payBond(1, address(refuser));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.EtherTransferFailed.selector, refuser, 7));
        refuser.withdraw(escrow);
        refuser.withdrawTo(escrow, stranger);
        assertEq(stranger.balance, 7);
    }

    function test_reentry_pays_nothing_more() public {
        Reenterer reenterer = new Reenterer();
        vm.deal(disputes, 14);
        vm.startPrank(disputes);
        escrow.holdBond{value: 7}(1, address(reenterer));
        escrow.payBond(1, address(reenterer));
        escrow.holdBond{value: 7}(2, licensee);
        vm.stopPrank();
        reenterer.withdraw(escrow);
        assertFalse(reenterer.again());
        assertEq(address(reenterer).balance, 7);
    }
}

contract BondTest is EscrowBase {
    function setUp() public override {
        super.setUp();
        vm.deal(disputes, 100 ether);
    }

    function test_7_a_bond_is_paid_once() public {
        vm.startPrank(disputes);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondHeld(1, licensee, ETHER, 5);
        escrow.holdBond{value: 5}(1, licensee);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.BondPaid(1, creator, ETHER, 5);
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.Credited(creator, ETHER, 0, 5, 5);
        escrow.payBond(1, creator);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.BondUnknown.selector, 1));
        escrow.payBond(1, creator);
    }

    function test_bad_bonds_are_rejected() public {
        vm.startPrank(disputes);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.holdBond{value: 5}(1, address(0));
        escrow.holdBond{value: 5}(1, licensee);
        vm.expectRevert(abi.encodeWithSelector(PaymentEscrow.BondAlreadyHeld.selector, 1));
        escrow.holdBond{value: 5}(1, licensee);
        vm.expectRevert(IPaymentEscrow.ZeroAddress.selector);
        escrow.payBond(1, address(0));
        uint256 huge = uint256(type(uint96).max) + 1;
        vm.deal(disputes, huge);
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.AmountTooLarge.selector, huge));
        escrow.holdBond{value: huge}(2, licensee);
        escrow.holdBond{value: huge - 1}(2, licensee);
        escrow.payBond(2, licensee);
        assertEq(_balance(licensee), huge - 1);
    }
}
