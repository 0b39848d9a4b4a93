//! `datavault escrow thaw`: ends a freeze that lasted as long as any may.

use std::fmt;

use domain::{ChainEvent, PaymentId};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    span::show_secs,
    submit::{Transaction, announced},
};

/// End a freeze that lasted 60 days, whatever became of the dispute: the payment's clocks run on. Anyone may.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault escrow thaw 1")]
pub struct Args {
    /// The payment
    pub payment: PaymentId,
}

/// A payment whose clocks run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The payment.
    pub payment_id: PaymentId,
    /// How long its clocks stood still.
    pub paused_secs: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Thaws.
///
/// # Errors
/// If it is not frozen, or not for that long.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let sent = session.submit(session.addresses().thaw(args.payment)).await?;
    let paused_secs = announced(&sent, |event| match event {
        ChainEvent::PaymentUnfrozen(event) => Some(event.paused_secs),
        _ => None,
    })?;
    Ok(Report { payment_id: args.payment, paused_secs, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("payment", self.payment_id).with("stood still", show_secs(self.paused_secs));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
