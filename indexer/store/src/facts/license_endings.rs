//! Table `license_endings`.

use domain::{LicenseEnded, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &LicenseEnded)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into license_endings (
          block_number, log_index, license_id, expires_at
        )
        select
          block_number, log_index, license_id, to_timestamp(expires_at)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]
        ) as fact (
          block_number, log_index, license_id, expires_at
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("license_endings.license_id", e.license_id.0))?,
        &try_column(facts, |e| number("license_endings.expires_at", e.expires_at))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
