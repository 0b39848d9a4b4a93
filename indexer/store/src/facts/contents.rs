//! Table `contents`.

use domain::{ContentRegistered, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &ContentRegistered)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into contents (
          block_number, log_index, content_id, creator, content_no, content_hash, cid, key_commitment,
          metadata_cid, kind, meter_id
        )
        select
          block_number, log_index, content_id, creator, content_no, content_hash, cid, key_commitment,
          metadata_cid, kind, meter_id
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bytea[], $7::bytea[],
          $8::bytea[], $9::bytea[], $10::text[], $11::bigint[]
        ) as fact (
          block_number, log_index, content_id, creator, content_no, content_hash, cid, key_commitment,
          metadata_cid, kind, meter_id
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| e.creator.to_vec()),
        &column(facts, |e| i64::from(e.content_no)),
        &column(facts, |e| e.content_hash.to_vec()),
        &column(facts, |e| e.cid.to_vec()),
        &column(facts, |e| word(e.key_commitment)),
        &column(facts, |e| e.metadata_cid.to_vec()),
        &column(facts, |e| e.kind.as_str().to_owned()),
        &try_column(facts, |e| number("contents.meter_id", e.meter_id.0))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
