//! Table `license_renewals`.

use domain::{LicenseRenewed, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &LicenseRenewed)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into license_renewals (
          block_number, log_index, license_id, payment_id, periods, units, expires_at
        )
        select
          block_number, log_index, license_id, payment_id, periods, units::numeric, to_timestamp(expires_at)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::integer[], $6::text[], $7::bigint[]
        ) as fact (
          block_number, log_index, license_id, payment_id, periods, units, expires_at
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("license_renewals.license_id", e.license_id.0))?,
        &try_column(facts, |e| number("license_renewals.payment_id", e.payment_id.0))?,
        &column(facts, |e| i32::from(e.periods)),
        &column(facts, |e| e.units.to_string()),
        &try_column(facts, |e| number("license_renewals.expires_at", e.expires_at))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
