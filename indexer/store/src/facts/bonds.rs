//! Table `bonds`.

use domain::{BondHeld, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &BondHeld)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into bonds (
          block_number, log_index, dispute_id, poster, token, amount
        )
        select
          block_number, log_index, dispute_id, poster, token, amount::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[]
        ) as fact (
          block_number, log_index, dispute_id, poster, token, amount
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("bonds.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.poster.to_vec()),
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.amount.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
