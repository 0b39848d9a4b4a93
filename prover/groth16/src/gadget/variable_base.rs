//! Multiples of a point that is itself a witness of the prime-order subgroup.
//!
//! A scalar `k = 2k' + b0` is walked from the top: each further bit of `k'` doubles
//! the sum and adds `±P`, which turns a start of `mP` into an odd multiple, and at the
//! end `(1 − b0)·P` is taken back by complete addition. With a start of `P` the walk
//! would give `(2k' + 1)·P`; see each function for its start and for why no addition
//! has equal operands, the one case in which its rows would not bind the result.

use std::sync::OnceLock;

use alloy_primitives::keccak256;
use ark_ec::{AdditiveGroup, AffineRepr, CurveGroup};
use ark_ff::PrimeField;
use statement::{
    babyjubjub::curve::{Affine, Projective},
    field::Fr,
};

use super::{edwards, montgomery};
use crate::constraint::{Builder, Num};

/// `k·P` for a scalar of 251 bits whose highest bit is one; `bits` are the 250 others.
///
/// The start is `3P` (prefix `1` of the scalar). Every operand sum is `mP` with `m`
/// odd and `3 ≤ m < 2^250 < l − 1`, so it equals neither `P` nor `−P`. About 1,520 rows.
pub(crate) fn times_with_top_bit(builder: &mut Builder, point: &edwards::Point, bits: &[Num]) -> edwards::Point {
    assert_eq!(bits.len(), 250, "the top bit is implied");
    let start = point.double(builder).add(builder, point);
    let sum = walk(builder, &start, point, bits, false);
    sum.subtract_unless(builder, &bits[0], point)
}

/// `k·P` for any boolean `bits`, lowest first; with 254 they are a field element.
///
/// The start is `T + P` for a point `T` of unknown logarithm, and `2^n·T` is taken
/// back. Each addition proves that its operands' `u` differ, so nothing is assumed of
/// the scalar. Seven rows a bit.
pub(crate) fn times(builder: &mut Builder, point: &edwards::Point, bits: &[Num]) -> edwards::Point {
    let offset = offset();
    let start = edwards::Point::constant(offset.into_affine()).add(builder, point);
    let sum = walk(builder, &start, point, bits, true);
    let sum = sum.subtract_unless(builder, &bits[0], point);
    let excess = (1..bits.len()).fold(offset, |sum, _| sum.double());
    sum.add(builder, &edwards::Point::constant((-excess).into_affine()))
}

/// From `start`, doubles and adds `+P` or `−P` for each bit from the top down to bit 1.
fn walk(
    builder: &mut Builder,
    start: &edwards::Point,
    point: &edwards::Point,
    bits: &[Num],
    check: bool,
) -> edwards::Point {
    let mut sum = montgomery::Point::from_edwards(builder, start);
    let point = montgomery::Point::from_edwards(builder, point);
    let twice_v = point.v.scale(Fr::from(2u64));
    for bit in bits[1..].iter().rev() {
        let v = &builder.mul(bit, &twice_v) - &point.v;
        let u = point.u.clone();
        if check {
            builder.enforce_nonzero(&(&sum.u - &u));
        }
        sum = sum.double_and_add(builder, &montgomery::Point { u, v });
    }
    sum.to_edwards(builder)
}

/// A point of the subgroup whose logarithm nobody knows, by hashing to the curve.
pub(crate) fn offset() -> Projective {
    static OFFSET: OnceLock<Affine> = OnceLock::new();
    let point = OFFSET.get_or_init(|| {
        (0u32..)
            .find_map(|counter| {
                let label = format!("datavault/variable-base/offset/{counter}");
                let y = Fr::from_be_bytes_mod_order(keccak256(label).as_slice());
                let point = Affine::get_point_from_y_unchecked(y, false)?;
                let point = point.clear_cofactor();
                (!point.is_zero()).then_some(point)
            })
            .expect("half of all candidates are on the curve")
    });
    point.into_group()
}
