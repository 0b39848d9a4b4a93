//! `datavault meter publish`: tells the chain a meter's keys and address.

use std::fmt;

use alloy::primitives::{Address, U256};
use domain::{ChainEvent, MeterId, MeterPublished};
use serde::Serialize;
use url::Url;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Publish the meter's keys and address.
///
/// The keys derive from the wallet; a published version never changes. Publishing the same again sends nothing.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Example:\n  datavault meter publish --url https://meter.example")]
pub struct Args {
    /// Where licensees reach the meter; default: the network's meter URL
    #[arg(long)]
    pub url: Option<Url>,
}

/// A published meter.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version's id.
    pub meter_id: MeterId,
    /// Countersigns heads.
    pub signer: Address,
    /// Poseidon of the Baby Jubjub key.
    pub key_hash: U256,
    /// Where it listens.
    pub url: String,
    /// What was sent; nothing if it was published before.
    pub transactions: Vec<Transaction>,
}

/// Publishes the meter, unless this very version is published.
///
/// # Errors
/// If no URL is known or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let url = match (args.url, &session.network.meter_url) {
        (Some(url), _) => url,
        (None, Some(url)) => url.clone(),
        (None, None) => {
            return Err(Failure::usage("nobody says where the meter will listen")
                .fix("name it: `datavault meter publish --url https://…`"));
        }
    };
    let url = url.as_str().trim_end_matches('/').to_owned();
    let wallet = session.wallet()?;
    let keys = session.meter_keys()?;
    let public = keys.eddsa.public();
    let mut transactions = Vec::new();
    let same = |meter: &MeterPublished| {
        meter.signer == keys.signer.address()
            && meter.key_x == public.x()
            && meter.key_y == public.y()
            && meter.url == url
    };
    let meter_id = match session.meters_of(wallet.address()).await?.into_iter().rev().find(same) {
        Some(meter) => meter.meter_id,
        None => {
            let call = session.addresses().publish_meter(
                public.x(),
                public.y(),
                public.commitment(),
                keys.signer.address(),
                &url,
            );
            let sent = session.submit(call).await?;
            let meter_id = announced(&sent, |event| match event {
                ChainEvent::MeterPublished(event) => Some(event.meter_id),
                _ => None,
            })?;
            transactions.push(sent.transaction);
            meter_id
        }
    };
    Ok(Report { meter_id, signer: keys.signer.address(), key_hash: public.commitment(), url, transactions })
}

/// The creator's latest meter, or a new one at the network's meter URL.
pub(crate) async fn ensure(session: &Session, transactions: &mut Vec<Transaction>) -> Result<MeterId, Failure> {
    if let Some(meter) = session.meters_of(session.wallet()?.address()).await?.pop() {
        return Ok(meter.meter_id);
    }
    let report = run(session, Args::default()).await?;
    transactions.extend(report.transactions);
    Ok(report.meter_id)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("meter", self.meter_id)
            .with("url", &self.url)
            .with("signer", self.signer)
            .with("key hash", format!("{:#x}", self.key_hash));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
