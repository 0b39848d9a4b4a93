//! `datavault dispute execute`: carries a ruling, or a time-out, out.

use std::fmt;

use alloy::primitives::Address;
use domain::{ChainEvent, DisputeId, DisputeState, Ruling};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Carry a ruling out; or end a dispute that the arbitrator did not rule in time. Anyone may.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute execute 1")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
}

/// A dispute that ended.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// What was decided.
    pub ruling: Ruling,
    /// Who got the bond.
    pub bond_recipient: Address,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Executes.
///
/// # Errors
/// If nothing was ruled and there is still time to.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let dispute = session.dispute(args.dispute).await?;
    let undecided = matches!(dispute.state, DisputeState::Filed | DisputeState::Escalated | DisputeState::Appealed);
    let overdue = undecided && session.now().await? > dispute.deadline;
    let call = match overdue {
        true => session.addresses().time_out(args.dispute),
        false => session.addresses().execute(args.dispute),
    };
    let sent = session.submit(call).await?;
    let (ruling, bond_recipient) = announced(&sent, |event| match event {
        ChainEvent::DisputeExecuted(event) => Some((event.ruling, event.bond_recipient)),
        _ => None,
    })?;
    Ok(Report { dispute_id: args.dispute, ruling, bond_recipient, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("dispute", self.dispute_id)
            .with("ruling", self.ruling)
            .with("bond to", self.bond_recipient);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
