//! Handing a content key to a licensee so that anyone can check it was the right key.
//!
//! ECDH on Baby Jubjub: `E = e·B8`, `S = e·PK = sk·E`, two masks from
//! `PoseidonEx(capacity = 1; S.x, S.y, ctx)`, and `c_i = k_i + mask_i` in the field.
//! The key's limbs are big-endian: `k0` is its first 16 bytes, `k1` its last 16.

use std::fmt;

use alloy_primitives::U256;
use ark_ec::CurveGroup;
use ark_ff::{BigInteger, PrimeField};
use rand::{CryptoRng, RngCore};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    babyjubjub::{
        KeyError, PublicKey, SecretKey,
        curve::{Affine, ScalarField},
        times_base,
    },
    field::{Fr, NotCanonical, from_fr, small, to_fr},
    poseidon,
};

/// How many numbers a key-delivery proof makes public.
pub const INPUTS: usize = 7;
/// Capacity lane of the masks' hash, apart from every other use of three inputs.
pub const MASK_CAPACITY: u64 = 1;
/// Highest bit of every ephemeral scalar, always set: the circuit's additions rely on it.
pub const EPHEMERAL_TOP_BIT: usize = 250;

/// Why a sealed key does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The ephemeral point is not a key.
    #[error("sealed key, ephemeral point: {0}")]
    Ephemeral(#[from] KeyError),
    /// A number is not a field element.
    #[error("sealed key: {0}")]
    NotCanonical(#[from] NotCanonical),
    /// A limb does not fit in 128 bits.
    #[error("sealed key does not open: wrong licensee key, wrong ctx, or a damaged ciphertext")]
    WrongKey,
    /// The key opens but is not the one committed to.
    #[error("opened key does not match key commitment {0}: the seller delivered another key")]
    WrongCommitment(U256),
}

/// An encrypted content key, as it appears on-chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// `E.x`.
    pub ephemeral_x: U256,
    /// `E.y`.
    pub ephemeral_y: U256,
    /// First limb plus mask.
    pub c0: U256,
    /// Second limb plus mask.
    pub c1: U256,
}

/// What the prover knows. Wiped on drop, redacted in `Debug`.
#[derive(Clone, PartialEq, Eq)]
pub struct Witness {
    /// The content key.
    pub key: [u8; 32],
    /// The scalar `e`, in `[2^250, 2^251)`.
    pub ephemeral: U256,
    /// The licensee's key.
    pub recipient: PublicKey,
    /// The context of the delivery.
    pub ctx: U256,
}

impl Zeroize for Witness {
    fn zeroize(&mut self) {
        self.key.zeroize();
        self.ephemeral = U256::ZERO;
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.zeroize();
    }
}

impl ZeroizeOnDrop for Witness {}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("recipient", &self.recipient).field("ctx", &self.ctx).finish_non_exhaustive()
    }
}

/// What a key-delivery proof makes public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicInputs {
    /// Chain, tracker, license, content, lane 0 and epoch, hashed.
    pub ctx: U256,
    /// Commitment of the content key at registration.
    pub key_commitment: U256,
    /// `Poseidon` of the licensee's public key.
    pub licensee_commitment: U256,
    /// The encrypted key.
    pub sealed: Sealed,
}

impl PublicInputs {
    /// The numbers in the order of the circuit, the verifier and the contract.
    ///
    /// `ctx, keyCommitment, licenseeCommitment, E.x, E.y, c0, c1`.
    pub fn to_array(&self) -> [U256; INPUTS] {
        let sealed = &self.sealed;
        [
            self.ctx,
            self.key_commitment,
            self.licensee_commitment,
            sealed.ephemeral_x,
            sealed.ephemeral_y,
            sealed.c0,
            sealed.c1,
        ]
    }

    /// Reads [`PublicInputs::to_array`]. The verifier checks the values.
    pub fn from_array(inputs: [U256; INPUTS]) -> Self {
        let [ctx, key_commitment, licensee_commitment, ephemeral_x, ephemeral_y, c0, c1] = inputs;
        Self { ctx, key_commitment, licensee_commitment, sealed: Sealed { ephemeral_x, ephemeral_y, c0, c1 } }
    }
}

/// The two 128-bit limbs: first 16 bytes, last 16 bytes, each big-endian.
pub fn limbs(key: &[u8; 32]) -> [u128; 2] {
    let (high, low) = key.split_at(16);
    [high, low].map(|half| u128::from_be_bytes(half.try_into().expect("half of 32 bytes")))
}

/// `Poseidon(k0, k1)`: what content registers before anyone has its key.
pub fn key_commitment(key: &[u8; 32]) -> U256 {
    from_fr(poseidon::hash(&limbs(key).map(small)))
}

/// Encrypts `key` to a licensee, with the witness that proves it.
///
/// `ctx` comes from [`crate::Context::ctx`] at lane 0.
///
/// # Errors
/// [`NotCanonical`] if `ctx` is not a field element.
pub fn encrypt(
    key: &[u8; 32],
    recipient: &PublicKey,
    ctx: U256,
    rng: &mut (impl RngCore + CryptoRng),
) -> Result<(Sealed, Witness), NotCanonical> {
    let mut bytes = [0u8; 32];
    rng.fill_bytes(&mut bytes);
    let top = U256::from(1) << EPHEMERAL_TOP_BIT;
    let ephemeral = (U256::from_be_bytes(bytes) % top) | top;
    bytes.zeroize();
    let witness = Witness { key: *key, ephemeral, recipient: *recipient, ctx };
    Ok((seal(&witness)?, witness))
}

/// The ciphertext that a witness stands for.
///
/// # Errors
/// [`NotCanonical`] if `ctx` is not a field element.
pub fn seal(witness: &Witness) -> Result<Sealed, NotCanonical> {
    let scalar = reduce(witness.ephemeral);
    let ephemeral = times_base(&scalar);
    let shared = (witness.recipient.point() * scalar).into_affine();
    let masks = masks(shared, to_fr(witness.ctx)?);
    let [c0, c1] = limbs(&witness.key).map(small);
    Ok(Sealed {
        ephemeral_x: from_fr(ephemeral.x),
        ephemeral_y: from_fr(ephemeral.y),
        c0: from_fr(c0 + masks[0]),
        c1: from_fr(c1 + masks[1]),
    })
}

impl Witness {
    /// The public inputs this witness proves.
    ///
    /// # Errors
    /// [`NotCanonical`] if `ctx` is not a field element.
    pub fn public_inputs(&self) -> Result<PublicInputs, NotCanonical> {
        Ok(PublicInputs {
            ctx: self.ctx,
            key_commitment: key_commitment(&self.key),
            licensee_commitment: self.recipient.commitment(),
            sealed: seal(self)?,
        })
    }
}

/// Opens a sealed key with the licensee's secret.
///
/// # Errors
/// [`OpenError`] if the ciphertext is malformed or was not made for this key and `ctx`.
/// A wrong key is noticed with all but 2^-252 probability, since limbs are 128 bits.
pub fn decrypt(secret: &SecretKey, ctx: U256, sealed: &Sealed) -> Result<[u8; 32], OpenError> {
    let ephemeral = PublicKey::from_coordinates(sealed.ephemeral_x, sealed.ephemeral_y)?;
    let shared = (ephemeral.point() * secret.scalar()).into_affine();
    let masks = masks(shared, to_fr(ctx)?);
    let mut key = [0u8; 32];
    let halves = key.chunks_exact_mut(16);
    for ((half, sealed), mask) in halves.zip([sealed.c0, sealed.c1]).zip(masks) {
        let limb = from_fr(to_fr(sealed)? - mask);
        let limb = u128::try_from(limb).map_err(|_| OpenError::WrongKey)?;
        half.copy_from_slice(&limb.to_be_bytes());
    }
    Ok(key)
}

/// [`decrypt`], then compares with the commitment that the content registered.
///
/// # Errors
/// Those of [`decrypt`], and [`OpenError::WrongCommitment`].
pub fn decrypt_committed(
    secret: &SecretKey,
    ctx: U256,
    sealed: &Sealed,
    commitment: U256,
) -> Result<[u8; 32], OpenError> {
    let key = decrypt(secret, ctx, sealed)?;
    if key_commitment(&key) != commitment {
        return Err(OpenError::WrongCommitment(commitment));
    }
    Ok(key)
}

fn masks(shared: Affine, ctx: Fr) -> [Fr; 2] {
    poseidon::hash_ex2(Fr::from(MASK_CAPACITY), &[shared.x, shared.y, ctx])
}

fn reduce(scalar: U256) -> ScalarField {
    ScalarField::from_le_bytes_mod_order(&scalar.to_le_bytes::<32>())
}

/// The bits of `e`, lowest first, 251 of them.
pub fn ephemeral_bits(scalar: U256) -> Vec<bool> {
    let limbs = ark_ff::BigInt::<4>(scalar.into_limbs());
    limbs.to_bits_le()[..=EPHEMERAL_TOP_BIT].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand_chacha::ChaCha20Rng;

    const CTX: U256 = U256::from_limbs([5, 0, 0, 0]);

    #[derive(Deserialize)]
    struct Case {
        secret: U256,
        ephemeral: U256,
        ctx: U256,
        key: alloy_primitives::B256,
        inputs: [U256; INPUTS],
    }

    #[test]
    fn circomlibjs_agrees_on_ciphertext_and_commitments() {
        let cases: Vec<Case> = serde_json::from_str(include_str!("../vectors/key_delivery.json")).unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let secret = SecretKey::from_bytes(&case.secret.to_be_bytes()).unwrap();
            let witness =
                Witness { key: case.key.0, ephemeral: case.ephemeral, recipient: secret.public(), ctx: case.ctx };
            let inputs = witness.public_inputs().unwrap();
            assert_eq!(inputs.to_array(), case.inputs);
            assert_eq!(PublicInputs::from_array(case.inputs), inputs);
            let opened = decrypt_committed(&secret, case.ctx, &inputs.sealed, inputs.key_commitment);
            assert_eq!(opened, Ok(case.key.0));
        }
    }

    #[test]
    fn only_the_recipient_in_the_same_context_opens() {
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let (alice, eve) = (SecretKey::random(&mut rng), SecretKey::random(&mut rng));
        let key = [0xab; 32];
        let (sealed, _) = encrypt(&key, &alice.public(), CTX, &mut rng).unwrap();
        assert_eq!(decrypt(&alice, CTX, &sealed), Ok(key));
        assert_eq!(decrypt(&eve, CTX, &sealed), Err(OpenError::WrongKey));
        let elsewhere = CTX + U256::from(1);
        assert_eq!(decrypt(&alice, elsewhere, &sealed), Err(OpenError::WrongKey));
        let other = key_commitment(&[1; 32]);
        assert_eq!(decrypt_committed(&alice, CTX, &sealed, other), Err(OpenError::WrongCommitment(other)));
    }

    #[test]
    fn a_low_order_ephemeral_point_is_refused() {
        let secret = SecretKey::derive(&[1; 32], "licensee");
        let sealed = Sealed { ephemeral_x: U256::ZERO, ephemeral_y: U256::from(1), c0: U256::ZERO, c1: U256::ZERO };
        let opened = decrypt(&secret, CTX, &sealed);
        assert!(matches!(opened, Err(OpenError::Ephemeral(KeyError::NotInSubgroup { .. }))));
    }

    #[test]
    fn a_witness_shows_no_secret() {
        let mut rng = ChaCha20Rng::seed_from_u64(4);
        let recipient = SecretKey::random(&mut rng).public();
        let (_, witness) = encrypt(&[0xab; 32], &recipient, CTX, &mut rng).unwrap();
        let shown = format!("{witness:?}");
        assert!(!shown.contains("171") && !shown.contains(&witness.ephemeral.to_string()));
    }
}
