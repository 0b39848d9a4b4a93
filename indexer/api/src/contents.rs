//! Registered content.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod meters;
pub(crate) mod transfers;
pub(crate) mod versions;

use serde::Serialize;
use store::read::Content;
use utoipa::ToSchema;

use crate::render;

/// Registered content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Content)]
pub(crate) struct ContentView {
    /// keccak256(abi.encode(chainid, registry, creator, contentHash)).
    content_id: String,
    /// Counts content from 1; the upper part of its offers' ids.
    content_no: u32,
    /// Who owns it now: who may offer it.
    creator: String,
    /// How well that creator is known, as the attester said: 0 unknown to 4 audited.
    creator_level: u16,
    /// Who registered it.
    registered_by: String,
    /// How often the owner changed. Offers from before the last change cannot be bought any more.
    generation: u16,
    /// Who may take it over; null: nobody.
    pending_creator: Option<String>,
    /// The newest version, which the fields below describe; the first is 0. Licenses keep the version they were sold
    /// with.
    version: u16,
    /// SHA-256 of the plaintext.
    content_hash: String,
    /// CIDv1 of what is stored: the ciphertext.
    cid: String,
    /// Poseidon of the content key's two limbs.
    key_commitment: String,
    /// CIDv1 of the Croissant metadata.
    metadata_cid: String,
    /// `file` or `collection`.
    #[schema(pattern = "^(file|collection)$")]
    kind: &'static str,
    /// `active`, `suspended` or `retired`.
    #[schema(pattern = "^(active|suspended|retired)$")]
    state: &'static str,
    /// The meter that delivers and serves licenses that are sold now.
    meter: Meter,
    /// Where it was registered.
    registered_in_block: u64,
}

/// The service that delivers keys and serves content, as it published itself.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Meter {
    /// The version of its keys.
    meter_id: String,
    /// Where it answers. Whatever its owner published: check before you follow it.
    url: Option<String>,
    /// The address that countersigns heads.
    signer: Option<String>,
}

impl From<Content> for ContentView {
    fn from(row: Content) -> Self {
        Self {
            content_id: row.content_id.to_string(),
            content_no: row.content_no,
            creator: row.creator.to_string(),
            creator_level: row.creator_level,
            registered_by: row.registered_by.to_string(),
            generation: row.generation,
            pending_creator: row.pending_creator.filter(|a| !a.0.is_zero()).map(|a| a.0.to_string()),
            version: row.version,
            content_hash: row.content_hash.to_string(),
            cid: render::cid(&row.cid),
            key_commitment: render::word(row.key_commitment),
            metadata_cid: render::cid(&row.metadata_cid),
            kind: row.kind.as_str(),
            state: row.status.as_str(),
            meter: Meter {
                meter_id: row.meter_id.to_string(),
                url: row.meter_url,
                signer: row.meter_signer.map(|signer| signer.0.to_string()),
            },
            registered_in_block: row.block_number,
        }
    }
}
