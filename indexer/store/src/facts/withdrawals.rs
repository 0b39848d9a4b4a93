//! Table `withdrawals`.

use domain::{LogRef, Withdrawn};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &Withdrawn)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into withdrawals (
          block_number, log_index, account, token, recipient, amount, balance
        )
        select
          block_number, log_index, account, token, recipient, amount::numeric, balance::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[], $6::text[], $7::text[]
        ) as fact (
          block_number, log_index, account, token, recipient, amount, balance
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.account.to_vec()),
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.recipient.to_vec()),
        &column(facts, |e| e.amount.to_string()),
        &column(facts, |e| e.balance.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
