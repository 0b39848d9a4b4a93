//! Contents of bundles.

use std::collections::HashMap;

use domain::{BundleItem, OfferId};
use sqlx::PgConnection;

use crate::{
    columns::{Count, Hash, Number, key},
    error::StoreError,
};

/// The items of each of `ids`, in order. Offers that are no bundle have none.
pub async fn offer_items(
    conn: &mut PgConnection,
    ids: &[OfferId],
) -> Result<HashMap<OfferId, Vec<BundleItem>>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| key(id.0)).collect();
    let rows = sqlx::query!(
        r#"
        select offer_id as "offer_id: Number", content_id as "content_id: Hash", units::text as "units!: Count"
        from offer_items where offer_id = any($1) order by offer_id, position
        "#,
        &ids
    )
    .fetch_all(conn)
    .await?;
    let mut items: HashMap<OfferId, Vec<BundleItem>> = HashMap::new();
    for row in rows {
        let item = BundleItem { content_id: row.content_id.into(), units: row.units.0 };
        items.entry(row.offer_id.into()).or_default().push(item);
    }
    Ok(items)
}
