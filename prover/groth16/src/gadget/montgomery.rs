//! The same curve in Montgomery form, `v² = u³ + 168698·u² + u`: cheaper additions
//! that have exceptions. Each user shows why it never meets one.

use ark_ec::twisted_edwards::MontCurveConfig;
use ark_ff::{AdditiveGroup, Field};
use statement::{
    babyjubjub::curve::{Affine, BabyJubjub},
    field::Fr,
};

use super::edwards;
use crate::constraint::{Builder, Num};

const A: Fr = <BabyJubjub as MontCurveConfig>::COEFF_A;

/// A point of odd order, other than the identity.
#[derive(Clone)]
pub(crate) struct Point {
    pub u: Num,
    pub v: Num,
}

/// Native map from Edwards to Montgomery form, for tables. Not for the identity.
pub(crate) fn from_edwards(point: Affine) -> [Fr; 2] {
    let inverse = |d: Fr| d.inverse().expect("no table holds a point of order 1 or 2");
    let u = (Fr::ONE + point.y) * inverse(Fr::ONE - point.y);
    [u, u * inverse(point.x)]
}

impl Point {
    /// From Edwards form. 2 rows; unsatisfiable for the identity.
    pub fn from_edwards(builder: &mut Builder, point: &edwards::Point) -> Self {
        let u = builder.div(&point.y.plus(Fr::ONE), &-&point.y.plus(-Fr::ONE));
        let v = builder.div(&u, &point.x);
        Self { u, v }
    }

    /// To Edwards form. 2 rows. Points of odd order have `v ≠ 0` and `u ≠ −1`.
    pub fn to_edwards(&self, builder: &mut Builder) -> edwards::Point {
        edwards::Point {
            x: builder.div(&self.u, &self.v),
            y: builder.div(&self.u.plus(-Fr::ONE), &self.u.plus(Fr::ONE)),
        }
    }

    /// `self + other` for `self ≠ ±other`. 3 rows; unsatisfiable for `self = −other`,
    /// **unsound** for `self = other`.
    pub fn add(&self, builder: &mut Builder, other: &Self) -> Self {
        let (slope, u) = chord(builder, self, other);
        let v = opposite(builder, &slope, self, &u);
        Self { u, v }
    }

    /// `2·self + other` for `self ≠ ±other`. 5 rows: the intermediate sum needs no `v`.
    ///
    /// Unsatisfiable where `self + other = ±self`; **unsound** for `self = other`.
    pub fn double_and_add(&self, builder: &mut Builder, other: &Self) -> Self {
        let (first, middle) = chord(builder, self, other);
        // The second slope, from the intermediate's v that is never computed.
        let both = builder.div(&self.v.scale(Fr::ONE.double()), &(&self.u - &middle));
        let slope = &both - &first;
        let u = third(builder, &slope, &self.u, &middle);
        let v = opposite(builder, &slope, self, &u);
        Self { u, v }
    }
}

/// Slope through two points, and `u` of their sum.
fn chord(builder: &mut Builder, p: &Point, q: &Point) -> (Num, Num) {
    let slope = builder.div(&(&p.v - &q.v), &(&p.u - &q.u));
    let u = third(builder, &slope, &p.u, &q.u);
    (slope, u)
}

/// `slope² − A − u1 − u2`.
fn third(builder: &mut Builder, slope: &Num, u1: &Num, u2: &Num) -> Num {
    let known = (u1 + u2).plus(A);
    let u = builder.witness(slope.value().square() - known.value());
    builder.enforce(slope, slope, &(&u + &known));
    u
}

/// `slope·(p.u − u) − p.v`.
fn opposite(builder: &mut Builder, slope: &Num, p: &Point, u: &Num) -> Num {
    let run = &p.u - u;
    let v = builder.witness(slope.value() * run.value() - p.v.value());
    // A slope is on the right already, for its square.
    builder.enforce(&run, slope, &(&v + &p.v));
    v
}
