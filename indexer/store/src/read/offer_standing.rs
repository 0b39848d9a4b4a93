//! Whether an id can be bought from, also when nobody saw its terms.

use domain::OfferId;
use sqlx::PgConnection;

use super::OfferState;
use crate::{
    columns::{Code, Number, key},
    error::StoreError,
};

/// How an offer id stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferStanding {
    /// Where its terms became known: height; none: nowhere, for it was neither set nor used.
    pub set_in_block: Option<u64>,
    /// Where it stands; none: neither set, used nor closed.
    pub state: Option<OfferState>,
    /// Licenses sold.
    pub sold: u64,
}

/// How an id stands. One that was never set nor used may have been closed: that cancels signatures over it.
pub async fn offer_standing(conn: &mut PgConnection, id: OfferId) -> Result<OfferStanding, StoreError> {
    let row = sqlx::query!(
        r#"
        select o.block_number as "block_number?: Number", o.state as "state?: Code<OfferState>",
          coalesce(o.sold, 0) as "sold!: Number",
          exists (select from offer_closures f where f.offer_id = $1) as "closed!"
        from (values (1)) one (n) left join offer_states o on o.offer_id = $1
        "#,
        key(id.0),
    )
    .fetch_one(conn)
    .await?;
    Ok(OfferStanding {
        set_in_block: row.block_number.map(u64::from),
        state: row.state.map(OfferState::from).or(row.closed.then_some(OfferState::Closed)),
        sold: row.sold.0,
    })
}
