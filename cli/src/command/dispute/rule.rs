//! `datavault dispute rule`: the arbitrator decides.

use std::fmt;

use domain::{ChainEvent, DisputeId, Ruling};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Rule, as the arbitrator that the offer pinned. `dispute execute` carries it out.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute inspect 1 && datavault dispute rule 1 --for licensee")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
    /// Who is right: licensee, creator, or none to refuse to rule
    #[arg(long = "for", value_name = "PARTY")]
    pub party: Ruling,
}

/// A ruling.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// Who is right.
    pub ruling: Ruling,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Rules.
///
/// # Errors
/// If the caller is not the arbitrator, or it is too early or too late.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let dispute = session.dispute(args.dispute).await?;
    let caller = session.wallet()?.address();
    if dispute.arbitrator != caller {
        return Err(Failure::state(format!(
            "dispute {} is for {} to rule, not for you",
            args.dispute, dispute.arbitrator
        ))
        .fix(format!("sign with the arbitrator's key; you are {caller}")));
    }
    if dispute.arbitrator_is_contract {
        return Err(Failure::state(format!("the arbitrator {} is a contract: it rules by itself", dispute.arbitrator))
            .fix("bring the dispute before it with `datavault dispute escalate`"));
    }
    let sent = session.submit(session.addresses().rule_directly(args.dispute, args.party)).await?;
    let ruling = announced(&sent, |event| match event {
        ChainEvent::DisputeRuled(event) => Some(event.ruling),
        _ => None,
    })?;
    Ok(Report { dispute_id: args.dispute, ruling, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("dispute", self.dispute_id).with("ruled for", self.ruling);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
