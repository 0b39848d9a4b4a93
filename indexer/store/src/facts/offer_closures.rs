//! Table `offer_closures`.

use domain::{LogRef, OfferClosed};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, log_indexes, number, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &OfferClosed)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into offer_closures (
          block_number, log_index, offer_id
        )
        select
          block_number, log_index, offer_id
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[]
        ) as fact (
          block_number, log_index, offer_id
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("offer_closures.offer_id", e.offer_id.0))?,
    )
    .execute(conn)
    .await?;
    Ok(())
}
