//! Bits, ranges and comparison with a constant.

use alloy_primitives::U256;
use statement::field::{Fr, from_fr};

use crate::constraint::{Builder, Num};

/// One boolean witness: `b·(1 − b) = 0`.
pub(crate) fn bit(builder: &mut Builder, value: bool) -> Num {
    gated_bit(builder, value, &Num::one())
}

/// A boolean that is zero unless `on` is one: `b·(on − b) = 0`, given `on` boolean.
pub(crate) fn gated_bit(builder: &mut Builder, value: bool, on: &Num) -> Num {
    let bit = builder.witness(Fr::from(value));
    builder.enforce(&bit, &(on - &bit), &Num::zero());
    bit
}

/// Boolean witnesses, in the given order.
pub(crate) fn bits(builder: &mut Builder, values: &[bool]) -> Vec<Num> {
    values.iter().map(|value| bit(builder, *value)).collect()
}

/// The lowest `width` bits of `value`, lowest first.
pub(crate) fn low_bits(value: Fr, width: usize) -> Vec<bool> {
    let value = from_fr(value);
    (0..width).map(|i| value.bit(i)).collect()
}

/// Proves `0 ≤ value < 2^width` and returns the bits; `width` is below 254.
pub(crate) fn range(builder: &mut Builder, value: &Num, width: usize) -> Vec<Num> {
    let bits = bits(builder, &low_bits(value.value(), width));
    builder.enforce_equal(&Num::from_bits(&bits), value);
    bits
}

/// Proves that boolean `bits` (lowest first) stand for an integer not above `bound`.
///
/// From the top: `equal` is one while every one-bit of the bound has been matched; in
/// a run of the bound's zeros no bit may then be set. Costs a row for each one and for
/// each run of zeros.
pub(crate) fn enforce_at_most(builder: &mut Builder, bits: &[Num], bound: U256) {
    debug_assert!(bound.bit_len() <= bits.len());
    let mut equal = Num::one();
    let mut zeros: Vec<&Num> = Vec::new();
    let trailing = bound.trailing_ones();
    for (i, bit) in bits.iter().enumerate().skip(trailing).rev() {
        if !bound.bit(i) {
            zeros.push(bit);
        }
        let run_ends = bound.bit(i) || i == trailing;
        if run_ends && !zeros.is_empty() {
            let sum = Num::sum(zeros.drain(..).map(|bit| (Fr::from(1u64), bit)));
            builder.enforce(&equal, &sum, &Num::zero());
        }
        if bound.bit(i) {
            equal = builder.mul(&equal, bit);
        }
    }
}

/// The 254 bits of a field element, lowest first, as the integer below the modulus.
pub(crate) fn canonical(builder: &mut Builder, value: &Num) -> Vec<Num> {
    let bits = bits(builder, &low_bits(value.value(), 254));
    builder.enforce_equal(&Num::from_bits(&bits), value);
    enforce_at_most(builder, &bits, from_fr(-Fr::from(1u64)));
    bits
}
