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
    /// Metered: what settlement made due in all.
    pub due: Amount,
    /// What has vested or come due so far, released or not; of a delivered key, all at once.
    pub earned: Amount,
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
    let releasable = session.chain.releasable(args.payment).await?;
    Ok(explain(&payment, releasable, currency, session.now().await?))
}

fn explain(payment: &PaymentView, releasable: Amount, currency: Currency, now: u64) -> Report {
    let held = Amount(payment.amount.0.saturating_sub(payment.released.0).saturating_sub(payment.refunded.0));
    let frozen = payment.frozen_at != 0;
    let is_open = matches!(payment.state, PaymentState::Held | PaymentState::Delivered);
    // The payment's own clock stands still while it is frozen.
    let clock = if frozen { payment.frozen_at } else { now }.saturating_sub(payment.paused_secs);
    let by_wall = |at: u64| if at == 0 { 0 } else { at + payment.paused_secs };
    let deadline = by_wall(payment.deadline);
    let (releasable_at, refundable_at) = match payment.rule {
        ReleaseRule::Cliff if payment.state == PaymentState::Held => (0, deadline + 1),
        ReleaseRule::Cliff => (by_wall(payment.releasable_at), 0),
        ReleaseRule::Metered => (0, deadline),
        ReleaseRule::Linear => (by_wall(payment.starts_at), 0),
    };
    let refundable = match payment.rule {
        _ if frozen || !is_open => Amount::ZERO,
        ReleaseRule::Cliff if payment.state == PaymentState::Held && clock > payment.deadline => held,
        ReleaseRule::Metered if clock >= payment.deadline => {
            Amount(payment.amount.0.saturating_sub(payment.due.0).saturating_sub(payment.refunded.0))
        }
        _ => Amount::ZERO,
    };
    let (money, due) = (currency.show(held), currency.show(releasable));
    let release =
        if releasable == Amount::ZERO { String::new() } else { format!("anyone may release {due} to the payees; ") };
    let next = match (payment.state, payment.rule) {
        (PaymentState::Closed, _) => "nothing is left in it".to_owned(),
        (PaymentState::Refunded, _) => "it went back to the payer".to_owned(),
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
        (PaymentState::Held, ReleaseRule::Linear) => {
            format!("{release}the rest vests evenly until {}", show_time(deadline))
        }
        (PaymentState::Held, _) if refundable != Amount::ZERO => {
            format!("{release}settlement is over: the payer may take the unused {} back", currency.show(refundable))
        }
        (PaymentState::Held, _) => {
            format!("{release}due unit by unit; what is unused on {} goes back to the payer", show_time(refundable_at))
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
        due: payment.due,
        earned: Amount(payment.released.0.saturating_add(releasable.0)),
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
            .maybe(
                match self.rule {
                    ReleaseRule::Metered => "due",
                    _ => "vested",
                },
                match self.rule {
                    ReleaseRule::Metered => Some(show(self.due)),
                    ReleaseRule::Linear => Some(show(self.earned)),
                    ReleaseRule::Cliff => None,
                },
            )
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
            starts_at: if rule == ReleaseRule::Linear { 500 } else { 0 },
            deadline: if rule == ReleaseRule::Metered { 2_000 } else { 1_000 },
            dispute_window_secs: 100,
            releasable_at: if state == PaymentState::Delivered { 600 } else { 0 },
            frozen_at: 0,
            paused_secs: 0,
            dispute_id: None,
        }
    }

    #[test]
    fn an_undelivered_payment_goes_back_after_its_deadline_only() {
        let payment = payment(ReleaseRule::Cliff, PaymentState::Held);
        assert_eq!(explain(&payment, Amount::ZERO, Currency::eth(), 1_000).refundable, Amount::ZERO);
        let late = explain(&payment, Amount::ZERO, Currency::eth(), 1_001);
        assert_eq!(late.refundable, payment.amount);
        assert!(late.next.contains("take 1 ETH back"), "{}", late.next);
    }

    #[test]
    fn a_frozen_payment_moves_nowhere() {
        let frozen = PaymentView { frozen_at: 500, ..payment(ReleaseRule::Cliff, PaymentState::Delivered) };
        let report = explain(&frozen, Amount::ZERO, Currency::eth(), 10_000);
        assert_eq!((report.releasable, report.refundable), (Amount::ZERO, Amount::ZERO));
        assert!(report.next.contains("frozen"), "{}", report.next);
    }

    #[test]
    fn clocks_stand_still_while_frozen() {
        let paused = PaymentView { paused_secs: 50, ..payment(ReleaseRule::Cliff, PaymentState::Held) };
        assert_eq!(explain(&paused, Amount::ZERO, Currency::eth(), 1_050).refundable, Amount::ZERO);
        assert_eq!(explain(&paused, Amount::ZERO, Currency::eth(), 1_051).refundable, paused.amount);
    }

    #[test]
    fn a_delivered_payment_says_from_when_it_is_released() {
        let payment = payment(ReleaseRule::Cliff, PaymentState::Delivered);
        let waiting = explain(&payment, Amount::ZERO, Currency::eth(), 599);
        assert!(waiting.next.contains("unless disputed") && waiting.releasable_at == 600, "{}", waiting.next);
        let over = explain(&payment, payment.amount, Currency::eth(), 600);
        assert!(over.next.contains("dispute window is over"), "{}", over.next);
    }

    #[test]
    fn what_is_due_is_not_refunded() {
        let used =
            PaymentView { due: Amount::from(10u128.pow(17)), ..payment(ReleaseRule::Metered, PaymentState::Held) };
        assert_eq!(explain(&used, used.due, Currency::eth(), 1_999).refundable, Amount::ZERO);
        let over = explain(&used, used.due, Currency::eth(), 2_000);
        assert_eq!(over.refundable, Amount::from(9 * 10u128.pow(17)));
        assert!(over.next.contains("release 0.1 ETH") && over.next.contains("unused 0.9 ETH"), "{}", over.next);
    }

    #[test]
    fn a_subscription_tells_what_has_vested() {
        let report = explain(
            &payment(ReleaseRule::Linear, PaymentState::Held),
            Amount::from(10u128.pow(17)),
            Currency::eth(),
            550,
        );
        assert_eq!((report.earned, report.refundable), (Amount::from(10u128.pow(17)), Amount::ZERO));
        assert!(report.to_string().contains("vested    0.1 ETH"), "{report}");
    }
}
