//! Table `logs`.

use alloy_primitives::{B256, Bytes};
use domain::LogRef;
use sqlx::PgConnection;

use crate::{columns::number, error::StoreError};

/// A log as the chain gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawLog {
    /// Where it is.
    pub at: LogRef,
    /// Up to four topics.
    pub topics: Vec<B256>,
    /// The rest of it.
    pub data: Bytes,
}

/// Adds logs. What is there already stays. Their blocks must be stored before.
pub(crate) async fn insert(conn: &mut PgConnection, logs: &[RawLog]) -> Result<(), StoreError> {
    let blocks: Vec<i64> =
        logs.iter().map(|l| number("logs.block_number", l.at.block_number)).collect::<Result<_, _>>()?;
    let indexes: Vec<i64> = logs.iter().map(|l| number("logs.log_index", l.at.log_index)).collect::<Result<_, _>>()?;
    sqlx::query!(
        r#"
        insert into logs (block_number, log_index, transaction_hash, address, topics, data)
        select block_number, log_index, transaction_hash, address, topics, data
        from unnest($1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::bytea[])
          as log (block_number, log_index, transaction_hash, address, topics, data)
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks,
        &indexes,
        &logs.iter().map(|l| l.at.transaction_hash.to_vec()).collect::<Vec<_>>(),
        &logs.iter().map(|l| l.at.address.to_vec()).collect::<Vec<_>>(),
        &logs.iter().map(|l| l.topics.concat()).collect::<Vec<_>>(),
        &logs.iter().map(|l| l.data.to_vec()).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
