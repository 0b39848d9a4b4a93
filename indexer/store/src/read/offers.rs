//! An offer and whether it can be bought from.

use alloy_primitives::{Address, B256};
use domain::{Amount, ContentId, Delivery, IdError, OfferId, OfferKind, SplitId, Token};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Code, Count, Hash, Number, Short, Small, key},
    error::StoreError,
};

/// An offer and whether it can be bought from.
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
    /// Version of the verifiers that its licenses are bound to.
    pub verifiers: u16,
    /// Chosen by the creator; the lower part of the id.
    pub nonce: u32,
    /// What is paid when.
    pub kind: OfferKind,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// Whether a license may be sold on.
    pub transferable: bool,
    /// The only licensee who may buy; zero: anyone.
    pub buyer: Address,
    /// What prices are counted in.
    pub token: Token,
    /// Base units for one license, or one period of a subscription.
    pub price: Amount,
    /// Base units for one metered unit.
    pub unit_price: Amount,
    /// Metered units included; 0: not limited.
    pub units: u64,
    /// Base units for each unit above; 0: none may be above.
    pub overage_price: Amount,
    /// Base units from which overage is paid; 0: none.
    pub bond: Amount,
    /// Bytes of one unit; 0: any fetch is one.
    pub unit_bytes: u32,
    /// The most units of one event.
    pub max_units_per_event: u16,
    /// 0: for ever.
    pub duration_secs: u32,
    /// Time to deliver the key.
    pub delivery_window_secs: u32,
    /// Between delivery and release.
    pub dispute_window_secs: u32,
    /// After expiry.
    pub settlement_grace_secs: u32,
    /// Licenses that may be sold; 0: no limit.
    pub supply: u32,
    /// Unix seconds; 0: no limit.
    pub valid_until: u64,
    /// Permitted uses.
    pub usage_bits: u32,
    /// Ten-thousandths of a sale.
    pub royalty_bps: u16,
    /// Who is paid.
    pub split_id: SplitId,
    /// Who rules.
    pub arbitrator: Address,
    /// SHA-256 of the legal terms.
    pub terms_hash: B256,
    /// Of a bundle's items; zero otherwise.
    pub items_hash: B256,
    /// Where the legal terms are; empty for signed offers.
    pub terms_uri: String,
    /// Whether it can be bought from.
    pub state: OfferState,
    /// Licenses sold.
    pub sold: u64,
}

/// Whether an offer can be bought from, as far as supply and time allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfferState {
    /// Yes.
    Open,
    /// It was closed.
    Closed,
    /// The content has another owner since it was made.
    Outdated,
}

impl OfferState {
    /// The spelling in JSON and views.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
            Self::Outdated => "outdated",
        }
    }
}

impl std::str::FromStr for OfferState {
    type Err = IdError;

    fn from_str(input: &str) -> Result<Self, IdError> {
        [Self::Open, Self::Closed, Self::Outdated].into_iter().find(|state| state.as_str() == input).ok_or_else(|| {
            IdError { kind: "offer state", input: input.to_owned(), expected: "one of open closed outdated" }
        })
    }
}

impl From<Code<Self>> for OfferState {
    fn from(column: Code<Self>) -> Self {
        column.0
    }
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct OfferFilter {
    /// Offered by.
    pub creator: Option<Address>,
    /// Of this content.
    pub content_id: Option<ContentId>,
    /// Standing there.
    pub state: Option<OfferState>,
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
          verifiers as "verifiers!: Short", nonce as "nonce!: Small", buyer as "buyer!: Account", kind as "kind!: Code<OfferKind>", delivery as "delivery!: Code<Delivery>",
          transferable as "transferable!", token as "token!: Account", price::text as "price!: Base",
          unit_price::text as "unit_price!: Base", units::text as "units!: Count",
          overage_price::text as "overage_price!: Base", bond::text as "bond!: Base",
          unit_bytes as "unit_bytes!: Small", max_units_per_event as "max_units_per_event!: Short",
          duration_secs as "duration_secs!: Small",
          delivery_window_secs as "delivery_window_secs!: Small",
          dispute_window_secs as "dispute_window_secs!: Small",
          settlement_grace_secs as "settlement_grace_secs!: Small", supply as "supply!: Small",
          extract(epoch from valid_until)::bigint as "valid_until!: Number", usage_bits as "usage_bits!: Small",
          royalty_bps as "royalty_bps!: Short", split_id as "split_id!: Number", items_hash as "items_hash!: Hash",
          arbitrator as "arbitrator!: Account", terms_hash as "terms_hash!: Hash", terms_uri as "terms_uri!",
          state as "state!: Code<OfferState>", sold as "sold!: Number"
        from offer_states
        where (block_number, log_index) < ($1, $2)
          and ($4::bigint is null or offer_id = $4)
          and ($5::bytea is null or creator = $5)
          and ($6::bytea is null or content_id = $6)
          and ($7::text is null or state = $7)
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id,
        filter.creator.as_ref().map(|a| a.as_slice()),
        filter.content_id.as_ref().map(|id| id.0.as_slice()),
        filter.state.map(OfferState::as_str),
    )
    .fetch_all(conn)
    .await?)
}
