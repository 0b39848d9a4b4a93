//! Table `tokens`.

use domain::{LogRef, TokenListed};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &TokenListed)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into tokens (
          block_number, log_index, token, token_id, open
        )
        select
          block_number, log_index, token, token_id, open
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], $5::boolean[]
        ) as fact (
          block_number, log_index, token, token_id, open
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| i32::from(e.token_id)),
        &column(facts, |e| e.open),
    )
    .execute(conn)
    .await?;
    Ok(())
}
