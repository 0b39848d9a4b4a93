// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HoldRequest, Payee, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract RoundingFuzzTest is EscrowBase {
    Payee[] internal payees;

    function _terms(uint256 payeeSeed, uint16 feeBps) internal returns (uint64) {
        vm.prank(operator);
        escrow.setFee(treasury, feeBps % 251);
        uint256 count = 1 + payeeSeed % 32;
        uint16 left = 10_000;
        for (uint256 i = 0; i < count; ++i) {
            payeeSeed = uint256(keccak256(abi.encode(payeeSeed)));
            uint16 shareBps = i + 1 == count ? left : uint16(payeeSeed % (left + 1));
            left -= shareBps;
            payees.push(Payee(address(uint160(0x1000 + i)), shareBps));
        }
        return escrow.createSplit(payees);
    }

    /// Fee and each payee got the floor of their exact share, and the first also what is left.
    function _assertSharedOut(uint256 paymentId, uint256 amount, uint256 feeBps) internal view {
        Payment memory p = escrow.payment(paymentId);
        assertEq(uint8(p.state), uint8(PaymentState.Closed));
        uint256 fee = p.released * feeBps / 10_000;
        uint256 net = p.released - fee;
        uint256 others;
        for (uint256 i = 1; i < payees.length; ++i) {
            uint256 share = net * payees[i].shareBps / 10_000;
            assertEq(_balance(payees[i].account), share);
            others += share;
        }
        assertEq(_balance(treasury), fee);
        assertEq(_balance(payees[0].account), net - others);
        assertLt(net - others - net * payees[0].shareBps / 10_000, payees.length, "dust below payees");
        assertEq(_balance(licensee), p.refunded);
        assertEq(fee + net + p.refunded, amount, "to the wei");
    }

    function testFuzz_16_shares_of_use_do_not_depend_on_the_steps(
        uint112 amount,
        uint256 payeeSeed,
        uint16 feeBps,
        uint112[6] memory draws,
        bool refundsRest
    ) public {
        amount = uint112(bound(amount, 1, type(uint112).max));
        HoldRequest memory request = _metered();
        (request.splitId, request.amount) = (_terms(payeeSeed, feeBps), amount);
        vm.deal(manager, amount);
        uint256 paymentId = _hold(request);
        for (uint256 i = 0; i < draws.length; ++i) {
            _draw(paymentId, draws[i] % (uint256(amount) + 1));
            if (i % 2 == 0 && escrow.releasable(paymentId) != 0) escrow.release(paymentId);
        }
        vm.warp(START + DURATION + GRACE);
        if (escrow.payment(paymentId).state != PaymentState.Closed) {
            if (!refundsRest) _draw(paymentId, amount);
            escrow.refund(paymentId);
        }
        _assertSharedOut(paymentId, amount, feeBps % 251);
    }

    function testFuzz_16_shares_of_time_do_not_depend_on_the_steps(
        uint112 amount,
        uint256 payeeSeed,
        uint16 feeBps,
        uint32[4] memory waits,
        uint32 lasts,
        bool ends
    ) public {
        amount = uint112(bound(amount, 1, type(uint112).max));
        lasts = uint32(bound(lasts, 1, type(uint32).max));
        HoldRequest memory request = _linear();
        (request.splitId, request.amount) = (_terms(payeeSeed, feeBps), amount);
        request.deadline = START + lasts;
        vm.deal(manager, amount);
        uint256 paymentId = _hold(request);
        uint256 released;
        for (uint256 i = 0; i < waits.length; ++i) {
            vm.warp(vm.getBlockTimestamp() + waits[i] % lasts / 3);
            if (escrow.payment(paymentId).state == PaymentState.Closed) break;
            uint256 elapsed = vm.getBlockTimestamp() - START;
            uint256 vested = elapsed > lasts ? amount : uint256(amount) * elapsed / lasts;
            assertEq(escrow.releasable(paymentId), vested - released);
            if (vested != released) escrow.release(paymentId);
            released = vested;
        }
        if (escrow.payment(paymentId).state != PaymentState.Closed) {
            if (!ends) vm.warp(START + lasts);
            _end(paymentId, 0);
        }
        _assertSharedOut(paymentId, amount, feeBps % 251);
    }

    /// Delivery and refund exclude each other at every second, frozen or not.
    function testFuzz_21_delivery_and_refund_never_both(uint32 wait, uint32 frozenAfter, uint32 frozenFor)
        public
    {
        uint256 paymentId = _hold(_cliff());
        vm.warp(START + frozenAfter % 2 days);
        _freeze(paymentId);
        uint256 beyond = frozenFor > MAX_FREEZE ? frozenFor - MAX_FREEZE : 0;
        vm.warp(vm.getBlockTimestamp() + frozenFor);
        _unfreeze(paymentId, false);
        vm.warp(vm.getBlockTimestamp() + wait % 3 days);

        uint256 snapshot = vm.snapshotState();
        vm.prank(manager);
        (bool delivers,) = address(escrow).call(abi.encodeCall(escrow.markDelivered, (paymentId)));
        vm.revertToState(snapshot);
        (bool refunds,) = address(escrow).call(abi.encodeCall(escrow.refund, (paymentId)));
        assertTrue(delivers != refunds, "exactly one");
        uint256 clock = frozenAfter % 2 days + beyond + wait % 3 days;
        assertEq(delivers, clock <= DELIVERY_WINDOW, "frozen time does not count");
    }
}
