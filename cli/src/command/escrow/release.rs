//! `datavault escrow release`: moves what may leave now towards the payees.

use std::fmt;

use domain::{Amount, ChainEvent, PaymentId};
use serde::Serialize;

use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Move what may leave now towards the payees. Anyone may.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault escrow release 1")]
pub struct Args {
    /// The payment
    pub payment: PaymentId,
}

/// Money that moved to the payees' balances.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The payment.
    pub payment_id: PaymentId,
    /// What it is counted in.
    pub currency: Currency,
    /// Moved now, fee included.
    pub amount: Amount,
    /// The platform's part of it.
    pub fee: Amount,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Releases a payment.
///
/// # Errors
/// If it may not move yet; the message says from when on.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let payment = session.payment(args.payment).await?;
    let currency = session.currency(payment.token).await?;
    let sent = session.submit(session.addresses().release(args.payment)).await?;
    let (amount, fee) = announced(&sent, |event| match event {
        ChainEvent::PaymentReleased(event) => Some((event.amount, event.fee)),
        _ => None,
    })?;
    Ok(Report { payment_id: args.payment, currency, amount, fee, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("payment", self.payment_id)
            .with("released", self.currency.show(self.amount))
            .with("of it fee", self.currency.show(self.fee));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
