//! `datavault content accept`: takes over content that its creator offered.

use std::fmt;

use alloy::primitives::Address;
use domain::{ChainEvent, ContentId};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Take over content that its creator offered to you. Make offers of your own: the earlier creator's end with this.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault content accept 0x5c1…")]
pub struct Args {
    /// The content
    pub content: ContentId,
}

/// Content with another creator.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The content.
    pub content_id: ContentId,
    /// Who had it.
    pub from: Address,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Takes over.
///
/// # Errors
/// If it was not offered to this wallet.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let sent = session.submit(session.addresses().accept_content_transfer(args.content)).await?;
    let from = announced(&sent, |event| match event {
        ChainEvent::ContentTransferred(event) => Some(event.from),
        _ => None,
    })?;
    Ok(Report { content_id: args.content, from, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("content", self.content_id).with("taken over from", self.from);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
