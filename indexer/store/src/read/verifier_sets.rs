//! Versions of the circuits' verifiers.

use alloy_primitives::{Address, B256};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Hash, Number, Short},
    error::StoreError,
};

/// The verifiers of one version of the circuits.
#[derive(Clone, Debug)]
pub struct VerifierSet {
    /// Where it was added: height.
    pub block_number: u64,
    /// Where it was added: log in the block.
    pub log_index: u64,
    /// Counts them, from 1.
    pub version: u16,
    /// Checks usage proofs of up to 128 events.
    pub usage: Address,
    /// Checks many of them at once.
    pub usage_batch: Address,
    /// Checks usage proofs of up to 1,024 events.
    pub usage_long: Address,
    /// Checks many of them at once.
    pub usage_long_batch: Address,
    /// Checks key deliveries.
    pub key_delivery: Address,
    /// Checks compliance proofs.
    pub compliance: Address,
    /// keccak256 of the verifying keys' SHA-256 digests.
    pub keys_hash: B256,
}

/// Versions of the verifiers, newest first.
pub async fn verifier_sets(conn: &mut PgConnection, page: Page) -> Result<Vec<VerifierSet>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        VerifierSet,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          version as "version!: Short", usage as "usage!: Account", usage_batch as "usage_batch!: Account",
          usage_long as "usage_long!: Account", usage_long_batch as "usage_long_batch!: Account",
          key_delivery as "key_delivery!: Account", compliance as "compliance!: Account",
          keys_hash as "keys_hash!: Hash"
        from verifier_sets where (block_number, log_index) < ($1, $2)
        order by block_number desc, log_index desc limit $3
        "#,
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
