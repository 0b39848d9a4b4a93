//! The smaller gadgets against native arithmetic, on random and edge values.

use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{AdditiveGroup, Field, UniformRand};
use statement::{
    SecretKey,
    babyjubjub::{
        curve::{Affine, ScalarField},
        scalar_bits, times_base,
    },
    field::{Fr, to_fr},
};

use super::{edges, outcome, rejected, rng, satisfied};
use crate::{
    constraint::Builder,
    gadget::{bits, eddsa, edwards::Point, fixed_base::SCALAR_BITS, montgomery, party},
    key_delivery::eighth,
};

fn values(point: &Point) -> [Fr; 2] {
    [point.x.value(), point.y.value()]
}

fn coordinates(point: Affine) -> [Fr; 2] {
    [point.x, point.y]
}

/// Points of the subgroup: small, large and random multiples of the base point.
fn points() -> Vec<Affine> {
    let mut rng = rng();
    let edge = [1u64, 2, 3, 4].map(ScalarField::from);
    let large = [ScalarField::from(1u64), ScalarField::from(2u64)].map(|k| -k);
    let random = (0..3).map(|_| ScalarField::rand(&mut rng));
    edge.into_iter().chain(large).chain(random).map(|k| times_base(&k)).collect()
}

fn montgomery(builder: &mut Builder, point: Affine) -> montgomery::Point {
    let edwards = Point::on_curve(builder, point.x, point.y);
    montgomery::Point::from_edwards(builder, &edwards)
}

#[test]
fn montgomery_form_goes_there_and_back() {
    for point in points() {
        satisfied(|builder| {
            let there = montgomery(builder, point);
            assert_eq!([there.u.value(), there.v.value()], montgomery::from_edwards(point));
            assert_eq!(values(&there.to_edwards(builder)), coordinates(point));
        });
    }
    // The identity has no Montgomery form.
    rejected(|builder| {
        montgomery(builder, Affine::zero());
    });
}

#[test]
fn montgomery_sums_equal_edwards_sums() {
    for p in points() {
        for q in points() {
            let twice = (p + p).into_affine();
            let result = outcome(|builder| {
                let [a, b] = [p, q].map(|point| montgomery(builder, point));
                let sum = a.add(builder, &b);
                if p != q && p != -q {
                    assert_eq!(values(&sum.to_edwards(builder)), coordinates((p + q).into_affine()));
                }
            });
            // Equal operands pass with any slope, which is why callers exclude them; opposite ones have no witness.
            assert_eq!(result.1.is_none(), p != -q);
            let total = (twice + q).into_affine();
            if p != q && p != -q && twice != -q && !total.is_zero() {
                satisfied(|builder| {
                    let [a, b] = [p, q].map(|point| montgomery(builder, point));
                    let sum = a.double_and_add(builder, &b);
                    assert_eq!(values(&sum.to_edwards(builder)), coordinates(total));
                });
            }
        }
    }
}

#[test]
fn doublings_and_multiples_of_eight() {
    let order_two = Affine::new_unchecked(Fr::ZERO, -Fr::ONE);
    for point in points().into_iter().chain([Affine::zero(), order_two]) {
        satisfied(|builder| {
            let given = Point::on_curve(builder, point.x, point.y);
            assert_eq!(values(&given.double(builder)), coordinates((point + point).into_affine()));
            let eight = point.mul_bigint([8u64]).into_affine();
            assert_eq!(values(&given.times_eight(builder)), coordinates(eight));
            assert_eq!(values(&Point::in_subgroup(builder, coordinates(point))), coordinates(eight));
        });
    }
}

#[test]
fn a_point_is_taken_back_where_a_bit_is_zero() {
    for point in points() {
        for bit in [false, true] {
            satisfied(|builder| {
                let base = times_base(&ScalarField::from(77u64));
                let [sum, other] = [base, point].map(|p| Point::on_curve(builder, p.x, p.y));
                let flag = bits::bit(builder, bit);
                let rest = sum.subtract_unless(builder, &flag, &other);
                let expected = if bit { base } else { (base - point).into_affine() };
                assert_eq!(values(&rest), coordinates(expected));
            });
        }
    }
}

#[test]
fn gated_bits_are_bits_and_zero_where_the_gate_is() {
    for gate in [false, true] {
        for value in [false, true] {
            let (_, broken) = outcome(|builder| {
                let on = bits::bit(builder, gate);
                bits::gated_bit(builder, value, &on);
            });
            assert_eq!(broken.is_none(), gate || !value);
        }
    }
}

#[test]
fn quotients_aliases_and_inverses() {
    for a in edges() {
        for b in edges() {
            let (_, broken) = outcome(|builder| {
                let [x, y] = [a, b].map(|value| builder.witness(value));
                let quotient = builder.div(&x, &y);
                if let Some(inverse) = b.inverse() {
                    assert_eq!(quotient.value(), a * inverse);
                }
                let product = builder.mul(&x, &y);
                let alias = builder.alias(&(&product + &x));
                assert_eq!(alias.value(), a * b + a);
            });
            // 0/0 passes with any quotient, which is why callers exclude it.
            assert_eq!(broken.is_none(), b != Fr::ZERO || a == Fr::ZERO);
        }
        let (_, broken) = outcome(|builder| {
            let x = builder.witness(a);
            builder.enforce_nonzero(&x);
        });
        assert_eq!(broken.is_none(), a != Fr::ZERO);
    }
}

#[test]
fn owners_and_meters_are_who_they_say() {
    let fr = |v: alloy_primitives::U256| to_fr(v).unwrap();
    for seed in 0u8..3 {
        let (owner, other) = (SecretKey::derive(&[seed; 32], "owner"), SecretKey::derive(&[seed; 32], "other"));
        let commitment = fr(owner.public().commitment());
        for (key, fine) in [(&owner, true), (&other, false)] {
            let (_, broken) = outcome(|builder| {
                let commitment = builder.witness(commitment);
                party::enforce_owner(builder, &scalar_bits(key.scalar())[..SCALAR_BITS], &commitment);
            });
            assert_eq!(broken.is_none(), fine);
        }
        let head = Fr::rand(&mut rng());
        let signature = eddsa::Witness::new(&owner.sign(statement::field::from_fr(head))).unwrap();
        for (key, fine) in [(&owner, true), (&other, false)] {
            let (_, broken) = outcome(|builder| {
                let [hash, head] = [commitment, head].map(|value| builder.witness(value));
                party::enforce_metered(builder, eighth(&key.public()), &hash, &head, &signature);
            });
            assert_eq!(broken.is_none(), fine);
        }
    }
}
