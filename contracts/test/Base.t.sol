// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {DevToken} from "../src/dev/DevToken.sol";
import {ContentKind, Registration} from "../src/interfaces/IContentRegistry.sol";
import {Delivery, Offer, OfferKind, Order, SealedKey} from "../src/interfaces/ILicenseManager.sol";
import {Payee, Payment} from "../src/interfaces/IPaymentEscrow.sol";
import {SignedHead, UsageBatch} from "../src/interfaces/IUsageTracker.sol";
import {DeployConfig, Deployment} from "./Deployment.sol";
import {MockVerifier} from "./mocks/MockVerifier.sol";
import {Test} from "forge-std/Test.sol";

/// Actors, a deployment, and builders of valid requests. Tests state only what differs.
abstract contract Base is Test, Deployment {
    uint40 internal constant START = 1_800_000_000;
    uint128 internal constant PRICE = 1_000_000_007;
    uint128 internal constant UNIT_PRICE = 0.0001 ether + 1;
    uint64 internal constant UNITS = 1000;
    uint32 internal constant DURATION = 30 days;
    uint32 internal constant GRACE = 7 days;
    uint32 internal constant DELIVERY_WINDOW = 1 days;
    uint32 internal constant DISPUTE_WINDOW = 7 days;
    uint256 internal constant BOND = 0.05 ether;
    uint16 internal constant FEE_BPS = 250;
    bytes internal constant CID =
        hex"015512200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
    bytes32 internal constant TERMS_HASH = keccak256("terms");
    bytes32 internal constant CONTENT_HASH = sha256("content");
    uint256 internal constant KEY_COMMITMENT = uint256(keccak256("key commitment")) >> 8;
    uint256 internal constant COMMITMENT = uint256(keccak256("licensee commitment")) >> 8;
    uint256 internal constant METER_KEY_HASH = uint256(keccak256("meter key")) >> 8;

    address internal operator = makeAddr("operator");
    address internal guardian = makeAddr("guardian");
    address internal treasury = makeAddr("treasury");
    address internal creator = makeAddr("creator");
    address internal licensee = makeAddr("licensee");
    address internal arbitrator = makeAddr("arbitrator");
    address internal stranger = makeAddr("stranger");
    address internal sessionKey;
    uint256 internal sessionSecret;
    address internal meterSigner;
    uint256 internal meterSecret;

    MockVerifier internal verifier;
    DevToken internal token;

    function setUp() public virtual {
        vm.warp(START);
        (sessionKey, sessionSecret) = makeAddrAndKey("session");
        (meterSigner, meterSecret) = makeAddrAndKey("meter");
        verifier = new MockVerifier();
        token = DevToken(_create("DevToken", ""));
        _deploy(_config());
        vm.deal(licensee, 1000 ether);
        token.mint(licensee, 1e18);
        vm.prank(licensee);
        token.approve(address(escrow), type(uint256).max);
    }

    function _config() internal virtual returns (DeployConfig memory) {
        return DeployConfig({
            deployer: makeAddr("deployer"),
            owner: operator,
            guardian: guardian,
            feeRecipient: treasury,
            feeBps: FEE_BPS,
            filingBond: BOND,
            usageVerifier: address(verifier),
            keyDeliveryVerifier: address(verifier)
        });
    }

    // ---- builders

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
            meterId: meterId,
            payees: new Payee[](0)
        });
    }

    function _register() internal returns (bytes32) {
        Registration memory registration = _registration(_publishMeter());
        vm.prank(creator);
        return registry.register(registration);
    }

    /// A Perpetual with key delivery, priced in the ERC-20.
    function _perpetual(bytes32 contentId) internal view returns (Offer memory offer) {
        offer.contentId = contentId;
        offer.kind = OfferKind.Perpetual;
        offer.delivery = Delivery.Key;
        offer.token = address(token);
        offer.price = PRICE;
        offer.deliveryWindow = DELIVERY_WINDOW;
        offer.disputeWindow = DISPUTE_WINDOW;
        offer.usageBits = 0x05;
        offer.arbitrator = arbitrator;
        offer.termsHash = TERMS_HASH;
        offer.termsUri = "https://terms.example/1";
    }

    /// A PerUse served by the meter, priced in ETH.
    function _perUse(bytes32 contentId) internal pure returns (Offer memory offer) {
        offer.contentId = contentId;
        offer.kind = OfferKind.PerUse;
        offer.delivery = Delivery.Served;
        offer.unitPrice = UNIT_PRICE;
        offer.unitBytes = 65_536;
        offer.maxUnitsPerEvent = 100;
        offer.duration = DURATION;
        offer.settlementGrace = GRACE;
        offer.usageBits = 0x04;
        offer.termsHash = TERMS_HASH;
        offer.termsUri = "https://terms.example/1";
    }

    function _setOffer(Offer memory offer) internal returns (uint64) {
        vm.prank(creator);
        return manager.setOffer(offer);
    }

    function _publishProfile() internal returns (uint64) {
        vm.prank(licensee);
        return manager.publishProfile(3, 4, COMMITMENT, sessionKey);
    }

    function _order(uint64 offerId, uint64 profileId, uint64 units) internal view returns (Order memory) {
        return Order({
            offerId: offerId,
            licensee: licensee,
            profileId: profileId,
            units: units,
            maxTotal: type(uint256).max,
            expectedTermsHash: TERMS_HASH,
            referrer: address(0)
        });
    }

    function _buyPerpetual() internal returns (uint256 licenseId) {
        Order memory order = _order(_setOffer(_perpetual(_register())), _publishProfile(), 0);
        vm.prank(licensee);
        return manager.buy(order);
    }

    function _buyPerUse() internal returns (uint256 licenseId) {
        Order memory order = _order(_setOffer(_perUse(_register())), _publishProfile(), UNITS);
        vm.prank(licensee);
        return manager.buy{value: uint256(UNITS) * UNIT_PRICE}(order);
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

    /// Ten units between the license's start and now.
    function _batch(uint256 licenseId) internal view returns (UsageBatch memory) {
        return UsageBatch({
            licenseId: licenseId,
            lane: 0,
            headAfter: 77,
            windowStart: manager.license(licenseId).startsAt,
            windowEnd: uint40(vm.getBlockTimestamp()),
            units: 10,
            proof: _proof()
        });
    }

    function _signedHead(uint256 licenseId, uint32 lane, uint64 total)
        internal
        view
        returns (SignedHead memory head)
    {
        head.licenseId = licenseId;
        head.lane = lane;
        head.seq = total;
        head.total = total;
        head.head = 1_000_000 + total;
        head.time = uint40(vm.getBlockTimestamp());
        bytes32 digest = tracker.headDigest(
            manager.contextOf(licenseId, lane), head.seq, head.total, head.head, head.time
        );
        head.licenseeSignature = _sign(sessionSecret, digest);
        head.meterSignature = _sign(meterSecret, digest);
    }

    function _sign(uint256 secret, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    // ---- reading

    function _payment(uint256 licenseId) internal view returns (Payment memory) {
        return escrow.payment(_paymentId(licenseId));
    }

    function _paymentId(uint256 licenseId) internal view returns (uint256) {
        return manager.license(licenseId).paymentId;
    }

    function _fee(uint256 amount) internal pure returns (uint256) {
        return amount * FEE_BPS / 10_000;
    }

    /// What the escrow holds is what it owes.
    function _assertSolvent() internal view {
        assertEq(address(escrow).balance, escrow.liabilities(address(0)), "ether held = owed");
        assertEq(token.balanceOf(address(escrow)), escrow.liabilities(address(token)), "tokens held = owed");
    }
}
