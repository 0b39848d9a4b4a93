// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Payee} from "./IPaymentEscrow.sol";

/// @notice What the plaintext is: one file, or a manifest that lists others.
enum ContentKind {
    File,
    Collection
}

/// @notice Whether new licenses may be bought. Licenses already sold are untouched.
enum ContentStatus {
    None,
    Active,
    Suspended,
    Retired
}

/// @notice What a creator says about content when registering it.
struct Registration {
    /// SHA-256 of the plaintext.
    bytes32 contentHash;
    /// Binary CIDv1 of what is stored (the ciphertext).
    bytes cid;
    /// Poseidon(k0, k1) of the content key's two 128-bit limbs.
    uint256 keyCommitment;
    /// Binary CIDv1 of the Croissant metadata.
    bytes metadataCid;
    ContentKind kind;
    /// The meter that delivers and serves this content, from {IContentRegistry-publishMeter}.
    uint64 meterId;
    /// Who is paid. Empty: the creator alone. At most 32, shares sum to 10,000.
    Payee[] payees;
}

/// @notice What the chain remembers of content; the rest is in {IContentRegistry-ContentRegistered}.
struct Content {
    address creator;
    ContentStatus status;
    ContentKind kind;
    uint64 meterId;
    uint64 splitId;
    uint256 keyCommitment;
    bytes32 contentHash;
}

/// @notice The keys of a service that serves and countersigns. A version is never changed, only superseded.
struct Meter {
    address owner;
    /// secp256k1 address that countersigns heads, by its key: not a contract.
    address signer;
    /// Poseidon(x, y) of the Baby Jubjub key. Every client checks it against the event's x and y.
    uint256 keyHash;
}

/// @title ContentRegistry: what exists, who made it, who serves it and who is paid for it.
interface IContentRegistry {
    event MeterPublished(
        uint64 indexed meterId,
        address indexed owner,
        uint256 keyX,
        uint256 keyY,
        uint256 keyHash,
        address signer,
        string url
    );
    event ContentRegistered(
        bytes32 indexed contentId,
        address indexed creator,
        bytes32 contentHash,
        bytes cid,
        uint256 keyCommitment,
        bytes metadataCid,
        ContentKind kind,
        uint64 meterId,
        uint64 splitId
    );
    event ContentStatusChanged(bytes32 indexed contentId, ContentStatus status);

    error ContentAlreadyRegistered(bytes32 contentId, address creator);
    error ContentUnknown(bytes32 contentId);
    error NotCreator(bytes32 contentId, address caller);
    error MeterUnknown(uint64 meterId);
    error NotMeterOwner(uint64 meterId, address caller);
    error CidInvalid(bytes cid);
    error ContentHashMissing();
    error FieldElementOutOfRange(uint256 value);
    error SignerMissing();
    error UrlTooLong(uint256 length, uint256 max);
    error StatusNotAllowed(ContentStatus from, ContentStatus to);

    /// @notice Publishes a meter version owned by the caller.
    /// @dev The curve point is checked off-chain by every client: on-curve, in the subgroup, hash correct.
    function publishMeter(uint256 keyX, uint256 keyY, uint256 keyHash, address signer, string calldata url)
        external
        returns (uint64 meterId);

    /// @notice Registers content of the caller. Its id is
    ///         keccak256(abi.encode(chainid, registry, creator, contentHash)).
    function register(Registration calldata registration) external returns (bytes32 contentId);

    /// @notice Suspends, resumes or retires content. Retired is final.
    function setStatus(bytes32 contentId, ContentStatus status) external;

    /// @notice Reverts when unknown.
    function content(bytes32 contentId) external view returns (Content memory);

    /// @notice Reverts when unknown.
    function meter(uint64 meterId) external view returns (Meter memory);
}
