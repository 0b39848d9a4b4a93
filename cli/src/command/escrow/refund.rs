//! `datavault escrow refund`: takes back what was not delivered or not used.

use std::fmt;

use alloy::primitives::Address;
use domain::{Amount, ChainEvent, PaymentId};
use serde::Serialize;

use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Take back what was not delivered in time, or not used. It goes to the payer's balance; `withdraw` takes it out.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault escrow refund 2 && datavault escrow withdraw --token dUSD")]
pub struct Args {
    /// The payment
    pub payment: PaymentId,
}

/// Money that moved back to the payer's balance.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The payment.
    pub payment_id: PaymentId,
    /// Who may withdraw it.
    pub payer: Address,
    /// What it is counted in.
    pub currency: Currency,
    /// Moved now.
    pub amount: Amount,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Refunds a payment.
///
/// # Errors
/// If it may not be taken back yet; the message says from when on.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let payment = session.payment(args.payment).await?;
    let currency = session.currency(payment.token).await?;
    let sent = session.submit(session.addresses().refund(args.payment)).await?;
    let amount = announced(&sent, |event| match event {
        ChainEvent::PaymentRefunded(event) => Some(event.amount),
        _ => None,
    })?;
    let transactions = vec![sent.transaction];
    Ok(Report { payment_id: args.payment, payer: payment.payer, currency, amount, transactions })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("payment", self.payment_id)
            .with("refunded", self.currency.show(self.amount))
            .with("to", self.payer);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
