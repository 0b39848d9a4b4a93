//! `datavault content list`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, MeterId};
use serde::{Deserialize, Serialize};

use crate::{
    failure::{Failure, OrFail},
    output::table,
    session::Session,
};

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
    /// The block that this reflects.
    pub block: u64,
}

/// As the API tells it.
#[derive(Deserialize)]
struct Mirrored {
    content_id: ContentId,
    creator: Address,
    cid: String,
    meter: MirroredMeter,
}

#[derive(Deserialize)]
struct MirroredMeter {
    meter_id: String,
}

/// Lists content.
///
/// # Errors
/// If neither API nor chain answers.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let filter: Vec<_> = args.creator.iter().map(|creator| ("creator", creator.to_string())).collect();
    if let Some(listed) = session.mirrored::<Mirrored>("/v1/contents", &filter).await? {
        let row = |content: Mirrored| {
            let meter_id = content.meter.meter_id.parse().or_mismatch(|| "the API names no meter".into())?;
            Ok(Row { content_id: content.content_id, creator: content.creator, cid: content.cid, meter_id })
        };
        let contents = listed.rows.into_iter().map(row).collect::<Result<_, Failure>>()?;
        return Ok(Report { contents, block: listed.block });
    }
    let block = session.chain.latest_block().await?.number;
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
    Ok(Report { contents, block })
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
