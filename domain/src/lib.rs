//! Datavault's words: ids, amounts, offers, and the events that the contracts emit.
//!
//! No IO, no async, no database, no HTTP. Every other crate speaks these types at its border, under the same names
//! as the contracts, the tables and the JSON.

mod amount;
mod block;
mod event;
mod ids;
pub mod ledger;
mod terms;

pub use amount::{Amount, Token};
pub use block::{BlockRef, LogRef};
pub use event::{
    AppealArbitratorSet, ArbitratorPolicySet, AttesterSet, BondHeld, BondPaid, ChainEvent, ComplianceProved,
    ContentMeterChanged, ContentRegistered, ContentStatusChanged, ContentTransferProposed, ContentTransferred,
    ContentVersioned, CreatorLevelSet, Credited, DisputeAppealed, DisputeEscalated, DisputeExecuted, DisputeFiled,
    DisputeRuled, EvidenceSubmitted, FeeSet, FilingBondSet, KeyAccepted, KeyDelivered, LicenseEnded, LicenseIssued,
    LicenseRebound, LicenseRenewed, LicenseTransferred, MeterPublished, OfferClosed, OfferSet, PaymentDeadlineMoved,
    PaymentDelivered, PaymentDue, PaymentFrozen, PaymentHeld, PaymentRefunded, PaymentReleased, PaymentToppedUp,
    PaymentUnfrozen, ProfilePublished, SplitCreated, TokenListed, UsageProved, UsageSigned, VerifierSetAdded,
    Withdrawn,
};
pub use ids::{
    ContentId, Context, DisputeId, FeeId, IdError, LicenseId, MeterId, OfferId, PaymentId, ProfileId, SplitId,
};
pub use terms::{
    BundleItem, ContentKind, ContentStatus, Delivery, DisputeKind, DisputeState, OfferKind, OfferTerms, Payee,
    PaymentState, ReleaseRule, Ruling, UnknownCode, Usage,
};
