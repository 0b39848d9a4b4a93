//! Responses `S` for a wrong row in `S·B8`: the sum's exponent is inverted, digit by digit.

use alloy_primitives::U256;
use ark_ff::{BigInt, PrimeField};
use statement::babyjubjub::curve::{Affine, ScalarField};

use super::{
    curve::{base, edwards_line, montgomery_line, third_u},
    places::{Chord, TOP_WINDOW},
};
use crate::gadget::montgomery;

/// Two bits of a response.
pub(super) fn digit(s: U256, window: usize) -> u64 {
    (s >> (2 * window)).as_limbs()[0] & 3
}

pub(super) fn order() -> U256 {
    U256::from_limbs(ScalarField::MODULUS.0)
}

pub(super) fn integer(k: ScalarField) -> U256 {
    U256::from_limbs(k.into_bigint().0)
}

pub(super) fn scalar(k: U256) -> ScalarField {
    ScalarField::from_bigint(BigInt((k % order()).into_limbs())).expect("reduced")
}

fn power(window: usize) -> U256 {
    U256::from(1) << (2 * window)
}

/// What windows `from` and above add to the sum beside their digits.
fn offset_from(from: usize) -> ScalarField {
    let top = scalar(power(TOP_WINDOW) << 1);
    (from.max(1)..TOP_WINDOW).fold(top, |sum, window| sum + scalar(power(window)))
}

/// All of it: what window 0 takes back.
pub(super) fn offset() -> ScalarField {
    offset_from(1)
}

/// The point that a window adds for a digit, in circuit order: `(d + 1)·4^w·B8`; window 0 takes the offset back.
pub(super) fn share(window: usize, digit: u64) -> Affine {
    match window {
        0 => base(ScalarField::from(digit) - offset()),
        TOP_WINDOW => base(scalar(power(window) * U256::from(digit + 2))),
        _ => base(scalar(power(window) * U256::from(digit + 1))),
    }
}

/// The coordinates that a window's point is selected in.
fn coordinates(window: usize, point: Affine) -> [ark_bn254::Fr; 2] {
    if window == 0 { [point.x, point.y] } else { montgomery::from_edwards(point) }
}

/// A point that a wrong window adds, and the wrong wire's value.
pub(super) struct WrongShare {
    pub wire: ark_bn254::Fr,
    pub point: Affine,
}

/// Where a wrong product of the two bits can lead on the curve.
pub(super) fn wrong_products(window: usize, digit: u64) -> Vec<WrongShare> {
    let points = [0, 1, 2, 3].map(|d| coordinates(window, share(window, d)));
    let start = points[digit as usize];
    let direction = [0, 1].map(|axis| points[3][axis] - points[2][axis] - points[1][axis] + points[0][axis]);
    let honest = ark_bn254::Fr::from(digit == 3);
    let found = if window == 0 { edwards_line(start, direction) } else { montgomery_line(start, direction) };
    found.into_iter().map(|(t, point)| WrongShare { wire: honest + t, point }).collect()
}

/// Where a bit other than 0 and 1 can lead on the curve, between the points of two digits.
pub(super) fn wrong_bits(window: usize, low: u64, high: u64) -> Vec<WrongShare> {
    let (p, q) = (share(window, low), share(window, high));
    if window > 0 {
        // The third point of the line is minus the sum, whose logarithm is known.
        let [u0, u1] = [p, q].map(|point| montgomery::from_edwards(point)[0]);
        let Some(inverse) = ark_ff::Field::inverse(&(u1 - u0)) else { return Vec::new() };
        let point = -super::curve::sum([p, q]);
        return vec![WrongShare { wire: (third_u(p, q) - u0) * inverse, point }];
    }
    let direction = [q.x - p.x, q.y - p.y];
    let one = ark_bn254::Fr::from(1u64);
    let found = edwards_line([p.x, p.y], direction).into_iter().filter(|(t, _)| *t != one);
    found.map(|(wire, point)| WrongShare { wire, point }).collect()
}

/// Responses for which the sum, with this wrong row, comes to `target·B8`.
pub(super) fn responses(window: usize, row: Chord, target: ScalarField) -> Vec<U256> {
    let mut found = Vec::new();
    match row {
        // The window is subtracted: S − 2·share.
        Chord::Slope => {
            for d in 0..4u64 {
                let s = integer(target + scalar(power(window) * U256::from(2 * (d + 1))));
                if digit(s, window) == d {
                    found.push(s);
                }
            }
        }
        // The sum before the window is negated, and the window lost.
        Chord::U => {
            let t = target + offset_from(window + 1).double_it() + scalar(power(window));
            for (high, low) in opposed(t, window + 1) {
                let free = (0..4u64).map(|d| power(window) * U256::from(d));
                found.extend(free.map(|d| high + d + low).filter(|_| low < power(window)));
            }
        }
        // The sum with the window is negated.
        Chord::V => {
            let t = target + offset_from(window).double_it();
            found.extend(opposed(t, window).map(|(high, low)| high + low));
        }
    }
    found.retain(|s| *s < order());
    found
}

/// `low − high = t` modulo the order, `high` a multiple of `4^window`, `low` below it.
fn opposed(t: ScalarField, window: usize) -> impl Iterator<Item = (U256, U256)> {
    (1..3u64).map(move |c| {
        let n = order() * U256::from(c) - integer(t);
        let unit = power(window);
        let low = (unit - n % unit) % unit;
        (n + low, low)
    })
}

trait DoubleIt {
    fn double_it(self) -> Self;
}

impl DoubleIt for ScalarField {
    fn double_it(self) -> Self {
        self + self
    }
}
