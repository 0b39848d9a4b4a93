//! Proofs as eight numbers, the way the EVM's pairing precompile reads them.

use alloy_primitives::U256;
use ark_bn254::{Bn254, Fq, Fq2, G1Affine, G2Affine};
use ark_ec::AffineRepr;
use ark_ff::{AdditiveGroup, BigInt, PrimeField};
use serde::{Deserialize, Serialize};

/// Why eight numbers are not a proof.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A coordinate is not below the base field's modulus.
    #[error("proof coordinate {0} is not below the base field's modulus")]
    NotCanonical(U256),
    /// A point is not on its curve, or B is not in its subgroup.
    #[error("proof point {0} is not on its curve: the eight numbers were damaged or reordered")]
    NotOnCurve(&'static str),
}

/// A Groth16 proof on BN254.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "[U256; 8]", into = "[U256; 8]")]
pub struct Proof(pub(crate) ark_groth16::Proof<Bn254>);

impl Proof {
    /// The verifier's `uint256[8]`: `A.x, A.y, B.x.c1, B.x.c0, B.y.c1, B.y.c0, C.x, C.y`.
    ///
    /// EIP-197 writes the imaginary part of an extension-field element first.
    pub fn to_calldata(&self) -> [U256; 8] {
        let [a, c] = [self.0.a, self.0.c].map(g1_words);
        let b = g2_words(self.0.b);
        [a[0], a[1], b[0], b[1], b[2], b[3], c[0], c[1]]
    }

    /// Reads [`Proof::to_calldata`].
    ///
    /// # Errors
    /// [`ProofError`] if a coordinate is too large or a point is not on its curve.
    pub fn from_calldata(words: [U256; 8]) -> Result<Self, ProofError> {
        let [ax, ay, b0, b1, b2, b3, cx, cy] = words;
        Ok(Self(ark_groth16::Proof {
            a: g1_point([ax, ay], "A")?,
            b: g2_point([b0, b1, b2, b3], "B")?,
            c: g1_point([cx, cy], "C")?,
        }))
    }
}

impl From<Proof> for [U256; 8] {
    fn from(proof: Proof) -> Self {
        proof.to_calldata()
    }
}

impl TryFrom<[U256; 8]> for Proof {
    type Error = ProofError;

    fn try_from(words: [U256; 8]) -> Result<Self, ProofError> {
        Self::from_calldata(words)
    }
}

fn word(element: Fq) -> U256 {
    U256::from_limbs(element.into_bigint().0)
}

fn element(word: U256) -> Result<Fq, ProofError> {
    Fq::from_bigint(BigInt(word.into_limbs())).ok_or(ProofError::NotCanonical(word))
}

/// `x, y`; the identity is `0, 0`.
pub(crate) fn g1_words(point: G1Affine) -> [U256; 2] {
    match point.xy() {
        Some((x, y)) => [word(x), word(y)],
        None => [U256::ZERO; 2],
    }
}

/// `x.c1, x.c0, y.c1, y.c0`; the identity is zeros.
pub(crate) fn g2_words(point: G2Affine) -> [U256; 4] {
    match point.xy() {
        Some((x, y)) => [x.c1, x.c0, y.c1, y.c0].map(word),
        None => [U256::ZERO; 4],
    }
}

/// Reads [`g1_words`].
pub(crate) fn g1_point(words: [U256; 2], name: &'static str) -> Result<G1Affine, ProofError> {
    let [x, y] = [element(words[0])?, element(words[1])?];
    if x == Fq::ZERO && y == Fq::ZERO {
        return Ok(G1Affine::identity());
    }
    let point = G1Affine::new_unchecked(x, y);
    // G1 of BN254 has prime order: on the curve means in the group.
    match point.is_on_curve() {
        true => Ok(point),
        false => Err(ProofError::NotOnCurve(name)),
    }
}

/// Reads [`g2_words`].
pub(crate) fn g2_point(words: [U256; 4], name: &'static str) -> Result<G2Affine, ProofError> {
    let [x1, x0, y1, y0] = words;
    let x = Fq2::new(element(x0)?, element(x1)?);
    let y = Fq2::new(element(y0)?, element(y1)?);
    if x == Fq2::ZERO && y == Fq2::ZERO {
        return Ok(G2Affine::identity());
    }
    let point = G2Affine::new_unchecked(x, y);
    match point.is_on_curve() && point.is_in_correct_subgroup_assuming_on_curve() {
        true => Ok(point),
        false => Err(ProofError::NotOnCurve(name)),
    }
}
