//! `datavault offer set`: opens an offer.

use std::fmt;

use contracts::ContentView;
use domain::{BundleItem, ChainEvent, ContentId, OfferId, OfferTerms};
use serde::Serialize;

use super::{
    nonce, split,
    terms::{TermsArgs, price_words},
};
use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Open an offer: a perpetual license whose key is delivered (`--price`), metered use that the meter serves
/// (`--unit-price`), a subscription (`--period`) or a bundle (`--item`). An offer never changes; a new one is a new
/// offer.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault offer set 0x5c1… --key --price 25.00 --token dUSD --terms license.txt
  datavault offer set 0x5c1… --served --unit-price 0.0001ether --unit-bytes 65536 --duration 30d
  datavault offer set 0x5c1… --kind subscription --price 10 --token dUSD --period 30d
  datavault offer set 0x5c1… --period 30d --key --price 10 --units 1000 --overage-price 0.02 --bond 5
  datavault offer set 0x5c1… --price 25 --transferable --royalty-bps 500 --payee 0xabc…:7000 --payee 0xdef…:3000
  datavault offer set 0x77a… --price 40 --item 0x5c1… --item 0x9e0…:500")]
pub struct Args {
    /// The content
    pub content: ContentId,
    /// What it says.
    #[command(flatten)]
    pub terms: TermsArgs,
}

/// An offer that opened.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub offer_id: OfferId,
    /// What it says.
    pub terms: OfferTerms,
    /// What a bundle holds.
    pub items: Vec<BundleItem>,
    /// What it is paid in.
    pub currency: Currency,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Opens an offer.
///
/// # Errors
/// If the terms contradict each other, the content is not the caller's, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let content = own_content(session, args.content).await?;
    let currency = session.currency_named(&args.terms.token).await?;
    let mut terms = args.terms.terms(session, &content, &currency).await?;
    let items = args.terms.items()?;
    terms.nonce = nonce::for_set(session, &content, args.terms.nonce).await?;
    let mut transactions = Vec::new();
    terms.split_id = split::ensure(session, &args.terms.payees, &mut transactions).await?;
    let sent = session.submit(session.addresses().set_offer(&terms, &args.terms.terms_uri, &items)).await?;
    let offer_id = announced(&sent, |event| match event {
        ChainEvent::OfferSet(event) => Some(event.offer_id),
        _ => None,
    })?;
    transactions.push(sent.transaction);
    Ok(Report { offer_id, terms, items, currency, transactions })
}

/// Content of this wallet.
pub(crate) async fn own_content(session: &Session, id: ContentId) -> Result<ContentView, Failure> {
    let content = session.content(id).await?;
    let me = session.wallet()?.address();
    if content.creator != me {
        return Err(Failure::state(format!("content {id} is {}'s, not yours", content.creator))
            .fix(format!("sign with its creator's key; you are {me}")));
    }
    Ok(content)
}

/// What there is to say of an offer, a line each.
pub(super) fn fields(offer_id: OfferId, terms: &OfferTerms, items: &[BundleItem], currency: &Currency) -> Fields {
    let OfferTerms { kind, delivery, .. } = terms;
    Fields::new()
        .with("offer", offer_id)
        .with("content", terms.content_id)
        .with("kind", format!("{kind}, {delivery}{}", if terms.transferable { ", transferable" } else { "" }))
        .with("price", price_words(terms, currency))
        .maybe("units", (terms.units != 0).then(|| format!("{} included", terms.units)))
        .maybe(
            "overage",
            (!terms.bond.0.is_zero()).then(|| {
                let (each, bond) = (currency.show(terms.overage_price), currency.show(terms.bond));
                format!("{each} a unit above, from a bond of {bond}")
            }),
        )
        .maybe("items", (!items.is_empty()).then_some(items.len()))
        .maybe("only for", (!terms.buyer.is_zero()).then_some(terms.buyer))
        .with("paid to", format!("split {}", terms.split_id))
        .with("open until", if terms.valid_until == 0 { "you close it".into() } else { show_time(terms.valid_until) })
        .with("arbitrator", terms.arbitrator)
        .with("terms sha256", terms.terms_hash)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = fields(self.offer_id, &self.terms, &self.items, &self.currency);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
