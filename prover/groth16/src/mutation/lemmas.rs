//! What the reasons in the report lean on, tried on random points.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{Field, UniformRand, Zero};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::{
    babyjubjub::curve::{Affine, ScalarField},
    field::Fr,
};

use super::{
    curve::{A, D, base, order_two},
    places::Part,
    poly::Poly,
};
use crate::gadget::montgomery;

const SAMPLES: usize = 200;

fn montgomery_a() -> Fr {
    Fr::from(168_698u64)
}

/// `v² − u³ − A·u²`: on a curve of the pencil this is `b·u + c`.
fn excess([u, v]: [Fr; 2]) -> Fr {
    v.square() - u.square() * (u + montgomery_a())
}

fn on_curve(point: [Fr; 2]) -> bool {
    excess(point) == point[0]
}

fn inverse(x: Fr) -> Fr {
    x.inverse().expect("random numbers differ")
}

/// The circuit's chord, whatever the points.
fn chord([u1, v1]: [Fr; 2], [u2, v2]: [Fr; 2]) -> [Fr; 2] {
    let slope = (v1 - v2) * inverse(u1 - u2);
    let u = slope.square() - montgomery_a() - u1 - u2;
    [u, slope * (u1 - u) - v1]
}

/// The circuit's `2·p + q`.
fn double_and_add(p: [Fr; 2], q: [Fr; 2]) -> [Fr; 2] {
    chord(p, chord(p, q))
}

fn random_point(rng: &mut ChaCha20Rng) -> Affine {
    base(ScalarField::rand(rng))
}

fn random_pair(rng: &mut ChaCha20Rng) -> [[Fr; 2]; 2] {
    [(); 2].map(|()| montgomery::from_edwards(random_point(rng)))
}

#[test]
fn a_chord_with_one_end_off_the_curve_ends_off_the_curve() {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    for _ in 0..SAMPLES {
        let [p, [u, v]] = random_pair(&mut rng);
        let off = [u, v * Fr::rand(&mut rng)];
        assert!(on_curve(chord(p, [u, v])) && on_curve(double_and_add(p, [u, v])));
        assert!(!on_curve(off) && !on_curve(chord(p, off)) && !on_curve(chord(off, p)));
        assert!(!on_curve(double_and_add(p, off)) && !on_curve(double_and_add(off, p)));
    }
}

#[test]
fn a_walk_off_the_curve_stays_on_one_other_curve() {
    let mut rng = ChaCha20Rng::seed_from_u64(2);
    for _ in 0..SAMPLES {
        let [_, p] = random_pair(&mut rng);
        let mut sum = [(); 2].map(|()| Fr::rand(&mut rng));
        // The curve v² = u³ + A·u² + b·u + c through both.
        let b = (excess(sum) - excess(p)) * inverse(sum[0] - p[0]);
        let c = excess(p) - b * p[0];
        // It meets ours where u = b·u + c, which is at P.
        assert_eq!(c * inverse(Fr::ONE - b), p[0]);
        for step in 0..5u64 {
            let other = [p[0], if step % 2 == 0 { p[1] } else { -p[1] }];
            sum = double_and_add(sum, other);
            assert_eq!(excess(sum), b * sum[0] + c);
            assert!(!on_curve(sum));
        }
    }
}

/// The complete formulas with the wrong value `t` in one inner wire: numerators of x and y, and the product below.
fn wrong_addition(p: Affine, q: Affine, part: Part) -> ([Poly; 3], Fr) {
    let (beta, gamma) = (p.x * q.y, p.y * q.x);
    let delta = (p.y - A * p.x) * (q.x + q.y);
    let fixed = Poly::constant;
    let t = Poly::line(Fr::from(0u64), Fr::ONE);
    let (b, c) = match part {
        Part::Beta => (t.clone(), fixed(gamma)),
        Part::Gamma => (fixed(beta), t.clone()),
        _ => (fixed(beta), fixed(gamma)),
    };
    let tau = if part == Part::Tau { t } else { b.times(&c).scale(D) };
    let top = fixed(delta).plus(&b.scale(A)).minus(&c);
    let honest = match part {
        Part::Beta => beta,
        Part::Gamma => gamma,
        _ => D * beta * gamma,
    };
    ([b.plus(&c), top, tau], honest)
}

/// The points of the curve that a wrong inner wire can make of `p + q`.
fn other_sums(p: Affine, q: Affine, part: Part) -> Vec<Affine> {
    let ([x, y, tau], honest) = wrong_addition(p, q, part);
    let one = Poly::constant(Fr::ONE);
    let [plus, minus] = [one.plus(&tau), one.minus(&tau)];
    let left = x.times(&minus).square().scale(A).plus(&y.times(&plus).square());
    let right = plus.times(&minus).square().plus(&x.times(&y).square().scale(D));
    let roots = left.minus(&right).other_roots(honest);
    let point = |t: Fr| {
        let [below_x, below_y] = [&plus, &minus].map(|poly| poly.eval(t).inverse());
        Some(Affine::new_unchecked(x.eval(t) * below_x?, y.eval(t) * below_y?))
    };
    roots.into_iter().filter_map(point).filter(Affine::is_on_curve).collect()
}

#[test]
fn a_wrong_inner_wire_leads_to_no_small_combination_of_the_operands() {
    let mut rng = ChaCha20Rng::seed_from_u64(3);
    let mut met = 0;
    for part in [Part::Beta, Part::Gamma, Part::Tau] {
        for _ in 0..20 {
            let [p, q] = [(); 2].map(|()| random_point(&mut rng));
            let others = other_sums(p, q, part);
            assert!(others.len() <= 3);
            met += others.len();
            for other in others {
                for i in -3i64..=3 {
                    for j in -3i64..=3 {
                        let small = p * ScalarField::from(i) + q * ScalarField::from(j);
                        let rest = (other - small.into_affine()).into_affine();
                        assert!(!rest.mul_bigint([8u64]).is_zero(), "{part:?}: {i}·p + {j}·q and torsion");
                    }
                }
            }
        }
    }
    assert!(met > 20, "there are other points to look at: {met}");
}

#[test]
fn nonces_off_the_curve_do_not_sum_to_points_on_it() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    for _ in 0..SAMPLES {
        let off = Affine::new_unchecked(Fr::rand(&mut rng), Fr::rand(&mut rng));
        let q = random_point(&mut rng);
        let sum = |p: Affine, q: Affine| {
            let (beta, gamma) = (p.x * q.y, p.y * q.x);
            let tau = D * beta * gamma;
            let top = p.y * q.y - A * p.x * q.x;
            Affine::new_unchecked((beta + gamma) * inverse(Fr::ONE + tau), top * inverse(Fr::ONE - tau))
        };
        assert!(!off.is_on_curve() && !sum(off, q).is_on_curve());
        assert!(!sum(off, order_two()).is_on_curve());
        // With the identity the sum is the nonce itself.
        assert_eq!(sum(off, Affine::zero()), off);
    }
}
