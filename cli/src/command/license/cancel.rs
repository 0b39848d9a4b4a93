//! `datavault license cancel`: the payer ends a license early.

use std::fmt;

use domain::{Amount, ChainEvent, LicenseId};
use serde::Serialize;

use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// End metered use or a served subscription now, as who paid for it. What of a subscription was not served goes back
/// at once; of a deposit, what is not settled within the grace.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault license cancel 3 && datavault escrow withdraw --token dUSD")]
pub struct Args {
    /// The license
    pub license: LicenseId,
}

/// A license that ended.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The license.
    pub license_id: LicenseId,
    /// Its last second.
    pub expires_at: u64,
    /// What went to the creator's side now.
    pub released: Amount,
    /// What went back to your balance now.
    pub refunded: Amount,
    /// What it is counted in.
    pub currency: Currency,
    /// When the rest is refundable; zero: nothing is left.
    pub refundable_at: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Ends.
///
/// # Errors
/// If somebody else paid, or the license is not of a kind that can be ended.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let payment = session.payment(args.license.payment_id()).await?;
    let currency = session.currency(payment.token).await?;
    let sent = session.submit(session.addresses().cancel(args.license)).await?;
    let expires_at = announced(&sent, |event| match event {
        ChainEvent::LicenseEnded(event) => Some(event.expires_at),
        _ => None,
    })?;
    let (mut released, mut refunded, mut refundable_at) = (Amount::ZERO, Amount::ZERO, 0);
    for event in &sent.events {
        match event {
            ChainEvent::PaymentReleased(event) => released = event.amount,
            ChainEvent::PaymentRefunded(event) => refunded = event.amount,
            ChainEvent::PaymentDeadlineMoved(event) => refundable_at = event.deadline,
            _ => {}
        }
    }
    let transactions = vec![sent.transaction];
    Ok(Report { license_id: args.license, expires_at, released, refunded, currency, refundable_at, transactions })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let some = |amount: Amount| (amount != Amount::ZERO).then(|| self.currency.show(amount));
        let fields = Fields::new()
            .with("ended", self.license_id)
            .maybe("released", some(self.released))
            .maybe("refunded", some(self.refunded))
            .maybe("refund from", (self.refundable_at != 0).then(|| show_time(self.refundable_at)));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
