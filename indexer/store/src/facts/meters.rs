//! Table `meters`.

use domain::{LogRef, MeterPublished};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, text, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &MeterPublished)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into meters (
          block_number, log_index, meter_id, owner, key_x, key_y, key_hash, signer, url
        )
        select
          block_number, log_index, meter_id, owner, key_x, key_y, key_hash, signer, url
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::bytea[], $7::bytea[],
          $8::bytea[], $9::text[]
        ) as fact (
          block_number, log_index, meter_id, owner, key_x, key_y, key_hash, signer, url
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("meters.meter_id", e.meter_id.0))?,
        &column(facts, |e| e.owner.to_vec()),
        &column(facts, |e| word(e.key_x)),
        &column(facts, |e| word(e.key_y)),
        &column(facts, |e| word(e.key_hash)),
        &column(facts, |e| e.signer.to_vec()),
        &column(facts, |e| text(&e.url)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
