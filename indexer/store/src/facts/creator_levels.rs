//! Table `creator_levels`.

use domain::{CreatorLevelSet, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &CreatorLevelSet)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into creator_levels (
          block_number, log_index, creator, level, attester
        )
        select
          block_number, log_index, creator, level, attester
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], $5::bytea[]
        ) as fact (
          block_number, log_index, creator, level, attester
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.creator.to_vec()),
        &column(facts, |e| i32::from(e.level)),
        &column(facts, |e| e.attester.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
