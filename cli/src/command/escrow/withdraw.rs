//! `datavault escrow withdraw`: takes a balance out.

use std::fmt;

use alloy::primitives::Address;
use domain::{Amount, ChainEvent};
use serde::Serialize;

use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Take the wallet's whole balance of a token out of the escrow.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:\n  datavault escrow withdraw\n  datavault escrow withdraw --token dUSD --to 0xabc…")]
pub struct Args {
    /// ETH, a token's symbol that the network knows, or a contract's address
    #[arg(long, default_value = "ETH")]
    pub token: String,
    /// Who receives it; default: the wallet
    #[arg(long)]
    pub to: Option<Address>,
}

/// Money that left the escrow.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Who received it.
    pub recipient: Address,
    /// What it is counted in.
    pub currency: Currency,
    /// How much.
    pub amount: Amount,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Withdraws.
///
/// # Errors
/// If the balance is zero, or the recipient cannot receive it.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let currency = session.currency_named(&args.token).await?;
    let call = match args.to {
        Some(recipient) => session.addresses().withdraw_to(currency.token, recipient),
        None => session.addresses().withdraw(currency.token),
    };
    let sent = session.submit(call).await?;
    let (recipient, amount) = announced(&sent, |event| match event {
        ChainEvent::Withdrawn(event) => Some((event.recipient, event.amount)),
        _ => None,
    })?;
    Ok(Report { recipient, currency, amount, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("withdrawn", self.currency.show(self.amount)).with("to", self.recipient);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
