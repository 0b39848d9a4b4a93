//! Table `compliance_proofs`.

use domain::{ComplianceProved, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &ComplianceProved)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into compliance_proofs (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head, as_of, max_allowed
        )
        select
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head, to_timestamp(as_of),
          max_allowed::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bigint[], $7::bigint[],
          $8::bytea[], $9::bigint[], $10::text[]
        ) as fact (
          block_number, log_index, license_id, content_id, ctx, lane, epoch, head, as_of, max_allowed
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("compliance_proofs.license_id", e.license_id.0))?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| word(e.ctx.0)),
        &column(facts, |e| i64::from(e.lane)),
        &column(facts, |e| i64::from(e.epoch)),
        &column(facts, |e| word(e.head)),
        &try_column(facts, |e| number("compliance_proofs.as_of", e.as_of))?,
        &column(facts, |e| e.max_allowed.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
