//! Offers.

pub(crate) mod get;
pub(crate) mod list;

use domain::{IdError, Usage};
use serde::Serialize;
use store::read::Offer;
use utoipa::ToSchema;

/// Terms at which content is licensed. They never change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferView {
    /// Its id.
    #[schema(example = "1")]
    offer_id: String,
    /// What is licensed.
    content_id: String,
    /// Who offers it.
    creator: String,
    /// `open` or `closed`.
    #[schema(pattern = "^(open|closed)$")]
    state: &'static str,
    /// What is paid when.
    #[schema(pattern = "^(per_use|subscription|perpetual|bundle)$")]
    kind: &'static str,
    /// How it reaches the buyer.
    #[schema(pattern = "^(served|key)$")]
    delivery: &'static str,
    /// Whether a license may be sold on.
    transferable: bool,
    /// What prices are counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Base units for one license; 0 for per-use.
    price: String,
    /// Base units for one metered unit; 0 unless per-use.
    unit_price: String,
    /// A fetch of up to this many bytes is one unit; 0: any fetch is one.
    unit_bytes: u32,
    /// The most units of one metered event.
    max_units_per_event: i32,
    /// Seconds a license lasts; 0: for ever.
    duration_secs: u32,
    /// Seconds the meter has to deliver the key.
    delivery_window_secs: u32,
    /// Seconds between delivery and release.
    dispute_window_secs: u32,
    /// Seconds after expiry in which use may still be settled.
    settlement_grace_secs: u32,
    /// Licenses that may be sold; 0: no limit.
    supply: String,
    /// Licenses sold.
    sold: String,
    /// Last second at which it may be bought; 0: no limit.
    valid_until: u64,
    /// Permitted uses.
    usage: Vec<&'static str>,
    /// Who rules what no program can decide.
    arbitrator: String,
    /// SHA-256 of the legal terms.
    terms_hash: String,
    /// Where they are. Whatever the creator published: check before you follow it.
    terms_uri: String,
    /// Where it was opened.
    set_in_block: u64,
}

impl From<Offer> for OfferView {
    fn from(row: Offer) -> Self {
        Self {
            offer_id: row.offer_id.to_string(),
            content_id: row.content_id.to_string(),
            creator: row.creator.to_string(),
            state: if row.open { "open" } else { "closed" },
            kind: row.kind.as_str(),
            delivery: row.delivery.as_str(),
            transferable: row.transferable,
            token: row.token.0.to_string(),
            price: row.price.to_string(),
            unit_price: row.unit_price.to_string(),
            unit_bytes: row.unit_bytes,
            max_units_per_event: row.max_units_per_event,
            duration_secs: row.duration_secs,
            delivery_window_secs: row.delivery_window_secs,
            dispute_window_secs: row.dispute_window_secs,
            settlement_grace_secs: row.settlement_grace_secs,
            supply: row.supply.to_string(),
            sold: row.sold.to_string(),
            valid_until: row.valid_until,
            usage: Usage::from_bits(row.usage_bits).into_iter().map(Usage::as_str).collect(),
            arbitrator: row.arbitrator.to_string(),
            terms_hash: row.terms_hash.to_string(),
            terms_uri: row.terms_uri,
            set_in_block: row.block_number,
        }
    }
}

/// Whether an offer may be bought from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferState {
    Open,
    Closed,
}

impl std::str::FromStr for OfferState {
    type Err = IdError;

    fn from_str(input: &str) -> Result<Self, IdError> {
        match input {
            "open" => Ok(Self::Open),
            "closed" => Ok(Self::Closed),
            _ => Err(IdError { kind: "offer state", input: input.to_owned(), expected: "one of open closed" }),
        }
    }
}
