//! Table `usage_proofs`.

use domain::{LogRef, UsageProved};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &UsageProved)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into usage_proofs (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head_before, head_after,
          window_start, window_end, units, proved_total, settled_total, settled_units
        )
        select
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head_before, head_after,
          to_timestamp(window_start), to_timestamp(window_end), units, proved_total::numeric,
          settled_total::numeric, settled_units::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[],
          $8::bytea[], $9::bytea[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::text[],
          $15::text[]
        ) as fact (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head_before, head_after,
          window_start, window_end, units, proved_total, settled_total, settled_units
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("usage_proofs.license_id", e.license_id.0))?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| word(e.ctx.0)),
        &column(facts, |e| i64::from(e.lane)),
        &column(facts, |e| i64::from(e.epoch)),
        &column(facts, |e| word(e.head_before)),
        &column(facts, |e| word(e.head_after)),
        &try_column(facts, |e| number("usage_proofs.window_start", e.window_start))?,
        &try_column(facts, |e| number("usage_proofs.window_end", e.window_end))?,
        &column(facts, |e| i64::from(e.units)),
        &column(facts, |e| e.proved_total.to_string()),
        &column(facts, |e| e.settled_total.to_string()),
        &column(facts, |e| e.settled_units.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
