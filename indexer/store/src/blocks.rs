//! Table `blocks`.

use alloy_primitives::B256;
use domain::BlockRef;
use sqlx::PgConnection;

use crate::{
    columns::{Hash, Number, number},
    error::StoreError,
};

/// Adds headers. A height that is stored with another hash is an error, not a conflict to resolve.
pub(crate) async fn insert(conn: &mut PgConnection, blocks: &[BlockRef]) -> Result<(), StoreError> {
    let numbers: Vec<i64> = blocks.iter().map(|b| number("blocks.number", b.number)).collect::<Result<_, _>>()?;
    let timestamps: Vec<i64> =
        blocks.iter().map(|b| number("blocks.timestamp", b.timestamp)).collect::<Result<_, _>>()?;
    sqlx::query!(
        r#"
        insert into blocks (number, hash, parent_hash, timestamp)
        select number, hash, parent_hash, to_timestamp(timestamp)
        from unnest($1::bigint[], $2::bytea[], $3::bytea[], $4::bigint[]) as b (number, hash, parent_hash, timestamp)
        on conflict (number) do nothing
        "#,
        &numbers,
        &blocks.iter().map(|b| b.hash.to_vec()).collect::<Vec<_>>(),
        &blocks.iter().map(|b| b.parent_hash.to_vec()).collect::<Vec<_>>(),
        &timestamps,
    )
    .execute(&mut *conn)
    .await?;
    let stored = sqlx::query!(r#"select number, hash as "hash: Hash" from blocks where number = any($1)"#, &numbers)
        .fetch_all(conn)
        .await?;
    for row in stored {
        if let Some(given) = blocks.iter().find(|b| i64::try_from(b.number) == Ok(row.number) && b.hash != row.hash.0) {
            return Err(StoreError::BlockConflict { number: given.number, stored: row.hash.0, given: given.hash });
        }
    }
    Ok(())
}

/// The highest block that is stored: up to it the mirror is complete.
pub async fn checkpoint(conn: &mut PgConnection) -> Result<Option<BlockRef>, StoreError> {
    Ok(sqlx::query_as!(
        BlockRef,
        r#"
        select number as "number: Number", hash as "hash: Hash", parent_hash as "parent_hash: Hash",
          extract(epoch from timestamp)::bigint as "timestamp!: Number"
        from blocks order by number desc limit 1
        "#
    )
    .fetch_optional(conn)
    .await?)
}

/// The hash of a stored block.
pub async fn stored_hash(conn: &mut PgConnection, at: u64) -> Result<Option<B256>, StoreError> {
    let row =
        sqlx::query!(r#"select hash as "hash: Hash" from blocks where number = $1"#, number("blocks.number", at)?)
            .fetch_optional(conn)
            .await?;
    Ok(row.map(|row| row.hash.0))
}

/// Up to `limit` stored heights and hashes below `below`, highest first.
pub async fn stored_hashes_below(
    conn: &mut PgConnection,
    below: u64,
    limit: u32,
) -> Result<Vec<(u64, B256)>, StoreError> {
    let rows = sqlx::query!(
        r#"
        select number as "number: Number", hash as "hash: Hash" from blocks
        where number < $1 order by number desc limit $2
        "#,
        number("blocks.number", below)?,
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| (row.number.0, row.hash.0)).collect())
}
