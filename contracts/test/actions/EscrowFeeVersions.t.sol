// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {EscrowBase} from "../EscrowBase.t.sol";

contract FeeVersionsTest is EscrowBase {
    /// Their numbers take more than a byte.
    function test_a_payment_keeps_its_fee_among_hundreds_of_versions() public {
        vm.startPrank(operator);
        for (uint16 i = 0; i < 300; ++i) {
            escrow.setFee(treasury, i % 200);
        }
        vm.stopPrank();
        uint256 paymentId = _hold(_cliff());
        vm.prank(operator);
        escrow.setFee(stranger, 200);
        _markDelivered(paymentId);
        skip(DISPUTE_WINDOW);
        escrow.release(paymentId);
        assertEq(escrow.payment(paymentId).feeId, 301);
        assertEq(_balance(treasury), AMOUNT * 99 / 10_000);
        assertEq(_balance(stranger), 0);
    }
}
