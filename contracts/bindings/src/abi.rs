//! The only `sol!` of the repository. Nothing here is visible outside of the crate.
#![allow(unreachable_pub, clippy::too_many_arguments, reason = "generated")]

macro_rules! contract {
    ($name:ident, $artifact:literal) => {
        alloy::sol!(
            #[sol(all_derives)]
            $name,
            $artifact
        );
    };
}

contract!(ContentRegistry, "../artifacts/ContentRegistry.json");
contract!(LicenseManager, "../artifacts/LicenseManager.json");
contract!(PaymentEscrow, "../artifacts/PaymentEscrow.json");
contract!(UsageTracker, "../artifacts/UsageTracker.json");
contract!(DisputeResolution, "../artifacts/DisputeResolution.json");
contract!(VerifierSets, "../artifacts/VerifierSets.json");
contract!(ERC1967Proxy, "../artifacts/ERC1967Proxy.json");
contract!(DevToken, "../artifacts/DevToken.json");
contract!(UsageVerifier, "../artifacts/UsageVerifier.json");
contract!(UsageBatchVerifier, "../artifacts/UsageBatchVerifier.json");
contract!(UsageLongVerifier, "../artifacts/UsageLongVerifier.json");
contract!(UsageLongBatchVerifier, "../artifacts/UsageLongBatchVerifier.json");
contract!(KeyDeliveryVerifier, "../artifacts/KeyDeliveryVerifier.json");
contract!(ComplianceVerifier, "../artifacts/ComplianceVerifier.json");
contract!(TimelockController, "../artifacts/TimelockController.json");
contract!(PanelArbitrator, "../artifacts/PanelArbitrator.json");
contract!(PurchaseRouter, "../artifacts/PurchaseRouter.json");
contract!(CompanyAccount, "../artifacts/CompanyAccount.json");
contract!(CompanyAccountFactory, "../artifacts/CompanyAccountFactory.json");

pub mod erc {
    alloy::sol! {
        #[sol(all_derives)]
        interface Erc20 {
            function balanceOf(address account) external view returns (uint256);
            function allowance(address owner, address spender) external view returns (uint256);
            function decimals() external view returns (uint8);
            function symbol() external view returns (string);
            function approve(address spender, uint256 amount) external returns (bool);

            error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed);
            error ERC20InvalidSender(address sender);
            error ERC20InvalidReceiver(address receiver);
            error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed);
            error ERC20InvalidApprover(address approver);
            error ERC20InvalidSpender(address spender);
            error SafeERC20FailedOperation(address token);
        }

        #[sol(all_derives)]
        interface Erc721 {
            event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);

            function ownerOf(uint256 tokenId) external view returns (address);

            function approve(address account, uint256 id) external payable;
            function safeTransferFrom(address from, address to, uint256 id) external payable;
            function balanceOf(address owner) external view returns (uint256);

            // Solady's names.
            error AccountBalanceOverflow();
            error BalanceQueryForZeroAddress();
            error NotOwnerNorApproved();
            error TokenAlreadyExists();
            error TokenDoesNotExist();
            error TransferFromIncorrectOwner();
            error TransferToNonERC721ReceiverImplementer();
            error TransferToZeroAddress();
        }

        #[sol(all_derives)]
        interface OpenZeppelin {
            error OwnableUnauthorizedAccount(address account);
            error OwnableInvalidOwner(address owner);
            error AccessControlUnauthorizedAccount(address account, bytes32 neededRole);
            error EnforcedPause();
            error ExpectedPause();
            error ReentrancyGuardReentrantCall();
            error InvalidInitialization();
            error NotInitializing();
            error UUPSUnauthorizedCallContext();
            error UUPSUnsupportedProxiableUUID(bytes32 slot);
            error ERC1967InvalidImplementation(address implementation);
            error ERC1967NonPayable();
            error ERC1967ProxyUninitialized();
            error SafeCastOverflowedUintDowncast(uint8 bits, uint256 value);
            error AddressEmptyCode(address target);
            error FailedCall();
            error InsufficientBalance(uint256 balance, uint256 needed);
        }

        #[sol(all_derives)]
        interface Housekeeping {
            event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
            event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
            event Upgraded(address indexed implementation);
            event Initialized(uint64 version);
            event OwnershipTransferStarted(address indexed previousOwner, address indexed newOwner);
            event OwnershipTransferred(address indexed previousOwner, address indexed newOwner);
            event RoleGranted(bytes32 indexed role, address indexed account, address indexed sender);
            event RoleRevoked(bytes32 indexed role, address indexed account, address indexed sender);
            event RoleAdminChanged(
                bytes32 indexed role, bytes32 indexed previousAdminRole, bytes32 indexed newAdminRole
            );
            event GuardianSet(address indexed guardian);
            event Paused(address account);
            event Unpaused(address account);
            event AdminChanged(address previousAdmin, address newAdmin);
            event BeaconUpgraded(address indexed beacon);
            event EIP712DomainChanged();
            // ERC-1497 and ERC-792.
            event MetaEvidence(uint256 indexed metaEvidenceID, string evidence);
            event Evidence(
                address indexed arbitrator, uint256 indexed evidenceGroupID, address indexed party, string evidence
            );
            event Dispute(
                address indexed arbitrator, uint256 indexed disputeID, uint256 metaEvidenceID, uint256 evidenceGroupID
            );
            event Ruling(address indexed arbitrator, uint256 indexed disputeID, uint256 ruling);
        }
    }
}

pub mod typed {
    alloy::sol! {
        struct Head {
            uint256 ctx;
            uint64 seq;
            uint64 total;
            uint256 head;
            uint64 time;
        }

        // The enumerations of the contracts are uint8 here, as EIP-712 has no others.
        struct Offer {
            bytes32 contentId;
            uint32 nonce;
            uint8 kind;
            uint8 delivery;
            bool transferable;
            address buyer;
            address token;
            uint128 price;
            uint128 unitPrice;
            uint64 units;
            uint128 overagePrice;
            uint128 bond;
            uint32 unitBytes;
            uint16 maxUnitsPerEvent;
            uint32 duration;
            uint32 deliveryWindow;
            uint32 disputeWindow;
            uint32 settlementGrace;
            uint32 supply;
            uint40 validUntil;
            uint32 usageBits;
            uint16 royaltyBps;
            uint64 splitId;
            address arbitrator;
            bytes32 termsHash;
            bytes32 itemsHash;
        }

        struct OfferTree {
            bytes32 root;
        }

        struct AcceptKey {
            uint256 licenseId;
            uint16 epoch;
        }
    }
}
