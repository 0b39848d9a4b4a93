//! `datavault dispute check`: lets a program decide.

use std::fmt;

use alloy::primitives::Address;
use contracts::Call;
use domain::{ChainEvent, DisputeId, DisputeKind, Ruling};
use gateway::settle::signed_head;
use serde::Serialize;

use crate::{
    command::usage::settle::signed_heads,
    failure::Failure,
    output::Fields,
    session::Session,
    span::show_time,
    submit::{Transaction, announced},
};

/// Let a program decide: that no key came in time, that a license was valid, or, by a head that both sides signed, that
/// use was not paid or exceeded. Anyone may; for the latter the wallet needs such a head, as the license's owner or
/// the content's creator.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute check 1 && datavault dispute execute 1")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
    /// Only a head of this lane
    #[arg(long)]
    pub lane: Option<u32>,
}

/// What a program decided.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// What was decided.
    pub ruling: Ruling,
    /// Which contract decided.
    pub by: Address,
    /// From this second on anyone may execute it.
    pub executable_from: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Checks.
///
/// # Errors
/// If the program cannot decide: what is complained of is not so, or only an arbitrator can tell.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let call = match session.dispute(args.dispute).await?.kind {
        DisputeKind::NonDelivery | DisputeKind::UnauthorizedAccess => session.addresses().check_dispute(args.dispute),
        DisputeKind::NonPayment | DisputeKind::UsageExceeded => by_head(session, &args).await?,
        DisputeKind::ContentMismatch => {
            return Err(Failure::state("no program can tell what a key opens")
                .fix("the arbitrator can: `datavault dispute inspect`, then `rule`"));
        }
    };
    let sent = session.submit(call).await?;
    let ruled = announced(&sent, |event| match event {
        ChainEvent::DisputeRuled(event) => Some(event.clone()),
        _ => None,
    })?;
    Ok(Report {
        dispute_id: args.dispute,
        ruling: ruled.ruling,
        by: ruled.by,
        executable_from: ruled.executable_from,
        transactions: vec![sent.transaction],
    })
}

/// The call with the first of this wallet's heads that decides.
async fn by_head(session: &Session, args: &Args) -> Result<Call, Failure> {
    let license_id = session.dispute(args.dispute).await?.license_id;
    let license = session.license(license_id).await?;
    let me = session.wallet()?.address();
    let mut refusal = None;
    for (lane, last) in signed_heads(session, &license, license_id, args.lane).await? {
        let call = session.addresses().check_head(args.dispute, &signed_head(lane, &last));
        match session.chain.simulate(me, &call).await {
            Ok(_) => return Ok(call),
            Err(error) => refusal = Some(error),
        }
    }
    Err(match refusal {
        Some(error) => error.into(),
        None => Failure::state(format!("this wallet has no signed head of license {license_id}")),
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("dispute", self.dispute_id)
            .with("ruled for", self.ruling)
            .with("execute from", show_time(self.executable_from));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
