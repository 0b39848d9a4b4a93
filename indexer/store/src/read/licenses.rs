//! A license, its owner and its key.

use alloy_primitives::Address;
use domain::{Amount, ContentId, Delivery, LicenseId, MeterId, OfferId, OfferKind, ProfileId, Token};
use sqlx::PgConnection;

use super::{Page, license_epochs::SealedKey};
use crate::{
    columns::{Account, Base, Code, Count, Hash, Number, Short, Small, Word, key},
    error::StoreError,
};

/// A license, its owner and its key.
#[derive(Clone, Debug)]
pub struct License {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// The ERC-721 token id.
    pub license_id: LicenseId,
    /// Its terms.
    pub offer_id: OfferId,
    /// What is licensed.
    pub content_id: ContentId,
    /// What was paid when.
    pub kind: OfferKind,
    /// How the content reaches the licensee.
    pub delivery: Delivery,
    /// Whether it may be sold on.
    pub transferable: bool,
    /// Whether a performance bond was held.
    pub bonded: bool,
    /// Ten-thousandths of a sale.
    pub royalty_bps: u16,
    /// Who has it now.
    pub owner: Address,
    /// Who had it first.
    pub licensee: Address,
    /// Who gets back what is refunded.
    pub payer: Address,
    /// Keys that it is bound to now.
    pub profile_id: ProfileId,
    /// Keys of the meter.
    pub meter_id: MeterId,
    /// Version of the content whose key is delivered.
    pub content_version: u16,
    /// Re-keyings so far.
    pub epoch: u32,
    /// Periods paid for.
    pub periods: u16,
    /// Metered units bought or included, renewals counted; 0: not limited.
    pub units: u64,
    /// Metered units settled, over all lanes.
    pub settled_units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; 0: never.
    pub expires_at: u64,
    /// Whether its payer ended it early.
    pub ended: bool,
    /// What `total` is counted in.
    pub token: Token,
    /// Base units paid.
    pub total: Amount,
    /// Zero: nobody.
    pub referrer: Address,
    /// Whether the key of this epoch was delivered with a verified proof.
    pub proved: bool,
    /// Whether the licensee signed that the key of this epoch arrived.
    pub accepted: bool,
    pub(crate) ephemeral_x: Option<Word>,
    pub(crate) ephemeral_y: Option<Word>,
    pub(crate) c0: Option<Word>,
    pub(crate) c1: Option<Word>,
}

impl License {
    /// The key of this epoch, once it was delivered with a proof.
    #[must_use]
    pub fn sealed_key(&self) -> Option<SealedKey> {
        SealedKey::of(self.ephemeral_x, self.ephemeral_y, self.c0, self.c1)
    }
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct LicenseFilter {
    /// Of this content.
    pub content_id: Option<ContentId>,
    /// Bought from this offer.
    pub offer_id: Option<OfferId>,
    /// Bought for.
    pub licensee: Option<Address>,
    /// Owned by, now.
    pub owner: Option<Address>,
}

/// Licenses, newest first.
pub async fn licenses(conn: &mut PgConnection, filter: &LicenseFilter, page: Page) -> Result<Vec<License>, StoreError> {
    select(conn, None, filter, page).await
}

/// License by its id.
pub async fn license(conn: &mut PgConnection, id: LicenseId) -> Result<Option<License>, StoreError> {
    Ok(select(conn, Some(id), &LicenseFilter::default(), Page::ONE).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    id: Option<LicenseId>,
    filter: &LicenseFilter,
    page: Page,
) -> Result<Vec<License>, StoreError> {
    let id = id.map(|id| key(id.0));
    let offer_id = filter.offer_id.map(|id| key(id.0));
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        License,
        r#"
        select
          block_number as "block_number!: Number", log_index as "log_index!: Number",
          license_id as "license_id!: Number", offer_id as "offer_id!: Number", content_id as "content_id!: Hash",
          kind as "kind!: Code<OfferKind>", delivery as "delivery!: Code<Delivery>",
          transferable as "transferable!", bonded as "bonded!", royalty_bps as "royalty_bps!: Short",
          owner as "owner!: Account", licensee as "licensee!: Account", payer as "payer!: Account",
          profile_id as "profile_id!: Number", meter_id as "meter_id!: Number",
          content_version as "content_version!: Short", epoch as "epoch!: Small", periods as "periods!: Short",
          ended as "ended!", units::text as "units!: Count",
          settled_units::text as "settled_units!: Count",
          extract(epoch from starts_at)::bigint as "starts_at!: Number",
          extract(epoch from expires_at)::bigint as "expires_at!: Number", token as "token!: Account",
          total::text as "total!: Base", referrer as "referrer!: Account", proved as "proved!",
          accepted as "accepted!", ephemeral_x as "ephemeral_x?: Word",
          ephemeral_y as "ephemeral_y?: Word", c0 as "c0?: Word", c1 as "c1?: Word"
        from license_states
        where (block_number, log_index) < ($1, $2)
          and ($4::bigint is null or license_id = $4)
          and ($5::bytea is null or content_id = $5)
          and ($6::bigint is null or offer_id = $6)
          and ($7::bytea is null or licensee = $7)
          and ($8::bytea is null or (owner = $8 and license_id in (select t.license_id from license_transfers t where t.to_account = $8)))
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id,
        filter.content_id.as_ref().map(|id| id.0.as_slice()),
        offer_id,
        filter.licensee.as_ref().map(|a| a.as_slice()),
        filter.owner.as_ref().map(|a| a.as_slice()),
    )
    .fetch_all(conn)
    .await?)
}
