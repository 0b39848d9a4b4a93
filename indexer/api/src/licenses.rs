//! Licenses.

pub(crate) mod compliance;
pub(crate) mod epochs;
pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod renewals;
pub(crate) mod transfers;
pub(crate) mod usage;

use serde::Serialize;
use store::read::{License, SealedKey};
use utoipa::ToSchema;

use crate::render;

/// A license: an ERC-721 token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = License)]
pub(crate) struct LicenseView {
    /// The token id.
    #[schema(example = "1")]
    license_id: String,
    /// The terms.
    offer_id: String,
    /// What is licensed.
    content_id: String,
    /// What was paid when.
    #[schema(pattern = "^(per_use|subscription|perpetual|bundle)$")]
    kind: &'static str,
    /// How the content reaches the licensee.
    #[schema(pattern = "^(served|key)$")]
    delivery: &'static str,
    /// Whether it may be sold on.
    transferable: bool,
    /// ERC-2981: the creator's share of a sale, in ten-thousandths.
    royalty_bps: u16,
    /// Who has it now.
    owner: String,
    /// Who it was bought for.
    licensee: String,
    /// Who gets back what is refunded.
    payer: String,
    /// The version of the licensee's keys that it is bound to.
    profile_id: String,
    /// The version of the meter's keys.
    meter_id: String,
    /// The version of the content whose key is delivered.
    content_version: u16,
    /// The price or deposit. It has the license's number.
    payment_id: String,
    /// The performance bond; null: none was asked for.
    bond_payment_id: Option<String>,
    /// Periods paid for; 1 unless renewed.
    periods: u16,
    /// Re-keyings so far.
    epoch: u32,
    /// Metered units bought or included, renewals counted; 0: not limited.
    units: String,
    /// Metered units settled, over all lanes.
    settled_units: String,
    /// Unix seconds.
    starts_at: u64,
    /// Unix seconds, renewals and an early end counted; 0: never.
    expires_at: u64,
    /// Whether its payer ended it early.
    ended: bool,
    /// What `total` is counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Base units paid when it was issued, the bond not included.
    total: String,
    /// Recorded for commissions; the zero address: nobody.
    referrer: String,
    /// Whether the key of this epoch was delivered with a proof, or accepted.
    delivered: bool,
    /// Whether the licensee signed that the key of this epoch arrived.
    accepted: bool,
    /// The key of this epoch, sealed for the licensee, if it was delivered with a proof.
    sealed_key: Option<SealedKeyView>,
    /// Where it was bought.
    issued_in_block: u64,
}

/// A content key, encrypted to the licensee's Baby Jubjub key. See the key-delivery circuit.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SealedKey)]
pub(crate) struct SealedKeyView {
    /// Re-keyings of the license before it.
    epoch: u32,
    /// Field element.
    ephemeral_x: String,
    /// Field element.
    ephemeral_y: String,
    /// Field element.
    c0: String,
    /// Field element.
    c1: String,
}

impl SealedKeyView {
    fn new(epoch: u32, key: &SealedKey) -> Self {
        Self {
            epoch,
            ephemeral_x: render::word(key.ephemeral_x),
            ephemeral_y: render::word(key.ephemeral_y),
            c0: render::word(key.c0),
            c1: render::word(key.c1),
        }
    }
}

impl From<License> for LicenseView {
    fn from(row: License) -> Self {
        let sealed_key = row.sealed_key().map(|key| SealedKeyView::new(row.epoch, &key));
        Self {
            license_id: row.license_id.to_string(),
            offer_id: row.offer_id.to_string(),
            content_id: row.content_id.to_string(),
            kind: row.kind.as_str(),
            delivery: row.delivery.as_str(),
            transferable: row.transferable,
            royalty_bps: row.royalty_bps,
            owner: row.owner.to_string(),
            licensee: row.licensee.to_string(),
            payer: row.payer.to_string(),
            profile_id: row.profile_id.to_string(),
            meter_id: row.meter_id.to_string(),
            content_version: row.content_version,
            payment_id: row.license_id.payment_id().to_string(),
            bond_payment_id: row.bonded.then(|| row.license_id.bond_payment_id().to_string()),
            periods: row.periods,
            epoch: row.epoch,
            units: row.units.to_string(),
            settled_units: row.settled_units.to_string(),
            starts_at: row.starts_at,
            expires_at: row.expires_at,
            ended: row.ended,
            token: row.token.0.to_string(),
            total: row.total.to_string(),
            referrer: row.referrer.to_string(),
            delivered: row.proved || row.accepted,
            accepted: row.accepted,
            sealed_key,
            issued_in_block: row.block_number,
        }
    }
}
