//! `datavault content transfer`: offers content to another creator.

use std::fmt;

use alloy::primitives::Address;
use domain::{ChainEvent, ContentId};
use serde::Serialize;

use crate::{
    command::offer::set::own_content,
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Offer content of yours to another creator, who takes it over with `content accept`. Offers that you made end then;
/// licenses live on. Hand the content's key over, too: it is not on the chain.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault content transfer 0x5c1… 0xabc…
  datavault content transfer 0x5c1… --withdraw")]
pub struct Args {
    /// The content
    pub content: ContentId,
    /// Who may take it over
    #[arg(required_unless_present = "withdraw")]
    pub to: Option<Address>,
    /// Withdraw what was proposed
    #[arg(long, conflicts_with = "to")]
    pub withdraw: bool,
}

/// Content that may be taken over.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The content.
    pub content_id: ContentId,
    /// Who may take it over; zero: nobody.
    pub pending: Address,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Proposes.
///
/// # Errors
/// If the content is somebody else's.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    own_content(session, args.content).await?;
    let to = args.to.unwrap_or_default();
    let sent = session.submit(session.addresses().propose_content_transfer(args.content, to)).await?;
    let pending = announced(&sent, |event| match event {
        ChainEvent::ContentTransferProposed(event) => Some(event.pending),
        _ => None,
    })?;
    Ok(Report { content_id: args.content, pending, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pending = if self.pending.is_zero() { "nobody".to_owned() } else { self.pending.to_string() };
        let fields = Fields::new().with("content", self.content_id).with("for", pending);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
