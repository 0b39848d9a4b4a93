//! Table `dispute_rulings`.

use domain::{DisputeRuled, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &DisputeRuled)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into dispute_rulings (
          block_number, log_index, dispute_id, ruled_by, ruling, executable_from
        )
        select
          block_number, log_index, dispute_id, ruled_by, ruling, to_timestamp(executable_from)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::bigint[]
        ) as fact (
          block_number, log_index, dispute_id, ruled_by, ruling, executable_from
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_rulings.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.by.to_vec()),
        &column(facts, |e| e.ruling.as_str().to_owned()),
        &try_column(facts, |e| number("dispute_rulings.executable_from", e.executable_from))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
