// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IWiredToEscrow, PaymentEscrow} from "../src/PaymentEscrow.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payee,
    Payment,
    PaymentState,
    ReleaseRule
} from "../src/interfaces/IPaymentEscrow.sol";
import {GoodToken, MintableToken} from "./tokens/HostileTokens.sol";
import {Test} from "forge-std/Test.sol";

/// An address that the escrow finds wired to it. The tests speak in its name, and say whatever they like.
contract Sibling is IWiredToEscrow {
    IPaymentEscrow public immutable escrow;

    constructor(IPaymentEscrow escrow_) {
        escrow = escrow_;
    }

    /// For calls from the middle of others.
    function ask(bytes calldata data) external {
        (bool ok, bytes memory answer) = address(escrow).call(data);
        assembly {
            if iszero(ok) { revert(add(answer, 0x20), mload(answer)) }
        }
    }
}

/// The escrow alone, asked directly in the name of its three callers.
abstract contract EscrowBase is Test {
    uint40 internal constant START = 1_800_000_000;
    uint32 internal constant DURATION = 30 days;
    uint32 internal constant GRACE = 7 days;
    uint32 internal constant DELIVERY_WINDOW = 1 days;
    uint32 internal constant DISPUTE_WINDOW = 7 days;
    uint16 internal constant FEE_BPS = 250;
    uint256 internal constant AMOUNT = 1_000_003;
    uint256 internal constant LICENSE = 41;
    uint40 internal constant MAX_FREEZE = 60 days;
    address internal constant ETHER = address(0);

    address internal operator = makeAddr("operator");
    address internal treasury = makeAddr("treasury");
    address internal licensee = makeAddr("licensee");
    /// Pays, and gets nothing back.
    address internal funder = makeAddr("funder");
    address internal stranger = makeAddr("stranger");
    address internal creator = makeAddr("creator");
    address internal second = makeAddr("second");
    address internal third = makeAddr("third");

    PaymentEscrow internal escrow;
    address internal manager;
    address internal tracker;
    address internal disputes;
    GoodToken internal token;
    uint64 internal splitId;
    uint256 internal lastPaymentId;

    function setUp() public virtual {
        vm.warp(START);
        escrow = PaymentEscrow(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 3));
        manager = address(new Sibling(escrow));
        tracker = address(new Sibling(escrow));
        disputes = address(new Sibling(escrow));
        // Code from the artifact, so that test contracts need not contain it.
        deployCode(
            "PaymentEscrow.sol:PaymentEscrow",
            abi.encode(manager, tracker, disputes, operator, treasury, FEE_BPS)
        );

        Payee[] memory payees = new Payee[](3);
        payees[0] = Payee(creator, 3334);
        payees[1] = Payee(second, 3333);
        payees[2] = Payee(third, 3333);
        splitId = escrow.createSplit(payees);
        vm.deal(manager, 1000 ether);
        token = new GoodToken();
        _list(address(token));
        _fund(token, 1000 * AMOUNT);
    }

    function _list(address token_) internal {
        vm.prank(operator);
        escrow.listToken(token_, true);
    }

    function _fund(MintableToken token_, uint256 amount) internal {
        token_.mint(funder, amount);
        vm.prank(funder);
        token_.approve(address(escrow), type(uint256).max);
    }

    // ---- requests

    function _request(ReleaseRule rule) internal view returns (HoldRequest memory request) {
        request.paymentId = lastPaymentId + 1;
        request.licenseId = LICENSE;
        request.funder = funder;
        request.payer = licensee;
        request.amount = AMOUNT;
        request.rule = rule;
        request.splitId = splitId;
    }

    function _cliff() internal view returns (HoldRequest memory request) {
        request = _request(ReleaseRule.Cliff);
        request.deadline = START + DELIVERY_WINDOW;
        request.disputeWindow = DISPUTE_WINDOW;
    }

    function _metered() internal view returns (HoldRequest memory request) {
        request = _request(ReleaseRule.Metered);
        request.deadline = START + DURATION + GRACE;
    }

    function _linear() internal view returns (HoldRequest memory request) {
        request = _request(ReleaseRule.Linear);
        request.startsAt = START;
        request.deadline = START + DURATION;
    }

    // ---- in the name of the callers

    function _hold(HoldRequest memory request) internal returns (uint256) {
        lastPaymentId = request.paymentId;
        vm.prank(manager);
        escrow.hold{value: request.token == ETHER ? request.amount : 0}(request);
        return request.paymentId;
    }

    function _markDelivered(uint256 paymentId) internal returns (uint40) {
        vm.prank(manager);
        return escrow.markDelivered(paymentId);
    }

    function _topUp(uint256 paymentId, uint256 added, uint40 deadline) internal {
        vm.prank(manager);
        escrow.topUp{value: added}(paymentId, funder, added, deadline);
    }

    function _extend(uint256 paymentId, uint40 deadline) internal {
        vm.prank(manager);
        escrow.extend(paymentId, deadline);
    }

    function _end(uint256 paymentId, uint40 deadline) internal {
        vm.prank(manager);
        escrow.end(paymentId, deadline);
    }

    function _draw(uint256 paymentId, uint256 due) internal {
        vm.prank(tracker);
        escrow.draw(paymentId, due);
    }

    /// Draws and moves it.
    function _drawn(uint256 paymentId, uint256 due) internal {
        _draw(paymentId, due);
        escrow.release(paymentId);
    }

    function _freeze(uint256 paymentId) internal {
        vm.prank(disputes);
        escrow.freeze(paymentId, 77);
    }

    function _unfreeze(uint256 paymentId, bool refundPayer) internal {
        vm.prank(disputes);
        escrow.unfreeze(paymentId, 77, refundPayer);
    }

    // ---- expectations

    function _expectMismatch(uint256 paymentId, ReleaseRule rule) internal {
        vm.expectRevert(abi.encodeWithSelector(IPaymentEscrow.RuleMismatch.selector, paymentId, rule));
    }

    function _expectOf(bytes4 selector, uint256 paymentId) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, paymentId));
    }

    function _expectNotReleasable(uint256 paymentId, uint40 releasableAt) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotReleasable.selector, paymentId, releasableAt)
        );
    }

    function _expectNotRefundable(uint256 paymentId, uint40 refundableAt) internal {
        vm.expectRevert(
            abi.encodeWithSelector(IPaymentEscrow.NotRefundableYet.selector, paymentId, refundableAt)
        );
    }

    function _assertState(uint256 paymentId, PaymentState state) internal view {
        assertEq(uint8(escrow.payment(paymentId).state), uint8(state), "state");
    }

    function _assertMoved(uint256 paymentId, uint256 released, uint256 refunded) internal view {
        Payment memory p = escrow.payment(paymentId);
        assertEq(p.released, released, "released");
        assertEq(p.refunded, refunded, "refunded");
    }

    function _fee(uint256 released) internal pure returns (uint256) {
        return released * FEE_BPS / 10_000;
    }

    function _balance(address account) internal view returns (uint256) {
        return escrow.balanceOf(account, ETHER);
    }

    /// What the payees, the treasury and the payer were credited in ETH.
    function _credited() internal view returns (uint256) {
        return
            _balance(creator) + _balance(second) + _balance(third) + _balance(treasury) + _balance(licensee);
    }
}
