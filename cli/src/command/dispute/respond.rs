//! `datavault dispute respond`: a party adds evidence to a dispute.

use std::{fmt, path::PathBuf};

use domain::{ChainEvent, DisputeId};
use serde::Serialize;

use super::evidence::MAX_EVIDENCE_BYTES;
use crate::{
    failure::{Failure, OrFail},
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Add evidence to a dispute, as one of its parties: the creator's answer, or more from the filer.
///
/// The file is stored by CID where the network's parties look for files, and its CID goes to the chain. Everybody can
/// read it. An answer of the respondent lets the arbitrator rule at once.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault dispute respond 1 --evidence my-side.pdf")]
pub struct Args {
    /// The dispute
    pub dispute: DisputeId,
    /// What the arbitrator should see
    #[arg(long, value_name = "FILE")]
    pub evidence: PathBuf,
}

/// Evidence that was added.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The dispute.
    pub dispute_id: DisputeId,
    /// CID of the evidence.
    pub evidence_cid: String,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Adds evidence.
///
/// # Errors
/// If the file cannot be read, is too large or reaches nobody, or the caller is no party of an open dispute.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let dispute = session.dispute(args.dispute).await?;
    let me = session.wallet()?.address();
    if me != dispute.filer && me != dispute.respondent {
        return Err(Failure::state(format!(
            "dispute {} is between {} and {}: neither is you, {me}",
            args.dispute, dispute.filer, dispute.respondent
        ))
        .fix("sign with the key of one of them"));
    }
    let path = args.evidence.display().to_string();
    let size = std::fs::metadata(&args.evidence).or_usage(|| format!("cannot read `{path}`"))?.len();
    if size == 0 || size > MAX_EVIDENCE_BYTES {
        return Err(Failure::usage(format!("`{path}` has {size} bytes: evidence has 1 to {MAX_EVIDENCE_BYTES}"))
            .fix("name a smaller file that says where the rest is, by its CID"));
    }
    let blocks = session.blocks()?;
    if !blocks.is_shared() {
        return Err(Failure::state("there is nowhere to publish the evidence, so the arbitrator could not see it")
            .fix("name block_dirs or ipfs_urls for the network in datavault.toml"));
    }
    let bytes = std::fs::read(&args.evidence).or_usage(|| format!("cannot read `{path}`"))?;
    let cid = blocks.add(bytes).await?;
    blocks.publish(cid).await?;
    let sent = session.submit(session.addresses().submit_evidence(args.dispute, cid.to_bytes().into())).await?;
    announced(&sent, |event| matches!(event, ChainEvent::EvidenceSubmitted(_)).then_some(()))?;
    Ok(Report { dispute_id: args.dispute, evidence_cid: cid.to_string(), transactions: vec![sent.transaction] })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new().with("dispute", self.dispute_id).with("evidence", &self.evidence_cid);
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
