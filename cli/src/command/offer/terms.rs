//! What an offer says, as `offer set` and `offer sign` are told it.

use std::{path::PathBuf, str::FromStr};

use alloy::primitives::{Address, B256};
use contracts::{ContentView, items_hash};
use domain::{Amount, BundleItem, ContentId, Delivery, OfferKind, OfferTerms, SplitId, Usage};
use sha2::{Digest, Sha256};

use super::rules;
pub use super::split::PayeeArg;
use crate::{
    failure::{Failure, OrFail},
    money::Currency,
    session::Session,
    span::{parse_secs, show_secs},
};

/// Shown for metered use and periods unless something else is asked for.
pub(super) const DAYS_30: u32 = 30 * 86_400;

/// The terms of an offer.
#[derive(Clone, Debug, clap::Args)]
pub struct TermsArgs {
    /// What is paid when: per_use (default with --unit-price), subscription (with --period), bundle (with --item),
    /// else perpetual
    #[arg(long)]
    pub kind: Option<OfferKind>,
    /// Deliver the key: the buyer decrypts the file (default for perpetual and bundle)
    #[arg(long, conflicts_with = "served")]
    pub key: bool,
    /// Serve from the meter, which keeps the key (default for per_use and subscription)
    #[arg(long)]
    pub served: bool,
    /// Price of a license, once, or of a subscription's period
    #[arg(long, value_name = "AMOUNT", conflicts_with = "unit_price", required_unless_present = "unit_price")]
    pub price: Option<String>,
    /// Price of a metered unit
    #[arg(long, value_name = "AMOUNT")]
    pub unit_price: Option<String>,
    /// What is paid in: ETH, a token's symbol that the network knows, or a contract's address
    #[arg(long, default_value = "ETH")]
    pub token: String,
    /// Period of a subscription; default: 30d
    #[arg(long, value_parser = parse_secs, value_name = "SPAN")]
    pub period: Option<u32>,
    /// Metered units included, in a subscription: per period; 0: no limit
    #[arg(long, default_value_t = 0)]
    pub units: u64,
    /// Price of each unit above --units, paid from the --bond
    #[arg(long, value_name = "AMOUNT", requires = "bond")]
    pub overage_price: Option<String>,
    /// What the buyer posts for --overage-price, and gets back in the end
    #[arg(long, value_name = "AMOUNT", requires = "overage_price")]
    pub bond: Option<String>,
    /// A fetch of up to this many bytes is one unit; 0: any fetch is one
    #[arg(long, default_value_t = 0)]
    pub unit_bytes: u32,
    /// The most units that one fetch may cost
    #[arg(long, default_value_t = 16)]
    pub max_units_per_event: u16,
    /// How long metered use or a served bundle lasts; default: 30d
    #[arg(long, value_parser = parse_secs, value_name = "SPAN")]
    pub duration: Option<u32>,
    /// Content of a bundle, and the units included for it; may be repeated
    #[arg(long = "item", value_name = "CONTENT[:UNITS]")]
    pub items: Vec<ItemArg>,
    /// How long the meter has to deliver the key
    #[arg(long, default_value = "1d", value_parser = parse_secs)]
    pub delivery_window: u32,
    /// How long the buyer may dispute after delivery
    #[arg(long, default_value = "7d", value_parser = parse_secs)]
    pub dispute_window: u32,
    /// How long after expiry metered use may still be settled
    #[arg(long, default_value = "7d", value_parser = parse_secs)]
    pub settlement_grace: u32,
    /// How many licenses may be sold; 0: no limit
    #[arg(long, default_value_t = 0)]
    pub supply: u32,
    /// Close by itself after this span of time
    #[arg(long, value_parser = parse_secs, value_name = "SPAN")]
    pub valid_for: Option<u32>,
    /// A permitted use; may be repeated: train, fine_tune, inference, retrieval, index, commercial, derivatives,
    /// redistribute
    #[arg(long = "use", value_name = "USE", default_values = ["inference", "retrieval"])]
    pub uses: Vec<Usage>,
    /// The only account that a license may be bought for
    #[arg(long, value_name = "ADDRESS")]
    pub buyer: Option<Address>,
    /// Who is paid, with a share in ten-thousandths; may be repeated; default: you alone
    #[arg(long = "payee", value_name = "ADDRESS:BPS")]
    pub payees: Vec<PayeeArg>,
    /// Who rules disputes; default: the development network's arbitrator
    #[arg(long)]
    pub arbitrator: Option<Address>,
    /// A file with the legal terms, whose SHA-256 buyers agree to; default: the license named in the metadata
    #[arg(long, value_name = "FILE")]
    pub terms: Option<PathBuf>,
    /// Where the legal terms can be read
    #[arg(long, value_name = "URL", default_value = "")]
    pub terms_uri: String,
    /// Let licenses be sold on
    #[arg(long)]
    pub transferable: bool,
    /// Your share of such sales in ten-thousandths, as marketplaces are told
    #[arg(long, value_name = "BPS", default_value_t = 0)]
    pub royalty_bps: u16,
    /// The offer's number among those of the content; default: the next free one
    #[arg(long)]
    pub nonce: Option<u32>,
}

/// `0x5c1…:1000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ItemArg(pub BundleItem);

impl FromStr for ItemArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (content, units) = text.split_once(':').unwrap_or((text, "0"));
        let content_id: ContentId = content.parse().map_err(|_| format!("`{content}` is no content id"))?;
        let units = units.parse().map_err(|_| format!("`{units}` is no number of units"))?;
        Ok(Self(BundleItem { content_id, units }))
    }
}

impl TermsArgs {
    /// What is paid when, as asked for or as the other flags mean.
    #[must_use]
    pub fn kind(&self) -> OfferKind {
        match self.kind {
            Some(kind) => kind,
            None if self.unit_price.is_some() => OfferKind::PerUse,
            None if self.period.is_some() => OfferKind::Subscription,
            None if !self.items.is_empty() => OfferKind::Bundle,
            None => OfferKind::Perpetual,
        }
    }

    /// How the content reaches the buyer, as asked for or as is usual for the kind.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        match self.kind() {
            _ if self.key => Delivery::Key,
            _ if self.served => Delivery::Served,
            OfferKind::PerUse | OfferKind::Subscription => Delivery::Served,
            OfferKind::Perpetual | OfferKind::Bundle => Delivery::Key,
        }
    }

    /// A bundle's items in the order that the contract wants.
    ///
    /// # Errors
    /// If content is named twice.
    pub fn items(&self) -> Result<Vec<BundleItem>, Failure> {
        let mut items: Vec<_> = self.items.iter().map(|item| item.0).collect();
        items.sort_by_key(|item| item.content_id.0);
        match items.windows(2).find(|pair| pair[0].content_id == pair[1].content_id) {
            Some(pair) => Err(Failure::usage(format!("--item names content {} twice", pair[0].content_id))),
            None => Ok(items),
        }
    }

    fn duration_secs(&self) -> u32 {
        match (self.kind(), self.delivery()) {
            (OfferKind::Subscription, _) => self.period.or(self.duration).unwrap_or(DAYS_30),
            (_, Delivery::Served) => self.duration.unwrap_or(DAYS_30),
            (_, Delivery::Key) => self.duration.unwrap_or(0),
        }
    }

    /// The terms, checked as the contract will, but for number and split, which are zero.
    ///
    /// # Errors
    /// If flags contradict each other, or a file cannot be read.
    pub(super) async fn terms(
        &self,
        session: &Session,
        content: &ContentView,
        currency: &Currency,
    ) -> Result<OfferTerms, Failure> {
        super::split::check(&self.payees)?;
        let (kind, delivery, items) = (self.kind(), self.delivery(), self.items()?);
        rules::flags(self)?;
        let amount = |flag: &str, text: &Option<String>| -> Result<Amount, Failure> {
            let Some(text) = text else { return Ok(Amount::ZERO) };
            match currency.parse(text)? {
                Amount::ZERO => Err(Failure::usage(format!("{flag} is zero")).fix("name an amount above zero")),
                amount if amount.0.bit_len() > 112 => {
                    Err(Failure::usage(format!("{flag} is more than the escrow holds: it has 112 bits")))
                }
                amount => Ok(amount),
            }
        };
        let arbitrator = match self.arbitrator {
            Some(address) => address,
            None => session.network.actor("arbitrator").map(|wallet| wallet.address()).map_err(|_| {
                Failure::usage("nobody is named who rules disputes").fix("name an --arbitrator both sides trust")
            })?,
        };
        let valid_until = match self.valid_for {
            Some(secs) => session.now().await? + u64::from(secs),
            None => 0,
        };
        let is_key = delivery == Delivery::Key;
        let is_metered = !is_key || self.units != 0;
        let settles = kind == OfferKind::PerUse || self.bond.is_some();
        let terms = OfferTerms {
            content_id: content.content_id,
            nonce: 0,
            kind,
            delivery,
            transferable: self.transferable,
            buyer: self.buyer.unwrap_or_default(),
            token: currency.token,
            price: amount("--price", &self.price)?,
            unit_price: amount("--unit-price", &self.unit_price)?,
            units: self.units,
            overage_price: amount("--overage-price", &self.overage_price)?,
            bond: amount("--bond", &self.bond)?,
            unit_bytes: if is_metered { self.unit_bytes } else { 0 },
            max_units_per_event: if is_metered { self.max_units_per_event } else { 0 },
            duration_secs: self.duration_secs(),
            delivery_window_secs: if is_key { self.delivery_window } else { 0 },
            dispute_window_secs: if is_key { self.dispute_window } else { 0 },
            settlement_grace_secs: if settles { self.settlement_grace } else { 0 },
            supply: self.supply,
            valid_until,
            usage_bits: Usage::to_bits(&self.uses),
            royalty_bps: self.royalty_bps,
            split_id: SplitId(0),
            arbitrator,
            terms_hash: self.terms_hash(session, content.content_id).await?,
            items_hash: items_hash(&items),
        };
        rules::terms(&terms, content)?;
        if !session.chain.is_listed(terms.token).await? {
            return Err(Failure::state(format!("the escrow takes no payments in {}", currency.symbol))
                .fix("name another --token"));
        }
        Ok(terms)
    }

    /// SHA-256 of the terms file, else of the license that the content's metadata names.
    async fn terms_hash(&self, session: &Session, content: ContentId) -> Result<B256, Failure> {
        let text = match &self.terms {
            Some(file) => std::fs::read(file)
                .or_usage(|| format!("cannot read the terms `{}`", file.display()))
                .map_err(|failure| failure.fix("name a file that exists"))?,
            None => session.metadata(content).await?.license.into_bytes(),
        };
        Ok(B256::from_slice(&Sha256::digest(text)))
    }
}

/// `25 dUSD once`, `0.0001 ETH a unit, for 30d`, `10 dUSD for each 30d`.
pub(crate) fn price_words(terms: &OfferTerms, currency: &Currency) -> String {
    let span = show_secs(terms.duration_secs.into());
    match terms.kind {
        OfferKind::PerUse => format!("{} a unit, for {span}", currency.show(terms.unit_price)),
        OfferKind::Subscription => format!("{} for each {span}", currency.show(terms.price)),
        OfferKind::Bundle if terms.duration_secs != 0 => format!("{} for {span}", currency.show(terms.price)),
        _ => format!("{} once", currency.show(terms.price)),
    }
}
