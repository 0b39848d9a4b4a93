// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Budget, ICompanyAccount} from "../interfaces/ICompanyAccount.sol";
import {ILicenseManager, Order} from "../interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../interfaces/IPaymentEscrow.sol";
import {Purchase} from "../interfaces/IPurchaseRouter.sol";
import {OrderTotal} from "../libraries/OrderTotal.sol";
import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721Holder} from "@openzeppelin/contracts/token/ERC721/utils/ERC721Holder.sol";
import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title CompanyAccount: owns licenses and money of a company whose machines buy by themselves, each within a budget.
/// @dev A clone made by {CompanyAccountFactory}. Machines meter with the session keys of profiles they publish.
///
/// # Invariants
/// - In one period a machine spends at most its limit of a token, and only on licenses that this account owns.
/// - Refunds of such licenses come back to this account.
/// - A machine's signature is never the account's: ERC-1271 asks the owner alone.
contract CompanyAccount is
    ICompanyAccount,
    IERC1271,
    OwnableUpgradeable,
    ERC721Holder,
    ReentrancyGuardTransient
{
    using SafeERC20 for IERC20;
    using SafeCast for uint256;

    address private constant ETHER = address(0);
    bytes4 private constant INVALID_SIGNATURE = 0xffffffff;
    bytes32 private constant DOMAIN_TYPEHASH =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant MESSAGE_TYPEHASH = keccak256("CompanyMessage(bytes32 hash)");

    ILicenseManager public immutable licenseManager;
    IPaymentEscrow public immutable escrow;

    mapping(address machine => mapping(address token => Budget)) private _budgets;
    /// How many tokens a machine has a budget in.
    mapping(address machine => uint256) private _budgetCount;

    modifier onlyMachine() {
        if (!isMachine(msg.sender)) revert NotMachine(msg.sender);
        _;
    }

    constructor(ILicenseManager licenseManager_, IPaymentEscrow escrow_) {
        licenseManager = licenseManager_;
        escrow = escrow_;
        _disableInitializers();
    }

    /// @notice Called by the factory in the transaction that makes the clone.
    function initialize(address owner_) external initializer {
        __Ownable_init(owner_);
    }

    /// @notice Takes ETH: to buy with, or from the escrow.
    receive() external payable {}

    // ---- the company

    /// @inheritdoc ICompanyAccount
    function setBudget(address machine, address token, uint128 limit, uint32 period) external onlyOwner {
        if (machine == address(0)) revert ZeroAddress();
        if (limit != 0 && period == 0) revert PeriodInvalid(period);
        Budget storage b = _budgets[machine][token];
        if (b.limit == 0 && limit != 0) ++_budgetCount[machine];
        if (b.limit != 0 && limit == 0) --_budgetCount[machine];
        _budgets[machine][token] =
            Budget({limit: limit, spent: 0, periodStart: block.timestamp.toUint40(), period: period});
        emit BudgetSet(machine, token, limit, period);
    }

    /// @inheritdoc ICompanyAccount
    function sweep(address token, address recipient, uint256 amount) external onlyOwner nonReentrant {
        if (recipient == address(0)) revert ZeroAddress();
        emit Swept(token, recipient, amount);
        if (token == ETHER) {
            Address.sendValue(payable(recipient), amount);
        } else {
            IERC20(token).safeTransfer(recipient, amount);
        }
    }

    /// @inheritdoc ICompanyAccount
    function execute(address target, uint256 value, bytes calldata data)
        external
        onlyOwner
        nonReentrant
        returns (bytes memory result)
    {
        bool done;
        (done, result) = target.call{value: value}(data);
        if (!done) revert CallFailed(target, result);
    }

    // ---- its machines

    /// @inheritdoc ICompanyAccount
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        onlyMachine
        returns (uint64 profileId)
    {
        return licenseManager.publishProfile(keyX, keyY, commitment, sessionKey);
    }

    /// @inheritdoc ICompanyAccount
    function buy(Purchase calldata purchase) external onlyMachine nonReentrant returns (uint256 licenseId) {
        Order calldata order = purchase.order;
        if (order.licensee != address(this)) revert LicenseeDiffers(order.licensee, address(this));
        if (order.payer != address(0) && order.payer != address(this)) {
            revert PayerDiffers(order.payer, address(this));
        }
        uint256 value = _spend(purchase.offer.token, OrderTotal.all(order, purchase.offer));
        if (purchase.signature.length == 0) {
            return licenseManager.buy{value: value}(order, purchase.offer);
        }
        return
            licenseManager.buySigned{value: value}(order, purchase.offer, purchase.proof, purchase.signature);
    }

    /// @inheritdoc ICompanyAccount
    function renew(uint256 licenseId, uint64 duration) external onlyMachine nonReentrant {
        address holder = IERC721(address(licenseManager)).ownerOf(licenseId);
        if (holder != address(this)) revert LicenseeDiffers(holder, address(this));
        (address token, uint256 price) = licenseManager.renewalPrice(licenseId, duration);
        uint256 value = _spend(token, price);
        licenseManager.renewSubscription{value: value}(licenseId, duration);
    }

    /// @inheritdoc ICompanyAccount
    function acceptKey(uint256 licenseId) external {
        if (msg.sender != owner() && !isMachine(msg.sender)) revert NotMachine(msg.sender);
        licenseManager.acceptKey(licenseId, "");
    }

    /// @inheritdoc ICompanyAccount
    function collect(address token) external returns (uint256 amount) {
        return escrow.withdraw(token);
    }

    // ---- views

    /// @inheritdoc IERC1271
    /// @dev Of {messageDigest}: what the owner signs for itself, or for another account of its own, is not signed here.
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4) {
        bool byOwner = SignatureChecker.isValidSignatureNowCalldata(owner(), messageDigest(hash), signature);
        return byOwner ? IERC1271.isValidSignature.selector : INVALID_SIGNATURE;
    }

    /// @inheritdoc ICompanyAccount
    function left(address machine, address token) external view returns (uint256) {
        Budget memory b = _present(_budgets[machine][token]);
        return b.limit - b.spent;
    }

    /// @inheritdoc ICompanyAccount
    function budget(address machine, address token) external view returns (Budget memory) {
        return _budgets[machine][token];
    }

    /// @inheritdoc ICompanyAccount
    function messageDigest(bytes32 hash) public view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                DOMAIN_TYPEHASH, keccak256("Datavault Company"), keccak256("1"), block.chainid, address(this)
            )
        );
        return MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(MESSAGE_TYPEHASH, hash)));
    }

    /// @inheritdoc ICompanyAccount
    function isMachine(address machine) public view returns (bool) {
        return _budgetCount[machine] != 0;
    }

    /// Books `amount` on the caller's budget and lets the escrow take it.
    /// @return value ETH to send along.
    function _spend(address token, uint256 amount) private returns (uint256 value) {
        Budget memory b = _present(_budgets[msg.sender][token]);
        uint256 rest = b.limit - b.spent;
        if (amount > rest) revert BudgetExceeded(msg.sender, token, amount, rest);
        // At most the limit.
        // forge-lint: disable-next-line(unsafe-typecast)
        b.spent += uint128(amount);
        _budgets[msg.sender][token] = b;
        emit Spent(msg.sender, token, amount, b.spent, b.periodStart);
        if (token == ETHER) return amount;
        IERC20(token).forceApprove(address(escrow), amount);
    }

    /// The budget with nothing spent, when its period is over.
    function _present(Budget storage stored) private view returns (Budget memory b) {
        b = stored;
        if (b.period == 0) return b;
        uint256 periods = (block.timestamp - b.periodStart) / b.period;
        if (periods == 0) return b;
        b.periodStart = (b.periodStart + periods * b.period).toUint40();
        b.spent = 0;
    }
}
