//! A license, its owner and its key.

use alloy_primitives::{Address, U256};
use domain::{Amount, ContentId, LicenseId, MeterId, OfferId, PaymentId, ProfileId, Token};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Count, Hash, Number, Small, Word, key},
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
    /// Who has it now.
    pub owner: Address,
    /// Who had it first.
    pub licensee: Address,
    /// Who paid.
    pub payer: Address,
    /// Keys of the licensee.
    pub profile_id: ProfileId,
    /// Keys of the meter.
    pub meter_id: MeterId,
    /// The money.
    pub payment_id: PaymentId,
    /// Metered units bought.
    pub units: u64,
    /// Metered units settled, over all lanes.
    pub settled_units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; 0: never.
    pub expires_at: u64,
    /// What `total` is counted in.
    pub token: Token,
    /// Base units paid.
    pub total: Amount,
    /// Zero: nobody.
    pub referrer: Address,
    /// Whether the key was delivered.
    pub delivered: bool,
    pub(crate) key_epoch: Option<Small>,
    pub(crate) ephemeral_x: Option<Word>,
    pub(crate) ephemeral_y: Option<Word>,
    pub(crate) c0: Option<Word>,
    pub(crate) c1: Option<Word>,
}

/// A delivered key, sealed for the licensee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// Re-keyings of the license before it.
    pub epoch: u32,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub ephemeral_x: U256,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub ephemeral_y: U256,
    /// First masked limb.
    pub c0: U256,
    /// Second masked limb.
    pub c1: U256,
}

impl License {
    /// The key, once it was delivered.
    #[must_use]
    pub fn sealed_key(&self) -> Option<SealedKey> {
        Some(SealedKey {
            epoch: self.key_epoch?.0,
            ephemeral_x: self.ephemeral_x?.0,
            ephemeral_y: self.ephemeral_y?.0,
            c0: self.c0?.0,
            c1: self.c1?.0,
        })
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
          owner as "owner!: Account", licensee as "licensee!: Account", payer as "payer!: Account",
          profile_id as "profile_id!: Number", meter_id as "meter_id!: Number",
          payment_id as "payment_id!: Number", units::text as "units!: Count",
          settled_units::text as "settled_units!: Count",
          extract(epoch from starts_at)::bigint as "starts_at!: Number",
          extract(epoch from expires_at)::bigint as "expires_at!: Number", token as "token!: Account",
          total::text as "total!: Base", referrer as "referrer!: Account", delivered as "delivered!",
          key_epoch as "key_epoch?: Small", ephemeral_x as "ephemeral_x?: Word",
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
