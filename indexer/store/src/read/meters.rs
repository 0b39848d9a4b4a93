//! Versions of meters' keys.

use alloy_primitives::{Address, U256};
use domain::MeterId;
use sqlx::PgConnection;

use crate::{
    columns::{Account, Number, Word, key},
    error::StoreError,
};

/// A version of a meter's keys.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Where it was published: height.
    pub block_number: u64,
    /// Its id.
    pub meter_id: MeterId,
    /// Who published it.
    pub owner: Address,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub key_x: U256,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub key_y: U256,
    /// Poseidon of the two, as the owner said.
    pub key_hash: U256,
    /// Countersigns heads.
    pub signer: Address,
    /// Where it answers, as published.
    pub url: String,
}

/// Meter by its id.
pub async fn meter(conn: &mut PgConnection, id: MeterId) -> Result<Option<Meter>, StoreError> {
    Ok(sqlx::query_as!(
        Meter,
        r#"
        select block_number as "block_number!: Number", meter_id as "meter_id!: Number", owner as "owner!: Account",
          key_x as "key_x!: Word", key_y as "key_y!: Word", key_hash as "key_hash!: Word",
          signer as "signer!: Account", url
        from meters where meter_id = $1
        "#,
        key(id.0),
    )
    .fetch_optional(conn)
    .await?)
}
