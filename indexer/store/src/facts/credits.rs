//! Table `credits`.

use domain::{Credited, LogRef};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &Credited)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into credits (
          block_number, log_index, account, token, payment_id, amount, balance
        )
        select
          block_number, log_index, account, token, payment_id, amount::numeric, balance::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bytea[], $4::bytea[], $5::bigint[], $6::text[], $7::text[]
        ) as fact (
          block_number, log_index, account, token, payment_id, amount, balance
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &column(facts, |e| e.account.to_vec()),
        &column(facts, |e| e.token.0.to_vec()),
        &try_column(facts, |e| number("credits.payment_id", e.payment_id.0))?,
        &column(facts, |e| e.amount.to_string()),
        &column(facts, |e| e.balance.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
