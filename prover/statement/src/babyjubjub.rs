//! Baby Jubjub as in EIP-2494: `168700·x² + y² = 1 + 168696·x²·y²` over BN254's scalars.
//!
//! Keys are multiples of EIP-2494's base point, which circomlib calls `Base8` and
//! which generates the subgroup of prime order [`curve::ScalarField`].

pub mod curve;

use std::fmt;

use alloy_primitives::{U256, keccak256};
use ark_ec::{AffineRepr, CurveGroup, PrimeGroup};
use ark_ff::{BigInt, BigInteger, PrimeField, UniformRand, Zero};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    field::{NotCanonical, from_fr, to_fr},
    poseidon,
};
use curve::{Affine, Projective, ScalarField};

/// Why bytes or coordinates are not a usable key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// A coordinate is not below the field's modulus.
    #[error("public key coordinate: {0}")]
    Coordinate(#[from] NotCanonical),
    /// The point does not satisfy the curve equation.
    #[error("public key ({x}, {y}) is not on Baby Jubjub: use both coordinates as published")]
    NotOnCurve {
        /// The x coordinate given.
        x: U256,
        /// The y coordinate given.
        y: U256,
    },
    /// The point is on the curve but outside the prime-order subgroup, or is the identity.
    #[error("public key ({x}, {y}) has small or mixed order: ask its owner for a fresh key")]
    NotInSubgroup {
        /// The x coordinate given.
        x: U256,
        /// The y coordinate given.
        y: U256,
    },
    /// The bytes are zero or not below the subgroup order.
    #[error("secret key bytes are zero or not below the subgroup order: generate a new key")]
    SecretOutOfRange,
}

/// A secret scalar in `[1, l)`, where `l` is the subgroup order (251 bits).
///
/// # Invariants
/// Never zero, always reduced. Wiped on drop; `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(ScalarField);

impl SecretKey {
    /// A fresh key from a cryptographic generator.
    pub fn random(rng: &mut (impl RngCore + CryptoRng)) -> Self {
        loop {
            let scalar = ScalarField::rand(rng);
            if !scalar.is_zero() {
                return Self(scalar);
            }
        }
    }

    /// The key that one backed-up seed gives under `label`, always the same.
    ///
    /// Labels separate uses, for instance `"datavault/licensee/<license>"`. Two labels
    /// give keys that nobody without the seed can link.
    pub fn derive(seed: &[u8; 32], label: &str) -> Self {
        let mut scalar = hash_to_scalar(b"datavault/babyjubjub/v1", &[seed, label.as_bytes()]);
        if scalar.is_zero() {
            scalar = ScalarField::from(1u64);
        }
        Self(scalar)
    }

    /// Reads [`SecretKey::to_bytes`].
    ///
    /// # Errors
    /// [`KeyError::SecretOutOfRange`] for zero or for the subgroup order and above.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let value = U256::from_be_bytes(*bytes);
        ScalarField::from_bigint(BigInt(value.into_limbs()))
            .filter(|scalar| !scalar.is_zero())
            .map(Self)
            .ok_or(KeyError::SecretOutOfRange)
    }

    /// 32 bytes, big-endian. Whoever has them has the key.
    pub fn to_bytes(&self) -> [u8; 32] {
        U256::from_limbs(self.0.into_bigint().0).to_be_bytes()
    }

    /// The public half.
    pub fn public(&self) -> PublicKey {
        PublicKey::from_point(times_base(&self.0))
    }

    /// The scalar, for the circuits' witnesses.
    pub fn scalar(&self) -> &ScalarField {
        &self.0
    }
}

impl Drop for SecretKey {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl ZeroizeOnDrop for SecretKey {}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(redacted)")
    }
}

/// A public key: a point of the prime-order subgroup other than the identity.
///
/// # Invariants
/// Coordinates are canonical, on the curve, in the subgroup, not the identity;
/// deserializing checks it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Coordinates", into = "Coordinates")]
pub struct PublicKey {
    x: U256,
    y: U256,
}

#[derive(Serialize, Deserialize)]
struct Coordinates {
    x: U256,
    y: U256,
}

impl From<PublicKey> for Coordinates {
    fn from(key: PublicKey) -> Self {
        Self { x: key.x, y: key.y }
    }
}

impl TryFrom<Coordinates> for PublicKey {
    type Error = KeyError;

    fn try_from(at: Coordinates) -> Result<Self, KeyError> {
        Self::from_coordinates(at.x, at.y)
    }
}

impl PublicKey {
    /// Checks that the coordinates are a key.
    ///
    /// # Errors
    /// [`KeyError`] says whether a coordinate is too large, the point is off the curve,
    /// or outside the prime-order subgroup.
    pub fn from_coordinates(x: U256, y: U256) -> Result<Self, KeyError> {
        let point = Affine::new_unchecked(to_fr(x)?, to_fr(y)?);
        if !point.is_on_curve() {
            return Err(KeyError::NotOnCurve { x, y });
        }
        if point.is_zero() || !point.is_in_correct_subgroup_assuming_on_curve() {
            return Err(KeyError::NotInSubgroup { x, y });
        }
        Ok(Self { x, y })
    }

    /// The x coordinate.
    pub fn x(&self) -> U256 {
        self.x
    }

    /// The y coordinate.
    pub fn y(&self) -> U256 {
        self.y
    }

    /// `Poseidon(x, y)`: the licensee commitment of a license, the key hash of a meter.
    pub fn commitment(&self) -> U256 {
        let point = self.point();
        from_fr(poseidon::hash(&[point.x, point.y]))
    }

    /// The point, for circuits.
    pub fn point(&self) -> Affine {
        let element = |v| to_fr(v).expect("a public key holds canonical coordinates");
        Affine::new_unchecked(element(self.x), element(self.y))
    }

    /// For points that are multiples of the base point by construction.
    pub(crate) fn from_point(point: Affine) -> Self {
        Self { x: from_fr(point.x), y: from_fr(point.y) }
    }
}

/// `scalar` times EIP-2494's base point.
pub fn times_base(scalar: &ScalarField) -> Affine {
    (Projective::generator() * scalar).into_affine()
}

/// 512 bits of Keccak over length-prefixed parts, reduced: no measurable bias.
pub(crate) fn hash_to_scalar(domain: &[u8], parts: &[&[u8]]) -> ScalarField {
    let mut preimage = vec![0u8];
    for part in std::iter::once(&domain).chain(parts) {
        preimage.extend((part.len() as u64).to_be_bytes());
        preimage.extend_from_slice(part);
    }
    let mut wide = [0u8; 64];
    wide[..32].copy_from_slice(keccak256(&preimage).as_slice());
    preimage[0] = 1;
    wide[32..].copy_from_slice(keccak256(&preimage).as_slice());
    let scalar = ScalarField::from_be_bytes_mod_order(&wide);
    preimage.zeroize();
    wide.zeroize();
    scalar
}

/// The bits of a scalar, lowest first: what circuits take as witness.
pub fn scalar_bits(scalar: &ScalarField) -> Vec<bool> {
    scalar.into_bigint().to_bits_le()
}

#[cfg(test)]
mod tests;
