//! Table `usage_signatures`.

use domain::{LogRef, UsageSigned};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &UsageSigned)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into usage_signatures (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, seq, head, signed_at,
          signed_total, settled_total, settled_units
        )
        select
          block_number, log_index, license_id, content_id, ctx, lane, epoch, seq::numeric, head,
          to_timestamp(signed_at), signed_total::numeric, settled_total::numeric, settled_units::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[],
          $8::text[], $9::bytea[], $10::bigint[], $11::text[], $12::text[], $13::text[]
        ) as fact (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, seq, head, signed_at,
          signed_total, settled_total, settled_units
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("usage_signatures.license_id", e.license_id.0))?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| word(e.ctx.0)),
        &column(facts, |e| i64::from(e.lane)),
        &column(facts, |e| i64::from(e.epoch)),
        &column(facts, |e| e.seq.to_string()),
        &column(facts, |e| word(e.head)),
        &try_column(facts, |e| number("usage_signatures.signed_at", e.time))?,
        &column(facts, |e| e.signed_total.to_string()),
        &column(facts, |e| e.settled_total.to_string()),
        &column(facts, |e| e.settled_units.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
