//! Baby Jubjub as a forger uses it: torsion, halves, lines, and what solves a broken addition.

use ark_ec::{AffineRepr, CurveConfig, CurveGroup, twisted_edwards::TECurveConfig};
use ark_ff::{Field, PrimeField, Zero};
use statement::{
    babyjubjub::{
        curve::{Affine, BabyJubjub, Projective, ScalarField},
        times_base,
    },
    field::Fr,
};

use super::poly::Poly;
use crate::gadget::montgomery;

pub(super) const A: Fr = BabyJubjub::COEFF_A;
pub(super) const D: Fr = BabyJubjub::COEFF_D;
const MONTGOMERY_A: u64 = 168_698;

/// The point of order two.
pub(super) fn order_two() -> Affine {
    Affine::new_unchecked(Fr::zero(), -Fr::ONE)
}

/// Montgomery coordinates to Edwards.
pub(super) fn from_montgomery([u, v]: [Fr; 2]) -> Option<Affine> {
    let point = Affine::new_unchecked(u * v.inverse()?, (u - Fr::ONE) * (u + Fr::ONE).inverse()?);
    point.is_on_curve().then_some(point)
}

/// `u` of the third point on the line through two others, which is minus their sum.
pub(super) fn third_u(p: Affine, q: Affine) -> Fr {
    let ([u0, v0], [u1, v1]) = (montgomery::from_edwards(p), montgomery::from_edwards(q));
    let slope = (v1 - v0) * (u1 - u0).inverse().expect("two points in general position");
    slope.square() - Fr::from(MONTGOMERY_A) - u0 - u1
}

/// Where the Montgomery curve meets `start + t·direction`, other than at `t = 0`.
pub(super) fn montgomery_line(start: [Fr; 2], direction: [Fr; 2]) -> Vec<(Fr, Affine)> {
    let [u, v] = [0, 1].map(|i| Poly::line(start[i], direction[i]));
    let square = u.square();
    let cubic = square.times(&u).plus(&square.scale(Fr::from(MONTGOMERY_A))).plus(&u);
    let roots = v.square().minus(&cubic).other_roots(Fr::zero());
    roots.into_iter().filter_map(|t| Some((t, from_montgomery([u.eval(t), v.eval(t)])?))).collect()
}

/// Where the Edwards curve meets `start + t·direction`, other than at `t = 0`.
pub(super) fn edwards_line(start: [Fr; 2], direction: [Fr; 2]) -> Vec<(Fr, Affine)> {
    let [x, y] = [0, 1].map(|i| Poly::line(start[i], direction[i]));
    let [x2, y2] = [x.square(), y.square()];
    let right = x2.times(&y2).scale(D).plus(&Poly::constant(Fr::ONE));
    let roots = x2.scale(A).plus(&y2).minus(&right).other_roots(Fr::zero());
    roots.into_iter().map(|t| (t, Affine::new_unchecked(x.eval(t), y.eval(t)))).collect()
}

/// Points of the curve that `(top_x/(1 + t), top_y/(1 − t))` passes, other than at `known`.
pub(super) fn denominators(top_x: Fr, top_y: Fr, known: Fr) -> Vec<(Fr, Affine)> {
    let [plus, minus] = [Fr::ONE, -Fr::ONE].map(|sign| Poly::line(Fr::ONE, sign));
    let [plus2, minus2] = [plus.square(), minus.square()];
    let left = minus2.scale(A * top_x.square()).plus(&plus2.scale(top_y.square()));
    let right = plus2.times(&minus2).plus(&Poly::constant(D * (top_x * top_y).square()));
    let point = |t: Fr| {
        let coordinate = |top: Fr, bottom: Fr| Some(top * bottom.inverse()?);
        let point = Affine::new_unchecked(coordinate(top_x, Fr::ONE + t)?, coordinate(top_y, Fr::ONE - t)?);
        point.is_on_curve().then_some((t, point))
    };
    left.minus(&right).other_roots(known).into_iter().filter_map(point).collect()
}

/// Which wire of a doubling is wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fault {
    /// `x·y`.
    Beta,
    /// `d·x²y²`, without the factor.
    Tau,
}

/// Points of the curve whose doubling, with one wrong wire, gives `output`; with that wire's value.
pub(super) fn wrong_halves(output: Affine, fault: Fault) -> Vec<(Affine, Fr)> {
    let (x, y) = (output.x, output.y);
    let two = Fr::from(2u64);
    let Some(inverse) = x.inverse() else { return Vec::new() };
    // Each case: y² − a·x² + c·s = e for s = x·y, and the wrong value as a function of s.
    type Case = (Fr, Fr, Box<dyn Fn(Fr) -> Option<Fr>>);
    let cases: Vec<Case> = match fault {
        Fault::Beta => {
            let betas = Poly::new(vec![x, -two, D * x]).roots();
            let case = |beta: Fr| -> Case {
                let top = y * (Fr::ONE - D * beta.square()) - (A - Fr::ONE) * beta;
                (Fr::ONE - A, top, Box::new(move |s| (s != beta).then_some(beta)))
            };
            betas.into_iter().map(case).collect()
        }
        Fault::Tau => {
            let wrong = move |s: Fr| {
                let tau = two * s * inverse - Fr::ONE;
                (tau != D * s.square()).then_some(tau / D)
            };
            vec![(two * y * inverse, two * y, Box::new(wrong))]
        }
    };
    let mut found = Vec::new();
    for (c, e, wrong) in cases {
        let g = Poly::new(vec![Fr::ONE + e, -c, D]);
        let s2 = Poly::new(vec![Fr::zero(), Fr::zero(), Fr::ONE]);
        let sides = g.scale(two).times(&s2.scale(D).plus(&Poly::constant(Fr::ONE)));
        for s in s2.scale(two.square() * A).plus(&g.square()).minus(&sides).roots() {
            let Some(x) = g.eval(s).inverse().and_then(|inverse| (two * s.square() * inverse).sqrt()) else { continue };
            let Some(y) = x.inverse().map(|inverse| s * inverse) else { continue };
            let point = Affine::new_unchecked(x, y);
            if let Some(value) = wrong(s).filter(|_| point.is_on_curve()) {
                found.push((point, value));
            }
        }
    }
    found
}

/// A point that gives `point` when doubled `times` times.
pub(super) fn half(point: Affine, times: u32) -> Option<Affine> {
    let inverse = (0..times).fold(ScalarField::from(1u64), |k, _| k / ScalarField::from(2u64));
    let prime = clear_torsion(point);
    let torsion = (point - prime).into_affine();
    let eighth = torsion_generator();
    let share = (0..8u64).find(|k| eighth.mul_bigint([*k]).into_affine() == torsion)?;
    let divided = (share % (1 << times) == 0).then(|| eighth.mul_bigint([share >> times]))?;
    Some((prime * inverse + divided).into_affine())
}

/// The part of a point in the subgroup of prime order.
pub(super) fn clear_torsion(point: Affine) -> Affine {
    (point.mul_bigint([8u64]).into_affine() * BabyJubjub::COFACTOR_INV).into_affine()
}

fn torsion_generator() -> Affine {
    let order = ScalarField::MODULUS;
    let multiple = |y: u64| {
        let point = Affine::get_point_from_y_unchecked(Fr::from(y), false)?;
        Some(point.mul_bigint(order).into_affine())
    };
    (2..).filter_map(multiple).find(|t| !t.mul_bigint([4u64]).is_zero()).expect("half of the points have full torsion")
}

/// The point off the curve that a doubling takes to where it takes `point`: `(i·y/√a, −i·√a·x)`.
pub(super) fn off_curve_twin(point: Affine) -> [Fr; 2] {
    let root = A.sqrt().expect("168700 is a square");
    let i = (-Fr::ONE).sqrt().expect("minus one is a square");
    [i * point.y / root, -(i * root * point.x)]
}

/// `k·B8` for an integer that may be given negative.
pub(super) fn base(k: ScalarField) -> Affine {
    times_base(&k)
}

pub(super) fn sum(points: impl IntoIterator<Item = Affine>) -> Affine {
    points.into_iter().fold(Projective::zero(), |sum, point| sum + point).into_affine()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn double([x, y]: [Fr; 2]) -> [Fr; 2] {
        let tau = D * (x * y).square();
        [(x * y + x * y) / (Fr::ONE + tau), (y.square() - A * x.square()) / (Fr::ONE - tau)]
    }

    #[test]
    fn a_point_off_the_curve_doubles_like_one_on_it() {
        let point = base(5u64.into());
        let twin = off_curve_twin(point);
        assert!(!Affine::new_unchecked(twin[0], twin[1]).is_on_curve());
        assert_eq!(double(twin), double([point.x, point.y]));
    }

    #[test]
    fn halves_double_back() {
        let mixed = sum([base(9u64.into()), order_two()]);
        for times in 0..3 {
            let halved = half(mixed, times).unwrap();
            assert_eq!(halved.mul_bigint([1u64 << times]).into_affine(), mixed);
        }
        assert_eq!(half(torsion_generator(), 1), None);
    }
}
