//! Table `dispute_executions`.

use domain::{DisputeExecuted, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &DisputeExecuted)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into dispute_executions (
          block_number, log_index, dispute_id, ruling, bond_recipient
        )
        select
          block_number, log_index, dispute_id, ruling, bond_recipient
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::bytea[]
        ) as fact (
          block_number, log_index, dispute_id, ruling, bond_recipient
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_executions.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.ruling.as_str().to_owned()),
        &column(facts, |e| e.bond_recipient.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
