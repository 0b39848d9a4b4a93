//! Table `offers`.

use domain::{LogRef, OfferSet};
use sqlx::PgConnection;

use crate::{
    columns::{blocks, column, log_indexes, number, text, try_column},
    error::StoreError,
};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &OfferSet)]) -> Result<(), StoreError> {
    sqlx::query!(
        r#"
        insert into offers (
          block_number, log_index, offer_id, creator, content_id, kind, delivery, transferable, token,
          price, unit_price, unit_bytes, max_units_per_event, duration_secs, delivery_window_secs,
          dispute_window_secs, settlement_grace_secs, supply, valid_until, usage_bits, arbitrator,
          terms_hash, terms_uri
        )
        select
          block_number, log_index, offer_id, creator, content_id, kind, delivery, transferable, token,
          price::numeric, unit_price::numeric, unit_bytes, max_units_per_event, duration_secs,
          delivery_window_secs, dispute_window_secs, settlement_grace_secs, supply::numeric,
          to_timestamp(valid_until), usage_bits, arbitrator, terms_hash, terms_uri
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::bytea[], $6::text[], $7::text[],
          $8::boolean[], $9::bytea[], $10::text[], $11::text[], $12::bigint[], $13::integer[],
          $14::bigint[], $15::bigint[], $16::bigint[], $17::bigint[], $18::text[], $19::bigint[],
          $20::bigint[], $21::bytea[], $22::bytea[], $23::text[]
        ) as fact (
          block_number, log_index, offer_id, creator, content_id, kind, delivery, transferable, token,
          price, unit_price, unit_bytes, max_units_per_event, duration_secs, delivery_window_secs,
          dispute_window_secs, settlement_grace_secs, supply, valid_until, usage_bits, arbitrator,
          terms_hash, terms_uri
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("offers.offer_id", e.offer_id.0))?,
        &column(facts, |e| e.creator.to_vec()),
        &column(facts, |e| e.terms.content_id.0.to_vec()),
        &column(facts, |e| e.terms.kind.as_str().to_owned()),
        &column(facts, |e| e.terms.delivery.as_str().to_owned()),
        &column(facts, |e| e.terms.transferable),
        &column(facts, |e| e.terms.token.0.to_vec()),
        &column(facts, |e| e.terms.price.to_string()),
        &column(facts, |e| e.terms.unit_price.to_string()),
        &column(facts, |e| i64::from(e.terms.unit_bytes)),
        &column(facts, |e| i32::from(e.terms.max_units_per_event)),
        &column(facts, |e| i64::from(e.terms.duration_secs)),
        &column(facts, |e| i64::from(e.terms.delivery_window_secs)),
        &column(facts, |e| i64::from(e.terms.dispute_window_secs)),
        &column(facts, |e| i64::from(e.terms.settlement_grace_secs)),
        &column(facts, |e| e.terms.supply.to_string()),
        &try_column(facts, |e| number("offers.valid_until", e.terms.valid_until))?,
        &column(facts, |e| i64::from(e.terms.usage_bits)),
        &column(facts, |e| e.terms.arbitrator.to_vec()),
        &column(facts, |e| e.terms.terms_hash.to_vec()),
        &column(facts, |e| text(&e.terms.terms_uri)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
