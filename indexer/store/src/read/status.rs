//! How the mirror is.

use alloy_primitives::B256;
use sqlx::PgConnection;

use crate::{
    columns::{Hash, Number},
    error::StoreError,
    mirror::Mirror,
};

/// The mirror and the chain as its writer last saw it.
#[derive(Clone, Debug)]
pub struct Status {
    /// What is mirrored; none: nothing yet.
    pub mirror: Option<Mirror>,
    /// The chain's head: number, hash; none: never seen.
    pub head: Option<(u64, B256)>,
    /// Seconds since the writer looked at the chain.
    pub seen_secs_ago: Option<u64>,
    /// Why the writer gave up.
    pub halted: Option<String>,
}

/// Reads the status.
pub async fn status(conn: &mut PgConnection) -> Result<Status, StoreError> {
    let mirror = Mirror::load(conn).await?;
    let head = sqlx::query!(
        r#"
        select number as "number: Number", hash as "hash: Hash", halted,
          greatest(0, extract(epoch from clock_timestamp() - seen_at))::bigint as "seen_secs_ago!: Number"
        from observed_head
        "#
    )
    .fetch_optional(conn)
    .await?;
    Ok(match head {
        Some(row) => Status {
            mirror,
            head: Some((row.number.0, row.hash.0)),
            seen_secs_ago: Some(row.seen_secs_ago.0),
            halted: row.halted,
        },
        None => Status { mirror, head: None, seen_secs_ago: None, halted: None },
    })
}
