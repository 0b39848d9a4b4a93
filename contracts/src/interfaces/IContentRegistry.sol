// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

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
}

/// @notice A later edition of the same content. Licenses keep the version they were sold with.
struct Edition {
    bytes32 contentHash;
    bytes cid;
    uint256 keyCommitment;
    bytes metadataCid;
}

/// @notice What the chain remembers of content; the rest is in {IContentRegistry-ContentRegistered}.
struct Content {
    address creator;
    ContentStatus status;
    ContentKind kind;
    /// Counts content from 1; the upper part of every offer id.
    uint32 contentNo;
    /// Serves licenses that are sold from now on.
    uint64 meterId;
    /// Counts changes of owner. Offers of an earlier generation cannot be bought any more.
    uint8 generation;
    /// The newest version; the first is 0.
    uint8 version;
}

/// @notice The keys of a service that serves and countersigns. A version is never changed, only superseded.
struct Meter {
    address owner;
    /// secp256k1 address that countersigns heads, by its key: not a contract.
    address signer;
    /// Poseidon(x, y) of the Baby Jubjub key. Every client checks it against the event's x and y.
    uint256 keyHash;
}

/// @title ContentRegistry: what exists, who made it and who serves it.
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
        uint32 contentNo,
        bytes32 contentHash,
        bytes cid,
        uint256 keyCommitment,
        bytes metadataCid,
        ContentKind kind,
        uint64 meterId
    );
    event ContentVersioned(
        bytes32 indexed contentId,
        uint8 version,
        bytes32 contentHash,
        bytes cid,
        uint256 keyCommitment,
        bytes metadataCid
    );
    event ContentStatusChanged(bytes32 indexed contentId, ContentStatus status);
    event ContentMeterChanged(bytes32 indexed contentId, uint64 meterId);
    /// @param pending Who may accept; zero withdraws the proposal.
    event ContentTransferProposed(bytes32 indexed contentId, address indexed pending);
    event ContentTransferred(
        bytes32 indexed contentId, address indexed from, address indexed to, uint8 generation
    );
    event AttesterSet(address indexed attester);
    /// @param level 0 unknown … 4 audited.
    event CreatorLevelSet(address indexed creator, uint8 level, address indexed attester);

    error ContentAlreadyRegistered(bytes32 contentId, address creator);
    error ContentUnknown(bytes32 contentId);
    error ContentNoUnknown(uint32 contentNo);
    error VersionUnknown(uint32 contentNo, uint8 version);
    error VersionsExhausted(bytes32 contentId);
    error TransfersExhausted(bytes32 contentId);
    error NotCreator(bytes32 contentId, address caller);
    error NotPendingCreator(bytes32 contentId, address caller);
    error NotAttester(address caller);
    error LevelTooHigh(uint8 level, uint8 max);
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

    /// @notice Publishes a later version of the caller's content. Sold licenses keep theirs.
    function publishVersion(bytes32 contentId, Edition calldata edition) external returns (uint8 version);

    /// @notice Suspends, resumes or retires content. Retired is final.
    function setStatus(bytes32 contentId, ContentStatus status) external;

    /// @notice Names the meter of licenses that are sold from now on. The caller owns content and meter.
    function setMeter(bytes32 contentId, uint64 meterId) external;

    /// @notice Offers the content to `to`, who becomes its creator by {acceptTransfer}. Zero withdraws.
    /// @dev Content changes hands at most 255 times.
    function proposeTransfer(bytes32 contentId, address to) external;

    /// @notice Takes content over. Offers of the earlier creator end, licenses live on.
    function acceptTransfer(bytes32 contentId) external;

    /// @notice Says how well a creator is known. Attester only.
    function setCreatorLevel(address creator, uint8 level) external;

    /// @notice Reverts when unknown.
    function content(bytes32 contentId) external view returns (Content memory);

    /// @notice Reverts when unknown.
    function contentIdOf(uint32 contentNo) external view returns (bytes32 contentId);

    /// @notice Poseidon(k0, k1) of a version's content key. Reverts when unknown.
    function keyCommitment(uint32 contentNo, uint8 version)
        external
        view
        returns (bytes32 contentId, uint256 commitment);

    /// @notice Reverts when unknown.
    function meter(uint64 meterId) external view returns (Meter memory);

    /// @notice What settlement needs of content and meter, in one call. Reverts when unknown.
    function meterOf(uint32 contentNo, uint64 meterId)
        external
        view
        returns (bytes32 contentId, address signer, uint256 keyHash);

    /// @notice 0 unknown … 4 audited.
    function creatorLevel(address creator) external view returns (uint8);

    /// @notice Who may say how well creators are known; the operator names it.
    function attester() external view returns (address);
}
