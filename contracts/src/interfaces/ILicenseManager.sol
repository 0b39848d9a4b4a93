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
/// @dev The chain keeps 25 bytes of {ILicenseManager-offerStructHash}; calls that need the terms bring them along.
///      All fields are words, in this order, so that the digest is one hash over calldata.
struct Offer {
    bytes32 contentId;
    /// Chosen by the creator, once per content: the lower part of the offer's id. Below 2^20.
    uint32 nonce;
    OfferKind kind;
    Delivery delivery;
    /// Perpetual and Bundle with delivered key only.
    bool transferable;
    /// The only licensee who may buy; zero: anyone.
    address buyer;
    /// ERC-20, or zero for ETH.
    address token;
    /// Base units for one license, or for one period of a Subscription; zero for PerUse.
    uint128 price;
    /// PerUse: base units for one metered unit. Otherwise zero.
    uint128 unitPrice;
    /// Units included (Subscription: per period); zero: not limited. Zero for PerUse, where the order says how many.
    uint64 units;
    /// Subscription with delivered key and `units`: base units for each unit above; otherwise zero.
    uint128 overagePrice;
    /// Subscription with `overagePrice`: performance bond in base units, from which overage is paid; otherwise zero.
    uint128 bond;
    /// A fetch of up to this many bytes is one unit; zero: any fetch is one unit.
    uint32 unitBytes;
    /// The most units that one metered event may carry.
    uint16 maxUnitsPerEvent;
    /// Seconds a license lasts, or a period of a Subscription; zero: for ever (Perpetual, Bundle with delivered key).
    uint32 duration;
    /// Seconds the meter has to deliver the key; zero for Served.
    uint32 deliveryWindow;
    /// Seconds between delivery and release in which the buyer may dispute; zero for Served.
    uint32 disputeWindow;
    /// Seconds after expiry in which use may still be settled, before a deposit or bond is refundable.
    uint32 settlementGrace;
    /// How many licenses may be sold; zero: no limit.
    uint32 supply;
    /// Unix seconds, last second included; zero: no limit.
    uint40 validUntil;
    /// Permitted uses, bit by bit: train, fine-tune, inference, retrieval, index, commercial,
    /// derivatives, redistribute (bit 0 is train).
    uint32 usageBits;
    /// ERC-2981 royalty of a transferable license; otherwise zero.
    uint16 royaltyBps;
    /// Who is paid, from {IPaymentEscrow-createSplit}.
    uint64 splitId;
    /// Who rules what no program can decide: an ERC-792 contract, or an account that rules directly.
    address arbitrator;
    /// SHA-256 of the legal terms.
    bytes32 termsHash;
    /// keccak256(abi.encode(BundleItem[])) of a Bundle's items; otherwise zero.
    bytes32 itemsHash;
}

/// @notice One content of a bundle.
struct BundleItem {
    bytes32 contentId;
    /// Metered units included for this item; zero: not limited. The meter keeps to it item by item, the chain to the
    /// sum in {Offer-units}.
    uint64 units;
}

/// @notice What a buyer asks for. The offer itself is beside it: a price or term that differs from what the id stands
///         for reverts.
struct Order {
    uint64 offerId;
    /// Who receives the license and owns `profileId`.
    address licensee;
    /// Keys of the licensee, from {ILicenseManager-publishProfile}.
    uint64 profileId;
    /// PerUse: metered units to prepay, below 2^40. Otherwise zero.
    uint64 units;
    /// The most to pay in all, bond included, in the offer's token.
    uint256 maxTotal;
    /// Who gets back what is refunded; zero: the caller. The caller pays.
    address payer;
    /// Recorded for later commissions; zero if none. None of caller, payer and licensee.
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

/// @notice What the chain remembers of an offer.
struct OfferStatus {
    /// Upper 25 bytes of {ILicenseManager-offerStructHash}; zero: neither set nor used.
    bytes25 digest;
    /// Licenses sold; counted only where the supply is limited.
    uint32 sold;
    /// Closed, or its signature cancelled.
    bool closed;
    /// Version of the verifiers that its licenses are bound to.
    uint8 verifiers;
    /// Of the content's owner who made it; see {IContentRegistry}.
    uint8 generation;
}

/// @notice What the chain remembers of a license. Its first payment has the license's id, its bond the next one.
struct License {
    uint64 offerId;
    uint64 profileId;
    uint64 meterId;
    OfferKind kind;
    Delivery delivery;
    bool transferable;
    /// A performance bond is held.
    bool bonded;
    /// Metered units bought or included; zero: not limited.
    uint64 units;
    uint40 startsAt;
    /// Unix seconds, last second included; zero: never.
    uint40 expiresAt;
    /// Periods paid for so far; 1 unless renewed.
    uint8 periods;
    /// Counts re-keyings.
    uint16 epoch;
    /// The key of this epoch was accepted by the licensee or delivered with a verified proof.
    bool delivered;
    /// Version of the content whose key is delivered.
    uint8 contentVersion;
    /// Version of the verifiers that its proofs are checked with.
    uint8 verifiers;
    uint16 royaltyBps;
}

/// @notice Baby Jubjub ElGamal-style ciphertext of a content key. See the key-delivery circuit.
struct SealedKey {
    uint256 ephemeralX;
    uint256 ephemeralY;
    uint256 c0;
    uint256 c1;
}

/// @title ILicenseManagerEvents: what the license manager tells.
interface ILicenseManagerEvents {
    /// @param termsUri Where the legal terms are. A hint: `offer.termsHash` binds them.
    event OfferSet(
        uint64 indexed offerId,
        bytes32 indexed contentId,
        address indexed creator,
        uint8 verifiers,
        Offer offer,
        string termsUri,
        BundleItem[] items
    );
    event OfferClosed(uint64 indexed offerId);
    event ProfilePublished(
        uint64 indexed profileId,
        address indexed owner,
        uint256 keyX,
        uint256 keyY,
        uint256 commitment,
        address sessionKey
    );
    /// @param total Price or deposit, bond not included, in `token`.
    event LicenseIssued(
        uint256 indexed licenseId,
        uint64 indexed offerId,
        bytes32 indexed contentId,
        address licensee,
        address payer,
        uint64 profileId,
        uint64 meterId,
        uint8 contentVersion,
        uint64 units,
        uint40 startsAt,
        uint40 expiresAt,
        address token,
        uint256 total,
        address referrer
    );
    /// @param paymentId Holds the price of the added periods: the first payment, topped up, or one of its own.
    event LicenseRenewed(
        uint256 indexed licenseId, uint256 indexed paymentId, uint8 periods, uint64 units, uint40 expiresAt
    );
    /// @notice The payer ended the license early.
    event LicenseEnded(uint256 indexed licenseId, uint40 expiresAt);
    event LicenseRebound(
        uint256 indexed licenseId, uint64 indexed profileId, uint16 epoch, uint8 contentVersion
    );
    event KeyDelivered(
        uint256 indexed licenseId,
        bytes32 indexed contentId,
        uint16 epoch,
        uint256 ephemeralX,
        uint256 ephemeralY,
        uint256 c0,
        uint256 c1
    );
    /// @notice The licensee signed that the key arrived.
    event KeyAccepted(uint256 indexed licenseId, uint16 epoch);
    /// @notice ERC-5643.
    event SubscriptionUpdate(uint256 indexed tokenId, uint64 expiration);
    /// @notice ERC-4906.
    event MetadataUpdate(uint256 tokenId);
    /// @notice ERC-4906.
    event BatchMetadataUpdate(uint256 fromTokenId, uint256 toTokenId);
}

/// @title ILicenseManagerErrors: why the license manager refuses.
interface ILicenseManagerErrors {
    error OfferUnknown(uint64 offerId);
    error OfferExists(uint64 offerId);
    error OfferNotOpen(uint64 offerId);
    error OfferExpired(uint64 offerId, uint40 validUntil);
    error OfferSoldOut(uint64 offerId, uint32 supply);
    error OfferInvalid(string field);
    /// The terms brought along are not those that the id stands for.
    error TermsChanged(uint64 offerId, bytes25 given, bytes25 actual);
    /// The content has another owner since.
    error OfferOutdated(uint64 offerId, uint8 offerGeneration, uint8 contentGeneration);
    error NotForBuyer(uint64 offerId, address buyer, address licensee);
    error BundleItemsInvalid(uint256 index);
    error SignatureInvalid(address expected);
    error ContentNotActive(bytes32 contentId);
    error NotContentCreator(bytes32 contentId, address caller);
    error TotalAboveMax(uint256 total, uint256 maxTotal);
    error UnitsInvalid(uint64 units);
    error SelfReferral(address referrer);
    error ProfileUnknown(uint64 profileId);
    error NotProfileOwner(uint64 profileId, address licensee);
    error WrongValue(uint256 sent, uint256 required);
    error LicenseUnknown(uint256 licenseId);
    error LicenseNotTransferable(uint256 licenseId);
    error LicenseHasExpired(uint256 licenseId, uint40 expiresAt);
    error NotRenewable(uint256 licenseId);
    error DurationInvalid(uint64 duration, uint32 period);
    error NotEndable(uint256 licenseId);
    error NotPayer(uint256 licenseId, address caller);
    error NotLicensee(uint256 licenseId, address caller);
    error NotRebindable(uint256 licenseId);
    error EpochUnknown(uint256 licenseId, uint32 epoch);
    error KeyNotDeliverable(uint256 licenseId);
    error ProofInvalid();
}

/// @title ILicenseManager: offers, and licenses as ERC-721 tokens (with ERC-2981, 4906 and 5643).
interface ILicenseManager is ILicenseManagerEvents, ILicenseManagerErrors {
    // ---- offers

    /// @notice Opens an offer for content of the caller.
    /// @param termsUri At most 512 bytes.
    /// @param items Of a Bundle: 1 to 100 registered contents of the caller, ascending by id. Otherwise empty.
    function setOffer(Offer calldata offer, string calldata termsUri, BundleItem[] calldata items)
        external
        returns (uint64 offerId);

    /// @notice Closes an offer for content of the caller, or cancels a signed one. Sold licenses are untouched.
    function closeOffer(uint64 offerId) external;

    /// @notice Publishes a key version owned by the caller.
    function publishProfile(uint256 keyX, uint256 keyY, uint256 commitment, address sessionKey)
        external
        returns (uint64 profileId);

    // ---- a license's life

    /// @notice Buys a license. Pays in ETH with `msg.value` exactly, or in ERC-20 by an allowance to the escrow.
    function buy(Order calldata order, Offer calldata offer) external payable returns (uint256 licenseId);

    /// @notice Buys at terms that the creator signed off-chain. The first use records the offer.
    /// @param proof Empty: the creator signed {offerTypedDigest}. Otherwise the Merkle path (sorted pairs) from
    ///        keccak256({offerStructHash}) to a root that the creator signed as OfferTree(bytes32 root).
    /// @param signature By the content's creator: ECDSA or ERC-1271.
    function buySigned(
        Order calldata order,
        Offer calldata offer,
        bytes32[] calldata proof,
        bytes calldata signature
    ) external payable returns (uint256 licenseId);

    /// @notice ERC-5643: pays `duration` seconds more, whole periods, at the price of the first. The caller pays, in ETH
    ///         exactly or by allowance to the escrow. The payer of the first payment may; of a delivered license without
    ///         a bond anyone, who is the payer of that renewal.
    function renewSubscription(uint256 tokenId, uint64 duration) external payable;

    /// @notice ERC-5643: the payer ends a PerUse or served Subscription license now. A deposit is refundable after the
    ///         settlement grace, what of a Subscription did not vest at once.
    function cancelSubscription(uint256 tokenId) external payable;

    /// @notice The owner binds the license to other keys: a new epoch, whose key is delivered anew. Required after a
    ///         transfer; refused while the first delivery is due. A Subscription moves to the newest content version.
    function rebind(uint256 licenseId, uint64 profileId) external;

    /// @notice Delivers the content key by proof. Anyone may; it needs no consent of the licensee, and no pause,
    ///         freeze or re-keying stops it before the delivery deadline.
    function deliverKey(uint256 licenseId, SealedKey calldata sealedKey, uint256[8] calldata proof) external;

    /// @notice Records that the licensee says that the key arrived. Anyone may bring the signature.
    /// @param signature By the license's owner (ECDSA or ERC-1271) over {acceptDigest}; empty if the owner calls.
    function acceptKey(uint256 licenseId, bytes calldata signature) external;

    // ---- views

    /// @notice EIP-712 struct hash of an offer.
    function offerStructHash(Offer calldata offer) external pure returns (bytes32);

    /// @notice What a creator signs for one offer (EIP-712, domain "Datavault" version "1" at this contract).
    function offerTypedDigest(Offer calldata offer) external view returns (bytes32);

    /// @notice What a creator signs for many offers at once.
    function offerTreeDigest(bytes32 root) external view returns (bytes32);

    /// @notice What a licensee signs to accept the key of the current epoch:
    ///         AcceptKey(uint256 licenseId,uint16 epoch).
    function acceptDigest(uint256 licenseId) external view returns (bytes32);

    function offerStatus(uint64 offerId) external view returns (OfferStatus memory);

    function license(uint256 licenseId) external view returns (License memory);

    function profile(uint64 profileId) external view returns (Profile memory);

    /// @notice Owned by whom it is bound to, not expired, not refunded, and delivered if it is delivered by key.
    function isValid(uint256 licenseId) external view returns (bool);

    /// @notice The domain of a license's proofs and heads:
    ///         uint256(keccak256(abi.encode(chainid, usageTracker, licenseId, contentId, lane, epoch))) >> 8.
    function contextOf(uint256 licenseId, uint32 lane, uint32 epoch) external view returns (uint256 ctx);

    /// @notice ERC-5643: unix seconds; zero: never.
    function expiresAt(uint256 tokenId) external view returns (uint64);

    /// @notice ERC-5643.
    function isRenewable(uint256 tokenId) external view returns (bool);

    /// @notice What {renewSubscription} of `duration` seconds costs. Reverts when it cannot be.
    function renewalPrice(uint256 tokenId, uint64 duration)
        external
        view
        returns (address token, uint256 price);

    /// @notice ERC-2981: to the content's creator.
    function royaltyInfo(uint256 tokenId, uint256 salePrice)
        external
        view
        returns (address receiver, uint256 royaltyAmount);
}
