//! The other end of a delivery: the licensee opens what the chain holds.

use content::ContentKey;
use contracts::{ChainError, Datavault};
use domain::LicenseId;
use statement::{
    Context, SecretKey,
    key_delivery::{OpenError, Sealed, decrypt_committed},
};
use zeroize::Zeroizing;

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The chain.
    #[error(transparent)]
    Chain(#[from] ChainError),
    /// Nothing was delivered yet.
    #[error("the key of license {0} was not delivered yet: wait, or take the money back after the deadline")]
    NotDelivered(LicenseId),
    /// The delivery does not open with this key.
    #[error("license {license_id}: {source}")]
    Open {
        /// The license.
        license_id: LicenseId,
        /// Why not.
        source: OpenError,
    },
}

/// Decrypts the delivered content key, and checks that it is the one the content was registered with.
///
/// # Errors
/// [`ReceiveError`]; a wrong `secret` is [`OpenError::WrongKey`].
pub async fn receive_key(
    chain: &Datavault,
    license_id: LicenseId,
    secret: &SecretKey,
) -> Result<ContentKey, ReceiveError> {
    let delivered = chain.key_delivered(license_id).await?.ok_or(ReceiveError::NotDelivered(license_id))?;
    let license = chain.license(license_id).await?;
    let commitment = chain.key_commitment(license.offer_id.content_no(), license.content_version).await?;
    let ctx = Context {
        chain_id: chain.chain_id(),
        tracker: chain.addresses().usage,
        license_id: license_id.0,
        content_id: delivered.content_id.0,
        lane: 0,
        epoch: delivered.epoch,
    }
    .ctx();
    let sealed = Sealed {
        ephemeral_x: delivered.ephemeral_x,
        ephemeral_y: delivered.ephemeral_y,
        c0: delivered.c0,
        c1: delivered.c1,
    };
    let key = decrypt_committed(secret, ctx, &sealed, commitment)
        .map_err(|source| ReceiveError::Open { license_id, source })?;
    Ok(ContentKey::from_bytes(*Zeroizing::new(key)))
}
