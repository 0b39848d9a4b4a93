//! Table `key_deliveries`.

use domain::{KeyDelivered, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &KeyDelivered)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into key_deliveries (
          block_number, log_index, license_id, content_id, epoch, ephemeral_x, ephemeral_y, c0, c1
        )
        select
          block_number, log_index, license_id, content_id, epoch, ephemeral_x, ephemeral_y, c0, c1
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bigint[], $6::bytea[], $7::bytea[],
          $8::bytea[], $9::bytea[]
        ) as fact (
          block_number, log_index, license_id, content_id, epoch, ephemeral_x, ephemeral_y, c0, c1
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("key_deliveries.license_id", e.license_id.0))?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| i64::from(e.epoch)),
        &column(facts, |e| word(e.ephemeral_x)),
        &column(facts, |e| word(e.ephemeral_y)),
        &column(facts, |e| word(e.c0)),
        &column(facts, |e| word(e.c1)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
