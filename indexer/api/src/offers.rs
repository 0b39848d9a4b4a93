//! Offers.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod standing;

use std::collections::HashMap;

use domain::{BundleItem, OfferId, Payee, SplitId, Usage};
use serde::Serialize;
use store::{
    PgConnection, StoreError,
    read::{self, Offer},
};
use utoipa::ToSchema;

use crate::payees::{PayeeView, payee_views};

/// Terms at which content is licensed. They never change. Offers that were signed off-chain are here from their first
/// use on.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Offer)]
pub(crate) struct OfferView {
    /// Its id: content_no * 2^20 + nonce.
    #[schema(example = "1048577")]
    offer_id: String,
    /// Chosen by the creator, once per content.
    nonce: u32,
    /// What is licensed.
    content_id: String,
    /// Who offers it.
    creator: String,
    /// `open`, `closed`, or `outdated`: the content has another owner since it was made, so nobody may buy. Supply and
    /// `valid_until` are not looked at.
    #[schema(pattern = "^(open|closed|outdated)$")]
    state: &'static str,
    /// What is paid when.
    #[schema(pattern = "^(per_use|subscription|perpetual|bundle)$")]
    kind: &'static str,
    /// How it reaches the buyer.
    #[schema(pattern = "^(served|key)$")]
    delivery: &'static str,
    /// Whether a license may be sold on.
    transferable: bool,
    /// The only licensee who may buy; null: anyone.
    buyer: Option<String>,
    /// What prices are counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Base units for one license, or for one period of a subscription; 0 for per-use.
    price: String,
    /// Base units for one metered unit; 0 unless per-use.
    unit_price: String,
    /// Metered units included, of a subscription per period; 0: not limited.
    units: String,
    /// Base units for each unit above `units`; 0: none may be above.
    overage_price: String,
    /// Performance bond in base units, from which overage is paid; 0: none.
    bond: String,
    /// A fetch of up to this many bytes is one unit; 0: any fetch is one.
    unit_bytes: u32,
    /// The most units of one metered event.
    max_units_per_event: u16,
    /// Seconds a license lasts, or a period of a subscription; 0: for ever.
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
    /// ERC-2981: the creator's share when a license is sold on, in ten-thousandths.
    royalty_bps: u16,
    /// Who is paid.
    payees: Vec<PayeeView>,
    /// Contents of a bundle, in order; otherwise empty, and always for offers that were signed off-chain: `items_hash`
    /// binds theirs.
    items: Vec<ItemView>,
    /// keccak256(abi.encode(BundleItem[])); 0 unless a bundle.
    items_hash: String,
    /// The version of the verifiers that its licenses are bound to.
    verifiers: u16,
    /// Who rules what no program can decide.
    arbitrator: String,
    /// SHA-256 of the legal terms.
    terms_hash: String,
    /// Where they are; empty for offers that were signed off-chain. Whatever the creator published: check before you follow it.
    terms_uri: String,
    /// Where it was opened.
    set_in_block: u64,
}

/// One content of a bundle.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BundleItem)]
pub(crate) struct ItemView {
    /// The content.
    content_id: String,
    /// Metered units included for it; 0: not limited.
    units: String,
}

/// What views of some offers need besides their rows.
pub(crate) struct Beside {
    payees: HashMap<SplitId, Vec<Payee>>,
    items: HashMap<OfferId, Vec<BundleItem>>,
}

impl Beside {
    pub(crate) async fn read(conn: &mut PgConnection, rows: &[Offer]) -> Result<Self, StoreError> {
        let splits: Vec<_> = rows.iter().map(|row| row.split_id).collect();
        let ids: Vec<_> = rows.iter().map(|row| row.offer_id).collect();
        Ok(Self { payees: read::payees(conn, &splits).await?, items: read::offer_items(conn, &ids).await? })
    }

    fn items(&self, id: OfferId) -> Vec<ItemView> {
        let view =
            |item: &BundleItem| ItemView { content_id: item.content_id.to_string(), units: item.units.to_string() };
        self.items.get(&id).map(|items| items.iter().map(view).collect()).unwrap_or_default()
    }
}

impl OfferView {
    fn new(row: Offer, beside: &Beside) -> Self {
        Self {
            offer_id: row.offer_id.to_string(),
            nonce: row.nonce,
            content_id: row.content_id.to_string(),
            creator: row.creator.to_string(),
            state: row.state.as_str(),
            kind: row.kind.as_str(),
            delivery: row.delivery.as_str(),
            transferable: row.transferable,
            buyer: (!row.buyer.is_zero()).then(|| row.buyer.to_string()),
            token: row.token.0.to_string(),
            price: row.price.to_string(),
            unit_price: row.unit_price.to_string(),
            units: row.units.to_string(),
            overage_price: row.overage_price.to_string(),
            bond: row.bond.to_string(),
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
            royalty_bps: row.royalty_bps,
            payees: payee_views(row.split_id, &beside.payees),
            items: beside.items(row.offer_id),
            items_hash: row.items_hash.to_string(),
            verifiers: row.verifiers,
            arbitrator: row.arbitrator.to_string(),
            terms_hash: row.terms_hash.to_string(),
            terms_uri: row.terms_uri,
            set_in_block: row.block_number,
        }
    }
}
