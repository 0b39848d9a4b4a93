//! The scalar field of BN254 at the border to plain integers.

use alloy_primitives::U256;
use ark_ff::{AdditiveGroup, BigInt, PrimeField};

/// An element of the BN254 scalar field, in which every circuit computes.
pub type Fr = ark_bn254::Fr;

/// The integer is not smaller than the field's modulus, so it names no field element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a BN254 field element: reduce it below the scalar field's modulus")]
pub struct NotCanonical(pub U256);

/// Reads a canonical field element.
///
/// # Errors
/// [`NotCanonical`] if `value` is the modulus or larger. It is never reduced silently:
/// two integers that mean one element would be two names for one fact.
pub fn to_fr(value: U256) -> Result<Fr, NotCanonical> {
    Fr::from_bigint(BigInt(value.into_limbs())).ok_or(NotCanonical(value))
}

/// The element as the integer below the modulus.
pub fn from_fr(value: Fr) -> U256 {
    U256::from_limbs(value.into_bigint().0)
}

/// The element of an integer that is known to be small, such as a 128-bit limb.
pub fn small(value: u128) -> Fr {
    Fr::from(value)
}

/// Zero, spelled without importing a trait.
pub fn zero() -> Fr {
    Fr::ZERO
}

#[cfg(test)]
mod tests {
    use super::*;

    const MODULUS: &str = "21888242871839275222246405745257275088548364400416034343698204186575808495617";

    #[test]
    fn the_largest_element_survives_and_the_modulus_is_refused() {
        let modulus: U256 = MODULUS.parse().unwrap();
        let largest = modulus - U256::from(1);
        assert_eq!(from_fr(to_fr(largest).unwrap()), largest);
        assert_eq!(to_fr(modulus), Err(NotCanonical(modulus)));
        assert!(to_fr(U256::MAX).is_err());
    }
}
