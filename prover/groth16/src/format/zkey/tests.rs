use ark_ec::CurveGroup;
use ark_ff::{Field, UniformRand};
use rand::{SeedableRng, rngs::StdRng};

use super::*;
use crate::constraint::Builder;

/// `a · b = c` for a public `c`, twice over; random points, so that nothing proves.
fn sample() -> (Shape, ProvingKey<Bn254>) {
    let mut builder = Builder::recording();
    let c = builder.input(Fr::from(6u64));
    let [a, b] = [2u64, 3].map(|value| builder.witness(Fr::from(value)));
    builder.enforce(&a, &b, &c);
    builder.enforce(&a.scale(-Fr::ONE).plus(Fr::from(7u64)), &b, &(&c + &b.scale(Fr::from(3u64))));
    let (shape, _) = builder.into_shape();
    let mut rng = StdRng::seed_from_u64(1);
    let mut g1 = |count: usize| -> Vec<G1Affine> { (0..count).map(|_| G1Affine::rand(&mut rng)).collect() };
    let (alpha_g1, beta_g1, delta_g1) = (g1(1)[0], g1(1)[0], g1(1)[0]);
    let mut a_query = g1(4);
    a_query[2] = G1Affine::identity();
    let (b_g1_query, l_query, h_query, gamma_abc_g1) = (g1(4), g1(2), g1(4), g1(2));
    let mut g2 = || G2Affine::rand(&mut rng);
    let key = ProvingKey {
        vk: VerifyingKey { alpha_g1, beta_g2: g2(), gamma_g2: g2(), delta_g2: g2(), gamma_abc_g1 },
        beta_g1,
        delta_g1,
        a_query,
        b_g1_query,
        b_g2_query: vec![g2(), G2Affine::identity(), g2(), g2()],
        l_query,
        h_query,
    };
    (shape, key)
}

fn contributed() -> Contributions {
    let point = G1Affine::generator();
    let by = |name: Option<&str>, beacon| Contribution {
        delta_after: point,
        g1_s: (point + point).into_affine(),
        g1_sx: point,
        g2_spx: G2Affine::generator(),
        transcript: [3; 64],
        name: name.map(str::to_owned),
        beacon,
    };
    let beacon = Beacon { iterations_exp: 10, value: vec![1, 2, 3] };
    let contributions = vec![by(Some("Ada"), None), by(None, None), by(Some("the end"), Some(beacon))];
    Contributions { circuit_hash: [9; 64], contributions }
}

pub(in crate::format) fn bytes() -> Vec<u8> {
    let (shape, key) = sample();
    write(&key, &shape, &contributed())
}

/// Where the payload of a section begins.
fn payload(bytes: &[u8], id: u32) -> usize {
    let mut at = 12;
    loop {
        let length = u64::from_le_bytes(bytes[at + 4..at + 12].try_into().unwrap()) as usize;
        if bytes[at..at + 4] == id.to_le_bytes() {
            return at + 12;
        }
        at += 12 + length;
    }
}

fn error(bytes: &[u8]) -> ZkeyError {
    read(bytes).err().expect("the key is refused")
}

#[test]
fn what_is_written_is_read_again() {
    let (shape, key) = sample();
    let bytes = write(&key, &shape, &contributed());
    let zkey = read(&bytes).unwrap();
    assert_eq!(zkey.key, key);
    assert_eq!((zkey.variables, zkey.public, zkey.domain), (4, 1, 4));
    assert_eq!(zkey.contributions, contributed());
    assert_eq!(zkey.coefficients.len(), 7);
    let terms: Vec<_> = zkey.coefficients.iter().map(Result::unwrap).collect();
    assert!(terms.iter().any(|term| (term.matrix, term.row, term.value) == (0, 1, Fr::from(7u64))));
    assert_eq!(terms.last().map(|term| (term.row, term.variable)), Some((3, 1)));
    assert_eq!(zkey.check(), Ok(()));
    assert_eq!(zkey.check_rows(&shape), Ok(()));
    assert_eq!(write(&zkey.key, &shape, &zkey.contributions), bytes);
}

#[test]
fn a_key_of_other_rows_is_noticed() {
    let (mut shape, key) = sample();
    let bytes = write(&key, &shape, &Contributions::NONE);
    shape.matrices[1][1][0].0 += Fr::ONE;
    let error = read(&bytes).unwrap().check_rows(&shape).unwrap_err();
    assert_eq!(error, ZkeyError::OtherRow { matrix: 'B', row: 1 });
    shape.variables += 1;
    let error = read(&bytes).unwrap().check_rows(&shape).unwrap_err();
    assert_eq!(error, ZkeyError::OtherCircuit { what: "number of variables", found: 4, expected: 5 });
}

#[test]
fn coordinates_and_coefficients_at_or_above_the_modulus_are_refused() {
    let good = bytes();
    for (section, field) in [(3, "IC"), (5, "A"), (7, "B2"), (9, "H")] {
        let mut bad = good.clone();
        let at = payload(&bad, section);
        bad[at..at + 32].copy_from_slice(&modulus::<Fq>());
        assert_eq!(error(&bad), ContainerError::NotCanonical { section, field, index: 0 }.into());
    }
    let mut bad = good;
    let at = payload(&bad, 4) + 4 + 44 + 12;
    bad[at..at + 32].fill(0xff);
    let read = read(&bad).unwrap().coefficients.iter().nth(1).unwrap();
    assert_eq!(read, Err(ContainerError::NotCanonical { section: 4, field: "coefficients", index: 1 }));
}

#[test]
fn points_off_the_curve_are_found_at_once_in_the_header_and_by_check_elsewhere() {
    let good = bytes();
    let mut bad = good.clone();
    let alpha = payload(&bad, 2) + 84;
    bad[alpha] ^= 1;
    assert_eq!(error(&bad), ZkeyError::NotInGroup { section: 2, field: "alpha in G1", index: 0 });
    for (section, size, field) in [(5, 64, "A"), (6, 64, "B1"), (7, 128, "B2"), (8, 64, "C"), (9, 64, "H")] {
        let mut bad = good.clone();
        let at = payload(&bad, section) + size;
        bad[at] ^= 1;
        let found = read(&bad).unwrap().check().unwrap_err();
        assert_eq!(found, ZkeyError::NotInGroup { section, field, index: 1 });
    }
}

#[test]
fn keys_that_blind_nothing_or_let_anyone_forge_are_refused() {
    let good = bytes();
    let mut bad = good.clone();
    let delta_g1 = payload(&bad, 2) + 84 + 2 * 64 + 2 * 128;
    bad[delta_g1..delta_g1 + 64].fill(0);
    assert_eq!(error(&bad), ZkeyError::Identity { section: 2, field: "delta in G1" });
    let mut bad = good.clone();
    let at = payload(&bad, 6);
    bad[at..at + 4 * 64].fill(0);
    assert_eq!(read(&bad).unwrap().check(), Err(ZkeyError::Identity { section: 6, field: "B1" }));
    let mut bad = good;
    let (gamma, delta) = (delta_g1 - 128, delta_g1 + 64);
    bad.copy_within(gamma..gamma + 128, delta);
    assert_eq!(read(&bad).unwrap().check(), Err(ZkeyError::GammaIsDelta));
}

#[test]
fn a_header_that_lies_about_sizes_is_refused_before_anything_is_allocated() {
    let good = bytes();
    let variables = payload(&good, 2) + 72;
    for (at, value, said) in [
        (variables, u32::MAX, "section 5 ends inside A"),
        (variables + 4, u32::MAX, "number of public inputs"),
        (variables + 4, 4, "number of public inputs"),
        (variables + 8, 1 << 28, "section 9 ends inside H"),
        (variables + 8, 1 << 29, "domain size"),
        (variables + 8, 3, "domain size"),
        (variables + 8, 2, "section 9 has 128 bytes behind its last field"),
        (payload(&good, 4), u32::MAX, "section 4 ends inside coefficients"),
        (payload(&good, 10) + 64, u32::MAX, "section 10 ends inside delta of a contribution"),
        (payload(&good, 10) + 68 + 384, 2, "type of a contribution"),
        (payload(&good, 10) + 68 + 384, 1, "type of a contribution"),
        (payload(&good, 10) + 68 + 388, u32::MAX, "parameters of a contribution"),
        (payload(&good, 10) + 68 + 388, 4, "length of a contribution's parameters"),
        (payload(&good, 1), 2, "protocol 2 is not Groth16"),
    ] {
        let mut bad = good.clone();
        bad[at..at + 4].copy_from_slice(&value.to_le_bytes());
        let message = error(&bad).to_string();
        assert!(message.contains(said), "{message}: {said}");
    }
}

#[test]
fn a_key_of_another_curve_is_refused() {
    let mut bytes = bytes();
    let prime = payload(&bytes, 2) + 4;
    bytes[prime] ^= 1;
    assert_eq!(error(&bytes), ContainerError::Prime { section: 2, field: "prime of the base field" }.into());
}
