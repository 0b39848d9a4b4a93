//! Compliance proofs of a license.

use alloy_primitives::U256;
use domain::{Context, LicenseId};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Count, Number, Small, Word, key},
    error::StoreError,
};

/// A proof that a lane's total was at most a public number.
#[derive(Clone, Debug)]
pub struct Compliance {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// Domain of the lane's metering chain.
    pub ctx: Context,
    /// The lane.
    pub lane: u32,
    /// Re-keyings of the license before it.
    pub epoch: u32,
    /// Head that the meter signed.
    pub head: U256,
    /// Time of that head's last event, unix seconds.
    pub as_of: u64,
    /// Units that the total was at most.
    pub max_allowed: u64,
}

/// Compliance proofs of a license, newest first.
pub async fn compliance_proofs(
    conn: &mut PgConnection,
    id: LicenseId,
    page: Page,
) -> Result<Vec<Compliance>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Compliance,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          ctx as "ctx!: Word", lane as "lane!: Small", epoch as "epoch!: Small", head as "head!: Word",
          extract(epoch from as_of)::bigint as "as_of!: Number", max_allowed::text as "max_allowed!: Count"
        from compliance_proofs where license_id = $1 and (block_number, log_index) < ($2, $3)
        order by block_number desc, log_index desc limit $4
        "#,
        key(id.0),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
