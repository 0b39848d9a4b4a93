// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus} from "../interfaces/IContentRegistry.sol";
import {
    Delivery,
    ILicenseManager,
    Offer,
    OfferKind,
    OfferStatus,
    Order
} from "../interfaces/ILicenseManager.sol";
import {HoldRequest, ReleaseRule} from "../interfaces/IPaymentEscrow.sol";
import {LicenseTraits} from "../libraries/LicenseTraits.sol";
import {LicenseManagerStorage, LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {OfferBook} from "./OfferBook.sol";
import {Offers} from "./Offers.sol";

/// @title Purchases: from an order to a license and held money.
abstract contract Purchases is Offers {
    /// @inheritdoc ILicenseManager
    function buy(Order memory order, Offer calldata offer)
        external
        payable
        whenNotPaused
        nonReentrant
        returns (uint256 licenseId)
    {
        return _buy(order, offer);
    }

    /// @inheritdoc ILicenseManager
    function buySigned(
        Order memory order,
        Offer calldata offer,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external payable whenNotPaused nonReentrant returns (uint256 licenseId) {
        _inOfferBook(OfferBook.recordSigned.selector);
        return _buy(order, offer);
    }

    // ---- internals

    function _buy(Order memory order, Offer calldata offer) private returns (uint256 licenseId) {
        OfferStatus memory status = _manager().offers[order.offerId];
        if (status.digest == 0) revert OfferUnknown(order.offerId);
        _checkDigest(order.offerId, offer, status.digest);
        Content memory content = _content(offer.contentId);
        _checkOffer(order, offer, status, content);
        if (offer.supply != 0) _manager().offers[order.offerId].sold = status.sold + 1;

        uint256 price = _complete(order, offer);
        licenseId = _issue(order, offer, status.verifiers, content);
        emit LicenseIssued(
            licenseId,
            order.offerId,
            offer.contentId,
            order.licensee,
            order.payer,
            order.profileId,
            content.meterId,
            content.version,
            order.units,
            uint40(block.timestamp),
            offer.duration == 0 ? 0 : _after(offer.duration),
            offer.token,
            price,
            order.referrer
        );
        _holdMoney(offer, licenseId, order.payer, price);
    }

    function _checkOffer(
        Order memory order,
        Offer calldata offer,
        OfferStatus memory status,
        Content memory content
    ) private view {
        uint64 offerId = order.offerId;
        if (status.closed) revert OfferNotOpen(offerId);
        if (status.generation != content.generation) {
            revert OfferOutdated(offerId, status.generation, content.generation);
        }
        if (content.status != ContentStatus.Active) revert ContentNotActive(offer.contentId);
        if (offer.validUntil != 0 && block.timestamp > offer.validUntil) {
            revert OfferExpired(offerId, offer.validUntil);
        }
        if (offer.supply != 0 && status.sold >= offer.supply) revert OfferSoldOut(offerId, offer.supply);
        if (offer.buyer != address(0) && offer.buyer != order.licensee) {
            revert NotForBuyer(offerId, offer.buyer, order.licensee);
        }
    }

    /// Checks an order, and fills in who gets refunds and how many units are included.
    /// @return price What the license costs, or its deposit, without the bond.
    function _complete(Order memory order, Offer calldata offer) private view returns (uint256 price) {
        bool perUse = offer.kind == OfferKind.PerUse;
        if (perUse == (order.units == 0) || order.units > type(uint40).max) revert UnitsInvalid(order.units);
        if (!perUse) order.units = offer.units;
        price = perUse ? uint256(offer.unitPrice) * order.units : offer.price;
        uint256 total = price + offer.bond;
        if (total > order.maxTotal) revert TotalAboveMax(total, order.maxTotal);
        _checkValue(offer.token, total);
        _checkProfile(order.profileId, order.licensee);
        if (order.payer == address(0)) order.payer = msg.sender;
        address referrer = order.referrer;
        if (referrer == address(0)) return price;
        if (referrer == msg.sender || referrer == order.payer || referrer == order.licensee) {
            revert SelfReferral(referrer);
        }
    }

    function _issue(Order memory order, Offer calldata offer, uint8 verifiers, Content memory content)
        private
        returns (uint256 licenseId)
    {
        LicenseManagerStorage storage $ = _manager();
        bool bonded = offer.bond != 0;
        unchecked {
            licenseId = uint256($.lastId) + 1;
            // A bond is the payment after the license's.
            $.lastId = uint40(bonded ? licenseId + 1 : licenseId);
        }
        if (bonded) $.overagePrices[licenseId] = offer.overagePrice;
        LicenseRecord memory record = LicenseRecord({
            offerId: order.offerId,
            profileId: uint40(order.profileId), // counted in 40 bits, and known
            meterId: uint40(content.meterId),
            units: uint40(order.units),
            startsAt: uint40(block.timestamp),
            lasts: offer.duration
        });
        record.writeRecord($.licenses[licenseId]);
        uint96 traits = LicenseTraits.pack(
            offer.kind,
            offer.delivery,
            offer.transferable,
            bonded,
            offer.royaltyBps,
            content.version,
            verifiers
        );
        // Not the safe variant: the licensee asked for this token in person or by its own profile.
        _mintAndSetExtraDataUnchecked(order.licensee, licenseId, traits);
    }

    function _holdMoney(Offer calldata offer, uint256 licenseId, address payer, uint256 price) private {
        (ReleaseRule rule, uint256 lasts) = _ruleOf(offer);
        HoldRequest memory request = HoldRequest({
            paymentId: licenseId,
            licenseId: licenseId,
            funder: msg.sender,
            payer: payer,
            token: offer.token,
            amount: price,
            rule: rule,
            splitId: offer.splitId,
            startsAt: uint40(block.timestamp),
            deadline: _after(lasts),
            disputeWindow: offer.disputeWindow
        });
        _hold(request);
        if (offer.bond == 0) return;

        request.paymentId = licenseId + 1;
        request.amount = offer.bond;
        request.rule = ReleaseRule.Metered;
        request.deadline = _after(uint256(offer.duration) + offer.settlementGrace);
        _hold(request);
    }

    /// @return rule How the price is released; the escrow drops what of a request the rule does not use.
    /// @return lasts Seconds until the payment's deadline.
    function _ruleOf(Offer calldata offer) private pure returns (ReleaseRule rule, uint256 lasts) {
        if (offer.delivery == Delivery.Key) return (ReleaseRule.Cliff, offer.deliveryWindow);
        if (offer.kind != OfferKind.PerUse) return (ReleaseRule.Linear, offer.duration);
        return (ReleaseRule.Metered, uint256(offer.duration) + offer.settlementGrace);
    }

    /// No sum of two 32-bit numbers and a time overflows 40 bits before the year 36,000.
    function _after(uint256 secs) private view returns (uint40) {
        unchecked {
            return uint40(block.timestamp + secs);
        }
    }
}
