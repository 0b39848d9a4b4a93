//! Reads. Each takes the connection of a [`crate::Snapshot`], so that an answer's parts agree.
//!
//! Lists go from the newest fact to the oldest and continue after a [`Position`]. Zero stands for "none" wherever it
//! does on the chain.

mod balances;
mod contents;
mod disputes;
mod licenses;
mod offers;
mod payments;
mod splits;
mod status;
mod usage;

pub use balances::{Balance, balances};
pub use contents::{Content, ContentFilter, content, contents};
pub use disputes::{Dispute, DisputeFilter, Evidence, dispute, disputes, evidence};
pub use licenses::{License, LicenseFilter, SealedKey, license, licenses};
pub use offers::{Offer, OfferFilter, offer, offers};
pub use payments::{Payment, PaymentFilter, payment, payments};
pub use splits::payees;
pub use status::{Status, status};
pub use usage::{Lane, Settlement, lanes, settlements};

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
