//! Registered content.

pub(crate) mod get;
pub(crate) mod list;

use std::collections::HashMap;

use domain::{Payee, SplitId};
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
    /// Who registered it.
    creator: String,
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
    /// The meter that delivers and serves it.
    meter: Meter,
    /// Who is paid.
    payees: Vec<PayeeView>,
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

/// A share of what is earned.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Payee)]
pub(crate) struct PayeeView {
    /// Who is paid.
    account: String,
    /// Ten-thousandths.
    share_bps: u16,
}

/// The payees of one split.
pub(crate) fn payee_views(split: SplitId, payees: &HashMap<SplitId, Vec<Payee>>) -> Vec<PayeeView> {
    let view = |payee: &Payee| PayeeView { account: payee.account.to_string(), share_bps: payee.share_bps };
    payees.get(&split).map(|payees| payees.iter().map(view).collect()).unwrap_or_default()
}

impl ContentView {
    fn new(row: Content, payees: &HashMap<SplitId, Vec<Payee>>) -> Self {
        Self {
            content_id: row.content_id.to_string(),
            creator: row.creator.to_string(),
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
            payees: payee_views(row.split_id, payees),
            registered_in_block: row.block_number,
        }
    }
}
