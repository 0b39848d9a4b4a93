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
          block_number, log_index, dispute_id, arbitrator, ruling
        )
        select
          block_number, log_index, dispute_id, arbitrator, ruling
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[]
        ) as fact (
          block_number, log_index, dispute_id, arbitrator, ruling
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_rulings.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.arbitrator.to_vec()),
        &column(facts, |e| e.ruling.as_str().to_owned()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
