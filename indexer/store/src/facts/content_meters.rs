//! Table `content_meters`.

use domain::{ContentMeterChanged, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &ContentMeterChanged)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into content_meters (
          block_number, log_index, content_id, meter_id
        )
        select
          block_number, log_index, content_id, meter_id
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bigint[]
        ) as fact (
          block_number, log_index, content_id, meter_id
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &try_column(facts, |e| number("content_meters.meter_id", e.meter_id.0))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
