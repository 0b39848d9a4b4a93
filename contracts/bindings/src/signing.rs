//! What people and meters sign (EIP-712, domain "Datavault" version "1"): metering heads, offers, receipts of keys.

mod offer;

use alloy::{
    primitives::{Address, B256, Signature, SignatureError},
    signers::{SignerSync, local::PrivateKeySigner},
    sol_types::{Eip712Domain, SolStruct, eip712_domain},
};
use domain::{Context, LicenseId};

pub use offer::{OfferDigest, OfferTree, items_hash, offer_digest, offer_struct_hash, offer_typed_digest, sign_offer};

use crate::abi::typed;

/// A metering head: the state of one lane's chain after an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Head {
    /// The lane's domain.
    pub ctx: Context,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// Poseidon head, a BN254 scalar.
    pub head: alloy::primitives::U256,
    /// When the last event happened, unix seconds.
    pub time: u64,
}

/// What could not be signed, or a signature that says nothing.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The key refused.
    #[error("the key could not sign: {0}")]
    Sign(#[from] alloy::signers::Error),
    /// Not 65 bytes r, s, v of a curve point.
    #[error("the signature is malformed: {0}")]
    Malformed(#[from] SignatureError),
    /// The curve has two signatures for a message; contracts accept the one with the lower s.
    #[error("the signature has the higher of its two s values: contracts refuse it")]
    HighS,
    /// Libraries read other spellings of v; the precompile of contracts does not.
    #[error("the signature ends in v = {0}: contracts take only 27 and 28")]
    UnusualV(u8),
}

/// What a head's signers sign: the EIP-712 digest in the domain of the usage tracker.
#[must_use]
pub fn head_digest(chain_id: u64, usage_tracker: Address, head: &Head) -> B256 {
    typed::Head { ctx: head.ctx.0, seq: head.seq, total: head.total, head: head.head, time: head.time }
        .eip712_signing_hash(&domain_of(chain_id, usage_tracker))
}

/// Signs a head: 65 bytes r, s, v with v 27 or 28.
///
/// # Errors
/// The key refused.
pub fn sign_head(
    signer: &PrivateKeySigner,
    chain_id: u64,
    usage_tracker: Address,
    head: &Head,
) -> Result<[u8; 65], SigningError> {
    sign(signer, head_digest(chain_id, usage_tracker, head))
}

/// What a licensee signs to say that the key of an epoch arrived: the EIP-712 digest in the domain of the license
/// manager.
#[must_use]
pub fn accept_key_digest(chain_id: u64, licenses: Address, license_id: LicenseId, epoch: u32) -> B256 {
    // Epochs beyond 16 bits do not exist.
    let epoch = u16::try_from(epoch).unwrap_or(u16::MAX);
    typed::AcceptKey { licenseId: license_id.into(), epoch }.eip712_signing_hash(&domain_of(chain_id, licenses))
}

/// Signs that the key of an epoch arrived: 65 bytes r, s, v.
///
/// # Errors
/// The key refused.
pub fn sign_accept_key(
    licensee: &PrivateKeySigner,
    chain_id: u64,
    licenses: Address,
    license_id: LicenseId,
    epoch: u32,
) -> Result<[u8; 65], SigningError> {
    sign(licensee, accept_key_digest(chain_id, licenses, license_id, epoch))
}

fn sign(signer: &PrivateKeySigner, digest: B256) -> Result<[u8; 65], SigningError> {
    Ok(signer.sign_hash_sync(&digest)?.as_bytes())
}

/// Who signed a head. Any 65 bytes may yield some address: compare it with the one expected.
///
/// # Errors
/// The signature is malformed, or one that contracts refuse.
pub fn recover_head_signer(
    chain_id: u64,
    usage_tracker: Address,
    head: &Head,
    signature: &[u8],
) -> Result<Address, SigningError> {
    let read = Signature::from_raw(signature)?;
    if read.normalize_s().is_some() {
        return Err(SigningError::HighS);
    }
    match signature.last() {
        Some(27 | 28) => {}
        other => return Err(SigningError::UnusualV(other.copied().unwrap_or_default())),
    }
    Ok(read.recover_address_from_prehash(&head_digest(chain_id, usage_tracker, head))?)
}

fn domain_of(chain_id: u64, verifying_contract: Address) -> Eip712Domain {
    eip712_domain! {
        name: "Datavault",
        version: "1",
        chain_id: chain_id,
        verifying_contract: verifying_contract,
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{U256, b256, keccak256};
    use alloy::sol_types::SolValue;

    use super::*;

    fn head() -> Head {
        Head { ctx: Context(U256::from(7)), seq: 3, total: 12, head: U256::from(99), time: 1_800_000_000 }
    }

    #[test]
    fn the_digest_is_the_one_of_eip_712() {
        let tracker = Address::repeat_byte(0x11);
        let domain = keccak256(
            (
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Datavault"),
                keccak256("1"),
                U256::from(31_337),
                tracker,
            )
                .abi_encode(),
        );
        let message = keccak256(
            (
                keccak256("Head(uint256 ctx,uint64 seq,uint64 total,uint256 head,uint64 time)"),
                U256::from(7),
                3_u64,
                12_u64,
                U256::from(99),
                1_800_000_000_u64,
            )
                .abi_encode(),
        );
        let by_hand = keccak256([&[0x19, 0x01][..], domain.as_slice(), message.as_slice()].concat());
        assert_eq!(head_digest(31_337, tracker, &head()), by_hand);
        assert_eq!(by_hand, b256!("67a798c5e64e0a2292e2bf1c1328eed63d8bb0c708d34f5fc157ff461bc2f846"));
    }

    #[test]
    fn a_signature_recovers_its_signer_only_for_its_head_chain_and_contract() {
        let signer = PrivateKeySigner::random();
        let tracker = Address::repeat_byte(0x11);
        let signature = sign_head(&signer, 1, tracker, &head()).unwrap();
        assert_eq!(recover_head_signer(1, tracker, &head(), &signature).unwrap(), signer.address());
        assert_ne!(recover_head_signer(2, tracker, &head(), &signature).unwrap(), signer.address());
        let other = Head { total: 13, ..head() };
        assert_ne!(recover_head_signer(1, tracker, &other, &signature).unwrap(), signer.address());
        assert!(recover_head_signer(1, tracker, &head(), &signature[..64]).is_err());
    }

    #[test]
    fn the_second_signature_of_a_message_is_refused() {
        let signer = PrivateKeySigner::random();
        let tracker = Address::repeat_byte(0x11);
        let low = Signature::from_raw(&sign_head(&signer, 1, tracker, &head()).unwrap()).unwrap();
        let order = U256::from_be_bytes(b256!("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141").0);
        let high = Signature::new(low.r(), order - low.s(), !low.v());
        assert!(matches!(recover_head_signer(1, tracker, &head(), &high.as_bytes()), Err(SigningError::HighS)));
    }

    #[test]
    fn a_v_that_contracts_do_not_take_is_refused() {
        let signer = PrivateKeySigner::random();
        let tracker = Address::repeat_byte(0x11);
        let signature = sign_head(&signer, 1, tracker, &head()).unwrap();
        for v in [signature[64] - 27, signature[64] + 8, signature[64] - 27 + 37] {
            let mut unusual = signature;
            unusual[64] = v;
            let error = recover_head_signer(1, tracker, &head(), &unusual);
            assert!(matches!(error, Err(SigningError::UnusualV(refused)) if refused == v), "v = {v}: {error:?}");
        }
    }
}
