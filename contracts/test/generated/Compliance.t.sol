// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ComplianceVerifier} from "../../src/generated/ComplianceVerifier.sol";
import {IComplianceVerifier} from "../../src/interfaces/IVerifier.sol";
import {Test} from "forge-std/Test.sol";

/// The real proof of `fixtures/proofs.json`.
contract ComplianceVerifierTest is Test {
    uint256 internal constant Q =
        21_888_242_871_839_275_222_246_405_745_257_275_088_696_311_157_297_823_662_689_037_894_645_226_208_583;
    uint256 internal constant R =
        21_888_242_871_839_275_222_246_405_745_257_275_088_548_364_400_416_034_343_698_204_186_575_808_495_617;

    IComplianceVerifier internal verifier;
    uint256[8] internal real;
    uint256[5] internal stated;

    function setUp() public {
        verifier = IComplianceVerifier(address(new ComplianceVerifier()));
        string memory json = vm.readFile("test/fixtures/proofs.json");
        uint256[] memory words = vm.parseJsonUintArray(json, ".compliance.proof");
        uint256[] memory numbers = vm.parseJsonUintArray(json, ".compliance.inputs");
        for (uint256 i = 0; i < 8; ++i) {
            real[i] = words[i];
        }
        for (uint256 i = 0; i < 5; ++i) {
            stated[i] = numbers[i];
        }
        uint256 asOf = vm.parseJsonUint(json, ".compliance.as_of");
        uint256 maxAllowed = vm.parseJsonUint(json, ".compliance.max_allowed");
        assertEq(stated[3], vm.parseJsonUint(json, ".compliance.head"));
        assertEq(stated[4], asOf | maxAllowed << 40);
    }

    function test_the_real_proof_holds() public view {
        assertTrue(verifier.verify(real, stated));
    }

    function test_any_other_word_is_refused() public view {
        (uint256[8] memory proof, uint256[5] memory inputs) = (real, stated);
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] ^= 1;
            assertFalse(verifier.verify(proof, inputs));
            proof[i] ^= 1;
        }
        for (uint256 i = 0; i < 5; ++i) {
            inputs[i] ^= 1;
            assertFalse(verifier.verify(proof, inputs));
            inputs[i] ^= 1;
        }
        // A lower limit, a later time.
        inputs[4] = stated[4] - (1 << 40);
        assertFalse(verifier.verify(proof, inputs));
        inputs[4] = stated[4] + 1;
        assertFalse(verifier.verify(proof, inputs));
    }

    function test_aliased_numbers_are_refused() public view {
        (uint256[8] memory proof, uint256[5] memory inputs) = (real, stated);
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] += Q;
            assertFalse(verifier.verify(proof, inputs));
            proof[i] -= Q;
        }
        for (uint256 i = 0; i < 5; ++i) {
            inputs[i] += R;
            assertFalse(verifier.verify(proof, inputs));
            inputs[i] -= R;
        }
    }

    function test_a_point_off_the_curve_costs_a_bounded_amount_of_gas() public view {
        uint256[8] memory proof = real;
        uint256[5] memory inputs = stated;
        for (uint256 i = 0; i < 8; ++i) {
            proof[i] ^= 1;
            uint256 before = gasleft();
            assertFalse(verifier.verify(proof, inputs));
            assertLt(before - gasleft(), 450_000);
            proof[i] ^= 1;
        }
    }

    function test_fuzz_no_random_proof_holds(uint256[8] memory proof, uint256[5] memory inputs) public view {
        assertFalse(verifier.verify(proof, inputs));
        assertFalse(verifier.verify(proof, stated));
    }
}
