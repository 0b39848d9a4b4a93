//! An offer and whether it is open.

use alloy_primitives::{Address, B256};
use domain::{Amount, ContentId, Delivery, OfferId, OfferKind, Token};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Code, Count, Hash, Number, Small, key},
    error::StoreError,
};

/// An offer and whether it is open.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// Its id.
    pub offer_id: OfferId,
    /// What is licensed.
    pub content_id: ContentId,
    /// Who offers it.
    pub creator: Address,
    /// What is paid when.
    pub kind: OfferKind,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// Whether a license may be sold on.
    pub transferable: bool,
    /// What prices are counted in.
    pub token: Token,
    /// Base units for one license.
    pub price: Amount,
    /// Base units for one metered unit.
    pub unit_price: Amount,
    /// Bytes of one unit; 0: any fetch is one.
    pub unit_bytes: u32,
    /// The most units of one event.
    pub max_units_per_event: i32,
    /// 0: for ever.
    pub duration_secs: u32,
    /// Time to deliver the key.
    pub delivery_window_secs: u32,
    /// Between delivery and release.
    pub dispute_window_secs: u32,
    /// After expiry.
    pub settlement_grace_secs: u32,
    /// Licenses that may be sold; 0: no limit.
    pub supply: u64,
    /// Unix seconds; 0: no limit.
    pub valid_until: u64,
    /// Permitted uses.
    pub usage_bits: u32,
    /// Who rules.
    pub arbitrator: Address,
    /// SHA-256 of the legal terms.
    pub terms_hash: B256,
    /// Where they are.
    pub terms_uri: String,
    /// Whether it may be bought from.
    pub open: bool,
    /// Licenses sold.
    pub sold: u64,
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct OfferFilter {
    /// Offered by.
    pub creator: Option<Address>,
    /// Of this content.
    pub content_id: Option<ContentId>,
    /// Open or closed.
    pub open: Option<bool>,
}

/// Offers, newest first.
pub async fn offers(conn: &mut PgConnection, filter: &OfferFilter, page: Page) -> Result<Vec<Offer>, StoreError> {
    select(conn, None, filter, page).await
}

/// Offer by its id.
pub async fn offer(conn: &mut PgConnection, id: OfferId) -> Result<Option<Offer>, StoreError> {
    Ok(select(conn, Some(id), &OfferFilter::default(), Page::ONE).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    id: Option<OfferId>,
    filter: &OfferFilter,
    page: Page,
) -> Result<Vec<Offer>, StoreError> {
    let id = id.map(|id| key(id.0));
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Offer,
        r#"
        select
          block_number as "block_number!: Number", log_index as "log_index!: Number",
          offer_id as "offer_id!: Number", content_id as "content_id!: Hash", creator as "creator!: Account",
          kind as "kind!: Code<OfferKind>", delivery as "delivery!: Code<Delivery>",
          transferable as "transferable!", token as "token!: Account", price::text as "price!: Base",
          unit_price::text as "unit_price!: Base", unit_bytes as "unit_bytes!: Small",
          max_units_per_event as "max_units_per_event!", duration_secs as "duration_secs!: Small",
          delivery_window_secs as "delivery_window_secs!: Small",
          dispute_window_secs as "dispute_window_secs!: Small",
          settlement_grace_secs as "settlement_grace_secs!: Small", supply::text as "supply!: Count",
          extract(epoch from valid_until)::bigint as "valid_until!: Number", usage_bits as "usage_bits!: Small",
          arbitrator as "arbitrator!: Account", terms_hash as "terms_hash!: Hash", terms_uri as "terms_uri!",
          open as "open!", sold as "sold!: Number"
        from offer_states
        where (block_number, log_index) < ($1, $2)
          and ($4::bigint is null or offer_id = $4)
          and ($5::bytea is null or creator = $5)
          and ($6::bytea is null or content_id = $6)
          and ($7::boolean is null or open = $7)
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id,
        filter.creator.as_ref().map(|a| a.as_slice()),
        filter.content_id.as_ref().map(|id| id.0.as_slice()),
        filter.open,
    )
    .fetch_all(conn)
    .await?)
}
