//! `datavault escrow show`: who gets what of a payment, when, and why.

use std::fmt;

use alloy::primitives::Address;
use contracts::PaymentView;
use domain::{Amount, LicenseId, PaymentId, PaymentState, ReleaseRule};
use serde::Serialize;

use crate::{failure::Failure, money::Currency, output::Fields, session::Session, span::show_time};

/// Show a payment: who gets what, when, and why.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault escrow show 1")]
pub struct Args {
    /// The payment
    pub payment: PaymentId,
}

/// A payment.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub payment_id: PaymentId,
    /// For which license.
    pub license_id: LicenseId,
    /// Who paid.
    pub payer: Address,
    /// What it is counted in.
    pub currency: Currency,
    /// Paid in.
    pub amount: Amount,
    /// Gone to payees and fee.
    pub released: Amount,
    /// Gone back to the payer.
    pub refunded: Amount,
    /// Still held.
    pub held: Amount,
    /// When it may move.
    pub rule: ReleaseRule,
    /// Where it stands.
    pub state: PaymentState,
    /// Stopped by a dispute.
    pub frozen: bool,
    /// May be released now.
    pub releasable: Amount,
    /// May be taken back by the payer now.
    pub refundable: Amount,
    /// First second of release; zero: not known yet.
    pub releasable_at: u64,
    /// First second of refund; zero: not by time.
    pub refundable_at: u64,
    /// What happens next.
    pub next: String,
}

/// Shows a payment.
///
/// # Errors
/// If there is no such payment.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let payment = session.payment(args.payment).await?;
    let currency = session.currency(payment.token).await?;
    Ok(explain(&payment, currency, session.now().await?))
}

fn explain(payment: &PaymentView, currency: Currency, now: u64) -> Report {
    let held = Amount(payment.amount.0.saturating_sub(payment.released.0).saturating_sub(payment.refunded.0));
    let frozen = payment.frozen_at != 0;
    let paused = |at: u64| if at == 0 { 0 } else { at + payment.paused_secs };
    let deadline = paused(payment.delivery_deadline);
    // What is recorded as releasable includes freezes before delivery; those after it move it.
    let (releasable_at, refundable_at) = match payment.rule {
        ReleaseRule::Cliff if payment.state == PaymentState::Held => (0, deadline + 1),
        ReleaseRule::Cliff => (paused(payment.releasable_at), 0),
        ReleaseRule::Metered | ReleaseRule::Linear => (0, paused(payment.refundable_at)),
    };
    let due = |at: u64| at != 0 && now >= at && !frozen;
    let releasable = if due(releasable_at) { held } else { Amount::ZERO };
    let refundable = if due(refundable_at) { held } else { Amount::ZERO };
    let money = currency.show(held);
    let next = match (payment.state, payment.rule) {
        (PaymentState::Closed, _) => "nothing is left in it".to_owned(),
        _ if frozen => format!("{money} are frozen since {} by a dispute", show_time(payment.frozen_at)),
        (PaymentState::Held, ReleaseRule::Cliff) if refundable != Amount::ZERO => {
            format!("no key was delivered by {}: the payer may take {money} back", show_time(deadline))
        }
        (PaymentState::Held, ReleaseRule::Cliff) => {
            format!("the key must be delivered by {}, else the payer may take {money} back", show_time(deadline))
        }
        (PaymentState::Delivered, _) if releasable != Amount::ZERO => {
            format!("the dispute window is over: anyone may release {money} to the payees")
        }
        (PaymentState::Delivered, _) => {
            format!(
                "the key was delivered; unless disputed, {money} go to the payees from {}",
                show_time(releasable_at)
            )
        }
        (PaymentState::Held, _) if refundable != Amount::ZERO => {
            format!("settlement is over: the payer may take the unused {money} back")
        }
        (PaymentState::Held, _) => {
            format!("drawn unit by unit; what is unused on {} goes back to the payer", show_time(refundable_at))
        }
    };
    Report {
        payment_id: payment.payment_id,
        license_id: payment.license_id,
        payer: payment.payer,
        currency,
        amount: payment.amount,
        released: payment.released,
        refunded: payment.refunded,
        held,
        rule: payment.rule,
        state: payment.state,
        frozen,
        releasable,
        refundable,
        releasable_at,
        refundable_at,
        next,
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let show = |amount: Amount| self.currency.show(amount);
        Fields::new()
            .with("payment", format!("{} for license {}", self.payment_id, self.license_id))
            .with("payer", self.payer)
            .with("paid in", show(self.amount))
            .with("released", show(self.released))
            .with("refunded", show(self.refunded))
            .with("held", show(self.held))
            .with("state", format!("{}, {}{}", self.state, self.rule, if self.frozen { ", frozen" } else { "" }))
            .with("next", &self.next)
            .fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{FeeId, SplitId, Token};

    fn payment(rule: ReleaseRule, state: PaymentState) -> PaymentView {
        PaymentView {
            payment_id: PaymentId(1),
            license_id: LicenseId(1),
            payer: Address::ZERO,
            token: Token::ETH,
            amount: Amount::from(10u128.pow(18)),
            released: Amount::ZERO,
            refunded: Amount::ZERO,
            due: Amount::ZERO,
            rule,
            state,
            split_id: SplitId(1),
            fee_id: FeeId(1),
            delivery_deadline: if rule == ReleaseRule::Cliff { 1_000 } else { 0 },
            dispute_window_secs: 100,
            releasable_at: if state == PaymentState::Delivered { 600 } else { 0 },
            refundable_at: if rule == ReleaseRule::Metered { 2_000 } else { 0 },
            frozen_at: 0,
            paused_secs: 0,
        }
    }

    #[test]
    fn an_undelivered_payment_goes_back_after_its_deadline_only() {
        let payment = payment(ReleaseRule::Cliff, PaymentState::Held);
        assert_eq!(explain(&payment, Currency::eth(), 1_000).refundable, Amount::ZERO);
        let late = explain(&payment, Currency::eth(), 1_001);
        assert_eq!(late.refundable, payment.amount);
        assert!(late.next.contains("take 1 ETH back"), "{}", late.next);
    }

    #[test]
    fn a_frozen_payment_moves_nowhere() {
        let frozen = PaymentView { frozen_at: 500, ..payment(ReleaseRule::Cliff, PaymentState::Delivered) };
        let report = explain(&frozen, Currency::eth(), 10_000);
        assert_eq!((report.releasable, report.refundable), (Amount::ZERO, Amount::ZERO));
        assert!(report.next.contains("frozen"), "{}", report.next);
    }

    #[test]
    fn a_delivered_payment_is_released_after_its_dispute_window() {
        let payment = payment(ReleaseRule::Cliff, PaymentState::Delivered);
        assert_eq!(explain(&payment, Currency::eth(), 599).releasable, Amount::ZERO);
        assert_eq!(explain(&payment, Currency::eth(), 600).releasable, payment.amount);
    }
}
