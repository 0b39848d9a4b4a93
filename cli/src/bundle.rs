//! A settled proof with everything that shows it: checked without a network, years later, by anybody.
//!
//! [`Bundle::read`] takes bytes from anywhere and [`Bundle::check`] finds out what they show; neither panics, and an
//! error names the fields that do not fit. [`Bundle::gather`] makes a bundle of what a node tells, [`Bundle::ask`]
//! asks a node whether the block is on its chain still. What each check shows, and what it does not, is in
//! `docs/bundle.md`.

mod check;
mod error;
mod format;
mod gather;
mod inclusion;
mod keys;
mod onchain;
mod read;
mod sentence;
mod settled;
mod trie;

pub use check::Checked;
pub use error::BundleError;
pub use format::{
    BlockPart, Bundle, ComplianceClaim, FORMAT, KeyPart, LicensePart, LogPart, ReceiptPart, Statement, TransactionPart,
    UsageClaim,
};
pub use gather::{Found, Wanted};
pub use keys::TrustedKeys;
pub use onchain::Inclusion;

#[cfg(test)]
mod tests;
