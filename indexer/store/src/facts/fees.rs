//! Table `fees`.

use domain::{FeeSet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &FeeSet)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into fees (
          block_number, log_index, fee_id, recipient, fee_bps
        )
        select
          block_number, log_index, fee_id, recipient, fee_bps
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::integer[]
        ) as fact (
          block_number, log_index, fee_id, recipient, fee_bps
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("fees.fee_id", e.fee_id.0))?,
        &column(facts, |e| e.recipient.to_vec()),
        &column(facts, |e| i32::from(e.fee_bps)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
