//! Table `license_rebindings`.

use domain::{LicenseRebound, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &LicenseRebound)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into license_rebindings (
          block_number, log_index, license_id, profile_id, epoch, content_version
        )
        select
          block_number, log_index, license_id, profile_id, epoch, content_version
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[], $6::integer[]
        ) as fact (
          block_number, log_index, license_id, profile_id, epoch, content_version
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("license_rebindings.license_id", e.license_id.0))?,
        &try_column(facts, |e| number("license_rebindings.profile_id", e.profile_id.0))?,
        &column(facts, |e| i64::from(e.epoch)),
        &column(facts, |e| i32::from(e.content_version)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
