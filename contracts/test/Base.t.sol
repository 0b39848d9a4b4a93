// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevToken} from "../src/dev/DevToken.sol";
import {ContentKind, Registration} from "../src/interfaces/IContentRegistry.sol";
import {
    BundleItem,
    Delivery,
    Offer,
    OfferKind,
    Order,
    SealedKey
} from "../src/interfaces/ILicenseManager.sol";
import {Payee, Payment} from "../src/interfaces/IPaymentEscrow.sol";
import {SignedHead, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {
    IComplianceVerifier,
    IKeyDeliveryVerifier,
    IUsageBatchVerifier,
    IUsageVerifier
} from "../src/interfaces/IVerifier.sol";
import {USAGE_CAPACITY, VerifierSet} from "../src/interfaces/IVerifierSets.sol";
import {DeployConfig, Deployment} from "./Deployment.sol";
import {MockVerifier} from "./mocks/MockVerifier.sol";
import {Test} from "forge-std/Test.sol";

/// Actors, a deployment, and builders of valid requests. Tests state only what differs.
abstract contract Base is Test, Deployment {
    uint40 internal constant START = 1_800_000_000;
    uint128 internal constant PRICE = 1_000_000_007;
    uint128 internal constant UNIT_PRICE = 0.0001 ether + 1;
    uint64 internal constant UNITS = 1000;
    uint128 internal constant OVERAGE_PRICE = 1009;
    /// Performance bond of {_subscriptionKey}.
    uint128 internal constant PERFORMANCE_BOND = 100_003;
    uint32 internal constant DURATION = 30 days;
    uint32 internal constant GRACE = 7 days;
    uint32 internal constant DELIVERY_WINDOW = 1 days;
    uint32 internal constant DISPUTE_WINDOW = 7 days;
    uint16 internal constant ROYALTY_BPS = 500;
    /// Of a dispute.
    uint256 internal constant BOND = 0.05 ether;
    uint16 internal constant FEE_BPS = 250;
    bytes internal constant CID =
        hex"015512200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
    bytes32 internal constant TERMS_HASH = keccak256("terms");
    string internal constant TERMS_URI = "https://terms.example/1";
    bytes32 internal constant CONTENT_HASH = sha256("content");
    uint256 internal constant KEY_COMMITMENT = uint256(keccak256("key commitment")) >> 8;
    uint256 internal constant COMMITMENT = uint256(keccak256("licensee commitment")) >> 8;
    uint256 internal constant METER_KEY_HASH = uint256(keccak256("meter key")) >> 8;

    address internal operator = makeAddr("operator");
    address internal guardian = makeAddr("guardian");
    address internal attester = makeAddr("attester");
    address internal treasury = makeAddr("treasury");
    address internal licensee = makeAddr("licensee");
    address internal arbitrator = makeAddr("arbitrator");
    address internal stranger = makeAddr("stranger");
    address internal creator;
    uint256 internal creatorSecret;
    address internal sessionKey;
    uint256 internal sessionSecret;
    address internal meterSigner;
    uint256 internal meterSecret;
    /// Pays the creator alone.
    uint64 internal creatorSplit;

    MockVerifier internal verifier;
    DevToken internal token;

    /// The terms of what {_buyOf} bought.
    mapping(uint256 licenseId => Offer) private _terms;
    uint64 private _profileOfLicensee;

    function setUp() public virtual {
        vm.warp(START);
        (creator, creatorSecret) = makeAddrAndKey("creator");
        (sessionKey, sessionSecret) = makeAddrAndKey("session");
        (meterSigner, meterSecret) = makeAddrAndKey("meter");
        verifier = new MockVerifier();
        token = DevToken(_create("DevToken", ""));
        _deploy(_config());
        vm.prank(operator);
        escrow.listToken(address(token), true);
        creatorSplit = escrow.createSplit(_solo(creator));
        _fund(licensee);
    }

    function _config() internal virtual returns (DeployConfig memory) {
        return DeployConfig({
            deployer: makeAddr("deployer"),
            owner: operator,
            guardian: guardian,
            attester: attester,
            feeRecipient: treasury,
            feeBps: FEE_BPS,
            filingBond: BOND,
            appealArbitrator: address(0),
            verifiers: _verifiers(address(verifier)),
            keysHash: keccak256("verifying keys")
        });
    }

    function _verifiers(address all) internal pure returns (VerifierSet memory) {
        return VerifierSet({
            usage: IUsageVerifier(all),
            usageBatch: IUsageBatchVerifier(all),
            usageLong: IUsageVerifier(all),
            usageLongBatch: IUsageBatchVerifier(all),
            keyDelivery: IKeyDeliveryVerifier(all),
            compliance: IComplianceVerifier(all)
        });
    }

    /// Ether, and tokens that the escrow may draw.
    function _fund(address account) internal {
        vm.deal(account, 1000 ether);
        token.mint(account, 1e18);
        vm.prank(account);
        token.approve(address(escrow), type(uint256).max);
    }

    function _solo(address account) internal pure returns (Payee[] memory payees) {
        payees = new Payee[](1);
        payees[0] = Payee({account: account, shareBps: 10_000});
    }

    // ---- content and keys

    function _publishMeter() internal returns (uint64) {
        vm.prank(creator);
        return registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "https://meter.example");
    }

    function _registration(uint64 meterId) internal pure returns (Registration memory registration) {
        registration = Registration({
            contentHash: CONTENT_HASH,
            cid: CID,
            keyCommitment: KEY_COMMITMENT,
            metadataCid: CID,
            kind: ContentKind.File,
            meterId: meterId
        });
    }

    function _register() internal returns (bytes32) {
        return _register(CONTENT_HASH, ContentKind.File);
    }

    function _register(bytes32 contentHash, ContentKind kind) internal returns (bytes32) {
        Registration memory registration = _registration(_publishMeter());
        registration.contentHash = contentHash;
        registration.kind = kind;
        vm.prank(creator);
        return registry.register(registration);
    }

    /// The creator's file, registered at first use.
    function _content() internal returns (bytes32) {
        return _registeredOnce(CONTENT_HASH, ContentKind.File);
    }

    /// The creator's collection, registered at first use.
    function _collection() internal returns (bytes32) {
        return _registeredOnce(sha256("collection"), ContentKind.Collection);
    }

    function _registeredOnce(bytes32 contentHash, ContentKind kind) internal returns (bytes32 contentId) {
        contentId = keccak256(abi.encode(block.chainid, registry, creator, contentHash));
        try registry.content(contentId) {}
        catch {
            _register(contentHash, kind);
        }
    }

    function _publishProfile() internal returns (uint64) {
        return _publishProfile(licensee);
    }

    function _publishProfile(address owner) internal returns (uint64) {
        vm.prank(owner);
        return manager.publishProfile(3, 4, COMMITMENT, sessionKey);
    }

    /// The licensee's, published at first use.
    function _profile() internal returns (uint64) {
        if (_profileOfLicensee == 0) _profileOfLicensee = _publishProfile();
        return _profileOfLicensee;
    }

    // ---- offers; each kind has a nonce of its own

    function _common(bytes32 contentId, uint32 nonce) private view returns (Offer memory offer) {
        offer.contentId = contentId;
        offer.nonce = nonce;
        offer.usageBits = 0x05;
        offer.splitId = creatorSplit;
        offer.arbitrator = arbitrator;
        offer.termsHash = TERMS_HASH;
    }

    /// A Perpetual with key delivery, priced in the ERC-20.
    function _perpetual(bytes32 contentId) internal view returns (Offer memory offer) {
        offer = _common(contentId, 1);
        offer.kind = OfferKind.Perpetual;
        offer.delivery = Delivery.Key;
        offer.token = address(token);
        offer.price = PRICE;
        offer.deliveryWindow = DELIVERY_WINDOW;
        offer.disputeWindow = DISPUTE_WINDOW;
    }

    /// A transferable Perpetual.
    function _transferable(bytes32 contentId) internal view returns (Offer memory offer) {
        offer = _perpetual(contentId);
        offer.nonce = 7;
        offer.transferable = true;
        offer.royaltyBps = ROYALTY_BPS;
    }

    /// A PerUse served by the meter, priced in ETH.
    function _perUse(bytes32 contentId) internal view returns (Offer memory offer) {
        offer = _common(contentId, 2);
        offer.kind = OfferKind.PerUse;
        offer.delivery = Delivery.Served;
        offer.unitPrice = UNIT_PRICE;
        offer.unitBytes = 65_536;
        offer.maxUnitsPerEvent = 100;
        offer.duration = DURATION;
        offer.settlementGrace = GRACE;
        offer.arbitrator = address(0);
    }

    /// A Subscription served by the meter, priced in the ERC-20.
    function _subscriptionServed(bytes32 contentId) internal view returns (Offer memory offer) {
        offer = _common(contentId, 3);
        offer.kind = OfferKind.Subscription;
        offer.delivery = Delivery.Served;
        offer.token = address(token);
        offer.price = PRICE;
        offer.maxUnitsPerEvent = 100;
        offer.duration = DURATION;
    }

    /// A Subscription with delivered key, a cap of units, and a performance bond for what is above it.
    function _subscriptionKey(bytes32 contentId) internal view returns (Offer memory offer) {
        offer = _perpetual(contentId);
        offer.nonce = 4;
        offer.kind = OfferKind.Subscription;
        offer.units = UNITS;
        offer.overagePrice = OVERAGE_PRICE;
        offer.bond = PERFORMANCE_BOND;
        offer.maxUnitsPerEvent = 100;
        offer.duration = DURATION;
        offer.settlementGrace = GRACE;
    }

    /// A Bundle of {_items} served by the meter.
    function _bundleServed(bytes32 contentId) internal returns (Offer memory offer) {
        offer = _subscriptionServed(contentId);
        offer.nonce = 5;
        offer.kind = OfferKind.Bundle;
        offer.units = 2 * UNITS;
        offer.itemsHash = keccak256(abi.encode(_items()));
    }

    /// A Bundle of {_items} whose key is delivered.
    function _bundleKey(bytes32 contentId) internal returns (Offer memory offer) {
        offer = _perpetual(contentId);
        offer.nonce = 6;
        offer.kind = OfferKind.Bundle;
        offer.units = 2 * UNITS;
        offer.maxUnitsPerEvent = 100;
        offer.itemsHash = keccak256(abi.encode(_items()));
    }

    /// Two files of the creator, registered at first use.
    function _items() internal returns (BundleItem[] memory items) {
        bytes32 a = _content();
        bytes32 b = _registeredOnce(sha256("second content"), ContentKind.File);
        items = new BundleItem[](2);
        items[0] = BundleItem({contentId: a < b ? a : b, units: UNITS});
        items[1] = BundleItem({contentId: a < b ? b : a, units: UNITS});
    }

    function _offerId(Offer memory offer) internal view returns (uint64) {
        return uint64(registry.content(offer.contentId).contentNo) << 20 | offer.nonce;
    }

    /// Of a Bundle with {_items}.
    function _setOffer(Offer memory offer) internal returns (uint64) {
        BundleItem[] memory items = offer.kind == OfferKind.Bundle ? _items() : new BundleItem[](0);
        vm.prank(creator);
        return manager.setOffer(offer, TERMS_URI, items);
    }

    // ---- licenses

    function _order(uint64 offerId, uint64 profileId, uint64 units) internal view returns (Order memory) {
        return Order({
            offerId: offerId,
            licensee: licensee,
            profileId: profileId,
            units: units,
            maxTotal: type(uint256).max,
            payer: address(0),
            referrer: address(0)
        });
    }

    /// Bond included.
    function _total(Offer memory offer, uint64 units) internal pure returns (uint256) {
        return uint256(offer.kind == OfferKind.PerUse ? offer.unitPrice * units : offer.price) + offer.bond;
    }

    /// Ether to send along.
    function _value(Offer memory offer, uint64 units) internal pure returns (uint256) {
        return offer.token == address(0) ? _total(offer, units) : 0;
    }

    /// The licensee buys.
    function _buy(Order memory order, Offer memory offer) internal returns (uint256 licenseId) {
        vm.prank(licensee);
        licenseId = manager.buy{value: _value(offer, order.units)}(order, offer);
        _terms[licenseId] = offer;
    }

    /// The licensee buys what the creator offers, set at first use.
    function _buyOf(Offer memory offer) internal returns (uint256 licenseId) {
        uint64 offerId = _offerId(offer);
        if (manager.offerStatus(offerId).digest == 0) _setOffer(offer);
        uint64 units = offer.kind == OfferKind.PerUse ? UNITS : 0;
        return _buy(_order(offerId, _profile(), units), offer);
    }

    function _buyPerpetual() internal returns (uint256 licenseId) {
        return _buyOf(_perpetual(_content()));
    }

    function _buyTransferable() internal returns (uint256 licenseId) {
        return _buyOf(_transferable(_content()));
    }

    function _buyPerUse() internal returns (uint256 licenseId) {
        return _buyOf(_perUse(_content()));
    }

    function _buySubscriptionServed() internal returns (uint256 licenseId) {
        return _buyOf(_subscriptionServed(_content()));
    }

    function _buySubscriptionKey() internal returns (uint256 licenseId) {
        return _buyOf(_subscriptionKey(_content()));
    }

    function _buyBundleServed() internal returns (uint256 licenseId) {
        return _buyOf(_bundleServed(_collection()));
    }

    function _buyBundleKey() internal returns (uint256 licenseId) {
        return _buyOf(_bundleKey(_collection()));
    }

    /// The terms that a license of {_buy} was sold at.
    function _termsOf(uint256 licenseId) internal view returns (Offer memory) {
        return _terms[licenseId];
    }

    function _sealedKey() internal pure returns (SealedKey memory) {
        return SealedKey({ephemeralX: 11, ephemeralY: 12, c0: 13, c1: 14});
    }

    function _proof() internal pure returns (uint256[8] memory proof) {
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] = i + 1;
        }
    }

    function _deliver(uint256 licenseId) internal {
        manager.deliverKey(licenseId, _sealedKey(), _proof());
    }

    // ---- use

    /// Ten units between the license's start and now, in lane 0 of epoch 0.
    function _batch(uint256 licenseId) internal view returns (UsageBatch memory) {
        return UsageBatch({
            licenseId: licenseId,
            lane: 0,
            epoch: 0,
            headAfter: 77,
            windowStart: manager.license(licenseId).startsAt,
            windowEnd: uint40(vm.getBlockTimestamp()),
            units: 10,
            capacity: USAGE_CAPACITY,
            proof: _proof()
        });
    }

    function _signedHead(uint256 licenseId, uint32 lane, uint64 total)
        internal
        view
        returns (SignedHead memory head)
    {
        return _signedHead(licenseId, lane, 0, total);
    }

    function _signedHead(uint256 licenseId, uint32 lane, uint32 epoch, uint64 total)
        internal
        view
        returns (SignedHead memory head)
    {
        head.licenseId = licenseId;
        head.lane = lane;
        head.epoch = epoch;
        head.seq = total;
        head.total = total;
        head.head = 1_000_000 + total;
        head.time = uint40(vm.getBlockTimestamp());
        bytes32 digest = tracker.headDigest(
            manager.contextOf(licenseId, lane, epoch), head.seq, head.total, head.head, head.time
        );
        head.licenseeSignature = _sign(sessionSecret, digest);
        head.meterSignature = _sign(meterSecret, digest);
    }

    function _sign(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    // ---- reading

    /// A license's first payment.
    function _payment(uint256 licenseId) internal view returns (Payment memory) {
        return escrow.payment(licenseId);
    }

    /// A license's performance bond.
    function _bond(uint256 licenseId) internal view returns (Payment memory) {
        return escrow.payment(licenseId + 1);
    }

    function _fee(uint256 amount) internal pure returns (uint256) {
        return amount * FEE_BPS / 10_000;
    }
}
