//! Content and its versions.

use alloy_primitives::{Address, B256, U256};

use super::{Ledger, LedgerError, same, unknown};
use crate::{ContentId, ContentKind, ContentRegistered, ContentStatus, ContentTransferred, ContentVersioned, MeterId};

/// Content, as `IContentRegistry.content` answers, and its newest hashes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Who owns it now.
    pub creator: Address,
    /// Whether new licenses may be bought.
    pub status: ContentStatus,
    /// A file or a collection.
    pub kind: ContentKind,
    /// The upper part of every offer id.
    pub content_no: u32,
    /// Serves licenses that are sold from now on.
    pub meter_id: MeterId,
    /// Counts changes of owner.
    pub generation: u8,
    /// The newest version; the first is 0.
    pub version: u8,
    /// SHA-256 of the newest version's plaintext.
    pub content_hash: B256,
    /// Commitments to the content keys of all versions.
    pub key_commitments: Vec<U256>,
}

impl Content {
    pub(super) fn new(e: &ContentRegistered) -> Self {
        Self {
            creator: e.creator,
            status: ContentStatus::Active,
            kind: e.kind,
            content_no: e.content_no,
            meter_id: e.meter_id,
            generation: 0,
            version: 0,
            content_hash: e.content_hash,
            key_commitments: vec![e.key_commitment],
        }
    }

    pub(super) fn version(&mut self, e: &ContentVersioned) -> Result<(), LedgerError> {
        let what = || format!("the next version of content {}", e.content_id);
        same("ContentVersioned", what, e.version, self.version.saturating_add(1))?;
        self.version = e.version;
        self.content_hash = e.content_hash;
        self.key_commitments.push(e.key_commitment);
        Ok(())
    }

    pub(super) fn transfer(&mut self, e: &ContentTransferred) -> Result<(), LedgerError> {
        same("ContentTransferred", || format!("the owner of content {}", e.content_id), e.from, self.creator)?;
        let what = || format!("the generation of content {}", e.content_id);
        same("ContentTransferred", what, e.generation, self.generation.saturating_add(1))?;
        (self.creator, self.generation) = (e.to, e.generation);
        Ok(())
    }
}

impl Ledger {
    pub(super) fn content(&mut self, event: &'static str, id: ContentId) -> Result<&mut Content, LedgerError> {
        self.contents.get_mut(&id).ok_or_else(|| unknown(event, format!("content {id}")))
    }
}
