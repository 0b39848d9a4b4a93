//! EdDSA on Baby Jubjub with Poseidon, as circomlib's `EdDSAPoseidonVerifier` checks it.
//!
//! `S·B8 = R8 + Poseidon(R8.x, R8.y, A.x, A.y, M)·8A`. circomlibjs's `verifyPoseidon`
//! accepts what [`SecretKey::sign`] makes; the test vectors hold both directions.

use alloy_primitives::U256;
use ark_ec::{AffineRepr, CurveGroup};
use ark_ff::{BigInt, BigInteger, PrimeField};
use serde::{Deserialize, Serialize};

use crate::{
    babyjubjub::{
        PublicKey, SecretKey,
        curve::{Affine, ScalarField},
        hash_to_scalar, times_base,
    },
    field::{Fr, NotCanonical, from_fr, to_fr},
    poseidon,
};

/// A signature; JSON carries its numbers as 0x strings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// x of the nonce point.
    pub r8x: U256,
    /// y of the nonce point.
    pub r8y: U256,
    /// The response, canonical: below the subgroup order.
    pub s: U256,
}

impl SecretKey {
    /// Signs one field element. The nonce is derived from key and message, so signing
    /// twice gives the same signature and no generator can fail.
    ///
    /// # Errors
    /// [`NotCanonical`] if `message` is not a field element.
    pub fn try_sign(&self, message: U256) -> Result<Signature, NotCanonical> {
        let m = to_fr(message)?;
        let nonce =
            hash_to_scalar(b"datavault/eddsa-poseidon/nonce/v1", &[&self.to_bytes(), &message.to_be_bytes::<32>()]);
        let r8 = times_base(&nonce);
        let challenge = challenge(r8, self.public().point(), m);
        let response = nonce + in_subgroup(challenge) * ScalarField::from(8u64) * self.scalar();
        Ok(Signature { r8x: from_fr(r8.x), r8y: from_fr(r8.y), s: U256::from_limbs(response.into_bigint().0) })
    }

    /// Signs a head or another value that is a field element by construction.
    ///
    /// # Panics
    /// If `message` is not below the field's modulus; use [`SecretKey::try_sign`] for
    /// values that come from outside.
    pub fn sign(&self, message: U256) -> Signature {
        self.try_sign(message).expect("heads are Poseidon outputs, which are field elements")
    }
}

impl PublicKey {
    /// Whether `signature` is this key's signature on `message`.
    ///
    /// False for every malformed input: message or coordinate not below the modulus,
    /// nonce point off the curve, `s` not below the subgroup order.
    pub fn verify(&self, message: U256, signature: &Signature) -> bool {
        self.check(message, signature).unwrap_or(false)
    }

    fn check(&self, message: U256, signature: &Signature) -> Option<bool> {
        let m = to_fr(message).ok()?;
        let r8 = Affine::new_unchecked(to_fr(signature.r8x).ok()?, to_fr(signature.r8y).ok()?);
        let s = ScalarField::from_bigint(BigInt(signature.s.into_limbs()))?;
        if !r8.is_on_curve() {
            return None;
        }
        let key = self.point();
        let scalar = in_subgroup(challenge(r8, key, m)) * ScalarField::from(8u64);
        let right = r8.into_group() + key * scalar;
        Some(times_base(&s) == right.into_affine())
    }
}

/// The Fiat–Shamir challenge.
pub fn challenge(r8: Affine, key: Affine, message: Fr) -> Fr {
    poseidon::hash(&[r8.x, r8.y, key.x, key.y, message])
}

fn in_subgroup(challenge: Fr) -> ScalarField {
    ScalarField::from_le_bytes_mod_order(&challenge.into_bigint().to_bytes_le())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Case {
        secret: Option<U256>,
        key_x: U256,
        key_y: U256,
        message: U256,
        signature: Signature,
        valid: bool,
    }

    #[test]
    fn circomlibjs_signatures_verify_and_its_rejects_are_rejected() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../vectors/eddsa.json")).unwrap();
        assert!(cases.iter().any(|case| case.valid) && cases.iter().any(|case| !case.valid));
        for case in cases {
            let key = PublicKey::from_coordinates(case.key_x, case.key_y).unwrap();
            assert_eq!(key.verify(case.message, &case.signature), case.valid);
            if let Some(secret) = case.secret {
                let secret = SecretKey::from_bytes(&secret.to_be_bytes()).unwrap();
                assert_eq!(secret.public(), key);
                assert_eq!(secret.sign(case.message), case.signature);
            }
        }
    }

    /// Prints the list that `vectors/generate.mjs` checks with circomlibjs.
    #[test]
    fn sign_for_circomlibjs() {
        let cases: Vec<_> = (0u8..4)
            .map(|i| {
                let secret = SecretKey::derive(&[i; 32], "circomlibjs");
                let key = secret.public();
                let message = U256::MAX >> (8 + 60 * usize::from(i));
                let signature = secret.sign(message);
                assert!(key.verify(message, &signature));
                serde_json::json!({
                    "secret": U256::from_be_bytes(secret.to_bytes()),
                    "key_x": key.x(),
                    "key_y": key.y(),
                    "message": message,
                    "signature": signature,
                })
            })
            .collect();
        println!("{}", serde_json::Value::from(cases));
    }

    #[test]
    fn every_changed_field_is_rejected() {
        let secret = SecretKey::derive(&[1; 32], "meter");
        let key = secret.public();
        let message = U256::from(42);
        let good = secret.sign(message);
        assert!(key.verify(message, &good));
        let order = U256::from_limbs(ScalarField::MODULUS.0);
        let modulus = U256::from_limbs(Fr::MODULUS.0);
        let one = U256::from(1);
        let bad = [
            Signature { r8x: good.r8x + one, ..good },
            Signature { r8y: good.r8y + one, ..good },
            Signature { s: good.s + one, ..good },
            Signature { s: good.s + order, ..good },
            Signature { r8x: good.r8x + modulus, ..good },
        ];
        for signature in bad {
            assert!(!key.verify(message, &signature));
        }
        assert!(!key.verify(message + one, &good));
        assert!(!key.verify(message + modulus, &good));
        assert!(!SecretKey::derive(&[2; 32], "meter").public().verify(message, &good));
        assert!(secret.try_sign(modulus).is_err());
    }
}
