//! The Solidity verifiers of a verifying key.

mod batch;

pub use batch::export_batch_verifier;

use alloy_primitives::U256;
use ark_bn254::{Fq, Fr};
use ark_ff::PrimeField;

use crate::verifying_key::VerifyingKey;

/// A contract `name` whose `verify(uint256[8] proof, uint256[N] inputs)` returns whether
/// the proof holds. It imports nothing, stores nothing and never reverts on bad input.
///
/// Inputs not below the scalar field's modulus and coordinates not below the base
/// field's give false, so that one statement has one spelling.
///
/// A precompile that meets a point off the curve takes all the gas it was given, so each
/// gets twice its price (EIP-1108; room for chains that price it anew) and no more.
pub fn export_verifier(key: &VerifyingKey, name: &str) -> String {
    let count = key.inputs.len() - 1;
    let terms: String = key.inputs[1..]
        .iter()
        .enumerate()
        .map(|(i, [x, y])| {
            let scalar = format!("calldataload(add(inputs, {:#x}))", 32 * i);
            format!("            success := accumulate(success, {x}, {y}, {scalar}, m, r)\n")
        })
        .collect();
    // Pairs of the pairing call, each 0xc0 bytes: −A B, α β, sum γ, C δ.
    let constants: String = [(0xc0, &key.alpha[..]), (0x100, &key.beta)]
        .into_iter()
        .chain([(0x1c0, &key.gamma[..]), (0x280, &key.delta)])
        .flat_map(|(start, words)| words.iter().zip((start..).step_by(32)))
        .map(|(word, at)| format!("            mstore(add(m, {at:#x}), {word})\n"))
        .collect();
    let [constant_x, constant_y] = key.inputs[0];
    let q = U256::from_limbs(Fq::MODULUS.0);
    let r = U256::from_limbs(Fr::MODULUS.0);
    let [add_gas, multiply_gas, pairing_gas] = [150, 6_000, 45_000 + 4 * 34_000].map(|price| 2 * price);
    let (circuit, notice) = (&key.circuit, key.notice());
    format!(
        r#"// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

// Generated from the verifying key of circuit {circuit}; never edited.

/// @title Groth16 verifier of circuit {circuit} on BN254
/// @notice {notice}
contract {name} {{
    /// @notice Whether `proof` holds for `inputs`.
    /// @param proof A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y (EIP-197).
    /// @param inputs The circuit's public inputs; each must be below the scalar field's modulus.
    /// @return valid False for every malformed argument; it does not revert on any.
    function verify(uint256[8] calldata proof, uint256[{count}] calldata inputs)
        external
        view
        returns (bool valid)
    {{
        // Precompiles get twice their price: all of it is lost at a point off the curve.
        assembly ("memory-safe") {{
            // sum := sum + (x, y) * scalar, with the sum at m + 0x180
            function accumulate(ok, x, y, scalar, m, order) -> success {{
                mstore(m, x)
                mstore(add(m, 0x20), y)
                mstore(add(m, 0x40), scalar)
                success := and(ok, lt(scalar, order))
                success := and(success, staticcall({multiply_gas}, 7, m, 0x60, m, 0x40))
                mstore(add(m, 0x40), mload(add(m, 0x180)))
                mstore(add(m, 0x60), mload(add(m, 0x1a0)))
                success := and(success, staticcall({add_gas}, 6, m, 0x80, add(m, 0x180), 0x40))
            }}

            let q := {q}
            let r := {r}
            let m := mload(0x40)
            let success := 1

            for {{ let at := 0 }} lt(at, 0x100) {{ at := add(at, 0x20) }} {{
                success := and(success, lt(calldataload(add(proof, at)), q))
            }}

            mstore(add(m, 0x180), {constant_x})
            mstore(add(m, 0x1a0), {constant_y})
{terms}
            // e(-A, B) * e(alpha, beta) * e(sum, gamma) * e(C, delta) == 1
            mstore(m, calldataload(proof))
            mstore(add(m, 0x20), mod(sub(q, calldataload(add(proof, 0x20))), q))
            calldatacopy(add(m, 0x40), add(proof, 0x40), 0x80)
            calldatacopy(add(m, 0x240), add(proof, 0xc0), 0x40)
{constants}
            success := and(success, staticcall({pairing_gas}, 8, m, 0x300, m, 0x20))
            valid := and(success, eq(mload(m), 1))
        }}
    }}
}}
"#
    )
}
