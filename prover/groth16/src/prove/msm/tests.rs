use ark_bn254::{G1Affine, G1Projective, G2Projective};
use ark_ec::{CurveGroup, PrimeGroup, VariableBaseMSM};
use ark_ff::{PrimeField, UniformRand};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::*;

fn rng() -> ChaCha20Rng {
    ChaCha20Rng::seed_from_u64(11)
}

fn random<P: SWCurveConfig>(count: usize) -> Vec<Affine<P>> {
    let mut rng = rng();
    let points: Vec<_> = (0..count).map(|_| Projective::<P>::rand(&mut rng)).collect();
    Projective::normalize_batch(&points)
}

fn agrees<P: SWCurveConfig<ScalarField = Fr>>(bases: &[Affine<P>], scalars: &[Fr]) {
    let mut terms = Terms::with_capacity(scalars.len());
    scalars.iter().enumerate().for_each(|(index, scalar)| terms.push(index, scalar.into_bigint()));
    let expected = Projective::<P>::msm_unchecked(&bases[..scalars.len()], scalars);
    assert!(msm(bases, terms) == expected, "{} terms", scalars.len());
}

#[test]
fn sums_are_those_of_arkworks_at_all_sizes_in_both_groups() {
    let mut rng = rng();
    let bases = random::<ark_bn254::g1::Config>(5_000);
    for count in [0, 1, 2, 3, 31, 100, 513, 1_025, 5_000] {
        agrees(&bases, &(0..count).map(|_| Fr::rand(&mut rng)).collect::<Vec<_>>());
    }
    let bases = random::<ark_bn254::g2::Config>(300);
    agrees(&bases, &(0..300).map(|_| Fr::rand(&mut rng)).collect::<Vec<_>>());
}

#[test]
fn every_width_takes_the_smallest_and_largest_scalars() {
    let bases = random::<ark_bn254::g1::Config>(40);
    let edges = [Fr::ZERO, Fr::ONE, -Fr::ONE, -Fr::from(2u64), Fr::from(1u64 << 63), Fr::from(u128::MAX)];
    let powers = (0..254).map(|i| Fr::from(2u64).pow([i]));
    let scalars: Vec<Fr> = edges.into_iter().chain(powers.clone()).chain(powers.map(|power| power - Fr::ONE)).collect();
    for scalars in scalars.chunks(40) {
        agrees(&bases, scalars);
    }
    for width in 3..=16 {
        assert_ne!(BITS % width, 0, "the highest window is shorter than {width} bits");
        let windows = BITS.div_ceil(width);
        for scalar in &scalars {
            let mut recoded = [scalar.into_bigint()];
            recode(&mut recoded, width, windows);
            let radix = Fr::from(1u64 << width);
            let value = (0..windows).rev().fold(Fr::ZERO, |value, window| {
                let digit = digit(&recoded[0], width, window, windows);
                assert!(digit.unsigned_abs() as usize <= 1 << (width - 1), "{digit} in {width} bits");
                value * radix + Fr::from(digit)
            });
            assert_eq!(value, *scalar);
        }
    }
}

/// Chords do not exist for equal, opposite and missing points.
#[test]
fn equal_opposite_and_absent_points_are_added_rightly() {
    let mut rng = rng();
    let few = random::<ark_bn254::g1::Config>(3);
    let bases: Vec<G1Affine> = (0..3_000)
        .map(|i| match i % 7 {
            0 => G1Affine::zero(),
            1 => -few[i % 3],
            _ => few[i % 3],
        })
        .collect();
    let alike = [Fr::from(5u64), -Fr::from(5u64), Fr::rand(&mut rng)];
    agrees(&bases, &(0..3_000).map(|i| alike[i % 2]).collect::<Vec<_>>());
    agrees(&bases, &(0..3_000).map(|_| alike[rng.gen_range(0..3)]).collect::<Vec<_>>());
    agrees(&bases, &(0..3_000).map(|_| Fr::from(rng.gen_range(0..4u64))).collect::<Vec<_>>());
    let generator = G1Projective::generator();
    let multiples: Vec<_> = (0..500).map(|i| generator * Fr::from(i % 16)).collect();
    agrees(&G1Projective::normalize_batch(&multiples), &vec![Fr::from(3u64); 500]);
    let expected: G1Projective = bases.iter().fold(G1Projective::ZERO, |sum, base| sum + base);
    assert!(plain_sum(bases.len(), |at| bases[at]) == expected);
    assert!(plain_sum(0, |_| G1Affine::zero()).is_zero());
    let doubled = G2Projective::generator().into_affine();
    assert!(plain_sum(2, |_| doubled) == G2Projective::generator().double());
}
