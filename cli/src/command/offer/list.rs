//! `datavault offer list`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, OfferId, OfferTerms};
use serde::Serialize;

use super::set::price_words;
use crate::{failure::Failure, money::Currency, output::table, session::Session};

/// List offers.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  datavault offer list\n  datavault offer list --content 0x5c1… --all")]
pub struct Args {
    /// Only offers for this content
    #[arg(long)]
    pub content: Option<ContentId>,
    /// Also offers that are closed
    #[arg(long)]
    pub all: bool,
}

/// One offer.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub offer_id: OfferId,
    /// Who made it.
    pub creator: Address,
    /// Whether it was not closed.
    pub open: bool,
    /// Licenses sold.
    pub sold: u64,
    /// What it says.
    pub terms: OfferTerms,
    /// What it is paid in.
    pub currency: Currency,
}

/// Offers, oldest first.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The offers.
    pub offers: Vec<Row>,
}

/// Lists offers.
///
/// # Errors
/// If the chain does not answer.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let mut offers = Vec::new();
    for set in session.offers().await? {
        if args.content.is_some_and(|content| content != set.terms.content_id) {
            continue;
        }
        let offer = session.offer(set.offer_id).await?;
        if offer.open || args.all {
            let currency = session.currency(offer.terms.token).await?;
            let (offer_id, creator, open, sold) = (offer.offer_id, offer.creator, offer.open, offer.sold);
            offers.push(Row { offer_id, creator, open, sold, terms: offer.terms, currency });
        }
    }
    Ok(Report { offers })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.offers.is_empty() {
            return f.write_str("no offers");
        }
        let mut table = table(&["offer", "content", "kind", "delivery", "price", "sold", "open"]);
        for row in &self.offers {
            table.add_row([
                row.offer_id.to_string(),
                row.terms.content_id.to_string(),
                row.terms.kind.to_string(),
                row.terms.delivery.to_string(),
                price_words(&row.terms, &row.currency),
                row.sold.to_string(),
                if row.open { "yes" } else { "no" }.to_owned(),
            ]);
        }
        write!(f, "{table}")
    }
}
