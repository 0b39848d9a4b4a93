//! Changes of content's owner.

use alloy_primitives::Address;
use domain::ContentId;
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Number, Short},
    error::StoreError,
};

/// One change of content's owner.
#[derive(Clone, Debug)]
pub struct ContentTransfer {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// Who owned it.
    pub from: Address,
    /// Who owns it from then on.
    pub to: Address,
    /// Counts the changes.
    pub generation: u16,
}

/// Transfers of content, newest first.
pub async fn content_transfers(
    conn: &mut PgConnection,
    id: ContentId,
    page: Page,
) -> Result<Vec<ContentTransfer>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        ContentTransfer,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          from_account as "from!: Account", to_account as "to!: Account", generation as "generation!: Short"
        from content_transfers where content_id = $1 and (block_number, log_index) < ($2, $3)
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
