//! Table `content_statuses`.

use domain::{ContentStatusChanged, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &ContentStatusChanged)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into content_statuses (
          block_number, log_index, content_id, status
        )
        select
          block_number, log_index, content_id, status
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::text[]
        ) as fact (
          block_number, log_index, content_id, status
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| e.status.as_str().to_owned()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
