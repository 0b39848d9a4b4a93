//! Numbers and points as iden3's files encode them.
//!
//! Three encodings of a number `v`, all 32 bytes little-endian, and R = 2²⁵⁶:
//!
//! - plain `v`: witnesses, `.r1cs` coefficients;
//! - Montgomery `v·R`: coordinates of points. They are arkworks' own limbs, so reading
//!   is a copy;
//! - twice Montgomery `v·R²`: the coefficients in section 4 of a `.zkey`.
//!
//! A point is `x, y`, in G2 each `c0, c1`; the identity is zeros. A number that is not
//! below its modulus is refused, never reduced: it would be a second name of another.

use std::sync::atomic::{AtomicUsize, Ordering};

use ark_bn254::{Fq, Fq2, Fr, g1, g2};
use ark_ec::{AffineRepr, short_weierstrass::Affine};
use ark_ff::{BigInt, BigInteger, Field, PrimeField};
use rayon::prelude::*;

use super::container::{ContainerError, Section};

/// Bytes of a number.
pub(crate) const NUMBER: usize = 32;
/// Bytes of a point in G1.
pub(crate) const G1: usize = 2 * NUMBER;
/// Bytes of a point in G2.
pub(crate) const G2: usize = 4 * NUMBER;

/// A prime as the headers hold it.
pub(crate) fn modulus<F: PrimeField>() -> [u8; NUMBER] {
    let mut bytes = [0; NUMBER];
    bytes.copy_from_slice(&F::MODULUS.to_bytes_le());
    bytes
}

fn limbs(bytes: &[u8]) -> BigInt<4> {
    let mut limbs = [0; 4];
    for (limb, chunk) in limbs.iter_mut().zip(bytes.chunks_exact(8)) {
        *limb = u64::from_le_bytes(chunk.try_into().expect("chunks are of eight bytes"));
    }
    BigInt(limbs)
}

fn put(bytes: &mut Vec<u8>, limbs: BigInt<4>) {
    limbs.0.iter().for_each(|limb| bytes.extend(limb.to_le_bytes()));
}

/// A plain number; `None` if it is not below the modulus.
pub(crate) fn plain(bytes: &[u8; NUMBER]) -> Option<Fr> {
    Fr::from_bigint(limbs(bytes))
}

/// Appends [`plain`].
pub(crate) fn put_plain(bytes: &mut Vec<u8>, value: Fr) {
    put(bytes, value.into_bigint());
}

/// A twice-Montgomery number; `None` if it is not below the modulus.
pub(crate) fn twice_montgomery(bytes: &[u8; NUMBER]) -> Option<Fr> {
    let stored = limbs(bytes);
    // The limbs v·R² mean v·R, and the limbs 1 mean R⁻¹.
    let inverse = Fr::new_unchecked(BigInt([1, 0, 0, 0]));
    (stored < Fr::MODULUS).then(|| Fr::new_unchecked(stored) * inverse)
}

/// Appends [`twice_montgomery`]; `r` is [`montgomery_r`].
pub(crate) fn put_twice_montgomery(bytes: &mut Vec<u8>, value: Fr, r: Fr) {
    put(bytes, (value * r).0);
}

/// R as an element.
pub(crate) fn montgomery_r() -> Fr {
    Fr::from(2u64).pow([256])
}

fn coordinate(bytes: &[u8], good: &mut bool) -> Fq {
    let limbs = limbs(bytes);
    *good &= limbs < Fq::MODULUS;
    Fq::new_unchecked(limbs)
}

/// A point type with its encoding. Reading does not look whether it is on the curve.
pub(crate) trait Point: AffineRepr {
    /// Bytes of a point.
    const SIZE: usize;

    /// The point, and whether its coordinates are below the modulus.
    fn decode(bytes: &[u8]) -> (Self, bool);

    /// Appends the point.
    fn encode(&self, bytes: &mut Vec<u8>);

    /// Whether it is on the curve and in its subgroup.
    fn is_valid(&self) -> bool;
}

// The configurations are named, not `G1Affine` and `G2Affine`: coherence does not see
// through those aliases.
impl Point for Affine<g1::Config> {
    const SIZE: usize = G1;

    fn decode(bytes: &[u8]) -> (Self, bool) {
        let mut good = true;
        let x = coordinate(&bytes[..32], &mut good);
        let y = coordinate(&bytes[32..64], &mut good);
        match !good || (x.0.is_zero() && y.0.is_zero()) {
            true => (Self::identity(), good),
            false => (Self::new_unchecked(x, y), true),
        }
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        [x, y].iter().for_each(|c| put(bytes, c.0));
    }

    fn is_valid(&self) -> bool {
        // G1 of BN254 has prime order: on the curve means in the group.
        self.is_on_curve()
    }
}

impl Point for Affine<g2::Config> {
    const SIZE: usize = G2;

    fn decode(bytes: &[u8]) -> (Self, bool) {
        let mut good = true;
        let mut number = |at: usize| coordinate(&bytes[at..at + 32], &mut good);
        let [x0, x1, y0, y1] = [0, 32, 64, 96].map(&mut number);
        match !good || [x0, x1, y0, y1].iter().all(|c| c.0.is_zero()) {
            true => (Self::identity(), good),
            false => (Self::new_unchecked(Fq2::new(x0, x1), Fq2::new(y0, y1)), true),
        }
    }

    fn encode(&self, bytes: &mut Vec<u8>) {
        let (x, y) = self.xy().unwrap_or_default();
        [x.c0, x.c1, y.c0, y.c1].iter().for_each(|c| put(bytes, c.0));
    }

    fn is_valid(&self) -> bool {
        self.is_on_curve() && self.is_in_correct_subgroup_assuming_on_curve()
    }
}

/// The next `count` points of a section.
pub(crate) fn points<P: Point>(
    section: &mut Section<'_>,
    field: &'static str,
    count: usize,
) -> Result<Vec<P>, ContainerError> {
    let bytes = section.records(field, count, P::SIZE)?;
    let bad = AtomicUsize::new(usize::MAX);
    let decode = |(index, bytes): (usize, &[u8])| {
        let (point, good) = P::decode(bytes);
        if !good {
            bad.fetch_min(index, Ordering::Relaxed);
        }
        point
    };
    let points = bytes.par_chunks_exact(P::SIZE).enumerate().with_min_len(1024).map(decode).collect();
    match bad.into_inner() {
        usize::MAX => Ok(points),
        index => Err(ContainerError::NotCanonical { section: section.id, field, index }),
    }
}

/// The next point of a section.
pub(crate) fn point<P: Point>(section: &mut Section<'_>, field: &'static str) -> Result<P, ContainerError> {
    match P::decode(section.take(field, P::SIZE)?) {
        (point, true) => Ok(point),
        (_, false) => Err(ContainerError::NotCanonical { section: section.id, field, index: 0 }),
    }
}
