// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @notice When the price is paid and what it buys.
enum OfferKind {
    PerUse,
    Subscription,
    Perpetual,
    Bundle
}

/// @notice How content reaches the buyer: the meter serves it, or the key is delivered.
enum Delivery {
    Served,
    Key
}

/// @notice The terms at which content is licensed. An offer never changes: a new version is a new offer.
struct Offer {
    bytes32 contentId;
    OfferKind kind;
    Delivery delivery;
    bool transferable;
    /// ERC-20, or zero for ETH.
    address token;
    /// Base units for one license; zero for PerUse.
    uint128 price;
    /// Base units for one metered unit; zero unless PerUse.
    uint128 unitPrice;
    /// A fetch of up to this many bytes is one unit; zero: any fetch is one unit.
    uint32 unitBytes;
    /// The most units that one metered event may carry.
    uint16 maxUnitsPerEvent;
    /// Seconds a license lasts; zero: for ever.
    uint32 duration;
    /// Seconds the meter has to deliver the key; zero for Served.
    uint32 deliveryWindow;
    /// Seconds between delivery and release in which the buyer may dispute; zero for Served.
    uint32 disputeWindow;
    /// Seconds after expiry in which use may still be settled, before the rest is refundable.
    uint32 settlementGrace;
    /// How many licenses may be sold; zero: no limit.
    uint64 supply;
    /// Unix seconds; zero: no limit.
    uint40 validUntil;
    /// Permitted uses, bit by bit: train, fine-tune, inference, retrieval, index, commercial,
    /// derivatives, redistribute (bit 0 is train).
    uint32 usageBits;
    /// Who rules what no program can decide.
    address arbitrator;
    /// SHA-256 of the legal terms at `termsUri`.
    bytes32 termsHash;
    string termsUri;
}

/// @notice What a buyer asks for.
struct Order {
    uint64 offerId;
    /// Who receives the license and owns `profileId`.
    address licensee;
    /// Keys of the licensee, from {ILicenseManager-publishProfile}.
    uint64 profileId;
    /// Metered units to prepay (PerUse); otherwise zero.
    uint64 units;
    /// The most the payer is willing to pay, in the offer's token.
    uint256 maxTotal;
    /// Must equal the offer's `termsHash`.
    bytes32 expectedTermsHash;
    /// Recorded for later commissions; zero if none.
    address referrer;
}

/// @notice Keys of a licensee. A version is never changed, only superseded.
struct Profile {
    address owner;
    /// secp256k1 address that signs metering heads, by its key: not a contract.
    address sessionKey;
    /// Poseidon(x, y) of the Baby Jubjub key that keys are delivered to. Meters check it off-chain.
    uint256 commitment;
}

/// @notice What the chain remembers of a license.
struct License {
    uint64 offerId;
    uint64 profileId;
    uint64 meterId;
    uint64 paymentId;
    /// Metered units bought; zero when use is not billed by the unit.
    uint64 units;
    uint40 startsAt;
    /// Unix seconds; zero: never.
    uint40 expiresAt;
    /// Counts re-keyings.
    uint32 epoch;
    /// The key was delivered with a verified proof.
    bool delivered;
}

/// @notice Baby Jubjub ElGamal-style ciphertext of a content key. See the key-delivery circuit.
struct SealedKey {
    uint256 ephemeralX;
    uint256 ephemeralY;
    uint256 c0;
    uint256 c1;
}

/// @title LicenseManager: offers, and licenses as ERC-721 tokens.
interface ILicenseManager {
    event OfferSet(uint64 indexed offerId, bytes32 indexed contentId, address indexed creator, Offer offer);
    event OfferClosed(uint64 indexed offerId);
    event ProfilePublished(
        uint64 indexed profileId,
        address indexed owner,
        uint256 keyX,
        uint256 keyY,
        uint256 commitment,
        address sessionKey
    );
    event LicenseIssued(
        uint256 indexed licenseId,
        uint64 indexed offerId,
        bytes32 indexed contentId,
        address licensee,
        address payer,
        uint64 profileId,
        uint64 meterId,
        uint64 paymentId,
        uint64 units,
        uint40 startsAt,
        uint40 expiresAt,
        address token,
        uint256 total,
        address referrer
    );
    event KeyDelivered(
        uint256 indexed licenseId,
        bytes32 indexed contentId,
        uint32 epoch,
        uint256 ephemeralX,
        uint256 ephemeralY,
        uint256 c0,
        uint256 c1
    );

    error OfferUnknown(uint64 offerId);
    error OfferNotOpen(uint64 offerId);
    error OfferExpired(uint64 offerId, uint40 validUntil);
    error OfferSoldOut(uint64 offerId, uint64 supply);
    error OfferInvalid(string field);
    error OfferKindNotAvailable(OfferKind kind);
    error ContentNotActive(bytes32 contentId);
    error NotContentCreator(bytes32 contentId, address caller);
    error TotalAboveMax(uint256 total, uint256 maxTotal);
    error TermsChanged(bytes32 expected, bytes32 actual);
    error UnitsInvalid(uint64 units);
    error ProfileUnknown(uint64 profileId);
    error NotProfileOwner(uint64 profileId, address licensee);
    error WrongValue(uint256 sent, uint256 required);
    error LicenseUnknown(uint256 licenseId);
    error LicenseNotTransferable(uint256 licenseId);
    error KeyNotDeliverable(uint256 licenseId);
    error ProofInvalid();

    /// @notice Opens an offer for content of the caller.
    function setOffer(Offer calldata offer) external returns (uint64 offerId);

    /// @notice Closes an offer of the caller. Licenses already sold are untouched.
    function closeOffer(uint64 offerId) external;

    /// @notice Publishes a key version owned by the caller.
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId);

    /// @notice Buys a license. Pays in ETH with `msg.value` exactly, or in ERC-20 by an allowance to the escrow.
    function buy(Order calldata order) external payable returns (uint256 licenseId);

    /// @notice Delivers the content key by proof. Anyone may; it needs no consent of the licensee, and no pause,
    ///         freeze or re-keying stops it before the delivery deadline.
    function deliverKey(uint256 licenseId, SealedKey calldata sealedKey, uint256[8] calldata proof) external;

    function offer(uint64 offerId) external view returns (Offer memory);

    function offerState(uint64 offerId) external view returns (address creator, bool open, uint64 sold);

    function license(uint256 licenseId) external view returns (License memory);

    function profile(uint64 profileId) external view returns (Profile memory);

    /// @notice Owned, not expired, not refunded, and delivered if it is delivered by key.
    function isValid(uint256 licenseId) external view returns (bool);

    /// @notice The domain of a license's proofs and heads:
    ///         uint256(keccak256(abi.encode(chainid, usageTracker, licenseId, contentId, lane, epoch))) >> 8.
    function contextOf(uint256 licenseId, uint32 lane) external view returns (uint256 ctx);
}
