//! `datavault content list`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, MeterId};
use serde::Serialize;

use crate::{failure::Failure, output::table, session::Session};

/// List content.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(after_help = "Examples:\n  datavault content list\n  datavault content list --creator 0xabc… --json")]
pub struct Args {
    /// Only this creator's
    #[arg(long, value_name = "ADDRESS")]
    pub creator: Option<Address>,
}

/// One content.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its id.
    pub content_id: ContentId,
    /// Who registered it.
    pub creator: Address,
    /// CID of the ciphertext.
    pub cid: String,
    /// The meter that delivers and serves it.
    pub meter_id: MeterId,
}

/// Content, oldest first.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The content.
    pub contents: Vec<Row>,
}

/// Lists content.
///
/// # Errors
/// If neither API nor chain answers.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let contents = session
        .contents()
        .await?
        .into_iter()
        .filter(|content| args.creator.is_none_or(|creator| creator == content.creator))
        .map(|content| {
            Ok(Row {
                content_id: content.content_id,
                creator: content.creator,
                cid: crate::blocks::cid_from_bytes(&content.cid)?.to_string(),
                meter_id: content.meter_id,
            })
        })
        .collect::<Result<_, Failure>>()?;
    Ok(Report { contents })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.contents.is_empty() {
            return f.write_str("no content");
        }
        let mut table = table(&["content", "creator", "cid", "meter"]);
        for row in &self.contents {
            table.add_row([
                row.content_id.to_string(),
                row.creator.to_string(),
                row.cid.clone(),
                row.meter_id.to_string(),
            ]);
        }
        write!(f, "{table}")
    }
}
