// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentStatus} from "../../src/interfaces/IContentRegistry.sol";
import {Delivery, License, Offer, OfferKind, Order} from "../../src/interfaces/ILicenseManager.sol";
import {Payment, PaymentState, ReleaseRule} from "../../src/interfaces/IPaymentEscrow.sol";
import {Purchase} from "../../src/interfaces/IPurchaseRouter.sol";
import {Offering, Signed} from "./Offering.sol";

/// The ways to buy, to renew and to end.
abstract contract Buying is Offering {
    // ---- buying

    /// Anybody for anybody, with refunds for anybody.
    function buy(uint256 seed) external step("buy") {
        seed = _spread(seed);
        _buyListed(seed, seed % SHAPES);
    }

    /// At terms that the creator signed. An id stands for one set of terms only.
    function buySigned(uint256 seed) external step("buySigned") {
        seed = _spread(seed);
        Signed memory s = _signedOffer(seed % SHAPES, (seed >> 8) % tokens.all.length, seed >> 16);
        uint64 offerId = _offerId(s.offer);
        address funder = buyers[(seed >> 96) % 3].account;
        Order memory order = _order(seed >> 104, s.offer, offerId);
        uint256 total = _total(s.offer, order.units);
        bool expected = _mayBuy(s.offer, order, total, s.signer);
        uint256 value = _fund(funder, s.offer.token, total, address(sys.escrow));
        uint256 before = _money(funder, s.offer.token);
        vm.prank(funder);
        try sys.manager.buySigned{value: value}(order, s.offer, new bytes32[](0), s.signature) returns (
            uint256 licenseId
        ) {
            _bought(licenseId, s.offer, order, total, before - _money(funder, s.offer.token));
            _outcome(true, expected);
            _tryOtherTerms(s, order, funder);
        } catch {
            _outcome(false, expected);
        }
    }

    /// Two at once through the router: both or none.
    function buyMany(uint256 seed) external step("buyMany") {
        seed = _spread(seed);
        uint256 tokenIndex = (seed >> 8) % tokens.all.length;
        (Offer memory offer, uint64 offerId) = _offerAt(seed % SHAPES, tokenIndex, seed >> 16);
        if (offerId == 0) return;
        address funder = buyers[(seed >> 96) % 3].account;
        Purchase[] memory purchases = new Purchase[](2);
        uint256 total;
        bool expected = true;
        for (uint256 i = 0; i < 2; ++i) {
            purchases[i].offer = offer;
            purchases[i].order = _order(seed >> 104 + 32 * i, offer, offerId);
            uint256 price = _total(offer, purchases[i].order.units);
            total += price;
            if (!_mayBuy(offer, purchases[i].order, price, address(0))) expected = false;
        }
        if (offer.supply != 0 && sys.manager.offerStatus(offerId).sold + 2 > offer.supply) expected = false;
        uint256 value = _fund(funder, offer.token, total, address(sys.router));
        uint256 before = _money(funder, offer.token);
        vm.prank(funder);
        try sys.router.buyMany{value: value}(purchases) returns (uint256[] memory ids) {
            if (before - _money(funder, offer.token) != total) _violate("13 paid another sum");
            for (uint256 i = 0; i < 2; ++i) {
                if (purchases[i].order.payer == address(0)) purchases[i].order.payer = funder;
                uint256 price = _total(offer, purchases[i].order.units);
                _bought(ids[i], offer, purchases[i].order, price, price);
            }
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
        if (_money(address(sys.router), offer.token) != 0) _violate("the router kept money");
    }

    /// A machine of the company, within its budget.
    function machineBuys(uint256 seed) external step("machineBuys") {
        seed = _spread(seed);
        (Offer memory offer, uint64 offerId) = _offerAt(seed % SHAPES, (seed >> 8) % 2, seed >> 16);
        if (offerId == 0) return;
        Purchase memory purchase;
        purchase.offer = offer;
        purchase.order = _order(seed >> 104, offer, offerId);
        purchase.order.licensee = address(company);
        purchase.order.profileId = buyers[buyers.length - 1].profiles[seed >> 100 & 1];
        purchase.order.payer = address(0);
        uint256 total = _total(offer, purchase.order.units);
        bool expected =
            total <= company.left(machine, offer.token) && _mayBuy(offer, purchase.order, total, address(0));
        _give(offer.token, total);
        uint256 before = _money(address(company), offer.token);
        vm.prank(machine);
        try company.buy(purchase) returns (uint256 licenseId) {
            _bought(licenseId, offer, purchase.order, total, before - _money(address(company), offer.token));
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- later

    /// One or two periods more, mostly paid by whoever paid the first. Now and then for a second too much.
    function renew(uint256 seed) external step("renew") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pickSubscription(seed);
        if (!any) return;
        License memory l = sys.manager.license(licenseId);
        Offer memory offer = _terms[licenseId];
        uint64 periods = uint64(1 + (seed >> 32 & 1));
        uint64 duration = offer.duration * periods + (seed >> 40 & 7 == 0 ? 1 : 0);
        bool expected = duration == offer.duration * periods && _mayRenew(licenseId, l, offer, periods);
        bool byMachine = _owner(licenseId) == address(company) && seed >> 48 & 1 == 0;
        uint256 price = uint256(offer.price) * periods;
        uint256 value;
        address first = sys.escrow.payment(licenseId).payer;
        address funder = seed >> 56 & 3 == 0 ? buyers[(seed >> 96) % 3].account : first;
        // Who adds to a payment must be the one whom its rest is refunded to.
        if (l.delivery == Delivery.Served || l.bonded) {
            expected = expected && first == (byMachine ? address(company) : funder);
        }
        if (byMachine) {
            expected = expected && price <= company.left(machine, offer.token);
            _give(offer.token, price);
            (funder, value) = (machine, 0);
        } else {
            value = _fund(funder, offer.token, price, address(sys.escrow));
        }
        vm.prank(funder);
        bool ok;
        if (byMachine) {
            try company.renew(licenseId, duration) {
                ok = true;
            } catch {}
        } else {
            try sys.manager.renewSubscription{value: value}(licenseId, duration) {
                ok = true;
            } catch {}
        }
        _outcome(ok, expected);
        if (ok && sys.manager.license(licenseId).expiresAt != l.expiresAt + duration) {
            _violate("another expiry");
        }
    }

    /// By the payer, or by somebody else.
    function cancel(uint256 seed) external step("cancel") {
        seed = _spread(seed);
        (uint256 licenseId, bool any) = _pick(seed);
        for (uint256 i = 0; any && i < 8; ++i) {
            if (sys.manager.license(licenseId).delivery == Delivery.Served) break;
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
        if (!any) return;
        License memory l = sys.manager.license(licenseId);
        Payment memory p = sys.escrow.payment(licenseId);
        address caller = seed >> 32 & 3 == 0 ? buyers[0].account : p.payer;
        bool expected = l.delivery == Delivery.Served && caller == p.payer && !_hasExpired(l)
            && p.state == PaymentState.Held && p.frozenAt == 0;
        uint256 vested = p.rule == ReleaseRule.Linear ? _earned(p) : 0;
        vm.prank(caller);
        try sys.manager.cancelSubscription(licenseId) {
            _outcome(true, expected);
            Payment memory after_ = sys.escrow.payment(licenseId);
            if (p.rule == ReleaseRule.Linear && after_.refunded != p.amount - vested) {
                _violate("refunded another part");
            }
            uint256 expiry = sys.manager.license(licenseId).expiresAt;
            uint256 refundableAt = uint256(after_.deadline) + after_.pausedSecs;
            if (p.rule == ReleaseRule.Metered && expiry != l.expiresAt) {
                if (refundableAt != expiry + _terms[licenseId].settlementGrace) _violate("another grace");
            }
        } catch {
            _outcome(false, expected);
        }
    }

    // ---- internals

    function _buyListed(uint256 seed, uint256 shape) internal {
        (Offer memory offer, uint64 offerId) = _offerAt(shape, (seed >> 8) % tokens.all.length, seed >> 16);
        if (offerId == 0) return;
        address funder = buyers[(seed >> 96) % 3].account;
        Order memory order = _order(seed >> 104, offer, offerId);
        uint256 total = _total(offer, order.units);
        bool expected = _mayBuy(offer, order, total, address(0));
        uint256 value = _fund(funder, offer.token, total, address(sys.escrow));
        uint256 before = _money(funder, offer.token);
        vm.prank(funder);
        try sys.manager.buy{value: value}(order, offer) returns (uint256 licenseId) {
            if (order.payer == address(0)) order.payer = funder;
            _bought(licenseId, offer, order, total, before - _money(funder, offer.token));
            _outcome(true, expected);
        } catch {
            _outcome(false, expected);
        }
    }

    function _order(uint256 seed, Offer memory offer, uint64 offerId)
        internal
        view
        returns (Order memory order)
    {
        uint256 index = seed % buyers.length;
        order.offerId = offerId;
        order.licensee = buyers[index].account;
        order.profileId = buyers[index].profiles[seed >> 8 & 1];
        if (offer.kind == OfferKind.PerUse) order.units = uint64(1 + (seed >> 16) % 60);
        order.maxTotal = _total(offer, order.units);
        if (seed >> 24 & 15 == 0) --order.maxTotal;
        if (seed >> 28 & 1 == 0) order.payer = buyers[(seed >> 32) % buyers.length].account;
    }

    function _mayBuy(Offer memory offer, Order memory order, uint256 total, address signer)
        internal
        view
        returns (bool)
    {
        return !_isPaused() && total <= order.maxTotal && _isTakeable(offer.token)
            && _isForSale(offer, order.offerId, order, signer);
    }

    function _bought(uint256 licenseId, Offer memory offer, Order memory order, uint256 total, uint256 spent)
        internal
    {
        if (spent > order.maxTotal) _violate("13 paid above maxTotal");
        if (spent != total) _violate("13 paid another sum");
        if (order.payer != address(0) && sys.escrow.payment(licenseId).payer != order.payer) {
            _violate("refunds would go to somebody else");
        }
        _licenses.push(licenseId);
        _terms[licenseId] = offer;
        _ownerModel[licenseId] = order.licensee;
        _profileAt[licenseId][0] = order.profileId;
    }

    function _tryOtherTerms(Signed memory s, Order memory order, address funder) private {
        s.offer.termsHash = ~s.offer.termsHash;
        uint256 value = _fund(funder, s.offer.token, order.maxTotal, address(sys.escrow));
        vm.prank(funder);
        try sys.manager.buySigned{value: value}(order, s.offer, new bytes32[](0), s.signature) {
            _violate("11 a signature stood for other terms");
        } catch {}
        vm.prank(funder);
        try sys.manager.buy{value: value}(order, s.offer) {
            _violate("10 an offer's nonce stood for two sets of terms");
        } catch {}
    }

    function _give(address token, uint256 amount) private {
        if (token == ETHER) vm.deal(address(company), address(company).balance + amount);
        else _mint(token, address(company), amount);
    }

    function _mayRenew(uint256 licenseId, License memory l, Offer memory offer, uint64 periods)
        private
        view
        returns (bool)
    {
        if (l.kind != OfferKind.Subscription || _isPaused() || _hasExpired(l)) return false;
        if (sys.registry.content(offer.contentId).status != ContentStatus.Active) return false;
        if (l.periods + periods > 255) return false;
        // An ended bond secures nothing more.
        if (l.bonded && sys.escrow.payment(licenseId + 1).state != PaymentState.Held) return false;
        Payment memory first = sys.escrow.payment(licenseId);
        if (l.delivery == Delivery.Served) return first.state == PaymentState.Held && _moves(offer.token);
        bool earned = first.state == PaymentState.Delivered || first.state == PaymentState.Closed;
        return earned && _isTakeable(offer.token);
    }

    function _pickSubscription(uint256 seed) private view returns (uint256 licenseId, bool any) {
        (licenseId, any) = _pick(seed);
        for (uint256 i = 0; any && i < 12; ++i) {
            License memory l = sys.manager.license(licenseId);
            if (l.kind == OfferKind.Subscription && !_hasExpired(l)) return (licenseId, true);
            (licenseId,) = _pick(uint256(keccak256(abi.encode(seed, i))));
        }
    }
}
