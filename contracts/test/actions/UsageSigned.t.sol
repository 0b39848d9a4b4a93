// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ILicenseManagerErrors} from "../../src/interfaces/ILicenseManager.sol";
import {IPaymentEscrow} from "../../src/interfaces/IPaymentEscrow.sol";
import {IUsageTracker, SignedHead, UsageBatch} from "../../src/interfaces/IUsageTracker.sol";
import {UsageBase} from "./UsageBase.t.sol";
import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// A wallet contract that changes its mind about signatures.
contract FickleWallet is IERC1271 {
    bool public agrees;

    function setAgrees(bool agrees_) external {
        agrees = agrees_;
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return agrees ? IERC1271.isValidSignature.selector : bytes4(0);
    }
}

contract SettleSignedTest is UsageBase {
    function _refusesSigned(SignedHead memory head, bytes memory why) internal {
        vm.expectRevert(why);
        tracker.settleSigned(head);
    }

    function _notBySession() internal view returns (bytes memory) {
        return abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, sessionKey);
    }

    function test_digest_is_eip_712() public view {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256(
                    "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
                ),
                keccak256("Datavault"),
                keccak256("1"),
                block.chainid,
                address(tracker)
            )
        );
        bytes32 head = keccak256(
            abi.encode(
                keccak256("Head(uint256 ctx,uint64 seq,uint64 total,uint256 head,uint64 time)"), 1, 2, 3, 4, 5
            )
        );
        assertEq(tracker.headDigest(1, 2, 3, 4, 5), keccak256(abi.encodePacked(hex"1901", domain, head)));
        (, string memory name, string memory version, uint256 chainId, address at,,) =
            IERC5267(address(tracker)).eip712Domain();
        assertEq(name, "Datavault");
        assertEq(version, "1");
        assertEq(chainId, block.chainid);
        assertEq(at, address(tracker));
    }

    function test_a_head_that_both_signed_is_due() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        vm.expectEmit(address(tracker));
        emit IUsageTracker.UsageSigned(
            licenseId,
            _termsOf(licenseId).contentId,
            manager.contextOf(licenseId, 0, 0),
            0,
            0,
            head.seq,
            head.head,
            head.time,
            40,
            40,
            40
        );
        vm.expectEmit(address(escrow));
        emit IPaymentEscrow.PaymentDue(licenseId, _due(40));
        vm.prank(stranger);
        tracker.settleSigned(head);
        assertEq(_lane(licenseId, 0, 0).signedTotal, 40);
        assertEq(_lane(licenseId, 0, 0).settledTotal, 40);
        assertEq(_lane(licenseId, 0, 0).provedHead, 0);
        assertEq(_payment(licenseId).due, _due(40));
    }

    function test_22_the_same_units_proved_and_signed_are_due_once() public {
        tracker.settleUsage(_batch(licenseId));
        tracker.settleSigned(_signedHead(licenseId, 0, 9));
        assertEq(_lane(licenseId, 0, 0).signedTotal, 9);
        assertEq(_payment(licenseId).due, _due(10), "nothing more");
        tracker.settleSigned(_signedHead(licenseId, 0, 10));
        assertEq(_payment(licenseId).due, _due(10), "nothing more");
        tracker.settleSigned(_signedHead(licenseId, 0, 15));
        assertEq(_payment(licenseId).due, _due(15), "what exceeds it");
        UsageBatch memory next = _range(licenseId, 0, 0, 78, 10);
        tracker.settleUsage(next);
        assertEq(_lane(licenseId, 0, 0).provedTotal, 20);
        assertEq(_payment(licenseId).due, _due(20), "the larger total");
    }

    function test_what_was_proved_asks_the_escrow_for_nothing() public {
        tracker.settleUsage(_batch(licenseId));
        vm.expectCall(address(escrow), abi.encodePacked(IPaymentEscrow.drawUnits.selector), 0);
        tracker.settleSigned(_signedHead(licenseId, 0, 10));
    }

    function test_10_a_signed_head_settles_once_and_never_back() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        SignedHead memory earlier = _signedHead(licenseId, 0, 39);
        SignedHead memory none = _signedHead(licenseId, 1, 0);
        tracker.settleSigned(head);
        _refusesSigned(head, abi.encodeWithSelector(IUsageTracker.TotalNotAbove.selector, 40, 40));
        _refusesSigned(earlier, abi.encodeWithSelector(IUsageTracker.TotalNotAbove.selector, 39, 40));
        _refusesSigned(none, abi.encodeWithSelector(IUsageTracker.TotalNotAbove.selector, 0, 0));
        tracker.settleSigned(_signedHead(licenseId, 0, 41));
    }

    function test_head_zero_is_refused() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        head.head = 0;
        _refusesSigned(head, abi.encodeWithSelector(IUsageTracker.HeadMissing.selector));
    }

    function test_unknown_license_and_epoch_are_rejected() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        head.licenseId = 99;
        _refusesSigned(head, abi.encodeWithSelector(ILicenseManagerErrors.LicenseUnknown.selector, 99));
        head.licenseId = licenseId;
        head.epoch = 1;
        _refusesSigned(
            head, abi.encodeWithSelector(ILicenseManagerErrors.EpochUnknown.selector, licenseId, 1)
        );
    }

    function test_both_signatures_are_needed() public {
        SignedHead memory head = _signedHead(licenseId, 0, 40);
        (head.licenseeSignature, head.meterSignature) = (head.meterSignature, head.licenseeSignature);
        _refusesSigned(head, _notBySession());
        head = _signedHead(licenseId, 0, 40);
        head.meterSignature = head.licenseeSignature;
        _refusesSigned(head, abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, meterSigner));
        head.licenseeSignature = "";
        _refusesSigned(head, _notBySession());
    }

    function test_11_signatures_bind_every_word_and_the_chain() public {
        for (uint256 i = 0; i < 5; ++i) {
            SignedHead memory head = _signedHead(licenseId, 0, 40);
            if (i == 0) head.total = 41;
            if (i == 1) head.lane = 1;
            if (i == 2) head.seq += 1;
            if (i == 3) head.head += 1;
            if (i == 4) head.time += 1;
            _refusesSigned(head, _notBySession());
        }
        SignedHead memory elsewhere = _signedHead(licenseId, 0, 40);
        vm.chainId(2);
        _refusesSigned(elsewhere, _notBySession());
        vm.chainId(31_337);
        tracker.settleSigned(elsewhere);
    }

    function test_a_head_of_another_license_is_refused() public {
        SignedHead memory head = _signedHead(licenseId, 0, 4);
        head.licenseId = _buyPerUse();
        _refusesSigned(head, _notBySession());
    }

    /// EIP-7702 gives a key's address code, and takes it away, whenever its holder likes.
    function test_a_signer_that_later_gets_code_still_settles() public {
        SignedHead memory head = _signedHead(licenseId, 0, 7);
        address wallet = address(new FickleWallet());
        vm.etch(sessionKey, abi.encodePacked(hex"ef0100", wallet));
        vm.etch(meterSigner, abi.encodePacked(hex"ef0100", wallet));
        tracker.settleSigned(head);
        assertEq(tracker.settledUnits(licenseId), 7);

        head = _signedHead(licenseId, 0, 8);
        vm.etch(sessionKey, wallet.code);
        vm.etch(meterSigner, wallet.code);
        tracker.settleSigned(head);
        assertEq(tracker.settledUnits(licenseId), 8);
    }

    function test_a_wallet_contract_signs_no_heads() public {
        FickleWallet wallet = new FickleWallet();
        wallet.setAgrees(true);
        vm.prank(licensee);
        uint64 profileId = manager.publishProfile(3, 4, COMMITMENT, address(wallet));
        uint256 byWallet = _buy(_order(_offerId(_termsOf(licenseId)), profileId, UNITS), _termsOf(licenseId));
        _refusesSigned(
            _signedHead(byWallet, 0, 7),
            abi.encodeWithSelector(IUsageTracker.SignatureInvalid.selector, address(wallet))
        );
    }

    function test_malleable_and_compact_signatures_are_refused() public {
        SignedHead memory head = _signedHead(licenseId, 0, 7);
        bytes memory signature = head.licenseeSignature;
        bytes32 r;
        bytes32 s;
        assembly {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        uint256 n = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
        head.licenseeSignature = abi.encodePacked(r, n - uint256(s), uint8(signature[64]) == 27 ? 28 : 27);
        _refusesSigned(head, _notBySession());
        head.licenseeSignature = abi.encodePacked(r, s);
        _refusesSigned(head, _notBySession());
    }

    function test_total_stays_within_the_units_bought() public {
        _refusesSigned(
            _signedHead(licenseId, 0, UNITS + 1),
            abi.encodeWithSelector(IUsageTracker.UnitsAboveGrant.selector, licenseId, UNITS + 1, UNITS)
        );
        tracker.settleSigned(_signedHead(licenseId, 0, UNITS));
        assertEq(_payment(licenseId).due, _payment(licenseId).amount);
    }

    function test_after_all_is_used_and_paid_a_proof_still_catches_up() public {
        tracker.settleSigned(_signedHead(licenseId, 0, UNITS));
        escrow.release(licenseId);
        tracker.settleUsage(_batch(licenseId));
        assertEq(_lane(licenseId, 0, 0).provedTotal, 10);
        assertEq(_payment(licenseId).released, _due(UNITS));
    }

    function test_it_settles_at_any_time_whatever_time_it_names() public {
        SignedHead memory head = _signedHead(licenseId, 0, 3);
        vm.warp(START + DURATION + GRACE + 1 days);
        tracker.settleSigned(head);
        assertEq(escrow.refund(licenseId), _due(UNITS - 3));
    }

    function test_after_a_refund_nothing_more_is_due() public {
        vm.warp(START + DURATION + GRACE);
        escrow.refund(licenseId);
        _refusesSigned(
            _signedHead(licenseId, 0, 1),
            abi.encodeWithSelector(IPaymentEscrow.PaymentClosed.selector, licenseId)
        );
    }

    function test_unlimited_totals_are_counted_up_to_the_last_number() public {
        uint256 perpetual = _buyPerpetual();
        tracker.settleSigned(_signedHead(perpetual, 0, type(uint64).max - 1_000_000));
        tracker.settleSigned(_signedHead(perpetual, 1, 1_000_000));
        assertEq(tracker.settledUnits(perpetual), type(uint64).max);
        _refusesSigned(
            _signedHead(perpetual, 1, 1_000_001),
            abi.encodeWithSelector(
                SafeCast.SafeCastOverflowedUintDowncast.selector, 64, uint256(type(uint64).max) + 1
            )
        );
    }

    /// Bit 16 of a word says whether it is proved or signed, the rest how much.
    function testFuzz_22_any_order_draws_the_larger_total_only(uint24[12] calldata words) public {
        uint64 proved;
        uint64 signed;
        for (uint256 i = 0; i < words.length; ++i) {
            uint64 units = uint64(uint16(words[i])) % 80;
            if (words[i] & 0x10000 != 0) {
                proved += units;
                tracker.settleUsage(_range(licenseId, 0, 0, 77 + i, uint32(units)));
            } else if (units != 0) {
                signed += units;
                tracker.settleSigned(_signedHead(licenseId, 0, signed));
            }
            uint64 larger = proved > signed ? proved : signed;
            assertEq(_lane(licenseId, 0, 0).settledTotal, larger);
            assertEq(tracker.settledUnits(licenseId), larger);
            assertEq(_payment(licenseId).due, _due(larger));
        }
    }
}
