//! `datavault content register`: encrypts a file, stores it by CID, describes it and registers it on the chain.

mod draft;

use std::{fmt, path::PathBuf, str::FromStr};

use alloy::primitives::{Address, B256};
use contracts::Registration;
use domain::{ChainEvent, ContentId, ContentKind, MeterId, Payee};
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
  datavault content register flights.csv --title Flights --license CC-BY-4.0 --payee 0xabc…:7000 --payee 0xdef…:3000")]
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
    /// Who is paid, with a share in ten-thousandths; may be repeated; default: you alone
    #[arg(long = "payee", value_name = "ADDRESS:BPS")]
    pub payees: Vec<PayeeArg>,
}

/// `0xabc…:2500`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayeeArg(pub Payee);

impl FromStr for PayeeArg {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (account, share) = text.rsplit_once(':').ok_or("expected ADDRESS:BPS, for instance 0xabc…:2500")?;
        let account: Address = account.parse().map_err(|_| format!("`{account}` is no address"))?;
        match share.parse() {
            Ok(share_bps @ 1..=10_000) => Ok(Self(Payee { account, share_bps })),
            _ => Err(format!("`{share}` is no share: write ten-thousandths, 1 to 10000")),
        }
    }
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
    check_payees(&args.payees)?;
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
        kind: ContentKind::File,
        meter_id,
        payees: args.payees.iter().map(|payee| payee.0).collect(),
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

fn check_payees(payees: &[PayeeArg]) -> Result<(), Failure> {
    let sum: u32 = payees.iter().map(|payee| u32::from(payee.0.share_bps)).sum();
    match payees.len() {
        0 => Ok(()),
        33.. => Err(Failure::usage("more than 32 payees").fix("pay a splitter contract")),
        _ if sum != 10_000 => {
            Err(Failure::usage(format!("the payees' shares sum to {sum} ten-thousandths, not 10000")))
        }
        _ => Ok(()),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payees_must_share_everything() {
        let payee = |text: &str| text.parse::<PayeeArg>().unwrap();
        let a = "0x3C44CdDdB6a900fa2b585dd299e03d12FA4293BC";
        assert!(check_payees(&[]).is_ok());
        assert!(check_payees(&[payee(&format!("{a}:7000")), payee(&format!("{a}:3000"))]).is_ok());
        let short = check_payees(&[payee(&format!("{a}:7000"))]).unwrap_err().to_string();
        assert!(short.contains("sum to 7000"), "{short}");
        assert!("0x12:5".parse::<PayeeArg>().unwrap_err().contains("is no address"));
        assert!(format!("{a}:0").parse::<PayeeArg>().unwrap_err().contains("1 to 10000"));
    }
}
