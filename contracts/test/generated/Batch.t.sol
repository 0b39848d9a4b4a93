// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {UsageBatchVerifier} from "../../src/generated/UsageBatchVerifier.sol";
import {UsageLongBatchVerifier} from "../../src/generated/UsageLongBatchVerifier.sol";
import {UsageLongVerifier} from "../../src/generated/UsageLongVerifier.sol";
import {UsageVerifier} from "../../src/generated/UsageVerifier.sol";
import {IUsageBatchVerifier, IUsageVerifier} from "../../src/interfaces/IVerifier.sol";
import {Test} from "forge-std/Test.sol";
import {console} from "forge-std/console.sol";

/// Real proofs, of `fixtures/batch.json`.
contract BatchVerifierTest is Test {
    uint256 internal constant Q =
        21_888_242_871_839_275_222_246_405_745_257_275_088_696_311_157_297_823_662_689_037_894_645_226_208_583;
    uint256 internal constant R =
        21_888_242_871_839_275_222_246_405_745_257_275_088_548_364_400_416_034_343_698_204_186_575_808_495_617;
    uint256 internal constant COUNT = 32;
    /// (1, y) is on the twist, but its order is not R.
    uint256 internal constant TWIST_Y0 =
        18_278_151_005_453_108_793_778_860_132_295_291_098_363_647_455_926_340_152_056_652_516_292_830_556_603;
    uint256 internal constant TWIST_Y1 =
        5_912_654_199_736_721_486_680_175_016_176_231_956_195_085_055_698_687_135_131_307_249_486_702_594_212;

    IUsageBatchVerifier internal batch;
    IUsageVerifier internal single;
    bytes32 internal keyDigest;
    uint256[8][] internal allProofs;
    uint256[6][] internal allInputs;

    function setUp() public {
        batch = IUsageBatchVerifier(address(new UsageBatchVerifier()));
        single = IUsageVerifier(address(new UsageVerifier()));
        string memory json = vm.readFile("test/fixtures/batch.json");
        keyDigest = vm.parseJsonBytes32(json, ".key_digest");
        for (uint256 i = 0; i < COUNT; ++i) {
            string memory at = string.concat(".usage[", vm.toString(i), "]");
            uint256[] memory words = vm.parseJsonUintArray(json, string.concat(at, ".proof"));
            uint256[] memory numbers = vm.parseJsonUintArray(json, string.concat(at, ".inputs"));
            allProofs.push();
            allInputs.push();
            for (uint256 k = 0; k < 8; ++k) {
                allProofs[i][k] = words[k];
            }
            for (uint256 k = 0; k < 6; ++k) {
                allInputs[i][k] = numbers[k];
            }
        }
    }

    /// The first `count`, from the start again when there are no more.
    function _take(uint256 count)
        internal
        view
        returns (uint256[8][] memory proofs, uint256[6][] memory inputs)
    {
        proofs = new uint256[8][](count);
        inputs = new uint256[6][](count);
        for (uint256 i = 0; i < count; ++i) {
            proofs[i] = allProofs[i % COUNT];
            inputs[i] = allInputs[i % COUNT];
        }
    }

    /// The answer and its gas, calldata apart. Never a revert.
    function _measured(uint256[8][] memory proofs, uint256[6][] memory inputs)
        internal
        view
        returns (bool valid, uint256 gasUsed)
    {
        bytes memory call = abi.encodeCall(IUsageBatchVerifier.verifyBatch, (proofs, inputs));
        gasUsed = gasleft();
        (bool returned, bytes memory answer) = address(batch).staticcall(call);
        gasUsed -= gasleft();
        assertTrue(returned, "it does not revert");
        valid = abi.decode(answer, (bool));
    }

    function _holds(uint256[8][] memory proofs, uint256[6][] memory inputs)
        internal
        view
        returns (bool valid)
    {
        (valid,) = _measured(proofs, inputs);
    }

    function _add(uint256 x1, uint256 y1, uint256 x2, uint256 y2)
        internal
        view
        returns (uint256[2] memory sum)
    {
        (bool done, bytes memory answer) = address(6).staticcall(abi.encode(x1, y1, x2, y2));
        require(done, "on the curve");
        (sum[0], sum[1]) = abi.decode(answer, (uint256, uint256));
    }

    // ---- when every proof holds

    function test_all_real_proofs_hold() public view {
        uint256[5] memory counts = [uint256(1), 2, 8, 32, 64];
        for (uint256 i = 0; i < counts.length; ++i) {
            (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(counts[i]);
            (bool valid, uint256 gasUsed) = _measured(proofs, inputs);
            assertTrue(valid);
            console.log("%s proofs: %s gas each", counts[i], gasUsed / counts[i]);
        }
    }

    function test_a_proof_costs_less_than_60_000_gas_at_32() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(32);
        (, uint256 gasUsed) = _measured(proofs, inputs);
        assertLt(gasUsed, 32 * 60_000);
    }

    function test_the_negated_proof_is_a_proof() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(3);
        proofs[1][1] = Q - proofs[1][1];
        proofs[1][4] = Q - proofs[1][4];
        proofs[1][5] = Q - proofs[1][5];
        assertTrue(single.verify(proofs[1], inputs[1]));
        assertTrue(_holds(proofs, inputs));
    }

    // ---- the other size of the circuit

    /// Both ranges of `fixtures/proofs.json` that were proved at 1,024.
    function _long() internal view returns (uint256[8][] memory proofs, uint256[6][] memory inputs) {
        string memory json = vm.readFile("test/fixtures/proofs.json");
        (proofs, inputs) = (new uint256[8][](2), new uint256[6][](2));
        for (uint256 i = 0; i < 2; ++i) {
            string memory at = string.concat(".usage_long[", vm.toString(i), "]");
            uint256[] memory words = vm.parseJsonUintArray(json, string.concat(at, ".proof"));
            uint256[] memory numbers = vm.parseJsonUintArray(json, string.concat(at, ".inputs"));
            for (uint256 k = 0; k < 8; ++k) {
                proofs[i][k] = words[k];
            }
            for (uint256 k = 0; k < 6; ++k) {
                inputs[i][k] = numbers[k];
            }
        }
    }

    function test_a_proof_of_one_size_is_none_of_the_other() public {
        IUsageBatchVerifier longBatch = IUsageBatchVerifier(address(new UsageLongBatchVerifier()));
        IUsageVerifier long = IUsageVerifier(address(new UsageLongVerifier()));
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _long();
        (uint256[8][] memory shortProofs, uint256[6][] memory shortInputs) = _take(2);
        assertTrue(longBatch.verifyBatch(proofs, inputs));
        assertTrue(_holds(shortProofs, shortInputs));
        assertFalse(_holds(proofs, inputs));
        assertFalse(longBatch.verifyBatch(shortProofs, shortInputs));
        for (uint256 i = 0; i < 2; ++i) {
            assertTrue(long.verify(proofs[i], inputs[i]));
            assertFalse(single.verify(proofs[i], inputs[i]));
            assertFalse(long.verify(shortProofs[i], shortInputs[i]));
        }
        // One of each.
        (proofs[1], inputs[1]) = (shortProofs[1], shortInputs[1]);
        assertFalse(longBatch.verifyBatch(proofs, inputs));
        assertFalse(_holds(proofs, inputs));
    }

    function test_every_word_of_a_long_proof_matters() public {
        IUsageVerifier long = IUsageVerifier(address(new UsageLongVerifier()));
        IUsageBatchVerifier longBatch = IUsageBatchVerifier(address(new UsageLongBatchVerifier()));
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _long();
        for (uint256 k = 0; k < 8; ++k) {
            uint256 word = proofs[0][k];
            for (uint256 change = 0; change < 2; ++change) {
                proofs[0][k] = change == 0 ? word ^ 1 : word + Q;
                assertFalse(long.verify(proofs[0], inputs[0]));
                assertFalse(longBatch.verifyBatch(proofs, inputs));
            }
            proofs[0][k] = word;
        }
        for (uint256 k = 0; k < 6; ++k) {
            uint256 word = inputs[0][k];
            for (uint256 change = 0; change < 2; ++change) {
                inputs[0][k] = change == 0 ? word ^ 1 : word + R;
                assertFalse(long.verify(proofs[0], inputs[0]));
                assertFalse(longBatch.verifyBatch(proofs, inputs));
            }
            inputs[0][k] = word;
        }
        assertTrue(longBatch.verifyBatch(proofs, inputs));
    }

    // ---- coefficients

    /// They are what they are said to be: of the verifying key and of every proof and input. Without one of these,
    /// whoever chooses that one last could make errors cancel.
    function test_coefficients_depend_on_key_and_batch() public {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(8);
        bytes memory all = abi.encode(keyDigest, proofs.length);
        for (uint256 i = 0; i < 8; ++i) {
            all = bytes.concat(all, abi.encode(proofs[i]));
        }
        for (uint256 i = 0; i < 8; ++i) {
            all = bytes.concat(all, abi.encode(inputs[i]));
        }
        bytes32 seed = keccak256(all);
        for (uint256 i = 0; i < 8; ++i) {
            uint256 rho = 1 + uint256(uint128(uint256(keccak256(abi.encode(seed, i)))));
            vm.expectCall(address(7), abi.encode(proofs[i][0], proofs[i][1], R - rho));
            vm.expectCall(address(7), abi.encode(proofs[i][6], proofs[i][7], rho));
        }
        assertTrue(_holds(proofs, inputs));
    }

    // ---- lengths

    function test_nothing_is_not_proved() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(0);
        assertFalse(_holds(proofs, inputs));
    }

    function test_as_many_inputs_as_proofs() public view {
        (uint256[8][] memory two,) = _take(2);
        (uint256[8][] memory one, uint256[6][] memory oneInputs) = _take(1);
        (, uint256[6][] memory twoInputs) = _take(2);
        (uint256[8][] memory none, uint256[6][] memory noInputs) = _take(0);
        assertFalse(_holds(two, oneInputs));
        assertFalse(_holds(one, twoInputs));
        assertFalse(_holds(none, oneInputs));
        assertFalse(_holds(one, noInputs));
    }

    // ---- one word is another

    function test_every_word_of_every_proof_matters() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(3);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 k = 0; k < 8; ++k) {
                proofs[i][k] ^= 1;
                assertFalse(_holds(proofs, inputs));
                proofs[i][k] ^= 1;
            }
            for (uint256 k = 0; k < 6; ++k) {
                inputs[i][k] ^= 1;
                assertFalse(_holds(proofs, inputs));
                inputs[i][k] ^= 1;
            }
        }
        assertTrue(_holds(proofs, inputs));
    }

    function test_fuzz_any_other_batch_is_refused(uint256 count, uint256 at, uint256 word, uint256 mask)
        public
        view
    {
        count = bound(count, 1, COUNT);
        at = bound(at, 0, count - 1);
        word = bound(word, 0, 13);
        mask = bound(mask, 1, type(uint256).max);
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(count);
        if (word < 8) proofs[at][word] ^= mask;
        else inputs[at][word - 8] ^= mask;
        assertFalse(_holds(proofs, inputs));
    }

    /// Valid points, but of another proof: only the equation can refuse them.
    function test_points_of_other_proofs_are_refused() public view {
        for (uint256 part = 0; part < 3; ++part) {
            (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(8);
            (uint256 from, uint256 to) = part == 0 ? (0, 2) : part == 1 ? (2, 6) : (6, 8);
            for (uint256 k = from; k < to; ++k) {
                proofs[5][k] = allProofs[9][k];
            }
            assertFalse(_holds(proofs, inputs));
        }
    }

    // ---- numbers with a second spelling

    function test_aliased_numbers_are_refused() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        for (uint256 i = 0; i < 2; ++i) {
            for (uint256 k = 0; k < 8; ++k) {
                proofs[i][k] += Q;
                assertFalse(_holds(proofs, inputs));
                proofs[i][k] -= Q;
            }
            for (uint256 k = 0; k < 6; ++k) {
                inputs[i][k] += R;
                assertFalse(_holds(proofs, inputs));
                inputs[i][k] -= R;
            }
        }
    }

    // ---- points that are none

    function test_points_off_the_curve_cost_a_bounded_amount_of_gas() public view {
        for (uint256 k = 0; k < 8; ++k) {
            (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(32);
            proofs[0][k] ^= 1;
            (bool valid, uint256 gasUsed) = _measured(proofs, inputs);
            assertFalse(valid);
            // The price of all pairs, twice, if B is bad; else two multiplications, and no further proof is looked at.
            assertLt(gasUsed, k >= 2 && k < 6 ? 3_100_000 : 60_000);
        }
    }

    function test_B_outside_the_subgroup_is_refused() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        (proofs[1][2], proofs[1][3]) = (0, 1);
        (proofs[1][4], proofs[1][5]) = (TWIST_Y1, TWIST_Y0);
        assertFalse(_holds(proofs, inputs));
    }

    function test_points_at_infinity_prove_nothing() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        proofs[1] = [uint256(0), 0, 0, 0, 0, 0, 0, 0];
        assertFalse(_holds(proofs, inputs));
        inputs[1] = [uint256(0), 0, 0, 0, 0, 0];
        assertFalse(_holds(proofs, inputs));
        proofs[0] = proofs[1];
        assertFalse(_holds(proofs, inputs));
    }

    // ---- order

    function test_proofs_that_changed_places_are_refused() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        (proofs[0], proofs[1]) = (allProofs[1], allProofs[0]);
        assertFalse(_holds(proofs, inputs));
        (inputs[0], inputs[1]) = (allInputs[1], allInputs[0]);
        assertTrue(_holds(proofs, inputs));
    }

    // ---- errors that a plain sum would not see

    /// C + D and C' - D: their sum is unchanged, and so is every other point.
    function test_errors_of_C_do_not_cancel() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        uint256[8] memory third = allProofs[2];
        uint256[2] memory sum = _add(proofs[0][6], proofs[0][7], proofs[1][6], proofs[1][7]);
        uint256[2] memory more = _add(proofs[0][6], proofs[0][7], third[6], third[7]);
        uint256[2] memory less = _add(proofs[1][6], proofs[1][7], third[6], Q - third[7]);
        (proofs[0][6], proofs[0][7]) = (more[0], more[1]);
        (proofs[1][6], proofs[1][7]) = (less[0], less[1]);
        uint256[2] memory forged = _add(proofs[0][6], proofs[0][7], proofs[1][6], proofs[1][7]);
        assertEq(keccak256(abi.encode(forged)), keccak256(abi.encode(sum)), "a plain sum sees nothing");
        _assertRefusedByBoth(proofs, inputs);
    }

    /// A + T and A - T with the same B: e(A + T, B) e(A - T, B) = e(A, B)^2.
    function test_errors_of_A_do_not_cancel() public view {
        (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
        (proofs[1], inputs[1]) = (allProofs[0], allInputs[0]);
        assertTrue(_holds(proofs, inputs), "a proof twice");
        uint256[8] memory third = allProofs[2];
        uint256[2] memory more = _add(proofs[0][0], proofs[0][1], third[0], third[1]);
        uint256[2] memory less = _add(proofs[1][0], proofs[1][1], third[0], Q - third[1]);
        (proofs[0][0], proofs[0][1]) = (more[0], more[1]);
        (proofs[1][0], proofs[1][1]) = (less[0], less[1]);
        _assertRefusedByBoth(proofs, inputs);
    }

    /// A unit moved from one batch to the other keeps the sum of the inputs.
    function test_errors_of_inputs_do_not_cancel() public view {
        for (uint256 k = 0; k < 6; ++k) {
            (uint256[8][] memory proofs, uint256[6][] memory inputs) = _take(2);
            uint256 difference = k == 5 ? 1 << 80 : 1;
            inputs[0][k] = addmod(inputs[0][k], difference, R);
            inputs[1][k] = addmod(inputs[1][k], R - difference, R);
            _assertRefusedByBoth(proofs, inputs);
        }
    }

    function _assertRefusedByBoth(uint256[8][] memory proofs, uint256[6][] memory inputs) internal view {
        for (uint256 i = 0; i < proofs.length; ++i) {
            assertFalse(single.verify(proofs[i], inputs[i]));
        }
        assertFalse(_holds(proofs, inputs));
    }
}
