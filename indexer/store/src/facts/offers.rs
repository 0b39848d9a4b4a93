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
          block_number, log_index, offer_id, creator, verifiers, content_id, nonce, kind, delivery,
          transferable, buyer, token, price, unit_price, units, overage_price, bond, unit_bytes,
          max_units_per_event, duration_secs, delivery_window_secs, dispute_window_secs,
          settlement_grace_secs, supply, valid_until, usage_bits, royalty_bps, split_id, arbitrator,
          terms_hash, items_hash, terms_uri
        )
        select
          block_number, log_index, offer_id, creator, verifiers, content_id, nonce, kind, delivery,
          transferable, buyer, token, price::numeric, unit_price::numeric, units::numeric,
          overage_price::numeric, bond::numeric, unit_bytes, max_units_per_event, duration_secs,
          delivery_window_secs, dispute_window_secs, settlement_grace_secs, supply,
          to_timestamp(valid_until), usage_bits, royalty_bps, split_id, arbitrator, terms_hash, items_hash,
          terms_uri
        from unnest(
          $1::bigint[], $2::bigint[], $3::bigint[], $4::bytea[], $5::integer[], $6::bytea[], $7::bigint[],
          $8::text[], $9::text[], $10::boolean[], $11::bytea[], $12::bytea[], $13::text[], $14::text[],
          $15::text[], $16::text[], $17::text[], $18::bigint[], $19::integer[], $20::bigint[],
          $21::bigint[], $22::bigint[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[],
          $27::integer[], $28::bigint[], $29::bytea[], $30::bytea[], $31::bytea[], $32::text[]
        ) as fact (
          block_number, log_index, offer_id, creator, verifiers, content_id, nonce, kind, delivery,
          transferable, buyer, token, price, unit_price, units, overage_price, bond, unit_bytes,
          max_units_per_event, duration_secs, delivery_window_secs, dispute_window_secs,
          settlement_grace_secs, supply, valid_until, usage_bits, royalty_bps, split_id, arbitrator,
          terms_hash, items_hash, terms_uri
        )
        on conflict (block_number, log_index) do nothing
        "#,
        &blocks(facts)?,
        &log_indexes(facts)?,
        &try_column(facts, |e| number("offers.offer_id", e.offer_id.0))?,
        &column(facts, |e| e.creator.to_vec()),
        &column(facts, |e| i32::from(e.verifiers)),
        &column(facts, |e| e.terms.content_id.0.to_vec()),
        &column(facts, |e| i64::from(e.terms.nonce)),
        &column(facts, |e| e.terms.kind.as_str().to_owned()),
        &column(facts, |e| e.terms.delivery.as_str().to_owned()),
        &column(facts, |e| e.terms.transferable),
        &column(facts, |e| e.terms.buyer.to_vec()),
        &column(facts, |e| e.terms.token.0.to_vec()),
        &column(facts, |e| e.terms.price.to_string()),
        &column(facts, |e| e.terms.unit_price.to_string()),
        &column(facts, |e| e.terms.units.to_string()),
        &column(facts, |e| e.terms.overage_price.to_string()),
        &column(facts, |e| e.terms.bond.to_string()),
        &column(facts, |e| i64::from(e.terms.unit_bytes)),
        &column(facts, |e| i32::from(e.terms.max_units_per_event)),
        &column(facts, |e| i64::from(e.terms.duration_secs)),
        &column(facts, |e| i64::from(e.terms.delivery_window_secs)),
        &column(facts, |e| i64::from(e.terms.dispute_window_secs)),
        &column(facts, |e| i64::from(e.terms.settlement_grace_secs)),
        &column(facts, |e| i64::from(e.terms.supply)),
        &try_column(facts, |e| number("offers.valid_until", e.terms.valid_until))?,
        &column(facts, |e| i64::from(e.terms.usage_bits)),
        &column(facts, |e| i32::from(e.terms.royalty_bps)),
        &try_column(facts, |e| number("offers.split_id", e.terms.split_id.0))?,
        &column(facts, |e| e.terms.arbitrator.to_vec()),
        &column(facts, |e| e.terms.terms_hash.to_vec()),
        &column(facts, |e| e.terms.items_hash.to_vec()),
        &column(facts, |e| text(&e.terms_uri)),
    )
    .execute(conn)
    .await?;
    Ok(())
}
