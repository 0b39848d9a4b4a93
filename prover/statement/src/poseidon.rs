//! Poseidon over BN254 with circomlib's parameters.
//!
//! The round constants are `light-poseidon`'s; the permutation is written out here
//! because circomlib's `PoseidonEx` also chooses the capacity lane and reads more
//! than one output.

use std::sync::OnceLock;

use ark_ff::Field;
use light_poseidon::{PoseidonParameters, parameters::bn254_x5::get_poseidon_parameters};

use crate::field::Fr;

/// Most inputs one call takes.
pub const MAX_INPUTS: usize = 12;

/// Constants for a state of `inputs + 1` lanes.
///
/// # Panics
/// If `inputs` is 0 or larger than [`MAX_INPUTS`].
pub fn parameters(inputs: usize) -> &'static PoseidonParameters<Fr> {
    static TABLE: [OnceLock<PoseidonParameters<Fr>>; MAX_INPUTS] = [const { OnceLock::new() }; MAX_INPUTS];
    assert!((1..=MAX_INPUTS).contains(&inputs), "Poseidon takes 1 to {MAX_INPUTS} inputs, not {inputs}");
    TABLE[inputs - 1].get_or_init(|| {
        let width = u8::try_from(inputs + 1).expect("at most 13 lanes");
        get_poseidon_parameters(width).expect("light-poseidon has constants for 2 to 13 lanes")
    })
}

/// circomlib's `Poseidon(n)`: 1 to [`MAX_INPUTS`] inputs, capacity 0, one output.
///
/// # Panics
/// If the number of inputs is outside that range.
pub fn hash(inputs: &[Fr]) -> Fr {
    hash_ex(Fr::from(0u64), inputs)
}

/// circomlib's `PoseidonEx(n, 1)` with `initialState = capacity`.
///
/// # Panics
/// As [`hash`].
pub fn hash_ex(capacity: Fr, inputs: &[Fr]) -> Fr {
    permute(capacity, inputs)[0]
}

/// circomlib's `PoseidonEx(n, 2)` with `initialState = capacity`.
///
/// # Panics
/// As [`hash`].
pub fn hash_ex2(capacity: Fr, inputs: &[Fr]) -> [Fr; 2] {
    let state = permute(capacity, inputs);
    [state[0], state[1]]
}

fn permute(capacity: Fr, inputs: &[Fr]) -> Vec<Fr> {
    let parameters = parameters(inputs.len());
    let mut state: Vec<Fr> = std::iter::once(capacity).chain(inputs.iter().copied()).collect();
    let half = parameters.full_rounds / 2;
    let rounds = parameters.full_rounds + parameters.partial_rounds;
    for round in 0..rounds {
        let constants = &parameters.ark[round * parameters.width..];
        for (lane, constant) in state.iter_mut().zip(constants) {
            *lane += constant;
        }
        if round < half || round >= half + parameters.partial_rounds {
            state.iter_mut().for_each(|lane| *lane = fifth(*lane));
        } else {
            state[0] = fifth(state[0]);
        }
        state = parameters.mds.iter().map(|row| row.iter().zip(&state).map(|(m, lane)| *m * lane).sum()).collect();
    }
    state
}

fn fifth(x: Fr) -> Fr {
    x.square().square() * x
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field::from_fr;
    use alloy_primitives::U256;

    #[derive(serde::Deserialize)]
    struct Case {
        capacity: U256,
        inputs: Vec<U256>,
        outputs: Vec<U256>,
    }

    #[test]
    fn one_and_two_hash_to_the_published_answer() {
        let answer = hash(&[Fr::from(1u64), Fr::from(2u64)]);
        assert_eq!(
            from_fr(answer).to_string(),
            "7853200120776062878684798364095072458815029376092732009249414926327459813530"
        );
    }

    #[test]
    fn circomlibjs_agrees_for_every_arity_and_capacity() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../vectors/poseidon.json")).unwrap();
        assert!(cases.len() > 20);
        for case in cases {
            let fr = |v: &U256| crate::field::to_fr(*v).unwrap();
            let inputs: Vec<Fr> = case.inputs.iter().map(fr).collect();
            let state = permute(fr(&case.capacity), &inputs);
            for (ours, theirs) in state.iter().zip(&case.outputs) {
                assert_eq!(from_fr(*ours), *theirs, "{:?}", case.inputs);
            }
        }
    }
}
