//! Table `payment_topups`.

use domain::{LogRef, PaymentToppedUp};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentToppedUp)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_topups (
          block_number, log_index, payment_id, token, added, amount, deadline
        )
        select
          block_number, log_index, payment_id, token, added::numeric, amount::numeric,
          to_timestamp(deadline)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::text[], $6::text[], $7::bigint[]
        ) as fact (
          block_number, log_index, payment_id, token, added, amount, deadline
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_topups.payment_id", e.payment_id.0))?,
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.added.to_string()),
        &column(facts, |e| e.amount.to_string()),
        &try_column(facts, |e| number("payment_topups.deadline", e.deadline))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
