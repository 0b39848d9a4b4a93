//! Every gadget against its native twin, on random and edge values.

mod known_answers;
mod twins;

use alloy_primitives::U256;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInteger, Field, PrimeField, UniformRand};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::{
    SecretKey,
    babyjubjub::{
        curve::{Affine, ScalarField},
        scalar_bits, times_base,
    },
    field::{Fr, from_fr},
    poseidon as native,
};

use super::{bits, eddsa, edwards::Point, fixed_base, poseidon, variable_base};
use crate::constraint::{Builder, Num};

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(9)
}

/// Builds, checks all rows, returns the row count.
fn satisfied(build: impl FnOnce(&mut Builder)) -> usize {
    let (rows, broken) = outcome(build);
    assert_eq!(broken, None);
    rows
}

fn rejected(build: impl FnOnce(&mut Builder)) {
    assert!(outcome(build).1.is_some());
}

fn outcome(build: impl FnOnce(&mut Builder)) -> (usize, Option<&'static str>) {
    let mut builder = Builder::recording();
    build(&mut builder);
    let (shape, assigned) = builder.into_shape();
    (shape.rows(), shape.broken_rule(&assigned.0))
}

fn edges() -> Vec<Fr> {
    let mut rng = rng();
    let mut values = vec![Fr::from(0u64), Fr::from(1u64), -Fr::from(1u64)];
    values.extend((0..3).map(|_| Fr::rand(&mut rng)));
    values
}

#[test]
fn poseidon_equals_its_twin() {
    for inputs in [1usize, 2, 3, 5, 6] {
        for value in edges() {
            let values: Vec<Fr> = (0..inputs).map(|i| value + Fr::from(i as u64)).collect();
            satisfied(|builder| {
                let nums: Vec<Num> = values.iter().map(|v| builder.witness(*v)).collect();
                let capacity = builder.witness(value);
                let hash = poseidon::hash(builder, &nums);
                assert_eq!(hash.value(), native::hash(&values));
                let both = poseidon::hash_ex2(builder, &capacity, &nums);
                assert_eq!(both.map(|n| n.value()), native::hash_ex2(value, &values));
            });
        }
    }
}

#[test]
fn base_multiples_equal_their_twin() {
    let order = -ScalarField::from(1u64);
    let mut scalars = vec![ScalarField::from(0u64), 1u64.into(), 2u64.into(), 3u64.into(), order];
    scalars.extend((0..3).map(|_| ScalarField::rand(&mut rng())));
    for scalar in scalars {
        let rows = satisfied(|builder| {
            let given = bits::bits(builder, &scalar_bits(&scalar)[..251]);
            let point = fixed_base::times_base(builder, &given);
            let expected = times_base(&scalar);
            assert_eq!([point.x.value(), point.y.value()], [expected.x, expected.y]);
        });
        assert_eq!(rows, 251 + 505);
    }
}

#[test]
fn base_multiples_of_all_251_bit_integers_are_defined() {
    // Above the subgroup order and at its multiples' neighbours, where sums could collide.
    let order = U256::from_limbs(ScalarField::MODULUS.0);
    let top = U256::from(1) << 251;
    let mut integers = vec![top - U256::from(1), order, order + U256::from(1)];
    integers.extend((0..16).map(|i| order + U256::from(1 << i)));
    for integer in integers {
        satisfied(|builder| {
            let given: Vec<bool> = (0..251).map(|i| integer.bit(i)).collect();
            let given = bits::bits(builder, &given);
            let point = fixed_base::times_base(builder, &given);
            let scalar = ScalarField::from_le_bytes_mod_order(&integer.to_le_bytes::<32>());
            let expected = times_base(&scalar);
            assert_eq!([point.x.value(), point.y.value()], [expected.x, expected.y]);
        });
    }
}

fn multiple(point: Affine, integer: U256) -> Affine {
    let scalar = ScalarField::from_le_bytes_mod_order(&integer.to_le_bytes::<32>());
    (point * scalar).into_affine()
}

#[test]
fn variable_multiples_equal_their_twin() {
    let point = times_base(&ScalarField::rand(&mut rng()));
    let order = U256::from_limbs(ScalarField::MODULUS.0);
    let mut scalars: Vec<U256> = edges().into_iter().map(from_fr).collect();
    scalars.extend([order, order + U256::from(1), order - U256::from(1), order << 2]);
    for scalar in scalars {
        satisfied(|builder| {
            let given: Vec<bool> = (0..254).map(|i| scalar.bit(i)).collect();
            let given = bits::bits(builder, &given);
            let base = Point::on_curve(builder, point.x, point.y);
            let product = variable_base::times(builder, &base, &given);
            let expected = multiple(point, scalar);
            assert_eq!([product.x.value(), product.y.value()], [expected.x, expected.y]);
        });
        let low: U256 = scalar >> 4;
        let top: U256 = U256::from(1) << 250;
        let clamped: U256 = low | top;
        satisfied(|builder| {
            let given: Vec<bool> = (0..250).map(|i| clamped.bit(i)).collect();
            let given = bits::bits(builder, &given);
            let base = Point::on_curve(builder, point.x, point.y);
            let product = variable_base::times_with_top_bit(builder, &base, &given);
            let expected = multiple(point, clamped);
            assert_eq!([product.x.value(), product.y.value()], [expected.x, expected.y]);
        });
    }
}

#[test]
fn complete_addition_has_no_exceptions() {
    let identity = Affine::zero();
    let point = times_base(&ScalarField::from(5u64));
    let order_two = Affine::new_unchecked(Fr::from(0u64), -Fr::from(1u64));
    let all = [identity, point, -point, order_two];
    for a in all {
        for b in all {
            satisfied(|builder| {
                let [p, q] = [a, b].map(|v| Point::on_curve(builder, v.x, v.y));
                let sum = p.add(builder, &q);
                let expected = (a.into_group() + b).into_affine();
                assert_eq!([sum.x.value(), sum.y.value()], [expected.x, expected.y]);
            });
        }
    }
}

#[test]
fn points_off_the_curve_are_rejected() {
    rejected(|builder| {
        Point::on_curve(builder, Fr::from(1u64), Fr::from(1u64));
    });
}

#[test]
fn comparison_with_a_constant_is_exact() {
    for bound in 0u64..64 {
        for value in 0u64..64 {
            let holds = outcome(|builder| {
                let given = bits::bits(builder, &bits::low_bits(Fr::from(value), 6));
                bits::enforce_at_most(builder, &given, U256::from(bound));
            });
            assert_eq!(holds.1.is_none(), value <= bound, "{value} <= {bound}");
        }
    }
}

#[test]
fn a_field_element_has_one_decomposition() {
    for value in edges() {
        satisfied(|builder| {
            let number = builder.witness(value);
            bits::canonical(builder, &number);
        });
    }
    // The modulus itself, standing for zero.
    let modulus = U256::from_limbs(Fr::MODULUS.0);
    let largest = modulus - U256::from(1);
    for (integer, fine) in [(largest, true), (modulus, false), (modulus + U256::from(5), false)] {
        let holds = outcome(|builder| {
            let given: Vec<bool> = (0..254).map(|i| integer.bit(i)).collect();
            let given = bits::bits(builder, &given);
            bits::enforce_at_most(builder, &given, largest);
        });
        assert_eq!(holds.1.is_none(), fine);
    }
}

#[test]
fn ranges_end_where_they_say() {
    let range = |value: Fr| {
        outcome(|builder| {
            let number = builder.witness(value);
            bits::range(builder, &number, 40);
        })
    };
    assert!(range(Fr::from((1u64 << 40) - 1)).1.is_none());
    assert!(range(Fr::from(1u64 << 40)).1.is_some());
    assert!(range(-Fr::from(1u64)).1.is_some());
}

fn signature_outcome(key: Affine, message: Fr, r8: [Fr; 2], s: U256) -> Option<&'static str> {
    let s = ark_ff::BigInt::<4>(s.into_limbs()).to_bits_le()[..251].to_vec();
    outcome(|builder| {
        let key = Point::constant(key);
        let key = Point::on_curve(builder, key.x.value(), key.y.value());
        let message = builder.witness(message);
        eddsa::enforce_signed(builder, &key, &message, &eddsa::Witness { r8, s });
    })
    .1
}

#[test]
fn signatures_are_accepted_exactly_as_by_the_twin() {
    let secret = SecretKey::derive(&[4; 32], "meter");
    let key = secret.public();
    let fr = |v: U256| statement::field::to_fr(v).unwrap();
    for message in edges() {
        let good = secret.sign(from_fr(message));
        let r8 = [fr(good.r8x), fr(good.r8y)];
        assert_eq!(signature_outcome(key.point(), message, r8, good.s), None);
        let wrong = message + Fr::from(1u64);
        assert!(signature_outcome(key.point(), wrong, r8, good.s).is_some());
    }
    let message = Fr::from(7u64);
    let good = secret.sign(U256::from(7));
    let r8 = [fr(good.r8x), fr(good.r8y)];
    let one = Fr::from(1u64);
    let next = good.s + U256::from(1);
    assert!(signature_outcome(key.point(), message, r8, next).is_some());
    let off = signature_outcome(key.point(), message, [r8[0] + one, r8[1]], good.s);
    assert_eq!(off, Some("the meter's signature: R8 is on the curve"));
    // S + l satisfies the equation; only its range forbids it.
    let order = U256::from_limbs(ScalarField::MODULUS.0);
    let aliased = (0u64..)
        .map(|i| (Fr::from(i), secret.sign(U256::from(i))))
        .find(|(_, signature)| (signature.s + order).bit_len() <= 251)
        .unwrap();
    let r8 = [fr(aliased.1.r8x), fr(aliased.1.r8y)];
    let outcome = signature_outcome(key.point(), aliased.0, r8, aliased.1.s + order);
    assert_eq!(outcome, Some("the meter's signature: S is below the subgroup order"));
    assert_eq!(one.square(), one);
}
