//! Table `dispute_escalations`.

use domain::{DisputeEscalated, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &DisputeEscalated)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into dispute_escalations (
          block_number, log_index, dispute_id, arbitrator, external_id, deadline
        )
        select
          block_number, log_index, dispute_id, arbitrator, external_id::numeric, to_timestamp(deadline)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::bigint[]
        ) as fact (
          block_number, log_index, dispute_id, arbitrator, external_id, deadline
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_escalations.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.arbitrator.to_vec()),
        &column(facts, |e| e.external_id.to_string()),
        &try_column(facts, |e| number("dispute_escalations.deadline", e.deadline))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
