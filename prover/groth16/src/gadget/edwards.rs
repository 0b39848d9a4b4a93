//! Points of Baby Jubjub in Edwards form, with complete addition.
//!
//! 168700 is a square and 168696 is not, so the addition law has no exceptions for
//! points on the curve and its denominators are never zero.

use ark_ec::twisted_edwards::TECurveConfig;
use ark_ff::Field;
use statement::{
    babyjubjub::curve::{Affine, BabyJubjub},
    field::Fr,
};

use crate::constraint::{Builder, Num};

/// A point that is on the curve.
#[derive(Clone)]
pub(crate) struct Point {
    pub x: Num,
    pub y: Num,
}

impl Point {
    pub fn constant(point: Affine) -> Self {
        Self { x: Num::constant(point.x), y: Num::constant(point.y) }
    }

    /// A witness, proven to be on the curve and nothing more. 3 rows.
    pub fn on_curve(builder: &mut Builder, x: Fr, y: Fr) -> Self {
        let (x, y) = (builder.witness(x), builder.witness(y));
        let x2 = builder.mul(&x, &x);
        let y2 = builder.mul(&y, &y);
        let left = Num::sum([(BabyJubjub::COEFF_A, &x2), (Fr::ONE, &y2)]).plus(-Fr::ONE);
        builder.enforce(&x2.scale(BabyJubjub::COEFF_D), &y2, &left);
        Self { x, y }
    }

    /// A witness of the prime-order subgroup, proven as eight times a point on the
    /// curve. `eighth` is that point. 18 rows.
    pub fn in_subgroup(builder: &mut Builder, eighth: [Fr; 2]) -> Self {
        Self::on_curve(builder, eighth[0], eighth[1]).times_eight(builder)
    }

    pub fn times_eight(&self, builder: &mut Builder) -> Self {
        let mut point = self.double(builder);
        point = point.double(builder);
        point.double(builder)
    }

    /// Complete addition, 6 rows (3 if one side is constant).
    pub fn add(&self, builder: &mut Builder, other: &Self) -> Self {
        let beta = builder.mul(&self.x, &other.y);
        let gamma = builder.mul(&self.y, &other.x);
        let left = Num::sum([(Fr::ONE, &self.y), (-BabyJubjub::COEFF_A, &self.x)]);
        let delta = builder.mul(&left, &(&other.x + &other.y));
        finish(builder, &beta, &gamma, &delta)
    }

    /// Doubling, 5 rows.
    pub fn double(&self, builder: &mut Builder) -> Self {
        let beta = builder.mul(&self.x, &self.y);
        let left = Num::sum([(Fr::ONE, &self.y), (-BabyJubjub::COEFF_A, &self.x)]);
        let delta = builder.mul(&left, &(&self.x + &self.y));
        finish(builder, &beta, &beta, &delta)
    }

    pub fn enforce_equal(&self, builder: &mut Builder, other: &Self) {
        builder.enforce_equal(&self.x, &other.x);
        builder.enforce_equal(&self.y, &other.y);
    }

    /// Removes one point where `bit` is zero: `self − (1 − bit)·point`. 8 rows.
    pub fn subtract_unless(&self, builder: &mut Builder, bit: &Num, point: &Self) -> Self {
        let x = builder.mul(&bit.plus(-Fr::ONE), &point.x);
        let y = builder.mul(bit, &-&point.y.plus(-Fr::ONE));
        let y = &point.y + &y;
        self.add(builder, &Self { x, y })
    }
}

fn finish(builder: &mut Builder, beta: &Num, gamma: &Num, delta: &Num) -> Point {
    let tau = builder.mul(beta, gamma).scale(BabyJubjub::COEFF_D);
    let top = Num::sum([(Fr::ONE, delta), (BabyJubjub::COEFF_A, beta), (-Fr::ONE, gamma)]);
    Point { x: builder.div(&(beta + gamma), &tau.plus(Fr::ONE)), y: builder.div(&top, &-&tau.plus(-Fr::ONE)) }
}
