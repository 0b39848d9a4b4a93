// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HoldRequest, Payee, Payment, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {EscrowBase} from "../EscrowBase.t.sol";

contract RoundingFuzzTest is EscrowBase {
    Payee[] internal payees;

    function _heldWith(uint256 amount, uint256 payeeSeed, uint16 feeBps)
        internal
        returns (uint256 paymentId)
    {
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
        HoldRequest memory request = _metered();
        request.splitId = escrow.createSplit(payees);
        request.amount = amount;
        vm.deal(address(manager), amount);
        return _hold(request);
    }

    /// Fee and each payee get the floor of their exact share, whatever the steps, and the first also what is left.
    function testFuzz_16_shares_do_not_depend_on_the_steps(
        uint128 amount,
        uint256 payeeSeed,
        uint16 feeBps,
        uint128[6] memory draws,
        bool refundsRest
    ) public {
        amount = uint128(bound(amount, 1, type(uint128).max));
        uint256 paymentId = _heldWith(amount, payeeSeed, feeBps);
        for (uint256 i = 0; i < draws.length; ++i) {
            _draw(paymentId, draws[i] % (uint256(amount) + 1));
        }
        vm.warp(START + DURATION + GRACE);
        if (escrow.payment(paymentId).state != PaymentState.Closed) {
            if (refundsRest) escrow.refund(paymentId);
            else _draw(paymentId, amount);
        }

        Payment memory p = escrow.payment(paymentId);
        assertEq(uint8(p.state), uint8(PaymentState.Closed));
        uint256 fee = p.released * (feeBps % 251) / 10_000;
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
        assertEq(escrow.liabilities(address(0)), amount);
    }

    /// Delivery and refund exclude each other at every second, frozen or not.
    function testFuzz_21_delivery_and_refund_never_both(uint32 wait, uint32 frozenAfter, uint32 frozenFor)
        public
    {
        uint256 paymentId = _hold(_cliff());
        vm.warp(START + frozenAfter % 2 days);
        vm.prank(address(disputes));
        escrow.freeze(paymentId, 1);
        vm.warp(vm.getBlockTimestamp() + frozenFor);
        vm.prank(address(disputes));
        escrow.unfreeze(paymentId, 1, false);
        vm.warp(vm.getBlockTimestamp() + wait % 3 days);

        uint256 snapshot = vm.snapshotState();
        vm.prank(address(manager));
        (bool delivers,) = address(escrow).call(abi.encodeCall(escrow.markDelivered, (paymentId)));
        vm.revertToState(snapshot);
        (bool refunds,) = address(escrow).call(abi.encodeCall(escrow.refund, (paymentId)));
        assertTrue(delivers != refunds, "exactly one");
        assertEq(
            delivers, frozenAfter % 2 days + wait % 3 days <= DELIVERY_WINDOW, "frozen time does not count"
        );
    }

    /// However totals arrive, what is drawn is the larger of proved and signed, per lane.
    function testFuzz_22_the_larger_total_is_drawn(uint8[8] memory steps, bool[8] memory byProof) public {
        uint256 licenseId = _buyPerUse();
        uint256 proved;
        uint256 signed;
        for (uint256 i = 0; i < steps.length; ++i) {
            uint32 units = steps[i] % 60;
            if (byProof[i]) {
                _settleProved(licenseId, units, i + 1);
                proved += units;
            } else if (units > signed) {
                tracker.settleSigned(_signedHead(licenseId, 0, units));
                signed = units;
            }
            uint256 larger = proved > signed ? proved : signed;
            assertEq(tracker.settledUnits(licenseId), larger);
            assertEq(_payment(licenseId).released, larger * UNIT_PRICE);
        }
        _assertSolvent();
    }

    function _settleProved(uint256 licenseId, uint32 units, uint256 head) private {
        UsageBatch memory batch = _batch(licenseId);
        batch.headAfter = head;
        batch.units = units;
        tracker.settleUsage(batch);
    }
}
