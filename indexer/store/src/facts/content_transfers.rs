//! Table `content_transfers`.

use domain::{ContentTransferred, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &ContentTransferred)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into content_transfers (
          block_number, log_index, content_id, from_account, to_account, generation
        )
        select
          block_number, log_index, content_id, from_account, to_account, generation
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::integer[]
        ) as fact (
          block_number, log_index, content_id, from_account, to_account, generation
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| e.from.to_vec()),
        &column(facts, |e| e.to.to_vec()),
        &column(facts, |e| i32::from(e.generation)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
