//! Table `content_versions`.

use domain::{ContentVersioned, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, word},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &ContentVersioned)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into content_versions (
          block_number, log_index, content_id, version, content_hash, cid, key_commitment, metadata_cid
        )
        select
          block_number, log_index, content_id, version, content_hash, cid, key_commitment, metadata_cid
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::integer[], $5::bytea[], $6::bytea[], $7::bytea[],
          $8::bytea[]
        ) as fact (
          block_number, log_index, content_id, version, content_hash, cid, key_commitment, metadata_cid
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.content_id.0.to_vec()),
        &column(facts, |e| i32::from(e.version)),
        &column(facts, |e| e.content_hash.to_vec()),
        &column(facts, |e| e.cid.to_vec()),
        &column(facts, |e| word(e.key_commitment)),
        &column(facts, |e| e.metadata_cid.to_vec()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
