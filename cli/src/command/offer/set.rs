//! `datavault offer set`: opens an offer.

use std::{fmt, path::PathBuf};

use alloy::primitives::{Address, B256};
use domain::{Amount, ChainEvent, ContentId, Delivery, OfferId, OfferKind, OfferTerms, Usage};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{
    failure::{Failure, OrFail},
    money::Currency,
    output::Fields,
    session::Session,
    span::{parse_secs, show_secs, show_time},
    submit::{Transaction, announced},
};

/// Open an offer: a perpetual license whose key is delivered (`--price`), or metered use that the meter serves
/// (`--unit-price`). An offer never changes; a new one is a new offer.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault offer set 0x5c1… --key --price 25.00 --token dUSD --terms license.txt
  datavault offer set 0x5c1… --served --unit-price 0.0001ether --unit-bytes 65536 --duration 30d")]
pub struct Args {
    /// The content
    pub content: ContentId,
    /// Deliver the key: the buyer decrypts the file (default with --price)
    #[arg(long, conflicts_with = "served")]
    pub key: bool,
    /// Serve from the meter, which keeps the key (default with --unit-price)
    #[arg(long)]
    pub served: bool,
    /// Price of a license, once
    #[arg(long, value_name = "AMOUNT", conflicts_with = "unit_price", required_unless_present = "unit_price")]
    pub price: Option<String>,
    /// Price of a metered unit
    #[arg(long, value_name = "AMOUNT")]
    pub unit_price: Option<String>,
    /// What is paid in: ETH, a token's symbol that the network knows, or a contract's address
    #[arg(long, default_value = "ETH")]
    pub token: String,
    /// A fetch of up to this many bytes is one unit; 0: any fetch is one
    #[arg(long, default_value_t = 0)]
    pub unit_bytes: u32,
    /// The most units that one fetch may cost
    #[arg(long, default_value_t = 16)]
    pub max_units_per_event: u16,
    /// How long metered use lasts
    #[arg(long, default_value = "30d", value_parser = parse_secs)]
    pub duration: u32,
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
    pub supply: u64,
    /// Close by itself after this span of time
    #[arg(long, value_parser = parse_secs, value_name = "SPAN")]
    pub valid_for: Option<u32>,
    /// A permitted use; may be repeated: train, fine_tune, inference, retrieval, index, commercial, derivatives,
    /// redistribute
    #[arg(long = "use", value_name = "USE", default_values = ["inference", "retrieval"])]
    pub uses: Vec<Usage>,
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
}

/// An offer that opened.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub offer_id: OfferId,
    /// What it says.
    pub terms: OfferTerms,
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
    let content = session.content(args.content).await?;
    let wallet = session.wallet()?;
    if content.creator != wallet.address() {
        return Err(Failure::state(format!("content {} is {}'s, not yours", args.content, content.creator))
            .fix(format!("sign with its creator's key; you are {}", wallet.address())));
    }
    let currency = session.currency_named(&args.token).await?;
    let terms = terms(session, &args, &currency).await?;
    let sent = session.submit(session.addresses().set_offer(&terms)).await?;
    let offer_id = announced(&sent, |event| match event {
        ChainEvent::OfferSet(event) => Some(event.offer_id),
        _ => None,
    })?;
    Ok(Report { offer_id, terms, currency, transactions: vec![sent.transaction] })
}

async fn terms(session: &Session, args: &Args, currency: &Currency) -> Result<OfferTerms, Failure> {
    let per_use = args.unit_price.is_some();
    if per_use && args.key {
        return Err(Failure::usage("metered use cannot be sold with the key: whoever has the key never calls again")
            .fix("use --served, or a --price"));
    }
    if !per_use && args.served {
        return Err(Failure::usage("a perpetual license needs the key delivered").fix("use --key, or a --unit-price"));
    }
    let amount = |text: &Option<String>| text.as_deref().map_or(Ok(Amount::ZERO), |text| currency.parse(text));
    let (price, unit_price) = (amount(&args.price)?, amount(&args.unit_price)?);
    if price == Amount::ZERO && unit_price == Amount::ZERO {
        return Err(Failure::usage("the price is zero").fix("name a price above zero"));
    }
    if price.0.max(unit_price.0).bit_len() > 128 {
        return Err(Failure::usage("the price does not fit in 128 bits"));
    }
    let arbitrator = match args.arbitrator {
        Some(address) => address,
        None => session.network.actor("arbitrator").map(|wallet| wallet.address()).map_err(|_| {
            Failure::usage("nobody is named who rules disputes").fix("name an --arbitrator both sides trust")
        })?,
    };
    let valid_until = match args.valid_for {
        Some(secs) => session.now().await? + u64::from(secs),
        None => 0,
    };
    let metered = |value: u32| if per_use { value } else { 0 };
    let delivered = |value: u32| if per_use { 0 } else { value };
    Ok(OfferTerms {
        content_id: args.content,
        kind: if per_use { OfferKind::PerUse } else { OfferKind::Perpetual },
        delivery: if per_use { Delivery::Served } else { Delivery::Key },
        transferable: args.transferable,
        token: currency.token,
        price,
        unit_price,
        unit_bytes: metered(args.unit_bytes),
        max_units_per_event: if per_use { args.max_units_per_event } else { 0 },
        duration_secs: metered(args.duration),
        delivery_window_secs: delivered(args.delivery_window),
        dispute_window_secs: delivered(args.dispute_window),
        settlement_grace_secs: metered(args.settlement_grace),
        supply: args.supply,
        valid_until,
        usage_bits: Usage::to_bits(&args.uses),
        arbitrator,
        terms_hash: terms_hash(session, args).await?,
        terms_uri: args.terms_uri.clone(),
    })
}

/// SHA-256 of the terms file, else of the license that the content's metadata names.
async fn terms_hash(session: &Session, args: &Args) -> Result<B256, Failure> {
    let text = match &args.terms {
        Some(file) => std::fs::read(file)
            .or_usage(|| format!("cannot read the terms `{}`", file.display()))
            .map_err(|failure| failure.fix("name a file that exists"))?,
        None => session.metadata(args.content).await?.license.into_bytes(),
    };
    Ok(B256::from_slice(&Sha256::digest(text)))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let OfferTerms { kind, delivery, .. } = self.terms;
        let fields = Fields::new()
            .with("offer", self.offer_id)
            .with("content", self.terms.content_id)
            .with("kind", format!("{kind}, {delivery}"))
            .with("price", price_words(&self.terms, &self.currency))
            .with(
                "open until",
                if self.terms.valid_until == 0 { "you close it".into() } else { show_time(self.terms.valid_until) },
            )
            .with("arbitrator", self.terms.arbitrator)
            .with("terms sha256", self.terms.terms_hash);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}

/// `25 dUSD once`, `0.0001 ETH a unit, 30d`.
pub(crate) fn price_words(terms: &OfferTerms, currency: &Currency) -> String {
    match terms.kind {
        OfferKind::PerUse => {
            format!("{} a unit, for {}", currency.show(terms.unit_price), show_secs(terms.duration_secs.into()))
        }
        _ => format!("{} once", currency.show(terms.price)),
    }
}
