// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ContentRegistry} from "../../src/ContentRegistry.sol";
import {
    Content,
    ContentKind,
    Edition,
    IContentRegistry,
    Registration
} from "../../src/interfaces/IContentRegistry.sol";
import {ERC1967Proxy} from "../../src/proxy/ERC1967Proxy.sol";
import {Test} from "forge-std/Test.sol";

/// A registry behind its proxy, and builders of valid requests. The registry calls nobody, so nothing else is deployed.
/// Bytecode comes from the built artifacts, so that test contracts need not contain it.
abstract contract ContentBase is Test {
    bytes internal constant CID =
        hex"015512200102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
    bytes internal constant METADATA_CID =
        hex"01551220ff02030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
    bytes32 internal constant CONTENT_HASH = sha256("content");
    uint256 internal constant KEY_COMMITMENT = uint256(keccak256("key commitment")) >> 8;
    uint256 internal constant METER_KEY_HASH = uint256(keccak256("meter key")) >> 8;

    address internal operator = makeAddr("operator");
    address internal guardian = makeAddr("guardian");
    address internal attester = makeAddr("attester");
    address internal creator = makeAddr("creator");
    address internal stranger = makeAddr("stranger");
    address internal meterSigner = makeAddr("meter");

    ContentRegistry internal registry;

    function setUp() public virtual {
        address code = deployCode("ContentRegistry.sol:ContentRegistry");
        bytes memory initializer = abi.encodeCall(ContentRegistry.initialize, (operator, guardian, attester));
        registry = ContentRegistry(deployCode("ERC1967Proxy.sol:ERC1967Proxy", abi.encode(code, initializer)));
    }

    function _publishMeter(address owner) internal returns (uint64) {
        vm.prank(owner);
        return registry.publishMeter(1, 2, METER_KEY_HASH, meterSigner, "https://meter.example");
    }

    function _registration(uint64 meterId) internal pure returns (Registration memory) {
        return Registration({
            contentHash: CONTENT_HASH,
            cid: CID,
            keyCommitment: KEY_COMMITMENT,
            metadataCid: METADATA_CID,
            kind: ContentKind.File,
            meterId: meterId
        });
    }

    function _edition(uint8 version) internal pure returns (Edition memory) {
        return Edition({
            contentHash: keccak256(abi.encode(version)),
            cid: CID,
            keyCommitment: _commitment(version),
            metadataCid: METADATA_CID
        });
    }

    function _commitment(uint8 version) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode("key", version))) >> 8;
    }

    function _register() internal returns (bytes32) {
        Registration memory registration = _registration(_publishMeter(creator));
        vm.prank(creator);
        return registry.register(registration);
    }

    function _transfer(bytes32 contentId, address from, address to) internal {
        vm.prank(from);
        registry.proposeTransfer(contentId, to);
        vm.prank(to);
        registry.acceptTransfer(contentId);
    }

    function _expectNotCreator(bytes32 contentId, address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IContentRegistry.NotCreator.selector, contentId, caller));
        vm.prank(caller);
    }

    function _assertSame(Content memory left, Content memory right) internal pure {
        assertEq(abi.encode(left), abi.encode(right));
    }
}
