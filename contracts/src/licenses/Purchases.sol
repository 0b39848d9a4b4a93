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

/// @title Purchases: from an order to a license and held money.
abstract contract Purchases is OfferBook {
    /// @inheritdoc ILicenseManager
    function buy(Order calldata order, Offer memory offer)
        external
        payable
        whenNotPaused
        nonReentrant
        returns (uint256 licenseId)
    {
        OfferStatus memory status = _listedOffer(order.offerId, offer);
        return _buy(order, offer, status, _content(offer.contentId));
    }

    /// @inheritdoc ILicenseManager
    function buySigned(
        Order calldata order,
        Offer memory offer,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external payable whenNotPaused nonReentrant returns (uint256 licenseId) {
        Content memory content = _content(offer.contentId);
        OfferStatus memory status = _signedOffer(order.offerId, offer, content, proof, signature);
        return _buy(order, offer, status, content);
    }

    function _buy(Order calldata order, Offer memory offer, OfferStatus memory status, Content memory content)
        private
        returns (uint256 licenseId)
    {
        _checkOffer(order, offer, status, content);
        uint256 price = _checkOrder(order, offer);
        address payer = order.payer == address(0) ? msg.sender : order.payer;
        address referrer = order.referrer;
        if (referrer != address(0)) {
            if (referrer == msg.sender || referrer == payer || referrer == order.licensee) {
                revert SelfReferral(referrer);
            }
        }

        LicenseManagerStorage storage $ = _manager();
        if (offer.supply != 0) $.offers[order.offerId].sold = status.sold + 1;
        licenseId = _issue(order, offer, status.verifiers, content);
        emit LicenseIssued(
            licenseId,
            order.offerId,
            offer.contentId,
            order.licensee,
            payer,
            order.profileId,
            content.meterId,
            content.version,
            offer.kind == OfferKind.PerUse ? order.units : offer.units,
            uint40(block.timestamp),
            offer.duration == 0 ? 0 : uint40(block.timestamp) + offer.duration,
            offer.token,
            price,
            referrer
        );
        _holdPrice(offer, licenseId, payer, price);
        if (offer.bond != 0) {
            $.overagePrices[licenseId] = offer.overagePrice;
            _holdBond(offer, licenseId, payer);
        }
    }

    function _checkOffer(
        Order calldata order,
        Offer memory offer,
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

    /// @return price What the license costs, or its deposit, without the bond.
    function _checkOrder(Order calldata order, Offer memory offer) private view returns (uint256 price) {
        bool perUse = offer.kind == OfferKind.PerUse;
        if (perUse == (order.units == 0) || order.units > type(uint40).max) revert UnitsInvalid(order.units);
        price = perUse ? uint256(offer.unitPrice) * order.units : offer.price;
        uint256 total = price + offer.bond;
        if (total > order.maxTotal) revert TotalAboveMax(total, order.maxTotal);
        _checkValue(offer.token, total);
        _checkProfile(order.profileId, order.licensee);
    }

    function _issue(Order calldata order, Offer memory offer, uint8 verifiers, Content memory content)
        private
        returns (uint256 licenseId)
    {
        LicenseManagerStorage storage $ = _manager();
        uint40 id = $.lastId + 1;
        $.lastId = offer.bond == 0 ? id : id + 1;
        licenseId = id;
        LicenseRecord memory record = LicenseRecord({
            offerId: order.offerId,
            profileId: uint40(order.profileId), // counted in 40 bits, and known
            meterId: uint40(content.meterId),
            units: uint40(offer.kind == OfferKind.PerUse ? order.units : offer.units),
            startsAt: uint40(block.timestamp),
            lasts: offer.duration
        });
        record.writeRecord($.licenses[licenseId]);
        uint96 traits = LicenseTraits.pack(
            offer.kind,
            offer.delivery,
            offer.transferable,
            offer.bond != 0,
            offer.royaltyBps,
            content.version,
            verifiers
        );
        // Not the safe variant: the licensee asked for this token in person or by its own profile.
        _mintAndSetExtraDataUnchecked(order.licensee, licenseId, traits);
    }

    function _holdPrice(Offer memory offer, uint256 licenseId, address payer, uint256 price) private {
        HoldRequest memory request = _request(offer, licenseId, payer);
        request.paymentId = licenseId;
        request.amount = price;
        uint256 deadline = block.timestamp;
        if (offer.kind == OfferKind.PerUse) {
            deadline += offer.duration + offer.settlementGrace;
        } else if (offer.delivery == Delivery.Key) {
            request.rule = ReleaseRule.Cliff;
            request.disputeWindow = offer.disputeWindow;
            deadline += offer.deliveryWindow;
        } else {
            request.rule = ReleaseRule.Linear;
            request.startsAt = uint40(block.timestamp);
            deadline += offer.duration;
        }
        request.deadline = uint40(deadline);
        _hold(request);
    }

    function _holdBond(Offer memory offer, uint256 licenseId, address payer) private {
        HoldRequest memory request = _request(offer, licenseId, payer);
        request.paymentId = licenseId + 1;
        request.amount = offer.bond;
        request.deadline = uint40(block.timestamp + offer.duration + offer.settlementGrace);
        _hold(request);
    }

    /// A Metered one, unless the rule is changed.
    function _request(Offer memory offer, uint256 licenseId, address payer)
        private
        view
        returns (HoldRequest memory request)
    {
        request.licenseId = licenseId;
        request.funder = msg.sender;
        request.payer = payer;
        request.token = offer.token;
        request.splitId = offer.splitId;
    }
}
