//! Table `verifier_sets`.

use domain::{LogRef, VerifierSetAdded};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &VerifierSetAdded)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into verifier_sets (
          block_number, log_index, version, usage, usage_batch, usage_long, usage_long_batch, key_delivery,
          compliance, keys_hash
        )
        select
          block_number, log_index, version, usage, usage_batch, usage_long, usage_long_batch, key_delivery,
          compliance, keys_hash
        from unnest(
          $1::bigint[], $2::bigint[], $3::integer[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
          $8::bytea[], $9::bytea[], $10::bytea[]
        ) as fact (
          block_number, log_index, version, usage, usage_batch, usage_long, usage_long_batch, key_delivery,
          compliance, keys_hash
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| i32::from(e.version)),
        &column(facts, |e| e.usage.to_vec()),
        &column(facts, |e| e.usage_batch.to_vec()),
        &column(facts, |e| e.usage_long.to_vec()),
        &column(facts, |e| e.usage_long_batch.to_vec()),
        &column(facts, |e| e.key_delivery.to_vec()),
        &column(facts, |e| e.compliance.to_vec()),
        &column(facts, |e| e.keys_hash.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
