//! Table `license_transfers`.

use domain::{LicenseTransferred, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &LicenseTransferred)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into license_transfers (
          block_number, log_index, license_id, from_account, to_account
        )
        select
          block_number, log_index, license_id, from_account, to_account
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[]
        ) as fact (
          block_number, log_index, license_id, from_account, to_account
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("license_transfers.license_id", e.license_id.0))?,
        &column(facts, |e| e.from.to_vec()),
        &column(facts, |e| e.to.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
