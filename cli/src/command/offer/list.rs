//! `datavault offer list`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, OfferId, OfferTerms};
use serde::{Deserialize, Serialize};

use super::terms::price_words;
use crate::{
    failure::{Failure, OrFail},
    money::Currency,
    output::table,
    session::Session,
};

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
    /// The block that this reflects.
    pub block: u64,
}

/// As the API tells it. What is not needed to know an offer by is read from the chain.
#[derive(Deserialize)]
struct Mirrored {
    offer_id: String,
    creator: Address,
    state: String,
    sold: String,
}

/// Lists offers.
///
/// # Errors
/// If the chain does not answer.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let mut filter: Vec<_> = args.content.iter().map(|content| ("content_id", content.to_string())).collect();
    if !args.all {
        filter.push(("state", "open".to_owned()));
    }
    if let Some(listed) = session.mirrored::<Mirrored>("/v1/offers", &filter).await? {
        let mut offers = Vec::new();
        for mirrored in listed.rows {
            let offer_id: OfferId = mirrored.offer_id.parse().or_mismatch(|| "the API names no offer".into())?;
            let sold =
                mirrored.sold.parse().or_mismatch(|| format!("the API does not say how often {offer_id} sold"))?;
            // What is paid is never taken from a server's word.
            let terms = session.chain.offer(offer_id).await?;
            let currency = session.currency(terms.token).await?;
            let open = mirrored.state == "open";
            offers.push(Row { offer_id, creator: mirrored.creator, open, sold, terms, currency });
        }
        return Ok(Report { offers, block: listed.block });
    }
    let block = session.chain.latest_block().await?.number;
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
    Ok(Report { offers, block })
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
