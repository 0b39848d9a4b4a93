//! Datavault's words: ids, amounts, offers, and the events that the contracts emit.
//!
//! No IO, no async, no database, no HTTP. Every other crate speaks these types at its border, under the same names
//! as the contracts, the tables and the JSON.

mod amount;
mod block;
mod event;
mod ids;
mod terms;

pub use amount::{Amount, Token};
pub use block::{BlockRef, LogRef};
pub use event::{
    BondHeld, BondPaid, ChainEvent, ContentRegistered, ContentStatusChanged, Credited, DisputeExecuted, DisputeFiled,
    DisputeRuled, EvidenceSubmitted, FeeSet, KeyDelivered, LicenseIssued, LicenseTransferred, MeterPublished,
    OfferClosed, OfferSet, PaymentDelivered, PaymentDue, PaymentFrozen, PaymentHeld, PaymentRefunded, PaymentReleased,
    PaymentUnfrozen, ProfilePublished, SplitCreated, UsageProved, UsageSigned, Withdrawn,
};
pub use ids::{
    ContentId, Context, DisputeId, FeeId, IdError, LicenseId, MeterId, OfferId, PaymentId, ProfileId, SplitId,
};
pub use terms::{
    ContentKind, ContentStatus, Delivery, DisputeKind, DisputeState, OfferKind, OfferTerms, Payee, PaymentState,
    ReleaseRule, Ruling, UnknownCode, Usage,
};
