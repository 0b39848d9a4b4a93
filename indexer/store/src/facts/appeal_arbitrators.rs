//! Table `appeal_arbitrators`.

use domain::{AppealArbitratorSet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &AppealArbitratorSet)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into appeal_arbitrators (
          block_number, log_index, arbitrator
        )
        select
          block_number, log_index, arbitrator
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[]
        ) as fact (
          block_number, log_index, arbitrator
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.arbitrator.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
