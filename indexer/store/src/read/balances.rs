//! What accounts may withdraw.

use alloy_primitives::Address;
use domain::{Amount, Token};
use sqlx::PgConnection;

use crate::{
    columns::{Account, Base},
    error::StoreError,
};

/// What an account may withdraw of one token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// The token.
    pub token: Token,
    /// Base units.
    pub balance: Amount,
}

/// Up to `limit` balances of `account` by token, after `after`. Emptied ones are included.
pub async fn balances(
    conn: &mut PgConnection,
    account: Address,
    after: Option<Token>,
    limit: u32,
) -> Result<Vec<Balance>, StoreError> {
    Ok(sqlx::query_as!(
        Balance,
        r#"
        select token as "token!: Account", balance::text as "balance!: Base" from balances
        where account = $1 and ($2::bytea is null or token > $2)
        order by token limit $3
        "#,
        account.as_slice(),
        after.as_ref().map(|token| token.0.as_slice()),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?)
}
