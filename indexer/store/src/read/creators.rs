//! How well a creator is known.

use alloy_primitives::Address;
use sqlx::PgConnection;

use crate::{
    columns::{Account, Number, Short},
    error::StoreError,
};

/// How well a creator is known, as the attester said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreatorLevel {
    /// 0 unknown to 4 audited.
    pub level: u16,
    /// Who said so.
    pub attester: Address,
    /// Where it was said: height.
    pub block_number: u64,
}

/// What the attester said of `creator` last; none: nothing.
pub async fn creator_level(conn: &mut PgConnection, creator: Address) -> Result<Option<CreatorLevel>, StoreError> {
    Ok(sqlx::query_as!(
        CreatorLevel,
        r#"
        select level as "level!: Short", attester as "attester!: Account", block_number as "block_number!: Number"
        from creator_levels where creator = $1 order by block_number desc, log_index desc limit 1
        "#,
        creator.as_slice(),
    )
    .fetch_optional(conn)
    .await?)
}
