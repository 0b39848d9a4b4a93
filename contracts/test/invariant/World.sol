// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICompanyAccount} from "../../src/interfaces/ICompanyAccount.sol";
import {Content, ContentStatus, Edition} from "../../src/interfaces/IContentRegistry.sol";
import {BundleItem, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {BlacklistingToken, PausingToken, ReentrantToken} from "../tokens/HostileTokens.sol";
import {HandlerState} from "./HandlerState.sol";

/// Somebody who buys, with two sets of keys. The company's account cannot sign: it acts by its machine.
struct Buyer {
    address account;
    uint256 secret;
    uint64[2] profiles;
    uint256[2] sessionSecrets;
}

/// Who sells, with what to sell.
struct Seller {
    address account;
    uint256 secret;
    uint64 splitId;
}

struct Tokens {
    /// ETH first, then by their manners; the last one keeps a part of each transfer.
    address[] all;
    BlacklistingToken blacklisting;
    ReentrantToken reentrant;
    PausingToken pausing;
    address feeOnTransfer;
}

struct Courts {
    /// Rules directly; is no contract.
    address person;
    address panel;
    address mute;
    address gasBurning;
    /// Hears appeals.
    address appeals;
    address[] members;
}

/// Tokens of all manners have these; some return nothing.
interface IMintable {
    function mint(address account, uint256 amount) external;
    function approve(address spender, uint256 amount) external;
    function balanceOf(address account) external view returns (uint256);
}

interface IGuarded {
    function pause() external;
    function unpause() external;
    function paused() external view returns (bool);
}

/// Whom it concerns, and what happens to all of them: time, operator, guardian, tokens, content.
abstract contract World is HandlerState {
    bytes internal constant CID =
        hex"015512200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";

    Buyer[] internal buyers;
    /// The last buyer.
    ICompanyAccount internal company;
    address internal machine;
    Seller[] internal sellers;
    Tokens internal tokens;
    Courts internal courts;
    uint256 internal meterSecret;
    /// Two files and a collection, whose first owner is the first seller but for the second file.
    bytes32[3] internal contents;
    BundleItem[] internal bundleItems;
    /// Everybody who may ever be credited.
    address[] public accounts;
    /// A payee that takes no ether.
    address internal refuser;
    mapping(address token => uint256) public donated;
    mapping(uint64 profileId => uint256) internal _sessionSecret;

    function tokenList() external view returns (address[] memory) {
        return tokens.all;
    }

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    // ---- time

    /// Hours, days, and now and then past the longest freeze.
    function warp(uint256 seed) external step("warp") {
        seed = _spread(seed);
        uint256 secs = 1 + seed % (seed >> 128 & 1 == 0 ? 12 hours : 9 days);
        if (seed >> 160 & 31 == 0) secs = sys.escrow.MAX_FREEZE() + seed % 2 days;
        vm.warp(_now() + secs);
        ++succeeded[_action];
    }

    // ---- guardian and operator

    function togglePause(uint256 seed) external step("pause") {
        IGuarded guarded = IGuarded(seed & 3 == 0 ? address(sys.registry) : address(sys.manager));
        bool pauses = _spread(seed) % 3 == 0;
        vm.startPrank(sys.guardian);
        if (guarded.paused()) guarded.unpause();
        else if (pauses) guarded.pause();
        vm.stopPrank();
        ++succeeded[_action];
    }

    function setFee(uint256 seed) external step("setFee") {
        seed = _spread(seed);
        uint16 feeBps = uint16(seed % 300);
        vm.prank(sys.operator);
        try sys.escrow.setFee(accounts[seed >> 16 & 1], feeBps) {
            _outcome(true, feeBps <= 250);
        } catch {
            _outcome(false, feeBps <= 250);
        }
    }

    function listToken(uint256 seed) external step("listToken") {
        seed = _spread(seed);
        address token = tokens.all[seed % tokens.all.length];
        // Mostly open, or nobody would buy.
        vm.prank(sys.operator);
        sys.escrow.listToken(token, seed >> 16 & 3 != 0);
        ++succeeded[_action];
    }

    function setCourts(uint256 seed) external step("setCourts") {
        seed = _spread(seed);
        address[4] memory appeals = [courts.appeals, courts.appeals, courts.gasBurning, address(0)];
        vm.startPrank(sys.operator);
        sys.disputes.setAppealArbitrator(appeals[seed % 4]);
        sys.disputes.setArbitratorPolicy(seed & 256 == 0 ? courts.panel : courts.person, seed & 512 == 0);
        sys.disputes.setFilingBond(seed >> 32 & 0xffff);
        vm.stopPrank();
        ++succeeded[_action];
    }

    // ---- tokens

    /// Blocks, pauses, or the opposite.
    function misbehave(uint256 seed) external step("misbehave") {
        seed = _spread(seed);
        if (seed & 1 == 0) {
            tokens.pausing.setPaused(!tokens.pausing.paused() && seed & 2 == 0);
        } else {
            address account = accounts[(seed >> 8) % accounts.length];
            tokens.blacklisting.setBlocked(account, !tokens.blacklisting.isBlocked(account));
        }
        ++succeeded[_action];
    }

    /// Money that nobody is owed: tokens by transfer, ether by force.
    function donate(uint256 seed) external step("donate") {
        seed = _spread(seed);
        address token = tokens.all[(seed >> 64) % tokens.all.length];
        uint256 amount = seed % 1e9;
        donated[token] += amount;
        if (token == ETHER) vm.deal(address(sys.escrow), address(sys.escrow).balance + amount);
        else _mint(token, address(sys.escrow), amount);
        ++succeeded[_action];
    }

    // ---- content

    function setStatus(uint256 seed) external step("setStatus") {
        seed = _spread(seed);
        bytes32 contentId = contents[seed % 3];
        Content memory c = sys.registry.content(contentId);
        // Retired would be for ever.
        ContentStatus status =
            c.status == ContentStatus.Active ? ContentStatus.Suspended : ContentStatus.Active;
        if (status == ContentStatus.Suspended && seed >> 8 & 3 != 0) return;
        vm.prank(c.creator);
        sys.registry.setStatus(contentId, status);
        ++succeeded[_action];
    }

    /// A new edition: licenses that are re-keyed get its key, all others keep theirs.
    function publishVersion(uint256 seed) external step("publishVersion") {
        seed = _spread(seed);
        bytes32 contentId = contents[seed % 3];
        Content memory c = sys.registry.content(contentId);
        bool expected = c.version != type(uint8).max && !IGuarded(address(sys.registry)).paused();
        vm.prank(c.creator);
        try sys.registry.publishVersion(contentId, Edition(bytes32(seed | 1), CID, 1 + seed % 1e9, CID)) {
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    /// To the other seller; its offers end.
    function transferContent(uint256 seed) external step("transferContent") {
        seed = _spread(seed);
        bytes32 contentId = contents[seed % 3];
        Content memory c = sys.registry.content(contentId);
        if (c.generation > 250) return;
        address to = sellers[c.creator == sellers[0].account ? 1 : 0].account;
        vm.prank(c.creator);
        sys.registry.proposeTransfer(contentId, to);
        if (seed & 256 != 0) return;
        vm.prank(to);
        sys.registry.acceptTransfer(contentId);
        ++succeeded[_action];
    }

    // ---- internals

    function _sellerOf(bytes32 contentId) internal view returns (Seller memory) {
        address creator = sys.registry.content(contentId).creator;
        return sellers[creator == sellers[0].account ? 0 : 1];
    }

    function _isPaused() internal view returns (bool) {
        return IGuarded(address(sys.manager)).paused();
    }

    /// Whether the escrow can take a token in now.
    function _isTakeable(address token) internal view returns (bool) {
        return sys.escrow.isListed(token) && _moves(token);
    }

    function _moves(address token) internal view returns (bool) {
        if (token == tokens.feeOnTransfer) return false;
        return token != address(tokens.pausing) || !tokens.pausing.paused();
    }

    /// Tokens for somebody, whatever they think of it.
    function _mint(address token, address account, uint256 amount) internal {
        bool blocked = token == address(tokens.blacklisting) && tokens.blacklisting.isBlocked(account);
        bool paused = token == address(tokens.pausing) && tokens.pausing.paused();
        if (token == address(tokens.reentrant)) tokens.reentrant.arm(address(0), "");
        if (blocked) tokens.blacklisting.setBlocked(account, false);
        if (paused) tokens.pausing.setPaused(false);
        IMintable(token).mint(account, amount);
        if (blocked) tokens.blacklisting.setBlocked(account, true);
        if (paused) tokens.pausing.setPaused(true);
    }

    /// Money, and leave for `spender` to draw it. A token with a plan gets one.
    /// @return value Ether to send along.
    function _fund(address account, address token, uint256 amount, address spender)
        internal
        returns (uint256 value)
    {
        if (token == ETHER) {
            vm.deal(account, account.balance + amount);
            return amount;
        }
        _mint(token, account, amount);
        vm.prank(account);
        IMintable(token).approve(spender, amount);
        _arm(token, amount);
    }

    /// The re-entrant token does in its next transfer what anyone may, and what nobody may.
    function _arm(address token, uint256 seed) internal {
        if (token != address(tokens.reentrant)) return;
        uint256 id = paymentIds.length == 0 ? 1 : paymentIds[seed % paymentIds.length];
        bytes memory data = seed % 3 == 0
            ? abi.encodeCall(sys.escrow.release, (id))
            : seed % 3 == 1
                ? abi.encodeCall(sys.escrow.refund, (id))
                : abi.encodeCall(sys.escrow.withdraw, (token));
        tokens.reentrant.arm(address(sys.escrow), data);
    }

    function _money(address account, address token) internal view returns (uint256) {
        return token == ETHER ? account.balance : IMintable(token).balanceOf(account);
    }

    function _sign(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    /// Index of the buyer that an account is.
    function _buyerOf(address account) internal view returns (uint256) {
        for (uint256 i = 0; i < buyers.length; ++i) {
            if (buyers[i].account == account) return i;
        }
        revert("not a buyer");
    }
}
