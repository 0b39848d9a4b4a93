//! Licenses.

pub(crate) mod get;
pub(crate) mod list;
pub(crate) mod usage;

use serde::Serialize;
use store::read::License;
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
    /// Who has it now.
    owner: String,
    /// Who it was bought for.
    licensee: String,
    /// Who paid.
    payer: String,
    /// The version of the licensee's keys.
    profile_id: String,
    /// The version of the meter's keys.
    meter_id: String,
    /// The money.
    payment_id: String,
    /// Metered units bought; 0 when use is not billed by the unit.
    units: String,
    /// Metered units settled, over all lanes.
    settled_units: String,
    /// Unix seconds.
    starts_at: u64,
    /// Unix seconds; 0: never.
    expires_at: u64,
    /// What `total` is counted in: an ERC-20, or the zero address for ETH.
    token: String,
    /// Base units paid.
    total: String,
    /// Recorded for commissions; the zero address: nobody.
    referrer: String,
    /// Whether the key was delivered with a proof.
    delivered: bool,
    /// The delivered key, sealed for the licensee.
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

impl From<License> for LicenseView {
    fn from(row: License) -> Self {
        let sealed_key = row.sealed_key().map(|key| SealedKeyView {
            epoch: key.epoch,
            ephemeral_x: render::word(key.ephemeral_x),
            ephemeral_y: render::word(key.ephemeral_y),
            c0: render::word(key.c0),
            c1: render::word(key.c1),
        });
        Self {
            license_id: row.license_id.to_string(),
            offer_id: row.offer_id.to_string(),
            content_id: row.content_id.to_string(),
            owner: row.owner.to_string(),
            licensee: row.licensee.to_string(),
            payer: row.payer.to_string(),
            profile_id: row.profile_id.to_string(),
            meter_id: row.meter_id.to_string(),
            payment_id: row.payment_id.to_string(),
            units: row.units.to_string(),
            settled_units: row.settled_units.to_string(),
            starts_at: row.starts_at,
            expires_at: row.expires_at,
            token: row.token.0.to_string(),
            total: row.total.to_string(),
            referrer: row.referrer.to_string(),
            delivered: row.delivered,
            sealed_key,
            issued_in_block: row.block_number,
        }
    }
}
