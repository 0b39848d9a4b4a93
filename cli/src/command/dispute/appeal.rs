//! `datavault dispute appeal`: has a ruling heard again.

use std::fmt;

use alloy::primitives::{Address, U256};
use domain::{Amount, ChainEvent, DisputeId};
use serde::Serialize;

use crate::{
    failure::Failure,
    money::Currency,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Have a ruling against you heard again by the appeal arbitrator, paying its fee.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute appeal 1")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
}

/// A dispute before a contract that rules.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// Who rules now.
    pub arbitrator: Address,
    /// That contract's own number for it.
    pub external_id: U256,
    /// What was paid for it, in wei.
    pub fee: Amount,
    /// After this second anyone may time it out.
    pub deadline: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Appeals.
///
/// # Errors
/// If there is no appeal, the ruling is not against the caller, or it is too late.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let fee = session.chain.appeal_cost(args.dispute).await?;
    let sent = session.submit(session.addresses().appeal(args.dispute, fee)).await?;
    let event = announced(&sent, |event| match event {
        ChainEvent::DisputeAppealed(event) => Some(event.clone()),
        _ => None,
    })?;
    Ok(Report {
        dispute_id: args.dispute,
        arbitrator: event.arbitrator,
        external_id: event.external_id,
        fee,
        deadline: event.deadline,
        transactions: vec![sent.transaction],
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("dispute", self.dispute_id)
            .with("before", format!("{}, as its {}", self.arbitrator, self.external_id))
            .with("fee", Currency::eth().show(self.fee))
            .with("ruling by", show_time(self.deadline));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
