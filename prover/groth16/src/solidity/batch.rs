//! The Solidity verifier of many proofs of one verifying key at once.

use alloy_primitives::U256;
use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;

use crate::verifying_key::VerifyingKey;

/// Where things lie in the working memory, in bytes from its start: four words to call
/// precompiles with, the scalars of the key's points, the pairs of the pairing call.
const SCALARS: usize = 0x80;
const PAIR: usize = 0xc0;

/// A contract `name` whose `verifyBatch(uint256[8][] proofs, uint256[N][] inputs)`
/// returns whether all proofs hold. As the single verifier it imports nothing, stores
/// nothing, never reverts on bad values, and refuses every second spelling of a number.
///
/// The equations `e(A_i, B_i) = e(α, β)·e(L_i, γ)·e(C_i, δ)` are raised to coefficients
/// `ρ_i` and multiplied, so that `n` of them need one pairing call of `n + 3` pairs:
///
/// `∏ e(−ρ_i·A_i, B_i) · e(Σ ρ_i·α, β) · e(Σ ρ_i·L_i, γ) · e(Σ ρ_i·C_i, δ) = 1`
///
/// Every `A_i, C_i` is checked to be on the curve (which has prime order) by the
/// precompile that multiplies it, every `B_i` to be in its subgroup by the pairing. So
/// each equation is off by a factor of prime order `r`, and if one factor is not 1, the
/// product is 1 for at most one value of its coefficient, whatever the others are.
/// Coefficients are `1 + keccak256(seed, i) mod 2^128`, never zero, where `seed` hashes
/// the verifying key, `n`, all proofs and all inputs: with keccak256 as a random oracle,
/// each try of a forger succeeds with probability 2^−128.
/// (Small-exponent test: Bellare, Garay, Rabin, EUROCRYPT 1998. Applied to Groth16
/// verification: Zcash protocol specification, section B.2.)
pub fn export_batch_verifier(key: &VerifyingKey, name: &str) -> String {
    let count = key.inputs.len() - 1;
    let input_bytes = 32 * count;
    let pairs = SCALARS + 32 * (count + 1);
    let [alpha, sum, c, first] = [0, 1, 2, 3].map(|pair| pairs + PAIR * pair);
    let scalar = |i: usize| SCALARS + 32 * i;
    let weigh: String = (0..count)
        .map(|i| {
            let (word, at) = (32 * i, scalar(i + 1));
            format!("                    success := weigh(success, add(input, {word:#x}), add(m, {at:#x}), rho, r)\n")
        })
        .collect();
    let terms: String = key
        .inputs
        .iter()
        .enumerate()
        .map(|(i, [x, y])| {
            let at = scalar(i);
            format!("                    success := accumulate(success, {x}, {y}, mload(add(m, {at:#x})), m, add(m, {sum:#x}))\n")
        })
        .collect();
    let constants: String = [(alpha + 0x40, &key.beta), (sum + 0x40, &key.gamma), (c + 0x40, &key.delta)]
        .into_iter()
        .flat_map(|(start, words)| words.iter().zip((start..).step_by(32)))
        .map(|(word, at)| format!("                    mstore(add(m, {at:#x}), {word})\n"))
        .collect();
    let [alpha_x, alpha_y] = key.alpha;
    let digest = U256::from_be_bytes(key.digest().0);
    let q = U256::from_limbs(Fq::MODULUS.0);
    let r = U256::from_limbs(Fr::MODULUS.0);
    let [add_gas, multiply_gas, pairing_gas, pair_gas] = [150, 6_000, 45_000, 34_000].map(|price| 2 * price);
    let (circuit, notice) = (&key.circuit, key.notice());
    format!(
        r#"// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit {circuit}; never edited.

/// @title Groth16 verifier of many proofs of circuit {circuit} on BN254 at once
/// @notice {notice}
/// @dev Checks one random linear combination of all equations, with n + 3 pairs:
///      prod e(-rho_i A_i, B_i) * e(sum rho_i alpha, beta) * e(sum rho_i L_i, gamma) * e(sum rho_i C_i, delta) == 1.
///
///      The coefficients rho_i = 1 + keccak256(seed, i) mod 2^128 are never zero. The seed is the hash of the verifying
///      key, n, all proofs and all inputs, so nobody can choose any of them after having seen a coefficient
///      (Fiat-Shamir). All points are checked to be in groups of prime order. If one proof is invalid, at most one value
///      of its coefficient satisfies the equation, whatever the others are: a forger who tries 2^k batches succeeds with
///      probability at most 2^(k - 128). Small-exponent test of Bellare, Garay and Rabin (EUROCRYPT 1998); for Groth16
///      see the Zcash protocol specification, section B.2.
contract {name} {{
    /// @notice Whether every one of `proofs` holds for the `inputs` at the same place.
    /// @param proofs Each A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (EIP-197).
    /// @param inputs The circuit's public inputs; each must be below the scalar field's modulus.
    /// @return valid False for no proofs, for another number of inputs, and for every malformed value; it does not
    ///         revert on any.
    function verifyBatch(uint256[8][] calldata proofs, uint256[{count}][] calldata inputs)
        external
        view
        returns (bool valid)
    {{
        // Precompiles get twice their price: all of it is lost at a point off the curve.
        assembly ("memory-safe") {{
            // sum := sum + (x, y) * scalar, with the sum at `sum`
            function accumulate(ok, x, y, scalar, m, sum) -> success {{
                mstore(m, x)
                mstore(add(m, 0x20), y)
                mstore(add(m, 0x40), scalar)
                success := and(ok, staticcall({multiply_gas}, 7, m, 0x60, m, 0x40))
                mcopy(add(m, 0x40), sum, 0x40)
                success := and(success, staticcall({add_gas}, 6, m, 0x80, sum, 0x40))
            }}

            // adds rho times the input to the scalar at `at`
            function weigh(ok, input, at, rho, order) -> success {{
                let value := calldataload(input)
                success := and(ok, lt(value, order))
                mstore(at, addmod(mload(at), mulmod(rho, value, order), order))
            }}

            let n := proofs.length
            let success := and(gt(n, 0), eq(n, inputs.length))
            if success {{
                let q := {q}
                let r := {r}
                let m := mload(0x40)

                // the seed, at 0: verifying key, n, proofs, inputs
                mstore(m, {digest})
                mstore(add(m, 0x20), n)
                calldatacopy(add(m, 0x40), proofs.offset, mul(n, 0x100))
                calldatacopy(add(add(m, 0x40), mul(n, 0x100)), inputs.offset, mul(n, {input_bytes:#x}))
                mstore(0, keccak256(m, add(0x40, mul(n, {pair_bytes:#x}))))

                // the scalars and the sum of C begin at zero
                calldatacopy(add(m, {SCALARS:#x}), calldatasize(), {scalar_bytes:#x})
                calldatacopy(add(m, {c:#x}), calldatasize(), 0x40)
                for {{ let i := 0 }} lt(i, n) {{ i := add(i, 1) }} {{
                    mstore(0x20, i)
                    let rho := add(and(keccak256(0, 0x40), 0xffffffffffffffffffffffffffffffff), 1)

                    let input := add(inputs.offset, mul(i, {input_bytes:#x}))
                    mstore(add(m, {constant_scalar:#x}), addmod(mload(add(m, {constant_scalar:#x})), rho, r))
{weigh}
                    let proof := add(proofs.offset, mul(i, 0x100))
                    for {{ let at := 0 }} lt(at, 0x100) {{ at := add(at, 0x20) }} {{
                        success := and(success, lt(calldataload(add(proof, at)), q))
                    }}

                    // (-rho A, B)
                    let pair := add(add(m, {first:#x}), mul(i, {PAIR:#x}))
                    calldatacopy(m, proof, 0x40)
                    mstore(add(m, 0x40), sub(r, rho))
                    success := and(success, staticcall({multiply_gas}, 7, m, 0x60, pair, 0x40))
                    calldatacopy(add(pair, 0x40), add(proof, 0x40), 0x80)

                    success := accumulate(success, calldataload(add(proof, 0xc0)), calldataload(add(proof, 0xe0)), rho, m, add(m, {c:#x}))
                    if iszero(success) {{ break }}
                }}

                if success {{
                    // (sum rho alpha, beta), (sum rho L, gamma), (sum rho C, delta)
                    mstore(m, {alpha_x})
                    mstore(add(m, 0x20), {alpha_y})
                    mstore(add(m, 0x40), mload(add(m, {constant_scalar:#x})))
                    success := staticcall({multiply_gas}, 7, m, 0x60, add(m, {alpha:#x}), 0x40)
                    calldatacopy(add(m, {sum:#x}), calldatasize(), 0x40)
{terms}{constants}
                    let gas_ := add({all_pairs_gas}, mul(n, {pair_gas}))
                    success := and(success, staticcall(gas_, 8, add(m, {alpha:#x}), mul(add(n, 3), {PAIR:#x}), 0, 0x20))
                    valid := and(success, eq(mload(0), 1))
                }}
            }}
        }}
    }}
}}
"#,
        pair_bytes = 0x100 + input_bytes,
        scalar_bytes = 32 * (count + 1),
        constant_scalar = scalar(0),
        all_pairs_gas = pairing_gas + 3 * pair_gas,
    )
}
