//! Table `payment_refunds`.

use domain::{LogRef, PaymentRefunded};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentRefunded)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_refunds (
          block_number, log_index, payment_id, token, payer, amount, refunded, closed
        )
        select
          block_number, log_index, payment_id, token, payer, amount::numeric, refunded::numeric, closed
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
          $8::boolean[]
        ) as fact (
          block_number, log_index, payment_id, token, payer, amount, refunded, closed
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_refunds.payment_id", e.payment_id.0))?,
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.payer.to_vec()),
        &column(facts, |e| e.amount.to_string()),
        &column(facts, |e| e.refunded.to_string()),
        &column(facts, |e| e.closed),
    )
    .execute(conn)
    .await?;
    Ok(())
}
