//! Settled use of a license.

use alloy_primitives::{B256, U256};
use domain::{Context, LicenseId};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Count, Hash, Number, Small, Word, key},
    error::StoreError,
};

/// Where one lane of a license stands. Totals are units.
#[derive(Clone, Debug)]
pub struct Lane {
    /// Domain of its metering chain.
    pub ctx: Context,
    /// Its number.
    pub lane: u32,
    /// Re-keyings of the license before it.
    pub epoch: u32,
    /// Head up to which use was proved; 0: genesis.
    pub proved_head: U256,
    /// Proved in all.
    pub proved_total: u64,
    /// Last head that both sides signed and that was settled; 0: none.
    pub signed_head: U256,
    /// Signed in all.
    pub signed_total: u64,
    /// Settled in all: the larger of the two.
    pub settled_total: u64,
    /// End of the last proved window, unix seconds; 0: none.
    pub last_window_end: u64,
}

/// One settlement.
#[derive(Clone, Debug)]
pub struct Settlement {
    /// Height.
    pub block_number: u64,
    /// Log in the block.
    pub log_index: u64,
    /// The transaction.
    pub transaction_hash: B256,
    /// By proof, or by a head that both sides signed.
    pub proved: bool,
    /// Domain of the lane's metering chain.
    pub ctx: Context,
    /// The lane.
    pub lane: u32,
    /// Re-keyings of the license before it.
    pub epoch: u32,
    /// Head after it.
    pub head: U256,
    /// Unix seconds; 0: settled by signature.
    pub window_start: u64,
    /// Unix seconds: end of the window, or the head's time.
    pub window_end: u64,
    /// Units of this proof; 0: settled by signature.
    pub units: u32,
    /// Units of the lane that this way of settling reached.
    pub total: u64,
    /// Units of the lane settled in all, after it.
    pub settled_total: u64,
    /// Units of the license settled in all, after it.
    pub settled_units: u64,
}

/// Up to `limit` lanes of a license that settled anything, in order.
pub async fn lanes(conn: &mut PgConnection, id: LicenseId, limit: u32) -> Result<Vec<Lane>, StoreError> {
    Ok(sqlx::query_as!(
        Lane,
        r#"
        select ctx as "ctx!: Word", lane as "lane!: Small", epoch as "epoch!: Small",
          coalesce(proved_head, decode(repeat('00', 32), 'hex')) as "proved_head!: Word",
          proved_total::text as "proved_total!: Count",
          coalesce(signed_head, decode(repeat('00', 32), 'hex')) as "signed_head!: Word",
          signed_total::text as "signed_total!: Count", settled_total::text as "settled_total!: Count",
          coalesce(extract(epoch from last_window_end), 0)::bigint as "last_window_end!: Number"
        from lane_states where license_id = $1 order by epoch, lane limit $2
        "#,
        key(id.0),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?)
}

/// Settlements of a license, newest first.
pub async fn settlements(conn: &mut PgConnection, id: LicenseId, page: Page) -> Result<Vec<Settlement>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Settlement,
        r#"
        select u.block_number as "block_number!: Number", u.log_index as "log_index!: Number",
          l.transaction_hash as "transaction_hash!: Hash", proved as "proved!", ctx as "ctx!: Word",
          lane as "lane!: Small", epoch as "epoch!: Small", head as "head!: Word",
          extract(epoch from window_start)::bigint as "window_start!: Number",
          extract(epoch from window_end)::bigint as "window_end!: Number", units as "units!: Small",
          total::text as "total!: Count", settled_total::text as "settled_total!: Count",
          settled_units::text as "settled_units!: Count"
        from (
          select block_number, log_index, true as proved, license_id, ctx, lane, epoch, head_after as head,
            window_start, window_end, units, proved_total as total, settled_total, settled_units
          from usage_proofs
          union all
          select block_number, log_index, false, license_id, ctx, lane, epoch, head,
            to_timestamp(0), signed_at, 0, signed_total, settled_total, settled_units
          from usage_signatures
        ) u
        join logs l using (block_number, log_index)
        where u.license_id = $1 and (u.block_number, u.log_index) < ($2, $3)
        order by u.block_number desc, u.log_index desc limit $4
        "#,
        key(id.0),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
