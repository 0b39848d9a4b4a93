//! Table `content_proposals`.

use domain::{ContentTransferProposed, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &ContentTransferProposed)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into content_proposals (
          block_number, log_index, content_id, pending
        )
        select
          block_number, log_index, content_id, pending
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[]
        ) as fact (
          block_number, log_index, content_id, pending
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| e.pending.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
