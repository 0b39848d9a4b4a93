//! Table `payments`.

use domain::{LogRef, PaymentHeld};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &PaymentHeld)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into payments (
          block_number, log_index, payment_id, license_id, payer, token, amount, rule, split_id, fee_id,
          starts_at, deadline, dispute_window_secs
        )
        select
          block_number, log_index, payment_id, license_id, payer, token, amount::numeric, rule, split_id,
          fee_id, to_timestamp(starts_at), to_timestamp(deadline), dispute_window_secs
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::bytea[], $7::text[],
          $8::text[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[]
        ) as fact (
          block_number, log_index, payment_id, license_id, payer, token, amount, rule, split_id, fee_id,
          starts_at, deadline, dispute_window_secs
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("payments.payment_id", e.payment_id.0))?,
        &try_column(facts, |e| number("payments.license_id", e.license_id.0))?,
        &column(facts, |e| e.payer.to_vec()),
        &column(facts, |e| e.token.0.to_vec()),
        &column(facts, |e| e.amount.to_string()),
        &column(facts, |e| e.rule.as_str().to_owned()),
        &try_column(facts, |e| number("payments.split_id", e.split_id.0))?,
        &try_column(facts, |e| number("payments.fee_id", e.fee_id.0))?,
        &try_column(facts, |e| number("payments.starts_at", e.starts_at))?,
        &try_column(facts, |e| number("payments.deadline", e.deadline))?,
        &column(facts, |e| i64::from(e.dispute_window_secs)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
