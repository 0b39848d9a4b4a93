//! `datavault content register`: encrypts a file, stores it by CID, describes it and registers it on the chain.

mod draft;

use std::{fmt, path::PathBuf};

use alloy::primitives::B256;
use contracts::Registration;
use domain::{ChainEvent, ContentId, ContentKind, MeterId};
use serde::Serialize;

pub use self::draft::Draft;
use crate::{
    failure::{Failure, OrFail},
    output::Fields,
    session::Session,
    submit::{Transaction, announced},
};

/// Encrypt a file, store it by CID, and register it on the chain.
///
/// The content key is saved before anything is sent. Running the command again after a crash continues where it
/// stopped, with the same key and the same ciphertext.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Examples:
  datavault content register penguins.json --title 'Palmer penguins' --license CC0-1.0 --tag biology
  datavault content register flights.csv --title Flights --license CC-BY-4.0 --tag travel --author 'Ada L.'")]
pub struct Args {
    /// The file to license
    pub file: PathBuf,
    /// Title
    #[arg(long)]
    pub title: String,
    /// What it is, in a few sentences
    #[arg(long, default_value = "")]
    pub description: String,
    /// License of the file itself: an SPDX identifier or a URL
    #[arg(long, value_name = "SPDX|URL")]
    pub license: String,
    /// Who made it; default: the registering address
    #[arg(long)]
    pub author: Option<String>,
    /// Where it originally came from, if that is public
    #[arg(long, value_name = "URL")]
    pub source_url: Option<String>,
    /// A tag; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Media type; default: guessed from the file's extension
    #[arg(long, value_name = "TYPE/SUBTYPE")]
    pub media_type: Option<String>,
    /// Version of the content
    #[arg(long, default_value = "1")]
    pub content_version: String,
    /// Meter that delivers and serves it; default: your latest, or a new one at the network's meter URL
    #[arg(long, value_name = "ID")]
    pub meter: Option<MeterId>,
    /// The file is a manifest that lists other content: what a bundle is made of
    #[arg(long)]
    pub collection: bool,
}

/// Content that was registered.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub content_id: ContentId,
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// CID of the ciphertext.
    pub cid: String,
    /// CID of the Croissant metadata.
    pub metadata_cid: String,
    /// The meter that delivers and serves it.
    pub meter_id: MeterId,
    /// Bytes of plaintext.
    pub size: u64,
    /// Bytes of ciphertext.
    pub sealed_size: u64,
    /// What was sent.
    pub transactions: Vec<Transaction>,
}

/// Encrypts and registers.
///
/// # Errors
/// If the file cannot be read, a field is not acceptable, the content is registered already, or the chain refuses.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let draft = Draft::seal(session, &args).await?;
    register(session, draft, &args).await
}

/// Registers a draft: keys and ciphertext are durable before the transaction is sent.
///
/// # Errors
/// If the content is registered already, or the chain refuses.
pub async fn register(session: &Session, draft: Draft, args: &Args) -> Result<Report, Failure> {
    let wallet = session.wallet()?;
    let content_id = session.content_id(wallet.address(), draft.content_hash);
    if session.find_content(content_id).await?.is_some() {
        return Err(Failure::state(format!(
            "`{}` is registered already, by you, as content {content_id}",
            args.file.display()
        ))
        .fix(format!("make an offer for it with `datavault offer set {content_id}`")));
    }
    let draft = draft.keep(session, content_id).await?;
    let metadata_cid = draft.describe(session, args).await?;
    let mut transactions = Vec::new();
    let meter_id = match args.meter {
        Some(meter_id) => meter_id,
        None => super::super::meter::publish::ensure(session, &mut transactions).await?,
    };
    let registration = Registration {
        content_hash: draft.content_hash,
        cid: draft.cid.to_bytes().into(),
        key_commitment: draft.key_commitment(),
        metadata_cid: metadata_cid.to_bytes().into(),
        kind: if args.collection { ContentKind::Collection } else { ContentKind::File },
        meter_id,
    };
    let step = session.progress.step("publishing the ciphertext");
    session.blocks()?.publish(draft.cid).await?;
    session.blocks()?.publish(metadata_cid).await?;
    drop(step);
    let sent = session.submit(session.addresses().register(&registration)).await?;
    let registered = announced(&sent, |event| match event {
        ChainEvent::ContentRegistered(event) => Some(event.content_id),
        _ => None,
    })?;
    if registered != content_id {
        return Err(Failure::mismatch(format!("the registry gave the id {registered}, not {content_id}"))
            .fix("the network's description names another registry or chain"));
    }
    transactions.push(sent.transaction);
    Ok(Report {
        content_id,
        content_hash: draft.content_hash,
        cid: draft.cid.to_string(),
        metadata_cid: metadata_cid.to_string(),
        meter_id,
        size: draft.size,
        sealed_size: draft.sealed_size,
        transactions,
    })
}

/// The media type that a file's extension suggests.
fn guess_media_type(file: &std::path::Path) -> &'static str {
    let extension = file.extension().and_then(|e| e.to_str()).unwrap_or_default().to_ascii_lowercase();
    match extension.as_str() {
        "json" => "application/json",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "txt" | "md" => "text/plain",
        "parquet" => "application/vnd.apache.parquet",
        "arrow" => "application/vnd.apache.arrow.file",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "pdf" => "application/pdf",
        _ => "application/octet-stream",
    }
}

fn file_name(args: &Args) -> Result<String, Failure> {
    args.file
        .file_name()
        .and_then(|name| name.to_str())
        .map(str::to_owned)
        .ok_or("its last part is no readable name")
        .or_usage(|| format!("`{}` names no file", args.file.display()))
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields = Fields::new()
            .with("content", self.content_id)
            .with("sha256", self.content_hash)
            .with("cid", &self.cid)
            .with("metadata", &self.metadata_cid)
            .with("meter", self.meter_id)
            .with("size", format!("{} bytes, {} sealed", self.size, self.sealed_size));
        write!(f, "{fields}\n{}", Transaction::lines(&self.transactions))
    }
}
