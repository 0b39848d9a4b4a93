//! A content key that was delivered to this wallet.

use alloy::primitives::U256;
use content::{Cid, ContentKey};
use domain::{ContentId, Delivery, LicenseId};
use gateway::deliver::{ReceiveError, receive_key};
use statement::key_delivery::OpenError;

use crate::{blocks::cid_from_bytes, failure::Failure, session::Session};

/// A delivered key and what it should open.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) content_id: ContentId,
    /// Checked against the registered commitment.
    pub(crate) key: ContentKey,
    /// The ciphertext.
    pub(crate) cid: Cid,
    /// SHA-256 of the plaintext, as registered.
    pub(crate) content_hash: [u8; 32],
    /// The domain that the delivery was proved in.
    pub(crate) ctx: U256,
}

/// Decrypts the key that was delivered for a license of this wallet, and checks its commitment.
pub(crate) async fn receive(session: &Session, license_id: LicenseId) -> Result<Received, Failure> {
    let license = session.own_license(license_id).await?;
    let offer = session.offer(license.view.offer_id).await?;
    if offer.terms.delivery == Delivery::Served {
        return Err(Failure::state(format!("license {license_id} is served: its key stays with the meter"))
            .fix(format!("run `datavault content fetch {license_id}`")));
    }
    if license.view.epoch != 0 && !license.view.delivered {
        return Err(Failure::state(format!(
            "the key of license {license_id} was not delivered anew since its keys were changed"
        ))
        .fix("wait for the meter"));
    }
    let secret = session.licensee_keys()?.secret;
    let key = receive_key(&session.chain, license_id, &secret).await.map_err(|error| match error {
        ReceiveError::Chain(error) => error.into(),
        ReceiveError::NotDelivered(_) => {
            Failure::state(format!("the key of license {license_id} was not delivered yet"))
                .fix("wait for the meter; after the deadline, `datavault escrow refund` returns the price")
        }
        ReceiveError::Open { source: OpenError::WrongKey, .. } => {
            Failure::mismatch(format!("the key of license {license_id} is not for this wallet"))
                .fix("use the wallet that bought the license")
        }
        ReceiveError::Open { source, .. } => {
            Failure::mismatch(format!("the key of license {license_id} does not open")).because(source)
        }
    })?;
    let edition = session.edition(offer.terms.content_id, license.view.content_version).await?;
    Ok(Received {
        content_id: offer.terms.content_id,
        key,
        cid: cid_from_bytes(&edition.cid)?,
        content_hash: edition.content_hash.0,
        ctx: session.chain.context_of(license_id, 0, license.view.epoch).await?.0,
    })
}
