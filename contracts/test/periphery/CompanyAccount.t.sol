// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICompanyAccount} from "../../src/interfaces/ICompanyAccount.sol";
import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow, PaymentState} from "../../src/interfaces/IPaymentEscrow.sol";
import {Purchase} from "../../src/interfaces/IPurchaseRouter.sol";
import {Base} from "../Base.t.sol";
import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {Errors} from "@openzeppelin/contracts/utils/Errors.sol";

interface IFactory {
    function create(address owner, bytes32 salt) external returns (address);
    function predict(address owner, bytes32 salt) external view returns (address);
    function implementation() external view returns (address);
}

interface IInitializable {
    function initialize(address owner) external;
}

abstract contract CompanyBase is Base {
    bytes32 internal constant SALT = keccak256("salt");
    uint32 internal constant PERIOD = 1 days;
    uint128 internal constant LIMIT = 2 * PRICE;

    IFactory internal factory;
    ICompanyAccount internal account;
    address internal company;
    uint256 internal companySecret;
    address internal machine;
    uint256 internal machineSecret;
    uint64 internal accountProfile;

    function setUp() public virtual override {
        super.setUp();
        (company, companySecret) = makeAddrAndKey("company");
        (machine, machineSecret) = makeAddrAndKey("machine");
        address implementation = _create("CompanyAccount", abi.encode(manager, escrow));
        factory = IFactory(_create("CompanyAccountFactory", abi.encode(implementation)));
        account = ICompanyAccount(factory.create(company, SALT));
        token.mint(address(account), 100 * uint256(PRICE));
        vm.deal(address(account), 10 ether);
        _setBudget(machine, address(token), LIMIT);
        vm.prank(machine);
        accountProfile = account.publishProfile(3, 4, COMMITMENT, sessionKey);
    }

    function _setBudget(address who, address token_, uint128 limit) internal {
        vm.prank(company);
        account.setBudget(who, token_, limit, PERIOD);
    }

    function _purchase(Offer memory offer) internal returns (Purchase memory purchase) {
        if (manager.offerStatus(_offerId(offer)).digest == 0) _setOffer(offer);
        purchase.offer = offer;
        purchase.order = _order(_offerId(offer), accountProfile, 0);
        purchase.order.licensee = address(account);
    }

    function _buyBy(address who, Offer memory offer) internal returns (uint256) {
        Purchase memory purchase = _purchase(offer);
        vm.prank(who);
        return account.buy(purchase);
    }

    function _inToken() internal returns (Offer memory) {
        return _perpetual(_content());
    }

    function _expectNotMachine(address who) internal {
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.NotMachine.selector, who));
        vm.prank(who);
    }
}

contract CompanyFactoryTest is CompanyBase {
    function test_puts_the_account_where_it_was_predicted() external {
        address predicted = factory.predict(stranger, SALT);
        vm.prank(company);
        assertEq(factory.create(stranger, SALT), predicted);
        assertEq(Ownable(predicted).owner(), stranger);
        assertEq(factory.predict(company, SALT), address(account));
    }

    function test_refuses_to_make_the_same_one_twice() external {
        vm.expectRevert(Errors.FailedDeployment.selector);
        factory.create(company, SALT);
    }

    function test_cannot_be_initialised_again() external {
        address implementation = factory.implementation();
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        IInitializable(implementation).initialize(stranger);
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        IInitializable(address(account)).initialize(stranger);
    }
}

contract CompanyBudgetTest is CompanyBase {
    function test_by_a_stranger() external {
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, machine));
        vm.prank(machine);
        account.setBudget(machine, address(token), type(uint128).max, PERIOD);
    }

    function test_for_nobody() external {
        vm.expectRevert(ICompanyAccount.ZeroAddress.selector);
        vm.prank(company);
        account.setBudget(address(0), address(token), 1, PERIOD);
    }

    function test_without_a_period() external {
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.PeriodInvalid.selector, 0));
        vm.prank(company);
        account.setBudget(machine, address(token), 1, 0);
    }

    function test_makes_a_machine_and_zero_ends_it() external {
        assertTrue(account.isMachine(machine));
        assertFalse(account.isMachine(stranger));
        assertEq(account.budget(machine, address(token)).limit, LIMIT);
        _setBudget(machine, address(token), 0);
        assertFalse(account.isMachine(machine));
        _expectNotMachine(machine);
        account.publishProfile(3, 4, COMMITMENT, sessionKey);
    }

    function test_a_machine_with_two_tokens_stays_one_until_both_ended() external {
        _setBudget(machine, address(0), 1);
        _setBudget(machine, address(0), 2);
        _setBudget(machine, address(token), 0);
        _setBudget(machine, address(token), 0);
        assertTrue(account.isMachine(machine));
        _setBudget(machine, address(0), 0);
        assertFalse(account.isMachine(machine));
    }
}

contract CompanyBuyTest is CompanyBase {
    function test_by_a_stranger_or_the_owner() external {
        Purchase memory purchase = _purchase(_inToken());
        _expectNotMachine(stranger);
        account.buy(purchase);
        _expectNotMachine(company);
        account.buy(purchase);
    }

    function test_for_another_licensee() external {
        Purchase memory purchase = _purchase(_inToken());
        purchase.order.licensee = machine;
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.LicenseeDiffers.selector, machine, account));
        vm.prank(machine);
        account.buy(purchase);
    }

    function test_with_another_payer() external {
        Purchase memory purchase = _purchase(_inToken());
        purchase.order.payer = machine;
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.PayerDiffers.selector, machine, account));
        vm.prank(machine);
        account.buy(purchase);
    }

    function test_within_the_budget() external {
        Purchase memory purchase = _purchase(_inToken());
        vm.expectEmit();
        emit ICompanyAccount.Spent(machine, address(token), PRICE, PRICE, START);
        vm.prank(machine);
        uint256 licenseId = account.buy(purchase);
        assertEq(IERC721(address(manager)).ownerOf(licenseId), address(account));
        assertEq(escrow.payment(licenseId).payer, address(account));
        assertEq(account.left(machine, address(token)), LIMIT - PRICE);
        assertEq(token.allowance(address(account), address(escrow)), 0);
    }

    function test_at_the_limit_and_above() external {
        _buyBy(machine, _inToken());
        _buyBy(machine, _inToken());
        assertEq(account.left(machine, address(token)), 0);
        _setBudget(machine, address(token), PRICE - 1);
        Purchase memory purchase = _purchase(_inToken());
        vm.expectRevert(
            abi.encodeWithSelector(ICompanyAccount.BudgetExceeded.selector, machine, token, PRICE, PRICE - 1)
        );
        vm.prank(machine);
        account.buy(purchase);
    }

    function testFuzz_periods(uint32 wait) external {
        _buyBy(machine, _inToken());
        vm.warp(uint256(START) + PERIOD - 1);
        assertEq(account.left(machine, address(token)), LIMIT - PRICE);
        vm.warp(uint256(START) + PERIOD + wait);
        assertEq(account.left(machine, address(token)), LIMIT);
        _buyBy(machine, _inToken());
        uint256 began = uint256(START) + (uint256(PERIOD) + wait) / PERIOD * PERIOD;
        assertEq(account.budget(machine, address(token)).periodStart, began);
        assertEq(account.left(machine, address(token)), LIMIT - PRICE);
    }

    function test_in_ether_spends_the_budget_of_ether() external {
        Offer memory offer = _inToken();
        offer.nonce = 20;
        offer.token = address(0);
        _setBudget(machine, address(0), PRICE);
        uint256 licenseId = _buyBy(machine, offer);
        assertEq(escrow.payment(licenseId).amount, PRICE);
        assertEq(account.left(machine, address(0)), 0);
        assertEq(account.left(machine, address(token)), LIMIT);
    }

    function test_at_signed_terms() external {
        Offer memory offer = _inToken();
        offer.nonce = 21;
        Purchase memory purchase;
        purchase.offer = offer;
        purchase.order = _order(_offerId(offer), accountProfile, 0);
        purchase.order.licensee = address(account);
        purchase.signature = _sign(creatorSecret, manager.offerTypedDigest(offer));
        vm.prank(machine);
        assertEq(escrow.payment(account.buy(purchase)).payer, address(account));
    }

    function test_two_machines_have_their_own_budgets() external {
        _setBudget(stranger, address(token), PRICE);
        _buyBy(stranger, _inToken());
        assertEq(account.left(stranger, address(token)), 0);
        assertEq(account.left(machine, address(token)), LIMIT);
    }
}

contract CompanyRenewTest is CompanyBase {
    uint256 private licenseId;

    function setUp() public override {
        super.setUp();
        licenseId = _buyBy(machine, _subscriptionServed(_content()));
    }

    function test_within_the_budget() external {
        vm.prank(machine);
        account.renew(licenseId, DURATION);
        assertEq(manager.expiresAt(licenseId), uint256(START) + 2 * DURATION);
        assertEq(account.left(machine, address(token)), 0);
    }

    function test_above_the_budget() external {
        vm.expectRevert(
            abi.encodeWithSelector(
                ICompanyAccount.BudgetExceeded.selector, machine, token, 2 * PRICE, LIMIT - PRICE
            )
        );
        vm.prank(machine);
        account.renew(licenseId, 2 * DURATION);
    }

    function test_of_a_license_that_the_account_does_not_own() external {
        uint256 other = _buySubscriptionServed();
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.LicenseeDiffers.selector, licensee, account));
        vm.prank(machine);
        account.renew(other, DURATION);
    }

    function test_by_a_stranger() external {
        _expectNotMachine(stranger);
        account.renew(licenseId, DURATION);
    }
}

contract CompanyMoneyTest is CompanyBase {
    function test_acceptKey_by_a_machine() external {
        uint256 licenseId = _buyBy(machine, _inToken());
        vm.prank(machine);
        account.acceptKey(licenseId);
        assertEq(uint8(escrow.payment(licenseId).state), uint8(PaymentState.Delivered));
    }

    function test_acceptKey_by_a_stranger() external {
        uint256 licenseId = _buyBy(machine, _inToken());
        _expectNotMachine(stranger);
        account.acceptKey(licenseId);
    }

    function test_refunds_come_home() external {
        uint256 licenseId = _buyBy(machine, _inToken());
        vm.warp(uint256(START) + DELIVERY_WINDOW + 1);
        escrow.refund(licenseId);
        vm.prank(stranger);
        assertEq(account.collect(address(token)), PRICE);
        assertEq(token.balanceOf(address(account)), 100 * uint256(PRICE));
    }

    function test_sweep() external {
        vm.startPrank(company);
        account.sweep(address(token), stranger, 5);
        account.sweep(address(0), stranger, 7);
        vm.expectRevert(ICompanyAccount.ZeroAddress.selector);
        account.sweep(address(token), address(0), 5);
        vm.stopPrank();
        assertEq(token.balanceOf(stranger), 5);
        assertEq(stranger.balance, 7);
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, machine));
        vm.prank(machine);
        account.sweep(address(token), machine, 5);
    }

    function test_execute() external {
        vm.startPrank(company);
        account.execute(address(token), 0, abi.encodeCall(token.transfer, (stranger, 5)));
        assertEq(token.balanceOf(stranger), 5);
        bytes memory reason =
            abi.encodeWithSelector(IPaymentEscrow.NothingToWithdraw.selector, account, token);
        vm.expectRevert(abi.encodeWithSelector(ICompanyAccount.CallFailed.selector, escrow, reason));
        account.execute(address(escrow), 0, abi.encodeCall(escrow.withdraw, (address(token))));
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(Ownable.OwnableUnauthorizedAccount.selector, machine));
        vm.prank(machine);
        account.execute(address(token), 0, "");
    }

    function test_signatures_are_the_owners() external view {
        bytes32 hash = keccak256("anything");
        IERC1271 signer = IERC1271(address(account));
        bytes32 digest = account.messageDigest(hash);
        assertEq(
            signer.isValidSignature(hash, _sign(companySecret, digest)), IERC1271.isValidSignature.selector
        );
        assertEq(signer.isValidSignature(hash, _sign(machineSecret, digest)), bytes4(0xffffffff));
    }

    /// A Permit2 transfer does not say from whom: the owner's own would be one of each of its accounts.
    function test_what_the_owner_signs_elsewhere_is_not_signed_here() external {
        bytes32 hash = keccak256("anything");
        bytes4 invalid = 0xffffffff;
        IERC1271 signer = IERC1271(address(account));
        assertEq(signer.isValidSignature(hash, _sign(companySecret, hash)), invalid);
        ICompanyAccount other = ICompanyAccount(factory.create(company, keccak256("other")));
        bytes memory signature = _sign(companySecret, other.messageDigest(hash));
        assertEq(signer.isValidSignature(hash, signature), invalid);
        assertEq(
            IERC1271(address(other)).isValidSignature(hash, signature), IERC1271.isValidSignature.selector
        );
    }

    /// Else a machine could spend its budget on refunds to whoever gave the company a license.
    function test_a_given_license_is_not_renewed() external {
        Offer memory offer = _subscriptionServed(_content());
        Purchase memory purchase = _purchase(offer);
        purchase.order.payer = stranger;
        _fund(stranger);
        vm.prank(stranger);
        uint256 licenseId = manager.buy(purchase.order, offer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseManagerErrors.NotPayer.selector, licenseId, account));
        vm.prank(machine);
        account.renew(licenseId, DURATION);
    }
}
