//! Table `mirror`: which deployment this database mirrors.

use alloy_primitives::{Address, B256};
use sqlx::PgConnection;

use crate::{
    columns::{Account, Hash, Number, number},
    error::StoreError,
};

/// A deployment, as the database remembers it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mirror {
    /// EIP-155.
    pub chain_id: u64,
    /// Hash of block 0.
    pub genesis_hash: B256,
    /// No contract has a log before it.
    pub start_block: u64,
    /// `ContentRegistry`.
    pub registry: Address,
    /// `LicenseManager`.
    pub licenses: Address,
    /// `PaymentEscrow`.
    pub escrow: Address,
    /// `UsageTracker`.
    pub usage: Address,
    /// `DisputeResolution`.
    pub disputes: Address,
    /// `VerifierSets`.
    pub verifier_sets: Address,
}

/// The database belongs to another deployment.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// It mirrors something else.
    #[error(
        "this database mirrors another deployment: its {field} is {stored}, but {given} was given. \
         Give another DATABASE_URL, or drop this database: the mirror rebuilds itself from the chain"
    )]
    Other {
        /// What differs.
        field: &'static str,
        /// In the database.
        stored: String,
        /// As configured, or as the node says.
        given: String,
    },
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Mirror {
    /// The stored deployment, if the database was claimed.
    pub async fn load(conn: &mut PgConnection) -> Result<Option<Self>, StoreError> {
        Ok(sqlx::query_as!(
            Self,
            r#"
            select chain_id as "chain_id: Number", genesis_hash as "genesis_hash: Hash",
              start_block as "start_block: Number", registry as "registry: Account",
              licenses as "licenses: Account", escrow as "escrow: Account", usage as "usage: Account",
              disputes as "disputes: Account", verifier_sets as "verifier_sets: Account"
            from mirror
            "#
        )
        .fetch_optional(conn)
        .await?)
    }

    fn fields(&self) -> [(&'static str, String); 9] {
        [
            ("chain id", self.chain_id.to_string()),
            ("genesis hash", self.genesis_hash.to_string()),
            ("start block", self.start_block.to_string()),
            ("ContentRegistry", self.registry.to_string()),
            ("LicenseManager", self.licenses.to_string()),
            ("PaymentEscrow", self.escrow.to_string()),
            ("UsageTracker", self.usage.to_string()),
            ("DisputeResolution", self.disputes.to_string()),
            ("VerifierSets", self.verifier_sets.to_string()),
        ]
    }
}

/// Takes a fresh database for `given`, or checks that it is already its own.
pub async fn claim_mirror(conn: &mut PgConnection, given: &Mirror) -> Result<(), MirrorError> {
    sqlx::query!(
        r#"
        insert into mirror (
          chain_id, genesis_hash, start_block, registry, licenses, escrow, usage, disputes, verifier_sets
        )
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (singleton) do nothing
        "#,
        number("mirror.chain_id", given.chain_id)?,
        given.genesis_hash.as_slice(),
        number("mirror.start_block", given.start_block)?,
        given.registry.as_slice(),
        given.licenses.as_slice(),
        given.escrow.as_slice(),
        given.usage.as_slice(),
        given.disputes.as_slice(),
        given.verifier_sets.as_slice(),
    )
    .execute(&mut *conn)
    .await
    .map_err(StoreError::from)?;
    let stored = Mirror::load(conn).await?.unwrap_or(*given);
    for ((field, stored), (_, given)) in stored.fields().into_iter().zip(given.fields()) {
        if stored != given {
            return Err(MirrorError::Other { field, stored, given });
        }
    }
    Ok(())
}
