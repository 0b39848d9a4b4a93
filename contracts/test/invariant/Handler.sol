// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ICompanyAccount} from "../../src/interfaces/ICompanyAccount.sol";
import {BundleItem} from "../../src/interfaces/ILicenseManager.sol";
import {Buying} from "./Buying.sol";
import {Disputing} from "./Disputing.sol";
import {System} from "./HandlerState.sol";
import {Money} from "./Money.sol";
import {Buyer, Courts, Seller, Tokens} from "./World.sol";

/// Everybody and everything that takes part.
struct Cast {
    System system;
    Buyer[] buyers;
    Seller[] sellers;
    Tokens tokens;
    Courts courts;
    bytes32[3] contents;
    BundleItem[] bundleItems;
    address[] accounts;
    address refuser;
    ICompanyAccount company;
    address machine;
    uint256 meterSecret;
}

/// Everything that anybody may do, at random. Each action predicts from what it can see whether it must succeed, so
/// that a refusal where the protocol promises an exit counts as a violation just as a success where it promises none.
/// No prediction of an exit looks at a pause.
contract Handler is Buying, Money, Disputing {
    constructor(Cast memory c) {
        (sys, tokens, courts, contents) = (c.system, c.tokens, c.courts, c.contents);
        (accounts, refuser, company, machine) = (c.accounts, c.refuser, c.company, c.machine);
        meterSecret = c.meterSecret;
        for (uint256 i = 0; i < c.sellers.length; ++i) {
            sellers.push(c.sellers[i]);
        }
        for (uint256 i = 0; i < c.bundleItems.length; ++i) {
            bundleItems.push(c.bundleItems[i]);
        }
        for (uint256 i = 0; i < c.buyers.length; ++i) {
            buyers.push(c.buyers[i]);
            for (uint256 j = 0; j < 2; ++j) {
                _sessionSecret[c.buyers[i].profiles[j]] = c.buyers[i].sessionSecrets[j];
            }
        }
    }

    /// A license to begin with, of any shape.
    function begin(uint256 i) external step("buy") {
        _buyListed(uint256(keccak256(abi.encode(i))) | 3 << 16, i % SHAPES);
    }

    /// Steps of a campaign; what happens often is there more than once.
    function selectors() external pure returns (bytes4[] memory all) {
        bytes4[36] memory some = [
            this.buy.selector,
            this.buySigned.selector,
            this.buyMany.selector,
            this.machineBuys.selector,
            this.closeOffer.selector,
            this.renew.selector,
            this.cancel.selector,
            this.deliver.selector,
            this.accept.selector,
            this.rebind.selector,
            this.transfer.selector,
            this.settleUsage.selector,
            this.settleUsageMany.selector,
            this.settleSigned.selector,
            this.release.selector,
            this.refund.selector,
            this.withdraw.selector,
            this.thaw.selector,
            this.file.selector,
            this.answer.selector,
            this.check.selector,
            this.checkHead.selector,
            this.escalate.selector,
            this.ruleDirectly.selector,
            this.rule.selector,
            this.appeal.selector,
            this.execute.selector,
            this.timeOut.selector,
            this.warp.selector,
            this.togglePause.selector,
            this.setFee.selector,
            this.listToken.selector,
            this.setCourts.selector,
            this.misbehave.selector,
            this.donate.selector,
            this.setStatus.selector
        ];
        bytes4[14] memory more = [
            this.escalate.selector,
            this.escalate.selector,
            this.ruleDirectly.selector,
            this.rule.selector,
            this.appeal.selector,
            this.answer.selector,
            this.publishVersion.selector,
            this.transferContent.selector,
            this.buy.selector,
            this.warp.selector,
            this.warp.selector,
            this.file.selector,
            this.file.selector,
            this.settleSigned.selector
        ];
        all = new bytes4[](some.length + more.length);
        for (uint256 i = 0; i < all.length; ++i) {
            all[i] = i < some.length ? some[i] : more[i - some.length];
        }
    }
}
