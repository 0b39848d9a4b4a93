//! What moved into and out of a payment.

use domain::{Amount, PaymentId, Token};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Number, key},
    error::StoreError,
};

/// Something that happened to a payment's money or deadline.
#[derive(Clone, Debug)]
pub struct PaymentMovement {
    /// Where it is: height.
    pub block_number: u64,
    /// Where it is: log in the block.
    pub log_index: u64,
    /// `held`, `topped_up`, `deadline_moved`, `released` or `refunded`.
    pub movement: String,
    /// What its amounts are counted in.
    pub token: Token,
    /// Base units moved, fee included; 0: only the deadline.
    pub amount: Amount,
    /// Base units of the fee in it.
    pub fee: Amount,
    /// The deadline that it set, unix seconds; 0: none.
    pub deadline: u64,
}

/// Movements of a payment, newest first.
pub async fn payment_movements(
    conn: &mut PgConnection,
    id: PaymentId,
    page: Page,
) -> Result<Vec<PaymentMovement>, StoreError> {
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        PaymentMovement,
        r#"
        select block_number as "block_number!: Number", log_index as "log_index!: Number",
          movement as "movement!", token as "token!: Account", amount::text as "amount!: Base", fee::text as "fee!: Base",
          extract(epoch from deadline)::bigint as "deadline!: Number"
        from payment_movements where payment_id = $1 and (block_number, log_index) < ($2, $3)
        order by block_number desc, log_index desc limit $4
        "#,
        key(id.0),
        block,
        log,
        limit,
    )
    .fetch_all(conn)
    .await?)
}
