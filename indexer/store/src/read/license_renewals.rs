//! Renewals of a license.

use domain::{LicenseId, PaymentId};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Count, Number, Short, key},
    error::StoreError,
};

/// Periods that were added to a license.
#[derive(Clone, Debug)]
pub struct LicenseRenewal {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// Holds their price: the first payment, topped up, or one of its own.
    pub payment_id: PaymentId,
    /// Paid for in all, after it.
    pub periods: u16,
    /// Metered units included in all, after it; 0: not limited.
    pub units: u64,
    /// Unix seconds, after it.
    pub expires_at: u64,
}

/// Renewals of a license, newest first.
pub async fn license_renewals(
    conn: &mut PgConnection,
    id: LicenseId,
    page: Page,
) -> Result<Vec<LicenseRenewal>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        LicenseRenewal,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          payment_id as "payment_id!: Number", periods as "periods!: Short", units::text as "units!: Count",
          extract(epoch from expires_at)::bigint as "expires_at!: Number"
        from license_renewals where license_id = $1 and (block_number, log_index) < ($2, $3)
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
