//! What happened in a dispute: evidence, hearings, rulings.

use alloy_primitives::{Address, U256};
use domain::{DisputeId, Ruling};
use sqlx::PgConnection;

use crate::{
    columns::{Account, Base, Code, Number, key},
    error::StoreError,
};

/// Evidence that a party added after filing.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// Height.
    pub block_number: u64,
    /// Who added it.
    pub party: Address,
    /// Binary CIDv1.
    pub evidence_cid: Vec<u8>,
}

/// The first `limit` evidences that were added to a dispute, oldest first.
pub async fn evidence(conn: &mut PgConnection, id: DisputeId, limit: u32) -> Result<Vec<Evidence>, StoreError> {
    Ok(sqlx::query_as!(
        Evidence,
        r#"
        select block_number as "block_number!: Number", party as "party!: Account", evidence_cid
        from dispute_evidence where dispute_id = $1 order by block_number, log_index limit $2
        "#,
        key(id.0),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?)
}

/// That a dispute came before an ERC-792 arbitrator.
#[derive(Clone, Debug)]
pub struct Hearing {
    /// Height.
    pub block_number: u64,
    /// Whether a ruling is heard again.
    pub appeal: bool,
    /// Who appealed.
    pub appellant: Option<Account>,
    /// Who hears it.
    pub arbitrator: Address,
    /// The arbitrator's own id of it.
    pub external_id: U256,
    /// After this second anyone may time it out (unix).
    pub deadline: u64,
}

/// The hearings of a dispute, oldest first. There are two at most.
pub async fn hearings(conn: &mut PgConnection, id: DisputeId) -> Result<Vec<Hearing>, StoreError> {
    Ok(sqlx::query!(
        r#"
        select block_number as "block_number!: Number", appeal as "appeal!", appellant as "appellant?: Account",
          arbitrator as "arbitrator!: Account", external_id::text as "external_id!: Base",
          extract(epoch from deadline)::bigint as "deadline!: Number"
        from dispute_hearings where dispute_id = $1 order by block_number, log_index
        "#,
        key(id.0),
    )
    .fetch_all(conn)
    .await?
    .into_iter()
    .map(|row| Hearing {
        block_number: row.block_number.0,
        appeal: row.appeal,
        appellant: row.appellant,
        arbitrator: row.arbitrator.0,
        external_id: row.external_id.0.0,
        deadline: row.deadline.0,
    })
    .collect())
}

/// What was ruled.
#[derive(Clone, Debug)]
pub struct Ruled {
    /// Height.
    pub block_number: u64,
    /// The arbitrator, or the dispute contract when a program decided.
    pub ruled_by: Address,
    /// For whom.
    pub ruling: Ruling,
    /// When the time for an appeal is over, unix seconds.
    pub executable_from: u64,
}

/// The rulings in a dispute, oldest first. There are two at most.
pub async fn rulings(conn: &mut PgConnection, id: DisputeId) -> Result<Vec<Ruled>, StoreError> {
    Ok(sqlx::query_as!(
        Ruled,
        r#"
        select block_number as "block_number!: Number", ruled_by as "ruled_by!: Account",
          ruling as "ruling!: Code<Ruling>", extract(epoch from executable_from)::bigint as "executable_from!: Number"
        from dispute_rulings where dispute_id = $1 order by block_number, log_index
        "#,
        key(id.0),
    )
    .fetch_all(conn)
    .await?)
}
