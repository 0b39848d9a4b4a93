//! Reads. Each takes the connection of a [`crate::Snapshot`], so that an answer's parts agree.
//!
//! Lists go from the newest fact to the oldest and continue after a [`Position`]. Zero stands for "none" wherever it
//! does on the chain.

mod balances;
mod compliance;
mod content_meters;
mod content_transfers;
mod content_versions;
mod contents;
mod creators;
mod dispute_record;
mod disputes;
mod license_epochs;
mod license_renewals;
mod license_transfers;
mod licenses;
mod meters;
mod offer_items;
mod offer_standing;
mod offers;
mod payment_movements;
mod payments;
mod policy;
mod profiles;
mod splits;
mod status;
mod tokens;
mod usage;
mod verifier_sets;

pub use balances::{Balance, balances};
pub use compliance::{Compliance, compliance_proofs};
pub use content_meters::{ContentMeter, content_meters};
pub use content_transfers::{ContentTransfer, content_transfers};
pub use content_versions::{ContentVersion, content_versions};
pub use contents::{Content, ContentFilter, content, contents};
pub use creators::{CreatorLevel, creator_level};
pub use dispute_record::{Evidence, Hearing, Ruled, evidence, hearings, rulings};
pub use disputes::{Dispute, DisputeFilter, dispute, disputes};
pub use license_epochs::{LicenseEpoch, SealedKey, license_epochs};
pub use license_renewals::{LicenseRenewal, license_renewals};
pub use license_transfers::{LicenseTransfer, license_transfers};
pub use licenses::{License, LicenseFilter, license, licenses};
pub use meters::{Meter, meter};
pub use offer_items::offer_items;
pub use offer_standing::{OfferStanding, offer_standing};
pub use offers::{Offer, OfferFilter, OfferState, offer, offers};
pub use payment_movements::{PaymentMovement, payment_movements};
pub use payments::{Payment, PaymentFilter, payment, payments};
pub use policy::{Fee, Policy, policy};
pub use profiles::{Profile, profile};
pub use splits::payees;
pub use status::{Status, status};
pub use tokens::{ListedToken, tokens};
pub use usage::{Lane, Settlement, lanes, settlements};
pub use verifier_sets::{VerifierSet, verifier_sets};

/// Where in the order of the chain a list continues.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Height.
    pub block_number: u64,
    /// Log in the block.
    pub log_index: u64,
}

/// A part of a list: up to `limit` rows that are older than `after`.
#[derive(Clone, Copy, Debug)]
pub struct Page {
    /// The last row of the part before; none for the first part.
    pub after: Option<Position>,
    /// How many rows at most.
    pub limit: u32,
}

impl Page {
    /// Just one row.
    pub(crate) const ONE: Self = Self { after: None, limit: 1 };

    /// Position and limit as the queries take them.
    pub(crate) fn bounds(&self) -> Result<(i64, i64, i64), crate::StoreError> {
        let (block, log) = match self.after {
            Some(after) => (
                crate::columns::number("block_number", after.block_number)?,
                crate::columns::number("log_index", after.log_index)?,
            ),
            None => (i64::MAX, i64::MAX),
        };
        Ok((block, log, i64::from(self.limit)))
    }
}
