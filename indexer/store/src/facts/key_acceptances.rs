//! Table `key_acceptances`.

use domain::{KeyAccepted, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &KeyAccepted)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into key_acceptances (
          block_number, log_index, license_id, epoch
        )
        select
          block_number, log_index, license_id, epoch
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]
        ) as fact (
          block_number, log_index, license_id, epoch
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("key_acceptances.license_id", e.license_id.0))?,
        &column(facts, |e| i64::from(e.epoch)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
