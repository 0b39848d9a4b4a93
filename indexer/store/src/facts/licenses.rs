//! Table `licenses`.

use domain::{LicenseIssued, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &LicenseIssued)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into licenses (
          block_number, log_index, license_id, offer_id, content_id, licensee, payer, profile_id, meter_id,
          content_version, units, starts_at, expires_at, token, total, referrer
        )
        select
          block_number, log_index, license_id, offer_id, content_id, licensee, payer, profile_id, meter_id,
          content_version, units::numeric, to_timestamp(starts_at), to_timestamp(expires_at), token,
          total::numeric, referrer
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::bytea[],
          $8::bigint[], $9::bigint[], $10::integer[], $11::text[], $12::bigint[], $13::bigint[],
          $14::bytea[], $15::text[], $16::bytea[]
        ) as fact (
          block_number, log_index, license_id, offer_id, content_id, licensee, payer, profile_id, meter_id,
          content_version, units, starts_at, expires_at, token, total, referrer
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("licenses.license_id", e.license_id.0))?,
        &try_column(facts, |e| number("licenses.offer_id", e.offer_id.0))?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| e.licensee.to_vec()),
        &column(facts, |e| e.payer.to_vec()),
        &try_column(facts, |e| number("licenses.profile_id", e.profile_id.0))?,
        &try_column(facts, |e| number("licenses.meter_id", e.meter_id.0))?,
        &column(facts, |e| i32::from(e.content_version)),
        &column(facts, |e| e.units.to_string()),
        &try_column(facts, |e| number("licenses.starts_at", e.starts_at))?,
        &try_column(facts, |e| number("licenses.expires_at", e.expires_at))?,
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.total.to_string()),
        &column(facts, |e| e.referrer.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
