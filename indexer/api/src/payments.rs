//! Payments.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod movements;

use std::collections::HashMap;

use domain::{Payee, SplitId};
use serde::Serialize;
use store::read::Payment;
use utoipa::ToSchema;

use crate::payees::{PayeeView, payee_views};

/// Money that the escrow holds or held for a license. All amounts are base units of `token`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payment)]
pub(crate) struct PaymentView {
    /// Its id.
    #[schema(example = "1")]
    payment_id: String,
    /// What it pays for.
    license_id: String,
    /// What it is for: the license's first price or deposit, its performance bond, or periods added later.
    #[schema(pattern = "^(price|bond|renewal)$")]
    purpose: String,
    /// Who gets back what is refunded.
    payer: String,
    /// What all amounts are counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Paid in, top-ups included.
    amount: String,
    /// Moved to payees and fee so far, fee included.
    released: String,
    /// The fee in it.
    fee_paid: String,
    /// Moved back to the payer so far.
    refunded: String,
    /// Metered: what settlement says is due in all.
    due: String,
    /// When it may leave.
    #[schema(pattern = "^(metered|linear|cliff)$")]
    rule: &'static str,
    /// Where it stands. `refunded`: all of a cliff payment went back; `closed`: nothing is left.
    #[schema(pattern = "^(held|delivered|closed|refunded)$")]
    state: &'static str,
    /// Whether a dispute stops it now.
    frozen: bool,
    /// Unix seconds; 0 unless frozen.
    frozen_at: u64,
    /// The dispute that froze it last; 0: never frozen.
    dispute_id: String,
    /// Seconds that its clocks stood still in earlier freezes.
    paused_secs: String,
    /// Linear: first second of vesting; otherwise 0.
    starts_at: u64,
    /// Cliff: last second at which delivery counts. Metered: from this second on the rest is refundable. Linear: first
    /// second at which all has vested. Freezes put it off by `paused_secs`.
    deadline: u64,
    /// Seconds between delivery and release.
    dispute_window_secs: u32,
    /// First second of release as delivery set it; 0: not delivered.
    releasable_at: u64,
    /// The platform's share, in ten-thousandths.
    fee_bps: Option<i32>,
    /// Who has the fee.
    fee_recipient: Option<String>,
    /// Who is paid.
    payees: Vec<PayeeView>,
    /// Where it was paid in.
    held_in_block: u64,
}

impl PaymentView {
    fn new(row: Payment, payees: &HashMap<SplitId, Vec<Payee>>) -> Self {
        Self {
            payment_id: row.payment_id.to_string(),
            license_id: row.license_id.to_string(),
            purpose: row.purpose,
            payer: row.payer.to_string(),
            token: row.token.0.to_string(),
            amount: row.amount.to_string(),
            released: row.released.to_string(),
            fee_paid: row.fee_paid.to_string(),
            refunded: row.refunded.to_string(),
            due: row.due.to_string(),
            rule: row.rule.as_str(),
            state: row.state.as_str(),
            frozen: row.frozen_at != 0,
            frozen_at: row.frozen_at,
            dispute_id: row.dispute_id.to_string(),
            paused_secs: row.paused_secs.to_string(),
            starts_at: row.starts_at,
            deadline: row.deadline,
            dispute_window_secs: row.dispute_window_secs,
            releasable_at: row.releasable_at,
            fee_bps: row.fee_bps,
            fee_recipient: row.fee_recipient.map(|recipient| recipient.0.to_string()),
            payees: payee_views(row.split_id, payees),
            held_in_block: row.block_number,
        }
    }
}
