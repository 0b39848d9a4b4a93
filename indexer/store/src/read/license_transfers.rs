//! Changes of a license's owner.

use alloy_primitives::Address;
use domain::LicenseId;
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Number, key},
    error::StoreError,
};

/// One change of a license's owner.
#[derive(Clone, Debug)]
pub struct LicenseTransfer {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// Who had it; zero: it was issued.
    pub from: Address,
    /// Who has it from then on.
    pub to: Address,
}

/// Transfers of a license, its issue included, newest first.
pub async fn license_transfers(
    conn: &mut PgConnection,
    id: LicenseId,
    page: Page,
) -> Result<Vec<LicenseTransfer>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        LicenseTransfer,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          from_account as "from!: Account", to_account as "to!: Account"
        from license_transfers where license_id = $1 and (block_number, log_index) < ($2, $3)
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
