//! To whose keys a license was bound, and whether the content key reached them.

use alloy_primitives::U256;
use domain::{LicenseId, ProfileId};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Number, Short, Small, Word, key},
    error::StoreError,
};

/// One re-keying of a license, or its issue.
#[derive(Clone, Debug)]
pub struct LicenseEpoch {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// Re-keyings before it.
    pub epoch: u32,
    /// Keys that the license was bound to.
    pub profile_id: ProfileId,
    /// Version of the content whose key is delivered.
    pub content_version: u16,
    /// Whether the key was delivered with a verified proof.
    pub proved: bool,
    /// Whether the licensee signed that the key arrived.
    pub accepted: bool,
    pub(crate) ephemeral_x: Option<Word>,
    pub(crate) ephemeral_y: Option<Word>,
    pub(crate) c0: Option<Word>,
    pub(crate) c1: Option<Word>,
}

/// A delivered key, sealed for the licensee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// Baby Jubjub, EIP-2494 coordinates.
    pub ephemeral_x: U256,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub ephemeral_y: U256,
    /// First masked limb.
    pub c0: U256,
    /// Second masked limb.
    pub c1: U256,
}

impl SealedKey {
    pub(crate) fn of(x: Option<Word>, y: Option<Word>, c0: Option<Word>, c1: Option<Word>) -> Option<Self> {
        Some(Self { ephemeral_x: x?.0, ephemeral_y: y?.0, c0: c0?.0, c1: c1?.0 })
    }
}

impl LicenseEpoch {
    /// The key, once it was delivered with a proof.
    #[must_use]
    pub fn sealed_key(&self) -> Option<SealedKey> {
        SealedKey::of(self.ephemeral_x, self.ephemeral_y, self.c0, self.c1)
    }
}

/// The epochs of a license, newest first.
pub async fn license_epochs(
    conn: &mut PgConnection,
    id: LicenseId,
    page: Page,
) -> Result<Vec<LicenseEpoch>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        LicenseEpoch,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number", epoch as "epoch!: Small",
          profile_id as "profile_id!: Number", content_version as "content_version!: Short", proved as "proved!",
          accepted as "accepted!", ephemeral_x as "ephemeral_x?: Word", ephemeral_y as "ephemeral_y?: Word",
          c0 as "c0?: Word", c1 as "c1?: Word"
        from license_epochs where license_id = $1 and (block_number, log_index) < ($2, $3)
        order by block_number desc, log_index desc limit $4
        "#,
        key(id.0),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
