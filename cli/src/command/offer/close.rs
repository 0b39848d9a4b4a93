//! `datavault offer close`: closes an offer, or cancels a signed one.

use std::fmt;

use domain::{ChainEvent, OfferId};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Close an offer of yours, or cancel one that you signed. Sold licenses are untouched.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault offer close 1048577")]
pub struct Args {
    /// The offer
    pub offer: OfferId,
}

/// An offer that cannot be bought any more.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The offer.
    pub offer_id: OfferId,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Closes.
///
/// # Errors
/// If it is closed, or its content is somebody else's.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let sent = session.submit(session.addresses().close_offer(args.offer)).await?;
    let offer_id = announced(&sent, |event| match event {
        ChainEvent::OfferClosed(event) => Some(event.offer_id),
        _ => None,
    })?;
    Ok(Report { offer_id, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", Fields::new().with("closed", self.offer_id), Transaction::lines(&self.transactions))
    }
}
