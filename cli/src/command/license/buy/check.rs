//! What a buyer wants to know before paying.

use std::time::Duration;

use alloy::primitives::{Address, U256};
use domain::{Amount, ContentId, ContentStatus, Delivery, MeterId, MeterPublished, OfferId, OfferKind, ProfileId};
use gateway::protocol::{KEYS_ROUTE, MeterKeys};
use serde::Serialize;
use url::Url;

use crate::{
    blocks::{MAX_FETCH_BYTES, cid_from_bytes},
    failure::{Failure, FailureKind},
    lookup::Offer,
    mirror::is_this_machine,
    money::Currency,
    session::Session,
    span::{show_secs, show_time},
};

/// How long a meter may take to tell its keys.
const METER_TIMEOUT: Duration = Duration::from_secs(4);
/// More than its keys take.
const MAX_KEYS_BYTES: usize = 16 << 10;

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
    /// The price in all, bond included.
    pub total: Amount,
    /// Of it the bond, which comes back unless more is used than is included.
    pub bond: Amount,
    /// What is paid when.
    pub kind: OfferKind,
    /// Who rules disputes.
    pub arbitrator: Address,
    /// The arbitrator's published keys, which evidence is sealed to; nothing if there are none that are well-formed.
    pub arbitrator_profile_id: Option<ProfileId>,
    /// How the content reaches the buyer.
    pub delivery: Delivery,
    /// Seconds within which the key comes; later, everything is refunded. Zero if it is served.
    pub delivery_window_secs: u32,
    /// Seconds after the delivery within which a complaint stops the payment. Zero if it is served.
    pub dispute_window_secs: u32,
    /// When a license bought now would expire, in unix seconds; zero: never.
    pub expires_at: u64,
    /// When, bought now, what was not delivered or not used could be taken back, in unix seconds.
    pub refundable_at: u64,
    /// What a buyer should know, and nothing refuses.
    pub warnings: Vec<String>,
}

impl Checked {
    /// What the buyer agrees to, a sentence each.
    pub(super) fn facts(&self) -> Vec<String> {
        let bond = self.bond_words().map(|words| format!(" ({words})")).unwrap_or_default();
        let pays = format!("pays {} into escrow for offer {}{bond}", self.currency.show(self.total), self.offer_id);
        let sentences = [
            Some(pays),
            self.delivery_words().map(|words| format!("delivery: {words}")),
            self.dispute_words().map(|words| format!("complaints: {words}")),
            self.expiry_words().map(|words| format!("use: {words}")),
            Some(format!("arbitrator: {}", self.arbitrator_words())),
        ];
        let warnings = self.warnings.iter().map(|warning| format!("warning: {warning}"));
        sentences.into_iter().flatten().chain(warnings).collect()
    }

    pub(super) fn bond_words(&self) -> Option<String> {
        (self.bond != Amount::ZERO).then(|| format!("of it {} as a bond", self.currency.show(self.bond)))
    }

    pub(super) fn arbitrator_words(&self) -> String {
        match self.arbitrator_profile_id {
            Some(id) => format!("{}, evidence is sealed to its profile {id}", self.arbitrator),
            None => self.arbitrator.to_string(),
        }
    }

    pub(super) fn delivery_words(&self) -> Option<String> {
        (self.delivery == Delivery::Key).then(|| {
            let window = show_secs(self.delivery_window_secs.into());
            format!("the key within {window}, else all is refundable from {}", show_time(self.refundable_at))
        })
    }

    pub(super) fn dispute_words(&self) -> Option<String> {
        (self.delivery == Delivery::Key)
            .then(|| format!("within {} of the delivery", show_secs(self.dispute_window_secs.into())))
    }

    pub(super) fn expiry_words(&self) -> Option<String> {
        (self.expires_at != 0).then(|| {
            let (until, refund) = (show_time(self.expires_at), show_time(self.refundable_at));
            match (self.kind, self.delivery) {
                (OfferKind::PerUse, _) => format!("until {until}; what was not used is refundable from {refund}"),
                (OfferKind::Subscription, Delivery::Served) => {
                    format!("until {until}, paid out evenly; `datavault license cancel` returns the rest")
                }
                (OfferKind::Subscription, Delivery::Key) => format!("until {until}, unless renewed"),
                _ => format!("until {until}"),
            }
        })
    }
}

/// Refuses what no arbitrator could be shown to be wrong, unless the buyer accepts that.
pub(super) fn arbitration(checked: &Checked, is_accepted: bool) -> Result<(), Failure> {
    if is_accepted || checked.delivery != Delivery::Key || checked.arbitrator_profile_id.is_some() {
        return Ok(());
    }
    Err(Failure::state(format!(
        "the arbitrator {} published no usable key: if the content is not what was registered, nobody could rule on it",
        checked.arbitrator
    ))
    .fix("ask it to run `datavault wallet publish`, or pass --accept-no-arbitration"))
}

/// The arbitrator's newest keys, if they are well-formed.
async fn arbitrator_profile(session: &Session, arbitrator: Address) -> Result<Option<ProfileId>, Failure> {
    let Some(published) = session.profiles_of(arbitrator).await?.pop() else { return Ok(None) };
    match session.profile(published.profile_id).await {
        Ok(_) => Ok(Some(published.profile_id)),
        Err(failure) if failure.kind == FailureKind::Mismatch => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// What is wrong with a meter that should serve, as far as asking it tells. Keys that differ are refused.
async fn ask_meter(session: &Session, meter: &MeterPublished) -> Result<Option<String>, Failure> {
    let silent = |cause: String| {
        Ok(Some(format!("the meter at {} does not answer ({cause}): it could not serve now", meter.url)))
    };
    let url = match Url::parse(&format!("{}{KEYS_ROUTE}", meter.url.trim_end_matches('/'))) {
        Ok(url) if url.scheme() == "http" => url,
        Ok(url) if url.scheme() == "https" => return silent("it needs TLS, which this build does not have".into()),
        _ => return silent("its published URL is none".into()),
    };
    let client = reqwest::Client::builder().timeout(METER_TIMEOUT).redirect(reqwest::redirect::Policy::none());
    // A proxy of the environment cannot reach a meter on this machine.
    let client = if is_this_machine(&url) { client.no_proxy() } else { client };
    let asked = async {
        let mut answer = client.build()?.get(url).send().await?.error_for_status()?;
        let mut bytes = Vec::new();
        while let Some(part) = answer.chunk().await? {
            bytes.extend_from_slice(&part);
            if bytes.len() > MAX_KEYS_BYTES {
                break;
            }
        }
        Ok::<_, reqwest::Error>(bytes)
    };
    let bytes = match asked.await {
        Ok(bytes) => bytes,
        Err(error) if error.is_timeout() => return silent("no answer in time".into()),
        Err(error) if error.is_connect() => return silent("nobody listens".into()),
        Err(error) => return silent(error.without_url().to_string()),
    };
    let Ok(keys) = serde_json::from_slice::<MeterKeys>(&bytes) else {
        return silent("what it says are no keys".into());
    };
    let expected = [
        ("chain_id", keys.chain_id == session.chain.chain_id()),
        ("usage_tracker", keys.usage_tracker == session.addresses().usage),
        ("signer", keys.signer == meter.signer),
        ("key_hash", keys.key_hash == meter.key_hash && keys.key.commitment() == meter.key_hash),
    ];
    match expected.iter().find(|(_, same)| !same) {
        None => Ok(None),
        Some((field, _)) => Err(Failure::mismatch(format!(
            "the meter at {} has another `{field}` than meter {} on the chain: what it serves could not be settled",
            meter.url, meter.meter_id
        ))
        .fix("ask the creator to publish the meter that it runs")),
    }
}

/// Checks offer, content, ciphertext and meter.
pub(super) async fn check(
    session: &Session,
    offer: &Offer,
    units: u64,
    licensee: Option<Address>,
) -> Result<Checked, Failure> {
    let (id, terms) = (offer.offer_id, &offer.terms);
    let other = "`datavault offer list` shows what is open";
    if !offer.open {
        return Err(Failure::state(format!("offer {id} is closed")).fix(other));
    }
    if let Some(licensee) = licensee.filter(|licensee| !terms.buyer.is_zero() && *licensee != terms.buyer) {
        return Err(Failure::state(format!("offer {id} is for {} alone, not for {licensee}", terms.buyer)).fix(other));
    }
    if terms.valid_until != 0 && session.now().await? > terms.valid_until {
        return Err(Failure::state(format!("offer {id} expired {}", show_time(terms.valid_until))).fix(other));
    }
    if terms.supply != 0 && offer.sold >= u64::from(terms.supply) {
        return Err(
            Failure::state(format!("offer {id} is sold out: all {} licenses are sold", terms.supply)).fix(other)
        );
    }
    let content = session.content(terms.content_id).await?;
    if content.status != ContentStatus::Active {
        return Err(Failure::state(format!("content {} is {}", terms.content_id, content.status)).fix(other));
    }
    let meter = session.meter(content.meter_id).await?;
    let cid = cid_from_bytes(&session.edition(terms.content_id, content.version).await?.cid)?;
    let ciphertext_bytes = match terms.delivery {
        Delivery::Served => None,
        Delivery::Key => {
            let _step = session.progress.step(format!("fetching {cid}"));
            Some(session.blocks()?.fetch(cid, MAX_FETCH_BYTES).await?)
        }
    };
    let mut warnings = Vec::new();
    let arbitrator_profile_id = match terms.delivery {
        Delivery::Served => {
            warnings.extend(ask_meter(session, &meter).await?);
            None
        }
        Delivery::Key => arbitrator_profile(session, terms.arbitrator).await?,
    };
    if terms.delivery == Delivery::Key && arbitrator_profile_id.is_none() {
        warnings.push(format!(
            "the arbitrator {} published no usable key: if the content is not what was registered, nobody could rule \
             on it",
            terms.arbitrator
        ));
    }
    let now = session.now().await?;
    let expires_at = match terms.duration_secs {
        0 => 0,
        secs => now + u64::from(secs),
    };
    let refundable_at = match terms.delivery {
        Delivery::Key => now + u64::from(terms.delivery_window_secs),
        Delivery::Served => expires_at + u64::from(terms.settlement_grace_secs),
    };
    let price = terms.price.0.saturating_add(terms.unit_price.0.saturating_mul(U256::from(units)));
    let total = price.checked_add(terms.bond.0);
    Ok(Checked {
        offer_id: id,
        content_id: terms.content_id,
        cid: cid.to_string(),
        ciphertext_bytes,
        meter_id: content.meter_id,
        meter_url: meter.url,
        currency: session.currency(terms.token).await?,
        total: Amount(total.ok_or_else(|| Failure::usage("the total does not fit in 256 bits"))?),
        bond: terms.bond,
        kind: terms.kind,
        arbitrator: terms.arbitrator,
        arbitrator_profile_id,
        delivery: terms.delivery,
        delivery_window_secs: terms.delivery_window_secs,
        dispute_window_secs: terms.dispute_window_secs,
        expires_at,
        refundable_at,
        warnings,
    })
}

/// Says how much is missing, if anything.
pub(super) async fn balance(session: &Session, account: Address, checked: &Checked) -> Result<(), Failure> {
    enough(session, account, &checked.currency, checked.total).await
}

pub(super) async fn enough(
    session: &Session,
    account: Address,
    currency: &Currency,
    total: Amount,
) -> Result<(), Failure> {
    let balance = session.balance(account, currency.token).await?;
    if balance >= total {
        return Ok(());
    }
    let missing = Amount(total.0 - balance.0);
    Err(Failure::state(format!(
        "{account} has {} and needs {}: {} is missing",
        currency.show(balance),
        currency.show(total),
        currency.show(missing)
    ))
    .fix(format!("send {} to {account}", currency.show(missing))))
}
