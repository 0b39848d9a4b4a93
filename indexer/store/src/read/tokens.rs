//! Tokens that new payments may be in.

use domain::Token;
use sqlx::PgConnection;

use crate::{
    columns::{Account, Number, Short},
    error::StoreError,
};

/// A token that the escrow knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListedToken {
    /// The token.
    pub token: Token,
    /// The escrow's number of it.
    pub token_id: u16,
    /// Whether new payments are taken in it.
    pub open: bool,
    /// Where that was said last: height.
    pub block_number: u64,
}

/// Up to `limit` tokens by address, after `after`.
pub async fn tokens(conn: &mut PgConnection, after: Option<Token>, limit: u32) -> Result<Vec<ListedToken>, StoreError> {
    Ok(sqlx::query_as!(
        ListedToken,
        r#"
        select token as "token!: Account", token_id as "token_id!: Short", open as "open!",
          block_number as "block_number!: Number"
        from token_states where $1::bytea is null or token > $1
        order by token limit $2
        "#,
        after.as_ref().map(|token| token.0.as_slice()),
        i64::from(limit),
    )
    .fetch_all(conn)
    .await?)
}
