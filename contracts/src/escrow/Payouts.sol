// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Fee, Latest, ListedToken, SplitEntry, Terms} from "../base/EscrowRecords.sol";
import {IPaymentEscrow, Payee} from "../interfaces/IPaymentEscrow.sol";
import {Ownable2Step} from "@openzeppelin/contracts/access/Ownable2Step.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

/// @title Payouts: tokens, fees and splits by append-only number, the balances they lead to, and how money comes and
///        goes.
/// @dev Rounding. Of `released` in all, floor(released * feeBps / 10,000) is fee and the rest is net. Payee i has
/// received floor(net * shareBps_i / 10,000) in all; what these floors leave over (less than one base unit per payee)
/// stays in the payment until it closes and then goes to the first payee. All totals are functions of `released`, so
/// it does not matter in how many steps a payment is released.
abstract contract Payouts is IPaymentEscrow, Ownable2Step, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    address internal constant ETHER = address(0);
    uint256 internal constant BPS = 10_000;
    uint256 public constant MAX_PAYEES = 32;
    /// @notice No fee version can be above this.
    uint16 public constant MAX_FEE_BPS = 250;

    Latest private _latest;
    mapping(uint256 splitId => SplitEntry[MAX_PAYEES]) private _splits;
    mapping(uint256 feeId => Fee) private _fees;
    mapping(address token => ListedToken) private _listed;
    mapping(uint256 tokenId => address) private _tokens;
    mapping(address account => mapping(address token => uint256)) private _balances;
    /// @inheritdoc IPaymentEscrow
    mapping(address account => uint64) public soloSplitOf;

    // ---- operator

    /// @inheritdoc IPaymentEscrow
    function setFee(address recipient, uint16 feeBps) external onlyOwner returns (uint64 feeId) {
        return _setFee(recipient, feeBps);
    }

    /// @inheritdoc IPaymentEscrow
    function listToken(address token, bool open) external onlyOwner returns (uint16 tokenId) {
        return _listToken(token, open);
    }

    // ---- before a purchase

    /// @inheritdoc IPaymentEscrow
    /// @dev An account may appear more than once. Of several splits for one account alone, the first is its
    ///      {soloSplitOf}.
    function createSplit(Payee[] calldata payees) external returns (uint64 splitId) {
        uint256 sharesBps;
        if (payees.length == 0 || payees.length > MAX_PAYEES) revert SplitInvalid(payees.length, sharesBps);
        splitId = ++_latest.splitId;
        SplitEntry[MAX_PAYEES] storage entries = _splits[splitId];
        for (uint256 i = 0; i < payees.length; ++i) {
            if (payees[i].account == address(0)) revert ZeroAddress();
            sharesBps += payees[i].shareBps;
            // At most MAX_PAYEES.
            // forge-lint: disable-next-line(unsafe-typecast)
            entries[i] = SplitEntry(payees[i].account, payees[i].shareBps, uint8(payees.length));
        }
        if (sharesBps != BPS) revert SplitInvalid(payees.length, sharesBps);
        if (payees.length == 1 && soloSplitOf[payees[0].account] == 0) {
            soloSplitOf[payees[0].account] = splitId;
        }
        emit SplitCreated(splitId, payees);
    }

    // ---- money out

    /// @inheritdoc IPaymentEscrow
    function withdraw(address token) external returns (uint256 amount) {
        return withdrawTo(token, msg.sender);
    }

    /// @inheritdoc IPaymentEscrow
    function withdrawTo(address token, address recipient) public nonReentrant returns (uint256 amount) {
        if (recipient == address(0)) revert ZeroAddress();
        amount = _balances[msg.sender][token];
        if (amount == 0) revert NothingToWithdraw(msg.sender, token);
        _balances[msg.sender][token] = 0;
        emit Withdrawn(msg.sender, token, recipient, amount, 0);
        if (token == ETHER) {
            (bool sent,) = recipient.call{value: amount}("");
            if (!sent) revert EtherTransferFailed(recipient, amount);
        } else {
            IERC20(token).safeTransfer(recipient, amount);
        }
    }

    // ---- views

    /// @inheritdoc IPaymentEscrow
    function split(uint64 splitId) external view returns (Payee[] memory payees) {
        SplitEntry[MAX_PAYEES] storage entries = _splits[splitId];
        payees = new Payee[](entries[0].payees);
        if (payees.length == 0) revert SplitUnknown(splitId);
        for (uint256 i = 0; i < payees.length; ++i) {
            payees[i] = Payee({account: entries[i].account, shareBps: entries[i].shareBps});
        }
    }

    /// @inheritdoc IPaymentEscrow
    function fee(uint64 feeId) external view returns (address recipient, uint16 feeBps) {
        Fee storage found = _fees[feeId];
        return (found.recipient, found.feeBps);
    }

    /// @notice The fee version of new payments.
    function currentFeeId() external view returns (uint64) {
        return _latest.feeId;
    }

    /// @inheritdoc IPaymentEscrow
    function isListed(address token) external view returns (bool) {
        return token == ETHER ? !_latest.etherRefused : _listed[token].open;
    }

    /// @inheritdoc IPaymentEscrow
    function balanceOf(address account, address token) external view returns (uint256) {
        return _balances[account][token];
    }

    // ---- internals

    /// The numbers under which a new payment remembers its token and fee. Reverts unless token and split can be used.
    function _versions(address token, uint64 splitId) internal view returns (uint16 tokenId, uint16 feeId) {
        Latest memory latest = _latest;
        if (splitId == 0 || splitId > latest.splitId) revert SplitUnknown(splitId);
        bool refused = latest.etherRefused;
        if (token != ETHER) {
            ListedToken memory listed = _listed[token];
            (tokenId, refused) = (listed.id, !listed.open);
        }
        if (refused) revert TokenNotListed(token);
        return (tokenId, latest.feeId);
    }

    function _tokenOf(Terms terms) internal view returns (address) {
        uint256 tokenId = terms.tokenId();
        return tokenId == 0 ? ETHER : _tokens[tokenId];
    }

    /// Takes exactly `amount`, or reverts. A token that takes a cut of transfers is refused here.
    function _take(address token, address funder, uint256 amount) internal {
        uint256 requiredValue = token == ETHER ? amount : 0;
        if (msg.value != requiredValue) revert EtherValueDiffers(msg.value, requiredValue);
        if (token == ETHER) return;
        uint256 balanceBefore = IERC20(token).balanceOf(address(this));
        IERC20(token).safeTransferFrom(funder, address(this), amount);
        uint256 balanceAfter = IERC20(token).balanceOf(address(this));
        uint256 received = balanceAfter > balanceBefore ? balanceAfter - balanceBefore : 0;
        if (received != amount) revert AmountReceivedDiffers(token, amount, received);
    }

    function _feeOf(Terms terms) internal view returns (Fee memory) {
        return _fees[terms.feeId()];
    }

    /// A whole has at most 112 bits, and basis points 16.
    function _part(uint256 whole, uint256 bps) internal pure returns (uint256) {
        unchecked {
            return whole * bps / BPS;
        }
    }

    /// Credits each payee the growth of its share, and when `closing` the leftovers of rounding to the first.
    function _creditPayees(
        uint256 paymentId,
        Terms terms,
        address token,
        uint256 netBefore,
        uint256 netAfter,
        bool closing
    ) internal {
        SplitEntry[MAX_PAYEES] storage entries = _splits[terms.splitId()];
        SplitEntry memory first = entries[0];
        if (first.payees == 1) return _credit(first.account, token, paymentId, netAfter - netBefore);
        uint256 others;
        for (uint256 i = 1; i < first.payees; ++i) {
            SplitEntry memory entry = entries[i];
            uint256 total = _part(netAfter, entry.shareBps);
            others += total;
            _credit(entry.account, token, paymentId, total - _part(netBefore, entry.shareBps));
        }
        uint256 firstTotal = closing ? netAfter - others : _part(netAfter, first.shareBps);
        _credit(first.account, token, paymentId, firstTotal - _part(netBefore, first.shareBps));
    }

    function _credit(address account, address token, uint256 paymentId, uint256 amount) internal {
        if (amount == 0) return;
        mapping(address => uint256) storage balances = _balances[account];
        uint256 balance;
        unchecked {
            // Amounts that came in, of 112 bits each.
            balance = balances[token] + amount;
        }
        balances[token] = balance;
        emit Credited(account, token, paymentId, amount, balance);
    }

    function _setFee(address recipient, uint16 feeBps) internal returns (uint64 feeId) {
        if (recipient == address(0)) revert ZeroAddress();
        if (feeBps > MAX_FEE_BPS) revert FeeTooHigh(feeBps, MAX_FEE_BPS);
        feeId = ++_latest.feeId;
        _fees[feeId] = Fee({recipient: recipient, feeBps: feeBps});
        emit FeeSet(feeId, recipient, feeBps);
    }

    function _listToken(address token, bool open) internal returns (uint16 tokenId) {
        if (token == ETHER) {
            _latest.etherRefused = !open;
        } else {
            tokenId = _listed[token].id;
            if (tokenId == 0) {
                tokenId = ++_latest.tokenId;
                _tokens[tokenId] = token;
            }
            _listed[token] = ListedToken(tokenId, open);
        }
        emit TokenListed(token, tokenId, open);
    }
}
