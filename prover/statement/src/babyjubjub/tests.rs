use super::*;
use ark_ff::{AdditiveGroup, Field};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;

#[derive(serde::Deserialize)]
struct Case {
    scalar: U256,
    x: U256,
    y: U256,
    commitment: U256,
}

fn key(scalar: U256) -> SecretKey {
    SecretKey::from_bytes(&scalar.to_be_bytes()).unwrap()
}

#[test]
fn circomlibjs_agrees_on_multiples_of_the_base_point() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../vectors/babyjubjub.json")).unwrap();
    assert!(cases.len() >= 6);
    for case in cases {
        let public = key(case.scalar).public();
        assert_eq!((public.x(), public.y()), (case.x, case.y));
        assert_eq!(public.commitment(), case.commitment);
        assert_eq!(PublicKey::from_coordinates(case.x, case.y), Ok(public));
    }
}

#[derive(serde::Deserialize)]
struct Point {
    x: U256,
    y: U256,
}

impl Point {
    fn affine(&self) -> Affine {
        Affine::new_unchecked(to_fr(self.x).unwrap(), to_fr(self.y).unwrap())
    }
}

#[derive(serde::Deserialize)]
struct Addition {
    a: Point,
    b: Point,
    sum: Point,
}

#[test]
fn circomlibjs_agrees_on_additions_of_points_of_every_order() {
    let cases: Vec<Addition> = serde_json::from_str(include_str!("../../vectors/babyjubjub_additions.json")).unwrap();
    assert_eq!(cases.len(), 64);
    for Addition { a, b, sum } in cases {
        assert_eq!((a.affine() + b.affine()).into_affine(), sum.affine());
    }
}

#[test]
fn circomlibjs_agrees_on_what_is_a_key_but_for_the_identity() {
    #[derive(serde::Deserialize)]
    struct Case {
        x: U256,
        y: U256,
        on_curve: bool,
        in_subgroup: bool,
    }
    let cases: Vec<Case> = serde_json::from_str(include_str!("../../vectors/babyjubjub_points.json")).unwrap();
    assert!(cases.len() > 10);
    for Case { x, y, on_curve, in_subgroup } in cases {
        let key = PublicKey::from_coordinates(x, y);
        let identity = x.is_zero() && y == U256::from(1);
        assert_eq!(key.is_ok(), in_subgroup && !identity, "{x} {y}");
        assert_eq!(matches!(key, Err(KeyError::NotOnCurve { .. })), !on_curve, "{x} {y}");
    }
}

#[test]
fn the_cofactor_inverse_is_one() {
    use ark_ec::CurveConfig;
    let eight = ScalarField::from(8u64);
    assert_eq!(eight * curve::BabyJubjub::COFACTOR_INV, ScalarField::from(1u64));
}

#[test]
fn secret_zero_and_the_order_are_refused() {
    let order = U256::from_limbs(ScalarField::MODULUS.0);
    for bad in [U256::ZERO, order, U256::MAX] {
        assert_eq!(SecretKey::from_bytes(&bad.to_be_bytes()), Err(KeyError::SecretOutOfRange));
    }
    let last = order - U256::from(1);
    assert_eq!(key(last).to_bytes(), last.to_be_bytes::<32>());
}

#[test]
fn points_outside_the_subgroup_are_refused() {
    let minus_one = from_fr(-crate::field::Fr::ONE);
    let identity = PublicKey::from_coordinates(U256::ZERO, U256::from(1));
    let order_two = PublicKey::from_coordinates(U256::ZERO, minus_one);
    assert!(matches!(identity, Err(KeyError::NotInSubgroup { .. })));
    assert!(matches!(order_two, Err(KeyError::NotInSubgroup { .. })));
    // A key plus the point of order two is on the curve and outside the subgroup.
    let public = key(U256::from(7)).public();
    let flip = |v: U256| from_fr(-to_fr(v).unwrap());
    let mixed = PublicKey::from_coordinates(flip(public.x()), flip(public.y()));
    assert!(matches!(mixed, Err(KeyError::NotInSubgroup { .. })));
}

#[test]
fn off_curve_and_large_coordinates_are_refused() {
    let public = key(U256::from(7)).public();
    let off = PublicKey::from_coordinates(public.x(), public.x());
    assert!(matches!(off, Err(KeyError::NotOnCurve { .. })));
    let modulus = U256::from_limbs(crate::field::Fr::MODULUS.0);
    let large = PublicKey::from_coordinates(public.x() + modulus, public.y());
    assert!(matches!(large, Err(KeyError::Coordinate(_))));
}

#[test]
fn derivation_is_stable_and_separated_by_label() {
    let seed = [7u8; 32];
    let first = SecretKey::derive(&seed, "licensee/1");
    assert_eq!(first, SecretKey::derive(&seed, "licensee/1"));
    assert_ne!(first, SecretKey::derive(&seed, "licensee/2"));
    assert_ne!(first, SecretKey::derive(&[8u8; 32], "licensee/1"));
    assert_ne!(first.scalar(), &ScalarField::ZERO);
}

#[test]
fn debug_shows_nothing_and_bytes_round_trip() {
    let secret = SecretKey::random(&mut ChaCha20Rng::seed_from_u64(1));
    assert_eq!(format!("{secret:?}"), "SecretKey(redacted)");
    assert_eq!(SecretKey::from_bytes(&secret.to_bytes()), Ok(secret));
}

#[test]
fn deserializing_checks_the_point() {
    let public = key(U256::from(9)).public();
    let json = serde_json::to_string(&public).unwrap();
    assert_eq!(serde_json::from_str::<PublicKey>(&json).unwrap(), public);
    assert!(serde_json::from_str::<PublicKey>(r#"{"x":"0x1","y":"0x1"}"#).is_err());
}
