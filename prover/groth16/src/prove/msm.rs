//! Multi-scalar multiplication with affine buckets.
//!
//! The bucket method with signed digits, all additions in affine form: pairs of points are
//! added 512 at a time, which share one inversion (six multiplications an addition, where
//! extended Jacobian coordinates take ten). Points are sorted by bucket first and each bucket
//! is summed as a tree, so that no addition waits for another, however the digits are spread.
//! The weighted sum of the buckets is a matter of such trees too.
//!
//! Nothing is computed from secrets in constant time here, as in every Groth16 prover; what
//! lists the digits is wiped.

use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, Projective, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, BigInt, Field, Zero, batch_inversion};
use rayon::prelude::*;
use statement::field::Fr;
use zeroize::Zeroize;

/// Bits of a scalar.
const BITS: usize = 254;
/// Additions that share an inversion.
const BATCH: usize = 512;
/// Products of runs that grow side by side: each waits for its own last factor only.
const LANES: usize = 4;

/// The points of a sum: which of the bases, and by what to multiply each.
#[derive(Default)]
pub(super) struct Terms {
    bases: Vec<u32>,
    scalars: Vec<BigInt<4>>,
}

impl Terms {
    pub fn with_capacity(terms: usize) -> Self {
        // Not to grow: what is left behind would not be wiped.
        Self { bases: Vec::with_capacity(terms), scalars: Vec::with_capacity(terms) }
    }

    /// Adds `scalar · bases[base]`; the scalar is below the field's modulus.
    pub fn push(&mut self, base: usize, scalar: BigInt<4>) {
        self.bases.push(u32::try_from(base).expect("a key has few points"));
        self.scalars.push(scalar);
    }
}

impl Drop for Terms {
    fn drop(&mut self) {
        self.scalars.zeroize();
    }
}

/// `Σ scalar · base`.
pub(super) fn msm<P: SWCurveConfig<ScalarField = Fr>>(bases: &[Affine<P>], mut terms: Terms) -> Projective<P> {
    if terms.bases.is_empty() {
        return Projective::ZERO;
    }
    let width = width(terms.bases.len());
    let windows = BITS.div_ceil(width);
    recode(&mut terms.scalars, width, windows);
    let sums: Vec<Projective<P>> =
        (0..windows).into_par_iter().map(|window| window_sum(bases, &terms, width, window, windows)).collect();
    sums.into_iter().rev().fold(Projective::ZERO, |mut total, sum| {
        for _ in 0..width {
            total.double_in_place();
        }
        total + sum
    })
}

/// Bits of a window: each costs an addition a point, and about two a bucket.
fn width(terms: usize) -> usize {
    (3..=16).min_by_key(|width| BITS.div_ceil(*width) * (terms + (1 << width))).expect("the range is not empty")
}

/// Adds `2^(width − 1)` to every window but the highest, so that a window minus as much is
/// its signed digit and no carry runs.
///
/// The highest window keeps its sign. It has fewer bits than the others, since no width
/// divides 254, so with the carry it is at most `2^(width − 1)` like their digits.
fn recode(scalars: &mut [BigInt<4>], width: usize, windows: usize) {
    let mut offset = [0u64; 4];
    for window in 0..windows - 1 {
        let bit = window * width + width - 1;
        offset[bit / 64] |= 1 << (bit % 64);
    }
    for BigInt(limbs) in scalars {
        let mut carry = false;
        for (limb, offset) in limbs.iter_mut().zip(offset) {
            let (sum, first) = limb.overflowing_add(offset);
            let (sum, second) = sum.overflowing_add(carry.into());
            (*limb, carry) = (sum, first | second);
        }
    }
}

/// The signed digit of a recoded scalar.
fn digit(BigInt(limbs): &BigInt<4>, width: usize, window: usize, windows: usize) -> i32 {
    let (limb, shift) = (window * width / 64, window * width % 64);
    let mut bits = limbs[limb] >> shift;
    if shift + width > 64 && limb < 3 {
        bits |= limbs[limb + 1] << (64 - shift);
    }
    let bits = (bits & ((1 << width) - 1)) as i32;
    if window + 1 == windows { bits } else { bits - (1 << (width - 1)) }
}

/// `Σ digit · base` over one window.
fn window_sum<P: SWCurveConfig>(
    bases: &[Affine<P>],
    terms: &Terms,
    width: usize,
    window: usize,
    windows: usize,
) -> Projective<P> {
    let digits = || terms.scalars.iter().map(|scalar| digit(scalar, width, window, windows));
    let mut lengths = vec![0u32; 1 << (width - 1)];
    for digit in digits().filter(|digit| *digit != 0) {
        lengths[digit.unsigned_abs() as usize - 1] += 1;
    }
    // Counting sort: bases by bucket, the sign in the lowest bit.
    let starts = lengths.iter().scan(0, |end, length| {
        *end += length;
        Some(*end - length)
    });
    let mut starts: Vec<u32> = starts.collect();
    let mut order = vec![0u32; lengths.iter().sum::<u32>() as usize];
    for (digit, base) in digits().zip(&terms.bases).filter(|(digit, _)| *digit != 0) {
        let next = &mut starts[digit.unsigned_abs() as usize - 1];
        order[*next as usize] = base << 1 | u32::from(digit < 0);
        *next += 1;
    }
    // Copied in that order: additions would wait for each base to come from memory.
    let sorted: Vec<Affine<P>> = order
        .iter()
        .map(|term| {
            let base = bases[(term >> 1) as usize];
            if term & 1 == 1 { -base } else { base }
        })
        .collect();
    let buckets = segment_sums(&mut lengths, |at| sorted[at]);
    order.zeroize();
    starts.zeroize();
    weighted_sum(buckets)
}

/// `Σ (i + 1) · bucket_i` for a power of two of buckets.
///
/// With `W(B) = Σ i·B_i` and the pairs `B'_k = B_2k + B_2k+1`, `W(B) = 2·W(B') + Σ B_2k+1`:
/// so the sums of the odd ones of every level, doubled as often as the level says, and the
/// sum of all, which is the last level.
fn weighted_sum<P: SWCurveConfig>(buckets: Vec<Affine<P>>) -> Projective<P> {
    let mut odd = Vec::with_capacity(buckets.len());
    let mut lengths = Vec::new();
    let mut level = buckets;
    while level.len() > 1 {
        odd.extend(level.chunks_exact(2).map(|pair| pair[1]));
        lengths.push(level.len() as u32 / 2);
        level = segment_sums(&mut vec![2; level.len() / 2], |at| level[at]);
    }
    let sums = segment_sums(&mut lengths, |at| odd[at]);
    let weighted = sums.iter().rev().fold(Projective::ZERO, |total: Projective<P>, sum| total.double() + sum);
    level.iter().fold(weighted, |total, sum| total + sum)
}

/// The sum of many points.
pub(super) fn plain_sum<P: SWCurveConfig>(points: usize, point: impl Fn(usize) -> Affine<P>) -> Projective<P> {
    let sums = segment_sums(&mut [points as u32], point);
    sums.first().map_or(Projective::ZERO, |sum| (*sum).into())
}

/// The sum of each segment of a list of points, given the segments' lengths. The lengths are
/// left as zeros and ones.
fn segment_sums<P: SWCurveConfig>(lengths: &mut [u32], point: impl Fn(usize) -> Affine<P>) -> Vec<Affine<P>> {
    let mut adder = Adder::new();
    let mut points = adder.halve(lengths, point);
    while lengths.iter().any(|length| *length > 1) {
        points = adder.halve(lengths, |at| points[at]);
    }
    let mut points = points.into_iter();
    lengths.iter().map(|length| if *length == 0 { None } else { points.next() }.unwrap_or_default()).collect()
}

/// An addition that waits for its slope. The sum's place holds the left point meanwhile.
struct Pending<F> {
    place: u32,
    right_x: F,
    rise: F,
    run: F,
    /// The product of all runs before in its lane.
    before: F,
}

/// Adds pairs of points, a batch at a time.
struct Adder<P: SWCurveConfig> {
    pending: Vec<Pending<P::BaseField>>,
    products: [P::BaseField; LANES],
}

impl<P: SWCurveConfig> Adder<P> {
    fn new() -> Self {
        Self { pending: Vec::with_capacity(BATCH), products: [P::BaseField::ONE; LANES] }
    }

    /// Adds neighbours within each segment; halves the lengths, rounding up.
    fn halve(&mut self, lengths: &mut [u32], point: impl Fn(usize) -> Affine<P>) -> Vec<Affine<P>> {
        let left = lengths.iter().map(|length| length.div_ceil(2) as usize).sum();
        let mut sums = Vec::with_capacity(left);
        let mut at = 0;
        for length in lengths {
            let end = at + *length as usize;
            while at + 1 < end {
                self.add(point(at), point(at + 1), &mut sums);
                at += 2;
            }
            if at < end {
                sums.push(point(at));
                at = end;
            }
            *length = length.div_ceil(2);
        }
        self.finish(&mut sums);
        sums
    }

    /// Appends the sum of two points, at the latest when the batch is full.
    fn add(&mut self, left: Affine<P>, right: Affine<P>, sums: &mut Vec<Affine<P>>) {
        let (rise, run) = match right.x - left.x {
            _ if left.is_zero() => return sums.push(right),
            _ if right.is_zero() => return sums.push(left),
            run if !run.is_zero() => (right.y - left.y, run),
            // The same x: the same point, whose tangent is taken, or its opposite.
            _ if left.y == right.y && !left.y.is_zero() => {
                let square = left.x.square();
                (square.double() + square + P::COEFF_A, left.y.double())
            }
            _ => return sums.push(Affine::zero()),
        };
        let place = sums.len() as u32;
        let product = &mut self.products[self.pending.len() % LANES];
        self.pending.push(Pending { place, right_x: right.x, rise, run, before: *product });
        *product *= run;
        sums.push(left);
        if self.pending.len() == BATCH {
            self.finish(sums);
        }
    }

    /// One inversion for all that waits.
    fn finish(&mut self, sums: &mut [Affine<P>]) {
        // No run is zero, so no product is.
        let mut inverses = self.products;
        batch_inversion(&mut inverses);
        for (index, pending) in self.pending.drain(..).enumerate().rev() {
            let Pending { place, right_x, rise, run, before } = pending;
            let sum = &mut sums[place as usize];
            let inverse = &mut inverses[index % LANES];
            let slope = rise * (*inverse * before);
            *inverse *= run;
            let x = slope.square() - sum.x - right_x;
            sum.y = slope * (sum.x - x) - sum.y;
            sum.x = x;
        }
        self.products = [P::BaseField::ONE; LANES];
    }
}

#[cfg(test)]
mod tests;
