//! Sums of multiples of a key's points.

use ark_bn254::Fr;
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, Projective, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, BigInt, Field, PrimeField, batch_inversion};
use rayon::prelude::*;
use taceo_ark_algebra::msm::msm_bigint;
use zeroize::Zeroize;

/// The points of a query that are not the identity, with the wires that multiply them.
pub(super) struct Query<P: SWCurveConfig<ScalarField = Fr>> {
    wires: Vec<u32>,
    bases: Vec<Affine<P>>,
}

/// A wire's value, as far as it matters for sums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Zero,
    One,
    Full,
}

/// The integers of all wires, wiped on drop.
pub(super) struct Scalars {
    sizes: Vec<Size>,
    integers: Vec<BigInt<4>>,
}

impl Scalars {
    pub fn new(wires: &[Fr]) -> Self {
        let size = |wire: &Fr| match *wire {
            wire if wire == Fr::ZERO => Size::Zero,
            wire if wire == Fr::ONE => Size::One,
            _ => Size::Full,
        };
        Self {
            sizes: wires.iter().map(size).collect(),
            integers: wires.par_iter().with_min_len(1 << 10).map(|wire| wire.into_bigint()).collect(),
        }
    }
}

impl Drop for Scalars {
    fn drop(&mut self) {
        self.sizes.fill(Size::Zero);
        self.integers.zeroize();
    }
}

impl<P: SWCurveConfig<ScalarField = Fr>> Query<P> {
    /// The query whose first point belongs to wire `first`.
    pub fn new(first: usize, points: Vec<Affine<P>>) -> Self {
        let present = points.iter().enumerate().filter(|(_, point)| !point.is_zero());
        let wires = present.map(|(index, _)| u32::try_from(first + index).expect("circuits have few wires")).collect();
        let bases = points.into_iter().filter(|point| !point.is_zero()).collect();
        Self { wires, bases }
    }

    /// `Σ wire · point`.
    pub fn sum(&self, scalars: &Scalars) -> Projective<P> {
        let mut ones = Vec::new();
        let mut bases = Vec::new();
        let mut integers = Vec::new();
        for (wire, base) in self.wires.iter().zip(&self.bases) {
            let wire = *wire as usize;
            match scalars.sizes[wire] {
                Size::Zero => {}
                Size::One => ones.push(*base),
                Size::Full => {
                    bases.push(*base);
                    integers.push(scalars.integers[wire]);
                }
            }
        }
        let (bits, rest) = rayon::join(|| plain_sum(ones), || msm_bigint(&bases, &integers));
        integers.zeroize();
        bits + rest
    }
}

/// `Σ value · point` for values that are large throughout.
pub(super) fn full_sum<P: SWCurveConfig<ScalarField = Fr>>(points: &[Affine<P>], values: &[Fr]) -> Projective<P> {
    let mut integers: Vec<BigInt<4>> = values.par_iter().with_min_len(1 << 10).map(|v| v.into_bigint()).collect();
    let sum = msm_bigint(points, &integers);
    integers.zeroize();
    sum
}

/// Below this many points a batch inversion costs more than it saves.
const FEW: usize = 32;

/// The sum of points other than the identity: pairs are added in affine form, all of a
/// round sharing one inversion.
fn plain_sum<P: SWCurveConfig>(mut points: Vec<Affine<P>>) -> Projective<P> {
    let mut apart = Projective::ZERO;
    let mut runs = Vec::with_capacity(points.len() / 2);
    while points.len() >= FEW {
        if points.len() % 2 == 1
            && let Some(last) = points.pop()
        {
            apart += last;
        }
        // Chords only: a pair with equal x is a doubling or cancels, and goes the long way.
        points = points
            .chunks_exact(2)
            .filter(|pair| {
                let chord = pair[0].x != pair[1].x;
                if !chord {
                    apart += pair[0];
                    apart += pair[1];
                }
                chord
            })
            .flatten()
            .copied()
            .collect();
        runs.clear();
        runs.extend(points.chunks_exact(2).map(|pair| pair[1].x - pair[0].x));
        batch_inversion(&mut runs);
        points = points.chunks_exact(2).zip(&runs).map(|(pair, inverse)| chord(&pair[0], &pair[1], inverse)).collect();
    }
    points.iter().fold(apart, |sum, point| sum + point)
}

/// `p + q` for `inverse = 1 / (q.x − p.x)`.
fn chord<P: SWCurveConfig>(p: &Affine<P>, q: &Affine<P>, inverse: &P::BaseField) -> Affine<P> {
    let slope = (q.y - p.y) * inverse;
    let x = slope.square() - p.x - q.x;
    let y = slope * (p.x - x) - p.y;
    Affine::new_unchecked(x, y)
}
