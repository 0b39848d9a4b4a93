//! Table `payment_deadlines`.

use domain::{LogRef, PaymentDeadlineMoved};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    facts: &[(LogRef, &PaymentDeadlineMoved)],
) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_deadlines (
          block_number, log_index, payment_id, deadline
        )
        select
          block_number, log_index, payment_id, to_timestamp(deadline)
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]
        ) as fact (
          block_number, log_index, payment_id, deadline
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_deadlines.payment_id", e.payment_id.0))?,
        &try_column(facts, |e| number("payment_deadlines.deadline", e.deadline))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
