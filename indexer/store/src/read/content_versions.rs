//! Versions of content.

use alloy_primitives::{B256, U256};
use domain::ContentId;
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Hash, Number, Short, Word},
    error::StoreError,
};

/// One version of content.
#[derive(Clone, Debug)]
pub struct ContentVersion {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// Counts them; the first is 0.
    pub version: u16,
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// Binary CIDv1 of the ciphertext.
    pub cid: Vec<u8>,
    /// Poseidon of the content key.
    pub key_commitment: U256,
    /// Binary CIDv1 of the metadata.
    pub metadata_cid: Vec<u8>,
}

/// Versions of content, newest first.
pub async fn content_versions(
    conn: &mut PgConnection,
    id: ContentId,
    page: Page,
) -> Result<Vec<ContentVersion>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        ContentVersion,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          version as "version!: Short", content_hash as "content_hash!: Hash", cid as "cid!",
          key_commitment as "key_commitment!: Word", metadata_cid as "metadata_cid!"
        from content_editions where content_id = $1 and (block_number, log_index) < ($2, $3)
        order by block_number desc, log_index desc limit $4
        "#,
        id.0.as_slice(),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
