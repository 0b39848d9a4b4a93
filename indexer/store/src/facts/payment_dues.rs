//! Table `payment_dues`.

use domain::{LogRef, PaymentDue};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentDue)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payment_dues (
          block_number, log_index, payment_id, due
        )
        select
          block_number, log_index, payment_id, due::numeric
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::text[]
        ) as fact (
          block_number, log_index, payment_id, due
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payment_dues.payment_id", e.payment_id.0))?,
        &column(facts, |e| e.due.to_string()),
    )
    .execute(conn)
    .await?;
    Ok(())
}
