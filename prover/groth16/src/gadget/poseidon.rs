//! Poseidon with circomlib's parameters: three rows for each fifth power.
//!
//! Wires on the right side of a row cost the prover a multiplication in G2, the dearest there is. Hence the square
//! stands on the left only and the cube on the right only.

use statement::{field::Fr, poseidon};

use crate::constraint::{Builder, Num};

/// Twin of [`poseidon::hash`].
pub(crate) fn hash(builder: &mut Builder, inputs: &[Num]) -> Num {
    hash_ex(builder, &Num::zero(), inputs)
}

/// Twin of [`poseidon::hash_ex`].
pub(crate) fn hash_ex(builder: &mut Builder, capacity: &Num, inputs: &[Num]) -> Num {
    permute(builder, capacity, inputs).swap_remove(0)
}

/// Twin of [`poseidon::hash_ex2`].
pub(crate) fn hash_ex2(builder: &mut Builder, capacity: &Num, inputs: &[Num]) -> [Num; 2] {
    let mut state = permute(builder, capacity, inputs).into_iter();
    [(); 2].map(|()| state.next().expect("a state has at least two lanes"))
}

fn permute(builder: &mut Builder, capacity: &Num, inputs: &[Num]) -> Vec<Num> {
    let parameters = poseidon::parameters(inputs.len());
    let mut state: Vec<Num> = std::iter::once(capacity).chain(inputs).cloned().collect();
    let half = parameters.full_rounds / 2;
    let rounds = parameters.full_rounds + parameters.partial_rounds;
    for round in 0..rounds {
        let constants = &parameters.ark[round * parameters.width..];
        for (lane, constant) in state.iter_mut().zip(constants) {
            *lane = lane.plus(*constant);
        }
        let full = round < half || round >= half + parameters.partial_rounds;
        let powered = if full { state.len() } else { 1 };
        for lane in &mut state[..powered] {
            *lane = fifth(builder, lane);
        }
        state = parameters.mds.iter().map(|row| mix(row, &state)).collect();
    }
    state
}

fn mix(row: &[Fr], state: &[Num]) -> Num {
    Num::sum(row.iter().copied().zip(state))
}

fn fifth(builder: &mut Builder, x: &Num) -> Num {
    let square = builder.mul(x, x);
    let cube = builder.mul(&square, x);
    builder.mul(&square, &cube)
}
