//! The campaign over the compliance circuit, the meter being in on it.

use alloy_primitives::U256;
use statement::{SecretKey, field::Fr};

use super::{campaign::Campaign, meter::Meter, places::Map, program::Program, ranged::Ranged, run::Run};
use crate::{
    circuit::Circuit,
    compliance::{Assignment, Compliance, tests::witness},
};

const PACKED: &str = "asOf and maxAllowed fit in 104 bits";
const TOTAL: &str = "total has 64 bits";
const LIMIT: &str = "total is at most maxAllowed";

fn bits(program: &Program, rule: &str, range: std::ops::Range<usize>) -> Vec<usize> {
    program.rows_of(rule)[range].iter().map(|row| program.youngest(*row)).collect()
}

pub(super) fn campaign(program: &Program) -> Campaign<'_> {
    let witness = witness(4, 100);
    let inputs = witness.unchecked_inputs();
    let assigned = Compliance::assign(&Assignment::fill_in(&witness, &inputs).unwrap());
    let map = Map::new(program).expect("a head is signed");
    let meter = Meter::new(map, *SecretKey::derive(&[1; 32], "meter").scalar());
    let start = Run::new(program, assigned.0.clone());
    // Room above: a limit that no total reaches.
    let mut roomy = start.clone();
    roomy.set_bits(&bits(program, PACKED, 40..104), U256::from(u64::MAX));
    roomy.settle();
    let total = bits(program, TOTAL, 0..64);
    let limit = Ranged::new(program, LIMIT, total, -Fr::from(1u64));
    Campaign {
        program,
        starts: vec![start, roomy],
        meter: Some(meter),
        mend: Box::new(|_| {}),
        special: Box::new(move |run, row| limit.forge(run, row)),
    }
}
