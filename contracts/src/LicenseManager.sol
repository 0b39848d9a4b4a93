// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Guarded} from "./base/Guarded.sol";
import {Content, ContentStatus, IContentRegistry, Meter} from "./interfaces/IContentRegistry.sol";
import {
    Delivery,
    ILicenseManager,
    License,
    Offer,
    OfferKind,
    Order,
    Profile,
    SealedKey
} from "./interfaces/ILicenseManager.sol";
import {DisputeTerms, ILicenseTerms, SettlementTerms} from "./interfaces/ILicenseTerms.sol";
import {
    HoldRequest,
    IPaymentEscrow,
    Payment,
    PaymentState,
    ReleaseRule
} from "./interfaces/IPaymentEscrow.sol";
import {IKeyDeliveryVerifier} from "./interfaces/IVerifier.sol";
import {OfferRules} from "./libraries/OfferRules.sol";
import {ProofContext} from "./libraries/ProofContext.sol";
import {SnarkField} from "./libraries/SnarkField.sol";
import {ERC721Upgradeable} from "@openzeppelin/contracts-upgradeable/token/ERC721/ERC721Upgradeable.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title LicenseManager: offers, and licenses as ERC-721 tokens.
/// @dev A license remembers append-only versions (offer, profile, meter) by id, so that it fits one slot.
contract LicenseManager is
    ILicenseManager,
    ILicenseTerms,
    ERC721Upgradeable,
    Guarded,
    ReentrancyGuardTransient
{
    using SafeCast for uint256;

    struct OfferRecord {
        Offer terms;
        address creator;
        bool open;
        uint64 sold;
    }

    /// {License} without what follows from its offer. All ids are issued one by one.
    struct LicenseRecord {
        uint40 offerId;
        uint40 profileId;
        uint40 meterId;
        uint40 paymentId;
        uint40 startsAt;
        uint48 units;
        bool delivered;
    }

    /// @custom:storage-location erc7201:datavault.storage.LicenseManager
    struct ManagerStorage {
        mapping(uint256 offerId => OfferRecord) offers;
        mapping(uint256 profileId => Profile) profiles;
        mapping(uint256 licenseId => LicenseRecord) licenses;
        uint40 lastOfferId;
        uint40 lastProfileId;
        uint40 lastLicenseId;
    }

    bytes32 private constant MANAGER_SLOT = keccak256(
        abi.encode(uint256(keccak256("datavault.storage.LicenseManager")) - 1)
    ) & ~bytes32(uint256(0xff));

    /// Re-keying does not exist yet, so every license is in its first epoch.
    uint32 private constant FIRST_EPOCH = 0;
    /// Keys are delivered once per license and epoch, in this lane's context.
    uint32 private constant KEY_LANE = 0;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IContentRegistry public immutable registry;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IPaymentEscrow public immutable escrow;
    /// @notice Part of every context.
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address public immutable usageTracker;
    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    IKeyDeliveryVerifier public immutable keyDeliveryVerifier;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor(
        IContentRegistry registry_,
        IPaymentEscrow escrow_,
        address usageTracker_,
        IKeyDeliveryVerifier keyDeliveryVerifier_
    ) {
        registry = registry_;
        escrow = escrow_;
        usageTracker = usageTracker_;
        keyDeliveryVerifier = keyDeliveryVerifier_;
    }

    /// @notice Call in the proxy's constructor.
    function initialize(address owner_, address guardian_) external initializer {
        __ERC721_init("Datavault License", "DVL");
        __Guarded_init(owner_, guardian_);
    }

    // ---- before a purchase

    /// @inheritdoc ILicenseManager
    function setOffer(Offer calldata offer_) external returns (uint64) {
        // In memory: one decoder, checker and encoder, or this contract would outgrow its size limit.
        return _setOffer(offer_);
    }

    /// @inheritdoc ILicenseManager
    function closeOffer(uint64 offerId) external {
        OfferRecord storage record = _knownOffer(offerId);
        if (record.creator != msg.sender) revert NotContentCreator(record.terms.contentId, msg.sender);
        if (!record.open) revert OfferNotOpen(offerId);
        record.open = false;
        emit OfferClosed(offerId);
    }

    /// @inheritdoc ILicenseManager
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId)
    {
        if (!SnarkField.isElement(keyX)) revert IContentRegistry.FieldElementOutOfRange(keyX);
        if (!SnarkField.isElement(keyY)) revert IContentRegistry.FieldElementOutOfRange(keyY);
        if (!SnarkField.isDigest(commitment)) revert IContentRegistry.FieldElementOutOfRange(commitment);
        if (sessionKey == address(0)) revert IContentRegistry.SignerMissing();

        ManagerStorage storage $ = _manager();
        profileId = ++$.lastProfileId;
        $.profiles[profileId] = Profile({owner: msg.sender, sessionKey: sessionKey, commitment: commitment});
        emit ProfilePublished(profileId, msg.sender, keyX, keyY, commitment, sessionKey);
    }

    // ---- a license's life

    /// @inheritdoc ILicenseManager
    function buy(Order calldata order)
        external
        payable
        whenNotPaused
        nonReentrant
        returns (uint256 licenseId)
    {
        OfferRecord storage record = _knownOffer(order.offerId);
        Offer storage terms = record.terms;
        uint256 total = _checkOrder(order, record);
        bytes32 contentId = terms.contentId;
        Content memory content = registry.content(contentId);
        if (content.status != ContentStatus.Active) revert ContentNotActive(contentId);

        ManagerStorage storage $ = _manager();
        ++record.sold;
        licenseId = ++$.lastLicenseId;
        // Not the safe variant: the licensee asked for this token in person or by its own profile.
        _mint(order.licensee, licenseId);
        uint64 paymentId = _hold(terms, licenseId, total, content.splitId);
        uint40 startsAt = block.timestamp.toUint40();
        $.licenses[licenseId] = LicenseRecord({
            offerId: uint256(order.offerId).toUint40(),
            profileId: uint256(order.profileId).toUint40(),
            meterId: uint256(content.meterId).toUint40(),
            paymentId: uint256(paymentId).toUint40(),
            startsAt: startsAt,
            units: uint256(order.units).toUint48(),
            delivered: false
        });
        emit LicenseIssued(
            licenseId,
            order.offerId,
            contentId,
            order.licensee,
            msg.sender,
            order.profileId,
            content.meterId,
            paymentId,
            order.units,
            startsAt,
            _expiry(startsAt, terms.duration),
            terms.token,
            total,
            order.referrer
        );
    }

    /// @inheritdoc ILicenseManager
    function deliverKey(uint256 licenseId, SealedKey calldata sealedKey, uint256[8] calldata proof) external {
        LicenseRecord storage record = _knownLicense(licenseId);
        ManagerStorage storage $ = _manager();
        Offer storage terms = $.offers[record.offerId].terms;
        if (terms.delivery != Delivery.Key || record.delivered) revert KeyNotDeliverable(licenseId);

        bytes32 contentId = terms.contentId;
        uint256[7] memory inputs = [
            _context(licenseId, contentId, KEY_LANE),
            registry.content(contentId).keyCommitment,
            $.profiles[record.profileId].commitment,
            sealedKey.ephemeralX,
            sealedKey.ephemeralY,
            sealedKey.c0,
            sealedKey.c1
        ];
        if (!keyDeliveryVerifier.verify(proof, inputs)) revert ProofInvalid();

        record.delivered = true;
        emit KeyDelivered(
            licenseId,
            contentId,
            FIRST_EPOCH,
            sealedKey.ephemeralX,
            sealedKey.ephemeralY,
            sealedKey.c0,
            sealedKey.c1
        );
        escrow.markDelivered(record.paymentId);
    }

    // ---- views

    /// @inheritdoc ILicenseManager
    function offer(uint64 offerId) external view returns (Offer memory) {
        return _knownOffer(offerId).terms;
    }

    /// @inheritdoc ILicenseManager
    function offerState(uint64 offerId) external view returns (address creator, bool open, uint64 sold) {
        OfferRecord storage record = _knownOffer(offerId);
        return (record.creator, record.open, record.sold);
    }

    /// @inheritdoc ILicenseManager
    function license(uint256 licenseId) external view returns (License memory) {
        LicenseRecord storage record = _knownLicense(licenseId);
        return License({
            offerId: record.offerId,
            profileId: record.profileId,
            meterId: record.meterId,
            paymentId: record.paymentId,
            units: record.units,
            startsAt: record.startsAt,
            expiresAt: _expiry(record.startsAt, _manager().offers[record.offerId].terms.duration),
            epoch: FIRST_EPOCH,
            delivered: record.delivered
        });
    }

    /// @inheritdoc ILicenseManager
    function profile(uint64 profileId) external view returns (Profile memory found) {
        found = _manager().profiles[profileId];
        if (found.owner == address(0)) revert ProfileUnknown(profileId);
    }

    /// @inheritdoc ILicenseManager
    function isValid(uint256 licenseId) external view returns (bool) {
        LicenseRecord storage record = _manager().licenses[licenseId];
        if (record.offerId == 0) return false;
        Offer storage terms = _manager().offers[record.offerId].terms;
        uint40 expiresAt = _expiry(record.startsAt, terms.duration);
        if (expiresAt != 0 && block.timestamp > expiresAt) return false;
        if (terms.delivery == Delivery.Key && !record.delivered) return false;
        return escrow.payment(record.paymentId).refunded == 0;
    }

    /// @inheritdoc ILicenseManager
    function contextOf(uint256 licenseId, uint32 lane) external view returns (uint256 ctx) {
        LicenseRecord storage record = _knownLicense(licenseId);
        return _context(licenseId, _manager().offers[record.offerId].terms.contentId, lane);
    }

    /// @inheritdoc ILicenseTerms
    function settlementTerms(uint256 licenseId) external view returns (SettlementTerms memory) {
        LicenseRecord storage record = _knownLicense(licenseId);
        ManagerStorage storage $ = _manager();
        Offer storage terms = $.offers[record.offerId].terms;
        Profile storage keys = $.profiles[record.profileId];
        Meter memory meter = registry.meter(record.meterId);
        return SettlementTerms({
            contentId: terms.contentId,
            paymentId: record.paymentId,
            units: record.units,
            unitPrice: terms.unitPrice,
            startsAt: record.startsAt,
            expiresAt: _expiry(record.startsAt, terms.duration),
            epoch: FIRST_EPOCH,
            licenseeCommitment: keys.commitment,
            sessionKey: keys.sessionKey,
            meterSigner: meter.signer,
            meterKeyHash: meter.keyHash
        });
    }

    /// @inheritdoc ILicenseTerms
    function disputeTerms(uint256 licenseId) external view returns (DisputeTerms memory) {
        LicenseRecord storage record = _knownLicense(licenseId);
        OfferRecord storage offer_ = _manager().offers[record.offerId];
        return DisputeTerms({
            paymentId: record.paymentId,
            licensee: _requireOwned(licenseId),
            creator: offer_.creator,
            arbitrator: offer_.terms.arbitrator
        });
    }

    // ---- internals

    function _setOffer(Offer memory offer_) private returns (uint64 offerId) {
        OfferRules.check(offer_);
        Content memory content = registry.content(offer_.contentId);
        if (content.creator != msg.sender) revert NotContentCreator(offer_.contentId, msg.sender);
        if (content.status != ContentStatus.Active) revert ContentNotActive(offer_.contentId);

        ManagerStorage storage $ = _manager();
        offerId = ++$.lastOfferId;
        OfferRecord storage record = $.offers[offerId];
        record.terms = offer_;
        record.creator = msg.sender;
        record.open = true;
        emit OfferSet(offerId, offer_.contentId, msg.sender, offer_);
    }

    /// @return total What the license costs.
    function _checkOrder(Order calldata order, OfferRecord storage record)
        private
        view
        returns (uint256 total)
    {
        Offer storage terms = record.terms;
        if (!record.open) revert OfferNotOpen(order.offerId);
        uint40 validUntil = terms.validUntil;
        if (validUntil != 0 && block.timestamp > validUntil) revert OfferExpired(order.offerId, validUntil);
        uint64 supply = terms.supply;
        if (supply != 0 && record.sold >= supply) revert OfferSoldOut(order.offerId, supply);
        bytes32 termsHash = terms.termsHash;
        if (order.expectedTermsHash != termsHash) revert TermsChanged(order.expectedTermsHash, termsHash);

        bool perUse = terms.kind == OfferKind.PerUse;
        if (perUse == (order.units == 0) || order.units > type(uint48).max) revert UnitsInvalid(order.units);
        total = perUse ? uint256(terms.unitPrice) * order.units : terms.price;
        if (total > order.maxTotal) revert TotalAboveMax(total, order.maxTotal);
        uint256 requiredValue = terms.token == address(0) ? total : 0;
        if (msg.value != requiredValue) revert WrongValue(msg.value, requiredValue);

        address profileOwner = _manager().profiles[order.profileId].owner;
        if (profileOwner == address(0)) revert ProfileUnknown(order.profileId);
        if (profileOwner != order.licensee) revert NotProfileOwner(order.profileId, order.licensee);
    }

    function _hold(Offer storage terms, uint256 licenseId, uint256 total, uint64 splitId)
        private
        returns (uint64)
    {
        bool metered = terms.kind == OfferKind.PerUse;
        HoldRequest memory request = HoldRequest({
            licenseId: licenseId,
            payer: msg.sender,
            token: terms.token,
            amount: total,
            rule: metered ? ReleaseRule.Metered : ReleaseRule.Cliff,
            splitId: splitId,
            deliveryDeadline: metered ? 0 : (block.timestamp + terms.deliveryWindow).toUint40(),
            disputeWindow: terms.disputeWindow,
            refundableAt: metered ? (block.timestamp + terms.duration + terms.settlementGrace).toUint40() : 0
        });
        return escrow.hold{value: msg.value}(request);
    }

    /// A license moves only when its offer says so and its payment is over: settled, and neither held nor frozen.
    function _update(address to, uint256 licenseId, address auth) internal override returns (address from) {
        from = super._update(to, licenseId, auth);
        if (from == address(0)) return from;
        LicenseRecord storage record = _manager().licenses[licenseId];
        if (!_manager().offers[record.offerId].terms.transferable) revert LicenseNotTransferable(licenseId);
        Payment memory payment = escrow.payment(record.paymentId);
        if (payment.state != PaymentState.Closed) revert LicenseNotTransferable(licenseId);
    }

    function _context(uint256 licenseId, bytes32 contentId, uint32 lane) private view returns (uint256) {
        return ProofContext.derive(block.chainid, usageTracker, licenseId, contentId, lane, FIRST_EPOCH);
    }

    function _expiry(uint40 startsAt, uint32 duration) private pure returns (uint40) {
        return duration == 0 ? 0 : startsAt + duration;
    }

    function _knownOffer(uint256 offerId) private view returns (OfferRecord storage record) {
        record = _manager().offers[offerId];
        if (record.creator == address(0)) revert OfferUnknown(uint64(offerId));
    }

    function _knownLicense(uint256 licenseId) private view returns (LicenseRecord storage record) {
        record = _manager().licenses[licenseId];
        if (record.offerId == 0) revert LicenseUnknown(licenseId);
    }

    function _manager() private pure returns (ManagerStorage storage $) {
        bytes32 slot = MANAGER_SLOT;
        assembly {
            $.slot := slot
        }
    }
}
