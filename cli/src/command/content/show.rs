//! `datavault content show`.

use std::fmt;

use alloy::primitives::{Address, B256, U256};
use domain::{ContentId, ContentKind, ContentStatus, MeterId, OfferId};
use serde::Serialize;

use crate::{failure::Failure, output::Fields, session::Session};

/// Show one content.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault content show 0x5c1…")]
pub struct Args {
    /// The content
    pub content: ContentId,
}

/// Content, as the chain and its metadata describe it.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub content_id: ContentId,
    /// Who registered it.
    pub creator: Address,
    /// Whether new licenses may be bought.
    pub status: ContentStatus,
    /// A file, or a manifest that lists other content.
    pub kind: ContentKind,
    /// The newest version, which the hashes and CIDs are of; the first is 0.
    pub version: u8,
    /// SHA-256 of the plaintext.
    pub content_hash: B256,
    /// Poseidon of the content key.
    pub key_commitment: U256,
    /// CID of the ciphertext.
    pub cid: String,
    /// CID of the metadata.
    pub metadata_cid: String,
    /// The meter that delivers and serves it.
    pub meter_id: MeterId,
    /// Where the meter listens.
    pub meter_url: String,
    /// Offers that are open.
    pub open_offers: Vec<OfferId>,
    /// What the metadata says, if somebody has it.
    pub metadata: Option<About>,
}

/// What the Croissant metadata says.
#[derive(Debug, Serialize)]
pub struct About {
    /// Title.
    pub title: String,
    /// Description.
    pub description: String,
    /// License of the file itself.
    pub license: String,
    /// Tags.
    pub tags: Vec<String>,
    /// Who made it.
    pub creator: String,
    /// Name of the plaintext file.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Bytes of plaintext.
    pub size: u64,
}

/// Shows content.
///
/// # Errors
/// If there is no such content.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let content = session.content(args.content).await?;
    let edition = session.edition(args.content, content.version).await?;
    let meter = session.meter(content.meter_id).await?;
    let mut open_offers = Vec::new();
    for offer in session.offers().await? {
        if offer.terms.content_id == args.content && session.offer(offer.offer_id).await?.open {
            open_offers.push(offer.offer_id);
        }
    }
    // Metadata is a courtesy: that nobody gives it is not an error of what is asked here.
    let metadata = session.metadata(args.content).await.ok().map(|about| About {
        title: about.title,
        description: about.description,
        license: about.license,
        tags: about.tags,
        creator: about.creator,
        file_name: about.file_name,
        media_type: about.media_type,
        size: about.size,
    });
    Ok(Report {
        content_id: args.content,
        creator: content.creator,
        status: content.status,
        kind: content.kind,
        version: content.version,
        content_hash: edition.content_hash,
        key_commitment: edition.key_commitment,
        cid: crate::blocks::cid_from_bytes(&edition.cid)?.to_string(),
        metadata_cid: crate::blocks::cid_from_bytes(&edition.metadata_cid)?.to_string(),
        meter_id: content.meter_id,
        meter_url: meter.url,
        open_offers,
        metadata,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let offers: Vec<_> = self.open_offers.iter().map(ToString::to_string).collect();
        let about = self.metadata.as_ref();
        Fields::new()
            .with("content", self.content_id)
            .maybe("title", about.map(|about| &about.title))
            .maybe("about", about.map(|about| &about.description).filter(|text| !text.is_empty()))
            .maybe("license", about.map(|about| &about.license))
            .maybe("file", about.map(|a| format!("{}, {}, {} bytes", a.file_name, a.media_type, a.size)))
            .with("creator", self.creator)
            .with("status", self.status)
            .maybe("kind", (self.kind == ContentKind::Collection).then_some(self.kind))
            .maybe("version", (self.version != 0).then_some(self.version))
            .with("sha256", self.content_hash)
            .with("cid", &self.cid)
            .with("metadata", &self.metadata_cid)
            .with("meter", format!("{} at {}", self.meter_id, self.meter_url))
            .with("open offers", if offers.is_empty() { "none".into() } else { offers.join(", ") })
            .fmt(f)
    }
}
