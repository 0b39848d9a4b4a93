//! `datavault content status`: suspends, resumes or retires content.

use std::fmt;

use clap::ValueEnum;
use domain::{ChainEvent, ContentId, ContentStatus};
use serde::Serialize;

use crate::{
    failure::Failure,
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Suspend, resume or retire content of yours: whether new licenses may be bought. Sold licenses are untouched.
#[derive(Clone, Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  datavault content status 0x5c1… suspend\n  datavault content status 0x5c1… resume"
)]
pub struct Args {
    /// The content
    pub content: ContentId,
    /// What becomes of it; retire is for ever
    pub change: Change,
}

/// What becomes of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Change {
    /// No licenses are sold for now
    Suspend,
    /// Licenses are sold again
    Resume,
    /// No licenses are sold ever again
    Retire,
}

/// Content with another status.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The content.
    pub content_id: ContentId,
    /// Its status now.
    pub status: ContentStatus,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Changes the status.
///
/// # Errors
/// If the content is somebody else's, or retired.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let status = match args.change {
        Change::Suspend => ContentStatus::Suspended,
        Change::Resume => ContentStatus::Active,
        Change::Retire => ContentStatus::Retired,
    };
    let sent = session.submit(session.addresses().set_content_status(args.content, status)).await?;
    let status = announced(&sent, |event| match event {
        ChainEvent::ContentStatusChanged(event) => Some(event.status),
        _ => None,
    })?;
    Ok(Report { content_id: args.content, status, transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("content", self.content_id).with("status", self.status);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
