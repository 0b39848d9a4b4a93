//! Of the libraries that the contracts are built on.

use crate::abi::erc::{Erc20, Erc721, OpenZeppelin as Oz};

pub(super) fn of(data: &[u8]) -> Option<(&'static str, String)> {
    erc20(data).or_else(|| erc721(data)).or_else(|| openzeppelin(data))
}

sentences!(erc20 {
    Erc20::ERC20InsufficientBalance, e => (
        "{} has {} base units of the token and needs {}: {} base units are missing",
        e.sender, e.balance, e.needed, e.needed.saturating_sub(e.balance)
    );
    Erc20::ERC20InsufficientAllowance, e => (
        "{} may spend {} base units of the token and needs {}: approve {} more",
        e.spender, e.allowance, e.needed, e.needed.saturating_sub(e.allowance)
    );
    Erc20::ERC20InvalidSender, e => ("tokens cannot be sent from {}", e.sender);
    Erc20::ERC20InvalidReceiver, e => ("tokens cannot be sent to {}", e.receiver);
    Erc20::ERC20InvalidApprover, e => ("{} cannot approve tokens", e.approver);
    Erc20::ERC20InvalidSpender, e => ("{} cannot be approved to spend tokens", e.spender);
    Erc20::SafeERC20FailedOperation, e => (
        "token {} refused the transfer: check balance and allowance, and that it is an ERC-20", e.token
    );
});

sentences!(erc721 {
    Erc721::TokenDoesNotExist, e => ("the license does not exist");
    Erc721::TransferFromIncorrectOwner, e => ("the license does not belong to whom it was to be taken from");
    Erc721::NotOwnerNorApproved, e => ("the sender may not move this license: it is neither owner nor approved");
    Erc721::TransferToNonERC721ReceiverImplementer, e => (
        "a license cannot be given to a contract that takes no ERC-721 tokens"
    );
    Erc721::TransferToZeroAddress, e => ("a license cannot be given to the zero address");
    Erc721::TokenAlreadyExists, e => ("the license exists already");
    Erc721::BalanceQueryForZeroAddress, e => ("the zero address owns no licenses");
    Erc721::AccountBalanceOverflow, e => ("the account owns as many licenses as an account can");
});

sentences!(openzeppelin {
    Oz::OwnableUnauthorizedAccount, e => ("{} is not the owner of the contract", e.account);
    Oz::OwnableInvalidOwner, e => ("{} cannot own the contract", e.owner);
    Oz::AccessControlUnauthorizedAccount, e => ("{} lacks the role {}", e.account, e.neededRole);
    Oz::EnforcedPause, e => ("new business is paused by the guardian: try again later");
    Oz::ExpectedPause, e => ("the contract is not paused");
    Oz::ReentrancyGuardReentrantCall, e => ("the contract was entered twice in one call");
    Oz::InvalidInitialization, e => ("the contract is already initialized");
    Oz::NotInitializing, e => ("the contract is not being initialized");
    Oz::UUPSUnauthorizedCallContext, e => ("upgrades work through the proxy only");
    Oz::UUPSUnsupportedProxiableUUID, e => ("the new implementation keeps its address in slot {}", e.slot);
    Oz::ERC1967InvalidImplementation, e => ("{} is no contract", e.implementation);
    Oz::ERC1967NonPayable, e => ("the proxy takes no ETH at construction");
    Oz::ERC1967ProxyUninitialized, e => ("the proxy was given no initializer");
    Oz::SafeCastOverflowedUintDowncast, e => ("{} is too large: it must fit {} bits", e.value, e.bits);
    Oz::AddressEmptyCode, e => ("{} is no contract", e.target);
    Oz::FailedCall, e => ("an inner call failed without a reason");
    Oz::InsufficientBalance, e => ("the contract has {} wei and needs {}", e.balance, e.needed);
});
