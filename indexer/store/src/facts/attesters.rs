//! Table `attesters`.

use domain::{AttesterSet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &AttesterSet)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into attesters (
          block_number, log_index, attester
        )
        select
          block_number, log_index, attester
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[]
        ) as fact (
          block_number, log_index, attester
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.attester.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
