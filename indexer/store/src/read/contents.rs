//! Content, who owns it, and whether it is sold.

use alloy_primitives::{Address, B256, U256};
use domain::{ContentId, ContentKind, ContentStatus, MeterId};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Code, Hash, Number, Short, Small, Word},
    error::StoreError,
};

/// Content, who owns it, and whether it is sold.
#[derive(Clone, Debug)]
pub struct Content {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// Its id.
    pub content_id: ContentId,
    /// Counts content; the upper part of its offers' ids.
    pub content_no: u32,
    /// Who owns it now.
    pub creator: Address,
    /// Who registered it.
    pub registered_by: Address,
    /// How often the owner changed.
    pub generation: u16,
    /// Who may become the owner; none or zero: nobody.
    pub pending_creator: Option<Account>,
    /// How well the owner is known: 0 unknown to 4 audited.
    pub creator_level: u16,
    /// The newest version, to which hash, CIDs and commitment belong.
    pub version: u16,
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// Binary CIDv1 of the ciphertext.
    pub cid: Vec<u8>,
    /// Poseidon of the content key.
    pub key_commitment: U256,
    /// Binary CIDv1 of the metadata.
    pub metadata_cid: Vec<u8>,
    /// What the plaintext is.
    pub kind: ContentKind,
    /// Whether it is sold.
    pub status: ContentStatus,
    /// The meter that serves it.
    pub meter_id: MeterId,
    /// Where that meter is.
    pub meter_url: Option<String>,
    /// What that meter countersigns with.
    pub meter_signer: Option<Account>,
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct ContentFilter {
    /// Owned by, now.
    pub creator: Option<Address>,
    /// Sold or not.
    pub status: Option<ContentStatus>,
}

/// Contents, newest first.
pub async fn contents(conn: &mut PgConnection, filter: &ContentFilter, page: Page) -> Result<Vec<Content>, StoreError> {
    select(conn, None, filter, page).await
}

/// Content by its id.
pub async fn content(conn: &mut PgConnection, id: ContentId) -> Result<Option<Content>, StoreError> {
    Ok(select(conn, Some(id), &ContentFilter::default(), Page::ONE).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    id: Option<ContentId>,
    filter: &ContentFilter,
    page: Page,
) -> Result<Vec<Content>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Content,
        r#"
        select
          block_number as "block_number!: Number", log_index as "log_index!: Number",
          content_id as "content_id!: Hash", content_no as "content_no!: Small", creator as "creator!: Account",
          registered_by as "registered_by!: Account", generation as "generation!: Short",
          pending_creator as "pending_creator?: Account", creator_level as "creator_level!: Short",
          version as "version!: Short", content_hash as "content_hash!: Hash",
          cid as "cid!", key_commitment as "key_commitment!: Word", metadata_cid as "metadata_cid!",
          kind as "kind!: Code<ContentKind>", status as "status!: Code<ContentStatus>",
          meter_id as "meter_id!: Number", meter_url as "meter_url?", meter_signer as "meter_signer?: Account"
        from content_states
        where (block_number, log_index) < ($1, $2)
          and ($4::bytea is null or content_id = $4)
          and ($5::bytea is null or (creator = $5 and (
            registered_by = $5 or content_id in (select t.content_id from content_transfers t where t.to_account = $5)
          )))
          and ($6::text is null or status = $6)
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id.as_ref().map(|id| id.0.as_slice()),
        filter.creator.as_ref().map(|a| a.as_slice()),
        filter.status.map(|code| code.as_str()),
    )
    .fetch_all(conn)
    .await?)
}
