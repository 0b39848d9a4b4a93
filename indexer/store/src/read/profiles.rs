//! Versions of licensees' keys.

use alloy_primitives::{Address, U256};
use domain::ProfileId;
use sqlx::PgConnection;

use crate::{
    columns::{Account, Number, Word, key},
    error::StoreError,
};

/// A version of a licensee's keys.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where it was published: height.
    pub block_number: u64,
    /// Its id.
    pub profile_id: ProfileId,
    /// Who published it.
    pub owner: Address,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub key_x: U256,
    /// Baby Jubjub, EIP-2494 coordinates.
    pub key_y: U256,
    /// Poseidon of the two, as the licensee said.
    pub commitment: U256,
    /// Signs heads.
    pub session_key: Address,
}

/// Profile by its id.
pub async fn profile(conn: &mut PgConnection, id: ProfileId) -> Result<Option<Profile>, StoreError> {
    Ok(sqlx::query_as!(
        Profile,
        r#"
        select block_number as "block_number!: Number", profile_id as "profile_id!: Number",
          owner as "owner!: Account", key_x as "key_x!: Word", key_y as "key_y!: Word",
          commitment as "commitment!: Word", session_key as "session_key!: Account"
        from profiles where profile_id = $1
        "#,
        key(id.0),
    )
    .fetch_optional(conn)
    .await?)
}
