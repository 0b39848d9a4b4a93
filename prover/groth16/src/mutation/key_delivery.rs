//! The campaign over the key-delivery circuit: whatever it computes becomes public.

use super::{
    campaign::Campaign,
    meter::{OFF_CURVE, forge_off_curve},
    places::SUBGROUP,
    program::Program,
    run::Run,
};
use crate::{
    circuit::Circuit,
    key_delivery::{Assignment, KeyDelivery, tests::witness},
};

pub(super) fn campaign(program: &Program) -> Campaign<'_> {
    let witness = witness(1);
    let honest = witness.public_inputs().and_then(|inputs| Assignment::honest(&witness, &inputs));
    let assigned = KeyDelivery::assign(&honest.unwrap());
    let start = Run::new(program, assigned.0.clone());
    let subgroup = program.rows_of(SUBGROUP[1]);
    let special = move |run: &mut Run, row: usize| {
        subgroup[..3].contains(&row).then(|| {
            forge_off_curve(run, row, &subgroup);
            OFF_CURVE
        })
    };
    Campaign { program, starts: vec![start], meter: None, mend: Box::new(|_| {}), special: Box::new(special) }
}
