// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Content, ContentStatus} from "../interfaces/IContentRegistry.sol";
import {Delivery, ILicenseManager, OfferKind} from "../interfaces/ILicenseManager.sol";
import {HoldRequest, Payment, ReleaseRule} from "../interfaces/IPaymentEscrow.sol";
import {LicenseTraits} from "../libraries/LicenseTraits.sol";
import {LicenseRecord} from "../storage/LicenseManagerStorage.sol";
import {KeyDelivery} from "./KeyDelivery.sol";

/// @title Renewals: more periods at the price agreed, and the payer's early end (ERC-5643).
abstract contract Renewals is KeyDelivery {
    using LicenseTraits for uint96;

    struct Renewal {
        /// The license's first payment.
        Payment first;
        /// Periods.
        uint256 added;
        uint256 price;
    }

    /// @inheritdoc ILicenseManager
    function renewSubscription(uint256 tokenId, uint64 duration) external payable whenNotPaused nonReentrant {
        (Renewal memory renewal, LicenseRecord memory record, uint96 traits) = _renewal(tokenId, duration);
        Payment memory first = renewal.first;
        _checkValue(first.token, renewal.price);
        bool served = traits.delivery() == Delivery.Served;
        // What is added here is refunded to that payer, or keeps its bond: nobody else's to give or to prolong.
        if ((served || traits.bonded()) && msg.sender != first.payer) revert NotPayer(tokenId, msg.sender);

        record.units += uint40(record.units / traits.periods() * renewal.added);
        record.lasts += uint32(duration);
        record.writeRecord(_manager().licenses[tokenId]);
        uint8 periods = uint8(traits.periods() + renewal.added);
        _setExtraData(tokenId, traits.withPeriods(periods));
        uint256 paymentId = served ? tokenId : ++_manager().lastId;
        uint40 expiry = _expiry(record);
        emit LicenseRenewed(tokenId, paymentId, periods, record.units, expiry);
        emit SubscriptionUpdate(tokenId, expiry);

        if (served) {
            escrow.topUp{value: msg.value}(tokenId, msg.sender, renewal.price, expiry);
        } else {
            _holdDelivered(paymentId, first, renewal.price);
        }
        if (traits.bonded()) {
            uint256 bondId = tokenId + 1;
            escrow.extend(bondId, _payment(bondId).deadline + uint40(duration));
        }
    }

    /// @inheritdoc ILicenseManager
    function cancelSubscription(uint256 tokenId) external payable {
        _checkValue(address(this), 0);
        (, uint96 traits) = _known(tokenId);
        // Kinds with a delivered key have nothing left to refund.
        if (traits.delivery() == Delivery.Key) revert NotEndable(tokenId);
        Payment memory first = _payment(tokenId);
        if (msg.sender != first.payer) revert NotPayer(tokenId, msg.sender);
        LicenseRecord storage record = _manager().licenses[tokenId];
        _checkNotExpired(tokenId, record);

        uint40 sooner = _expiry(record);
        // Zero would be for ever.
        uint256 lasted = block.timestamp - record.startsAt;
        record.lasts = lasted == 0 ? 1 : uint32(lasted);
        uint40 expiry = _expiry(record);
        sooner -= expiry;
        // The payment's clock is behind by what it was frozen for, and the grace is to run from now.
        if (sooner != 0) sooner += first.pausedSecs;
        emit LicenseEnded(tokenId, expiry);
        emit SubscriptionUpdate(tokenId, expiry);
        escrow.end(tokenId, first.deadline - sooner);
    }

    /// @inheritdoc ILicenseManager
    function expiresAt(uint256 tokenId) external view returns (uint64) {
        _known(tokenId);
        return _expiry(_record(tokenId));
    }

    /// @inheritdoc ILicenseManager
    function isRenewable(uint256 tokenId) external view returns (bool) {
        (, uint96 traits) = _known(tokenId);
        if (traits.kind() != OfferKind.Subscription || traits.periods() == type(uint8).max) return false;
        LicenseRecord memory record = _record(tokenId);
        (, Content memory content) = _contentOf(record.offerId);
        if (_hasExpired(record) || content.status != ContentStatus.Active) return false;
        return traits.delivery() == Delivery.Served || _isEarned(_payment(tokenId));
    }

    /// @inheritdoc ILicenseManager
    function renewalPrice(uint256 tokenId, uint64 duration)
        external
        view
        returns (address token, uint256 price)
    {
        (Renewal memory renewal,,) = _renewal(tokenId, duration);
        return (renewal.first.token, renewal.price);
    }

    // ---- internals

    function _renewal(uint256 tokenId, uint64 duration)
        private
        view
        returns (Renewal memory renewal, LicenseRecord memory record, uint96 traits)
    {
        (, traits) = _known(tokenId);
        if (traits.kind() != OfferKind.Subscription) revert NotRenewable(tokenId);
        record = _record(tokenId);
        _checkNotExpired(tokenId, record);
        (bytes32 contentId, Content memory content) = _contentOf(record.offerId);
        if (content.status != ContentStatus.Active) revert ContentNotActive(contentId);
        uint256 paid = traits.periods();
        renewal.added = _periods(duration, record.lasts, paid);
        renewal.first = _payment(tokenId);
        if (traits.delivery() == Delivery.Key) {
            if (!_isEarned(renewal.first)) revert NotRenewable(tokenId);
            renewal.price = renewal.first.amount * renewal.added;
        } else {
            // All periods are in the one payment.
            renewal.price = renewal.first.amount / paid * renewal.added;
        }
    }

    /// The key was delivered before, so that this is too.
    function _holdDelivered(uint256 paymentId, Payment memory first, uint256 price) private {
        _hold(
            HoldRequest({
                paymentId: paymentId,
                licenseId: first.licenseId,
                funder: msg.sender,
                payer: msg.sender,
                token: first.token,
                amount: price,
                rule: ReleaseRule.Cliff,
                splitId: first.splitId,
                startsAt: 0,
                deadline: uint40(block.timestamp),
                disputeWindow: first.disputeWindow
            })
        );
        escrow.markDelivered(paymentId);
    }

    /// @return added Whole periods in `duration`, if the license can take them.
    function _periods(uint64 duration, uint32 lasts, uint256 paid) private pure returns (uint256 added) {
        uint256 period = lasts / paid;
        added = duration / period;
        if (added == 0 || added * period != duration || paid + added > type(uint8).max) {
            revert DurationInvalid(duration, uint32(period));
        }
        if (lasts + uint256(duration) > type(uint32).max) revert DurationInvalid(duration, uint32(period));
    }
}
