//! Which points of a key a proof adds up, and how often each.

use ark_bn254::Fr;
use ark_ec::{
    AffineRepr,
    short_weierstrass::{Affine, Projective, SWCurveConfig},
};
use ark_ff::{AdditiveGroup, Field, PrimeField};
use zeroize::Zeroize;

use super::msm::{Terms, msm, plain_sum};

/// The wires that multiply a query's points, those without the identity.
pub(super) struct Query {
    /// Where its points begin among the bases.
    first: usize,
    wires: Vec<u32>,
}

/// A wire's value, as far as it matters for sums.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Size {
    Zero,
    One,
    Full,
}

/// The values of all wires, wiped on drop.
pub(super) struct Scalars<'a> {
    wires: &'a [Fr],
    sizes: Vec<Size>,
}

impl<'a> Scalars<'a> {
    pub fn new(wires: &'a [Fr]) -> Self {
        let size = |wire: &Fr| match *wire {
            wire if wire == Fr::ZERO => Size::Zero,
            wire if wire == Fr::ONE => Size::One,
            _ => Size::Full,
        };
        Self { wires, sizes: wires.iter().map(size).collect() }
    }
}

impl Drop for Scalars<'_> {
    fn drop(&mut self) {
        self.sizes.fill(Size::Zero);
    }
}

impl Query {
    /// Appends the points of a query to the bases; the first belongs to wire `wire`.
    pub fn new<P: SWCurveConfig>(bases: &mut Vec<Affine<P>>, wire: usize, points: Vec<Affine<P>>) -> Self {
        let first = bases.len();
        let present = points.iter().enumerate().filter(|(_, point)| !point.is_zero());
        let wires = present.map(|(index, _)| u32::try_from(wire + index).expect("circuits have few wires")).collect();
        bases.extend(points.into_iter().filter(|point| !point.is_zero()));
        Self { first, wires }
    }

    /// A query with bases of its own, from the one on.
    pub fn alone<P: SWCurveConfig>(points: Vec<Affine<P>>) -> (Vec<Affine<P>>, Self) {
        let mut bases = Vec::with_capacity(points.len());
        let query = Self::new(&mut bases, 0, points);
        (bases, query)
    }

    fn bases_of<'a>(&'a self, scalars: &'a Scalars<'_>, size: Size) -> impl Iterator<Item = (usize, usize)> + 'a {
        let bases = self.wires.iter().enumerate().map(|(at, wire)| (self.first + at, *wire as usize));
        bases.filter(move |(_, wire)| scalars.sizes[*wire] == size)
    }

    /// How many terms [`Query::terms`] gives.
    pub fn count(&self, scalars: &Scalars<'_>) -> usize {
        self.bases_of(scalars, Size::Full).count()
    }

    /// What wires that are neither zero nor one add, times `factor`.
    pub fn terms(&self, scalars: &Scalars<'_>, factor: Fr, terms: &mut Terms) {
        for (base, wire) in self.bases_of(scalars, Size::Full) {
            let value = if factor == Fr::ONE { scalars.wires[wire] } else { scalars.wires[wire] * factor };
            terms.push(base, value.into_bigint());
        }
    }

    /// What wires that are one add.
    pub fn ones<P: SWCurveConfig>(&self, bases: &[Affine<P>], scalars: &Scalars<'_>) -> Projective<P> {
        let mut ones: Vec<u32> = Vec::with_capacity(self.bases_of(scalars, Size::One).count());
        ones.extend(self.bases_of(scalars, Size::One).map(|(base, _)| base as u32));
        let sum = plain_sum(ones.len(), |at| bases[ones[at] as usize]);
        ones.zeroize();
        sum
    }

    /// `Σ wire · point`.
    pub fn sum<P: SWCurveConfig<ScalarField = Fr>>(&self, bases: &[Affine<P>], scalars: &Scalars<'_>) -> Projective<P> {
        let mut terms = Terms::with_capacity(self.count(scalars));
        self.terms(scalars, Fr::ONE, &mut terms);
        let (ones, rest) = rayon::join(|| self.ones(bases, scalars), || msm(bases, terms));
        ones + rest
    }
}
