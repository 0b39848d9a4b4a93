//! Table `offer_items`: one row per content of a bundle.

use domain::{BundleItem, LogRef, OfferSet};
use sqlx::PgConnection;

use crate::{columns::number, error::StoreError};

/// Adds facts. What is there already stays.
pub(crate) async fn insert(conn: &mut PgConnection, facts: &[(LogRef, &OfferSet)]) -> Result<(), StoreError> {
    let rows: Vec<(LogRef, &OfferSet, usize, BundleItem)> = facts
        .iter()
        .flat_map(|(log, offer)| offer.items.iter().enumerate().map(|(place, item)| (*log, *offer, place, *item)))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query!(
        r#"
        insert into offer_items (block_number, log_index, offer_id, position, content_id, units)
        select block_number, log_index, offer_id, position, content_id, units::numeric
        from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bytea[], $6::text[])
          as fact (block_number, log_index, offer_id, position, content_id, units)
        on conflict (block_number, log_index, position) do nothing
        "#,
        &rows.iter().map(|r| number("offer_items.block_number", r.0.block_number)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("offer_items.log_index", r.0.log_index)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("offer_items.offer_id", r.1.offer_id.0)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| number("offer_items.position", r.2 as u64)).collect::<Result<Vec<_>, _>>()?,
        &rows.iter().map(|r| r.3.content_id.0.to_vec()).collect::<Vec<_>>(),
        &rows.iter().map(|r| r.3.units.to_string()).collect::<Vec<_>>(),
    )
    .execute(conn)
    .await?;
    Ok(())
}
