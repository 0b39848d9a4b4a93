// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {HoldRequest, Payee, ReleaseRule} from "../src/interfaces/IPaymentEscrow.sol";
import {Base} from "./Base.t.sol";

/// The escrow alone, asked directly in the name of its three callers.
abstract contract EscrowBase is Base {
    uint256 internal constant AMOUNT = 1_000_003;

    uint64 internal splitId;

    function setUp() public virtual override {
        super.setUp();
        vm.deal(address(manager), 1000 ether);
        Payee[] memory payees = new Payee[](3);
        payees[0] = Payee(creator, 3334);
        payees[1] = Payee(makeAddr("second"), 3333);
        payees[2] = Payee(makeAddr("third"), 3333);
        splitId = escrow.createSplit(payees);
    }

    function _cliff() internal view returns (HoldRequest memory request) {
        request.licenseId = 1;
        request.payer = licensee;
        request.amount = AMOUNT;
        request.rule = ReleaseRule.Cliff;
        request.splitId = splitId;
        request.deliveryDeadline = START + DELIVERY_WINDOW;
        request.disputeWindow = DISPUTE_WINDOW;
    }

    function _metered() internal view returns (HoldRequest memory request) {
        request = _cliff();
        request.rule = ReleaseRule.Metered;
        request.deliveryDeadline = 0;
        request.disputeWindow = 0;
        request.refundableAt = START + DURATION + GRACE;
    }

    function _hold(HoldRequest memory request) internal returns (uint256 paymentId) {
        vm.prank(address(manager));
        return escrow.hold{value: request.token == address(0) ? request.amount : 0}(request);
    }

    function _markDelivered(uint256 paymentId) internal {
        vm.prank(address(manager));
        escrow.markDelivered(paymentId);
    }

    function _draw(uint256 paymentId, uint256 due) internal returns (uint256) {
        vm.prank(address(tracker));
        return escrow.draw(paymentId, due);
    }

    function _freeze(uint256 paymentId) internal {
        vm.prank(address(disputes));
        escrow.freeze(paymentId, 1);
    }

    function _unfreeze(uint256 paymentId, bool refundPayer) internal {
        vm.prank(address(disputes));
        escrow.unfreeze(paymentId, 1, refundPayer);
    }

    function _balance(address account) internal view returns (uint256) {
        return escrow.balanceOf(account, address(0));
    }

    /// What the payees, the treasury and the payer were credited in ETH.
    function _credited() internal returns (uint256) {
        return _balance(creator) + _balance(makeAddr("second")) + _balance(makeAddr("third"))
            + _balance(treasury) + _balance(licensee);
    }
}
