// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors, Offer} from "../../src/interfaces/ILicenseManager.sol";
import {DisputeTerms, ILicenseTerms, SettlementTerms} from "../../src/interfaces/ILicenseTerms.sol";
import {Base} from "../Base.t.sol";
import {Initializable} from "@openzeppelin/contracts/proxy/utils/Initializable.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";

contract LicenseTest is Base {
    ILicenseTerms internal terms;

    function setUp() public override {
        super.setUp();
        terms = ILicenseTerms(address(manager));
    }

    function test_what_settlement_needs() public {
        uint256 perUse = _buyPerUse();
        SettlementTerms memory t = terms.settlementTerms(perUse, 0);
        assertEq(t.contentId, _content());
        assertEq(t.verifiers, 1);
        assertTrue(t.perUse);
        assertEq(t.units, UNITS);
        assertEq(t.overagePrice, 0);
        assertEq(t.startsAt, START);
        assertEq(t.expiresAt, START + DURATION);
        assertEq(t.licenseeCommitment, COMMITMENT);
        assertEq(t.sessionKey, sessionKey);
        assertEq(t.meterSigner, meterSigner);
        assertEq(t.meterKeyHash, METER_KEY_HASH);

        t = terms.settlementTerms(_buySubscriptionKey(), 0);
        assertFalse(t.perUse);
        assertEq(t.overagePrice, OVERAGE_PRICE);
        t = terms.settlementTerms(_buyPerpetual(), 0);
        assertEq(t.units, 0);
        assertEq(t.expiresAt, 0);
    }

    function test_what_a_dispute_needs() public {
        uint256 licenseId = _buySubscriptionKey();
        DisputeTerms memory t = terms.disputeTerms(licenseId, _termsOf(licenseId));
        assertEq(t.licensee, licensee);
        assertEq(t.creator, creator);
        assertEq(t.arbitrator, arbitrator);
        assertFalse(t.perUse);
        assertTrue(t.bonded);
        assertEq(t.startsAt, START);
        assertEq(t.expiresAt, START + DURATION);
        assertTrue(terms.disputeTerms(_buyPerUse(), _perUse(_content())).perUse);

        Offer memory other = _termsOf(licenseId);
        other.arbitrator = stranger;
        vm.expectRevert(
            abi.encodeWithSelector(
                ILicenseManagerErrors.TermsChanged.selector,
                _offerId(other),
                bytes25(manager.offerStructHash(other)),
                bytes25(manager.offerStructHash(_termsOf(licenseId)))
            )
        );
        terms.disputeTerms(licenseId, other);
    }

    function test_the_context_is_that_of_the_protocol() public {
        uint256 licenseId = _buyPerUse();
        bytes32 hash =
            keccak256(abi.encode(block.chainid, tracker, licenseId, _content(), uint256(7), uint256(0)));
        assertEq(manager.contextOf(licenseId, 7, 0), uint256(hash) >> 8);
    }

    function test_an_unknown_license() public {
        bytes memory unknown = abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99);
        Offer memory offer;
        vm.expectRevert(unknown);
        manager.license(99);
        vm.expectRevert(unknown);
        manager.contextOf(99, 0, 0);
        vm.expectRevert(unknown);
        terms.settlementTerms(99, 0);
        vm.expectRevert(unknown);
        terms.disputeTerms(99, offer);
        vm.expectRevert(unknown);
        IERC721Metadata(address(manager)).tokenURI(99);
        assertFalse(manager.isValid(99));
    }

    function test_token_metadata() public {
        IERC721Metadata metadata = IERC721Metadata(address(manager));
        assertEq(metadata.name(), "Datavault License");
        assertEq(metadata.symbol(), "DVL");
        assertEq(metadata.tokenURI(_buyPerUse()), 'data:application/json;utf8,{"name":"Datavault License 1"}');
    }

    function test_interfaces() public view {
        bytes4[6] memory ids =
            [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x2a55205a, 0x49064906, 0x8c65f84d];
        for (uint256 i = 0; i < 6; ++i) {
            assertTrue(IERC165(address(manager)).supportsInterface(ids[i]));
        }
        assertFalse(IERC165(address(manager)).supportsInterface(0xffffffff));
        // ERC-5643's id is that of its four functions.
        assertEq(
            manager.renewSubscription.selector ^ manager.cancelSubscription.selector
                ^ manager.expiresAt.selector ^ manager.isRenewable.selector,
            bytes4(0x8c65f84d)
        );
    }

    function test_initialized_once() public {
        bytes memory call = abi.encodeWithSignature("initialize(address,address)", stranger, stranger);
        vm.expectRevert(Initializable.InvalidInitialization.selector);
        (bool done,) = address(manager).call(call);
        assertTrue(done, "the cheatcode answers for it");
    }

    /// The half of the manager's code that it runs as its own has nothing of its own to take.
    function test_the_offer_book_by_itself_is_nobodys() public {
        address book = abi.decode(_read("offerBook()"), (address));
        bytes[2] memory calls = [
            abi.encodeWithSignature("pause()"),
            abi.encodeWithSignature("upgradeToAndCall(address,bytes)", address(verifier), "")
        ];
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(stranger);
            (bool done,) = book.call(calls[i]);
            assertFalse(done);
        }
    }

    function _read(string memory signature) internal view returns (bytes memory) {
        (, bytes memory returned) = address(manager).staticcall(abi.encodeWithSignature(signature));
        return returned;
    }
}
