//! Table `dispute_appeals`.

use domain::{DisputeAppealed, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &DisputeAppealed)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into dispute_appeals (
          block_number, log_index, dispute_id, appellant, arbitrator, external_id, deadline
        )
        select
          block_number, log_index, dispute_id, appellant, arbitrator, external_id::numeric,
          to_timestamp(deadline)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::bigint[]
        ) as fact (
          block_number, log_index, dispute_id, appellant, arbitrator, external_id, deadline
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("dispute_appeals.dispute_id", e.dispute_id.0))?,
        &column(facts, |e| e.appellant.to_vec()),
        &column(facts, |e| e.arbitrator.to_vec()),
        &column(facts, |e| e.external_id.to_string()),
        &try_column(facts, |e| number("dispute_appeals.deadline", e.deadline))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
