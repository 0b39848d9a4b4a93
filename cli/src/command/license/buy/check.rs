//! What a buyer wants to know before paying.

use alloy::primitives::{Address, U256};
use domain::{Amount, ContentId, ContentStatus, Delivery, MeterId, OfferId};
use serde::Serialize;

use crate::{
    blocks::{MAX_FETCH_BYTES, cid_from_bytes},
    failure::Failure,
    lookup::Offer,
    money::Currency,
    session::Session,
    span::show_time,
};

/// What was found before paying.
#[derive(Clone, Debug, Serialize)]
pub struct Checked {
    /// The offer.
    pub offer_id: OfferId,
    /// What it licenses.
    pub content_id: ContentId,
    /// CID of the ciphertext.
    pub cid: String,
    /// Its size, if it was fetched and every block compared with its CID.
    pub ciphertext_bytes: Option<u64>,
    /// The meter, whose curve point was checked.
    pub meter_id: MeterId,
    /// Where it listens.
    pub meter_url: String,
    /// What is paid in.
    pub currency: Currency,
    /// The price in all.
    pub total: Amount,
}

/// Checks offer, content, ciphertext and meter.
pub(super) async fn check(session: &Session, offer: &Offer, units: u64) -> Result<Checked, Failure> {
    let (id, terms) = (offer.offer_id, &offer.terms);
    let other = "`datavault offer list` shows what is open";
    if !offer.open {
        return Err(Failure::state(format!("offer {id} is closed")).fix(other));
    }
    if terms.valid_until != 0 && session.now().await? > terms.valid_until {
        return Err(Failure::state(format!("offer {id} expired {}", show_time(terms.valid_until))).fix(other));
    }
    if terms.supply != 0 && offer.sold >= terms.supply {
        return Err(
            Failure::state(format!("offer {id} is sold out: all {} licenses are sold", terms.supply)).fix(other)
        );
    }
    let content = session.content(terms.content_id).await?;
    if content.status != ContentStatus::Active {
        return Err(Failure::state(format!("content {} is {}", terms.content_id, content.status)).fix(other));
    }
    let meter = session.meter(content.meter_id).await?;
    let cid = cid_from_bytes(&session.registered(terms.content_id).await?.cid)?;
    let ciphertext_bytes = match terms.delivery {
        Delivery::Served => None,
        Delivery::Key => {
            let _step = session.progress.step(format!("fetching {cid}"));
            Some(session.blocks()?.fetch(cid, MAX_FETCH_BYTES).await?)
        }
    };
    let total = terms.price.0.checked_add(terms.unit_price.0.saturating_mul(U256::from(units)));
    Ok(Checked {
        offer_id: id,
        content_id: terms.content_id,
        cid: cid.to_string(),
        ciphertext_bytes,
        meter_id: content.meter_id,
        meter_url: meter.url,
        currency: session.currency(terms.token).await?,
        total: Amount(total.ok_or_else(|| Failure::usage("the total does not fit in 256 bits"))?),
    })
}

/// Says how much is missing, if anything.
pub(super) async fn balance(session: &Session, account: Address, checked: &Checked) -> Result<(), Failure> {
    let Checked { currency, total, .. } = checked;
    let balance = session.balance(account, currency.token).await?;
    if balance >= *total {
        return Ok(());
    }
    let missing = Amount(total.0 - balance.0);
    Err(Failure::state(format!(
        "{account} has {} and needs {}: {} is missing",
        currency.show(balance),
        currency.show(*total),
        currency.show(missing)
    ))
    .fix(format!("send {} to {account}", currency.show(missing))))
}
