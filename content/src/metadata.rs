//! What a content says about itself: Croissant 1.1 JSON-LD, stored by CID beside the ciphertext.

mod croissant;

use serde_json::Value;

use crate::cid::{Cid, CidError};
use croissant::Document;

/// Largest metadata document that is written or read.
pub const MAX_METADATA_BYTES: usize = 64 * 1024;

/// A content's description.
///
/// # Invariants
/// Checked on every way in and out, since a stranger wrote it and a terminal or a path shows it:
/// - lengths are bounded, no text has control characters (`description` may have line breaks)
/// - `file_name` is a bare name: no separator, not `.` or `..`
/// - the same metadata always has the same bytes, hence the same CID
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// Title, 1–200 characters.
    pub title: String,
    /// Description, up to 10,000 characters.
    pub description: String,
    /// SPDX identifier or URL of the license of the content itself, 1–500 characters.
    pub license: String,
    /// Up to 32 tags of 1–64 characters.
    pub tags: Vec<String>,
    /// Who made it, 1–200 characters.
    pub creator: String,
    /// Version of the content, 1–64 characters.
    pub version: String,
    /// Day of publication, `YYYY-MM-DD`.
    pub date_published: String,
    /// Where the plaintext originally came from, if that is public: an http(s) URL.
    pub source_url: Option<String>,
    /// Name of the plaintext file.
    pub file_name: String,
    /// Media type of the plaintext, such as `text/csv`.
    pub media_type: String,
    /// Bytes of plaintext.
    pub size: u64,
    /// SHA-256 of the plaintext: the on-chain `contentHash`.
    pub sha256: [u8; 32],
    /// CID of the ciphertext.
    pub cid: Cid,
    /// Bytes of ciphertext.
    pub sealed_size: u64,
    /// SHA-256 of the ciphertext.
    pub sealed_sha256: [u8; 32],
}

/// Why a description is not acceptable.
#[derive(Debug, thiserror::Error)]
pub enum MetadataError {
    /// A field breaks its rule.
    #[error("metadata field `{field}` {rule}")]
    Field {
        /// The field, by its name in [`Metadata`].
        field: &'static str,
        /// The rule it breaks, as "must …".
        rule: String,
    },
    /// The document is too large.
    #[error("the metadata has {bytes} bytes, more than the {MAX_METADATA_BYTES} allowed; shorten the description")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Not JSON, or not the shape of a Croissant dataset of ours.
    #[error("the document is not Croissant metadata of a sealed file: {0}")]
    NotCroissant(#[from] serde_json::Error),
    /// `contentUrl` names no file.
    #[error("metadata field `cid`: {0}")]
    Cid(#[from] CidError),
}

impl Metadata {
    /// The Croissant document as JSON.
    pub fn to_croissant(&self) -> Result<Value, MetadataError> {
        Ok(serde_json::to_value(self.document()?)?)
    }

    /// The Croissant document's bytes: always the same for the same metadata.
    pub fn to_bytes(&self) -> Result<Vec<u8>, MetadataError> {
        let bytes = serde_json::to_vec_pretty(&self.document()?)?;
        check_size(bytes.len())?;
        Ok(bytes)
    }

    /// Reads a Croissant document and checks every field.
    pub fn from_croissant(document: &Value) -> Result<Self, MetadataError> {
        use serde::Deserialize;
        let metadata = Self::try_from(Document::deserialize(document)?)?;
        metadata.check()?;
        Ok(metadata)
    }

    /// Reads a document's bytes, refusing large ones before parsing them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, MetadataError> {
        check_size(bytes.len())?;
        let metadata = Self::try_from(serde_json::from_slice::<Document>(bytes)?)?;
        metadata.check()?;
        Ok(metadata)
    }

    fn document(&self) -> Result<Document, MetadataError> {
        self.check()?;
        Ok(Document::from(self))
    }

    /// Checks every field against its rule.
    pub fn check(&self) -> Result<(), MetadataError> {
        text("title", &self.title, 1..=200)?;
        let flat = self.description.replace(['\n', '\t'], " ");
        text("description", &flat, 0..=10_000)?;
        text("license", &self.license, 1..=500)?;
        text("creator", &self.creator, 1..=200)?;
        text("version", &self.version, 1..=64)?;
        ensure("tags", self.tags.len() <= 32, "must be at most 32")?;
        self.tags.iter().try_for_each(|tag| text("tags", tag, 1..=64))?;
        let date = self.date_published.as_bytes();
        let is_date = date.len() == 10
            && date.iter().enumerate().all(|(i, byte)| match i {
                4 | 7 => *byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        ensure("date_published", is_date, "must be written YYYY-MM-DD")?;
        if let Some(url) = &self.source_url {
            text("source_url", url, 1..=2_000)?;
            let is_http = url.starts_with("https://") || url.starts_with("http://");
            ensure("source_url", is_http, "must be an http(s) URL")?;
        }
        text("file_name", &self.file_name, 1..=255)?;
        let is_bare = !self.file_name.contains(['/', '\\']) && !matches!(&*self.file_name, "." | "..");
        ensure("file_name", is_bare, "must be a bare file name, without a folder")?;
        text("media_type", &self.media_type, 3..=127)?;
        let is_type = matches!(self.media_type.split_once('/'), Some((a, b)) if !a.is_empty() && !b.is_empty());
        ensure("media_type", is_type, "must look like text/csv")
    }
}

fn check_size(bytes: usize) -> Result<(), MetadataError> {
    if bytes > MAX_METADATA_BYTES {
        return Err(MetadataError::TooLarge { bytes });
    }
    Ok(())
}

fn ensure(field: &'static str, holds: bool, rule: &str) -> Result<(), MetadataError> {
    if holds {
        return Ok(());
    }
    Err(MetadataError::Field { field, rule: rule.to_owned() })
}

fn text(field: &'static str, value: &str, chars: std::ops::RangeInclusive<usize>) -> Result<(), MetadataError> {
    let rule = format!("must have {} to {} characters", chars.start(), chars.end());
    ensure(field, chars.contains(&value.chars().count()), &rule)?;
    // Direction marks can make a file name or a title read as another.
    let is_plain = |c: char| !c.is_control() && !matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    ensure(field, value.chars().all(is_plain), "must not have control characters")
}

#[cfg(test)]
mod tests;
