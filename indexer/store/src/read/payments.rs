//! Money held for a license, and where it went.

use alloy_primitives::Address;
use domain::{Amount, DisputeId, FeeId, LicenseId, PaymentId, PaymentState, ReleaseRule, SplitId, Token};
use sqlx::PgConnection;

use super::Page;
use crate::{
    columns::{Account, Base, Code, Count, Number, Small, key},
    error::StoreError,
};

/// Money held for a license, and where it went.
#[derive(Clone, Debug)]
pub struct Payment {
    /// Where it began: height.
    pub block_number: u64,
    /// Where it began: log in the block.
    pub log_index: u64,
    /// Its id.
    pub payment_id: PaymentId,
    /// What it pays for.
    pub license_id: LicenseId,
    /// What it is for: `price`, `bond` or `renewal`.
    pub purpose: String,
    /// Who gets back what is refunded.
    pub payer: Address,
    /// What all its amounts are counted in.
    pub token: Token,
    /// Paid in, top-ups included.
    pub amount: Amount,
    /// Moved to payees and fee, fee included.
    pub released: Amount,
    /// The fee in it.
    pub fee_paid: Amount,
    /// Moved back.
    pub refunded: Amount,
    /// Metered: due in all.
    pub due: Amount,
    /// When it may leave.
    pub rule: ReleaseRule,
    /// Where it stands.
    pub state: PaymentState,
    /// Who is paid.
    pub split_id: SplitId,
    /// The version of the fee.
    pub fee_id: FeeId,
    /// Linear: first second of vesting, unix; 0: none.
    pub starts_at: u64,
    /// Cliff: last second at which delivery counts. Metered: from here on the rest is refundable. Linear: first second
    /// at which all has vested. Unix seconds.
    pub deadline: u64,
    /// Between delivery and release.
    pub dispute_window_secs: u32,
    /// Unix seconds; 0: not delivered.
    pub releasable_at: u64,
    /// Unix seconds; 0: not frozen.
    pub frozen_at: u64,
    /// What froze it last; 0: never frozen.
    pub dispute_id: DisputeId,
    /// Seconds stood still in earlier freezes.
    pub paused_secs: u64,
    /// Ten-thousandths.
    pub fee_bps: Option<i32>,
    /// Who has the fee.
    pub fee_recipient: Option<Account>,
}

/// Which of them. Empty: all.
#[derive(Clone, Debug, Default)]
pub struct PaymentFilter {
    /// For this license.
    pub license_id: Option<LicenseId>,
    /// Paid by.
    pub payer: Option<Address>,
    /// Standing there.
    pub state: Option<PaymentState>,
    /// Frozen or not.
    pub frozen: Option<bool>,
}

/// Payments, newest first.
pub async fn payments(conn: &mut PgConnection, filter: &PaymentFilter, page: Page) -> Result<Vec<Payment>, StoreError> {
    select(conn, None, filter, page).await
}

/// Payment by its id.
pub async fn payment(conn: &mut PgConnection, id: PaymentId) -> Result<Option<Payment>, StoreError> {
    Ok(select(conn, Some(id), &PaymentFilter::default(), Page::ONE).await?.pop())
}

async fn select(
    conn: &mut PgConnection,
    id: Option<PaymentId>,
    filter: &PaymentFilter,
    page: Page,
) -> Result<Vec<Payment>, StoreError> {
    let id = id.map(|id| key(id.0));
    let license_id = filter.license_id.map(|id| key(id.0));
    let (block, log, limit) = page.bounds()?;
    Ok(sqlx::query_as!(
        Payment,
        r#"
        select
          block_number as "block_number!: Number", log_index as "log_index!: Number",
          payment_id as "payment_id!: Number", license_id as "license_id!: Number", purpose as "purpose!",
          payer as "payer!: Account",
          token as "token!: Account", amount::text as "amount!: Base", released::text as "released!: Base",
          fee_paid::text as "fee_paid!: Base", refunded::text as "refunded!: Base", due::text as "due!: Base",
          rule as "rule!: Code<ReleaseRule>", state as "state!: Code<PaymentState>",
          split_id as "split_id!: Number", fee_id as "fee_id!: Number",
          extract(epoch from starts_at)::bigint as "starts_at!: Number",
          extract(epoch from deadline)::bigint as "deadline!: Number", dispute_id as "dispute_id!: Number",
          dispute_window_secs as "dispute_window_secs!: Small",
          extract(epoch from coalesce(releasable_at, to_timestamp(0)))::bigint as "releasable_at!: Number",
          extract(epoch from coalesce(frozen_at, to_timestamp(0)))::bigint as "frozen_at!: Number",
          paused_secs::text as "paused_secs!: Count", fee_bps as "fee_bps?", recipient as "fee_recipient?: Account"
        from payment_states p left join (select fee_id, fee_bps, recipient from fees) f using (fee_id)
        where (block_number, log_index) < ($1, $2)
          and ($4::bigint is null or payment_id = $4)
          and ($5::bigint is null or license_id = $5)
          and ($6::bytea is null or payer = $6)
          and ($7::text is null or state = $7)
          and ($8::boolean is null or (frozen_at is not null) = $8)
        order by block_number desc, log_index desc
        limit $3
        "#,
        block,
        log,
        limit,
        id,
        license_id,
        filter.payer.as_ref().map(|a| a.as_slice()),
        filter.state.map(|code| code.as_str()),
        filter.frozen,
    )
    .fetch_all(conn)
    .await?)
}
