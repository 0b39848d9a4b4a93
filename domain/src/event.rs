//! What the contracts tell: one type per Solidity event, with the same name and the same fields.
//!
//! Field meanings and units are documented at the events in `contracts/src/interfaces/`; times are unix seconds.

mod content;
mod dispute;
mod license;
mod offer;
mod payment;
mod usage;

use serde::{Deserialize, Serialize};

pub use content::{
    AttesterSet, ContentMeterChanged, ContentRegistered, ContentStatusChanged, ContentTransferProposed,
    ContentTransferred, ContentVersioned, CreatorLevelSet, MeterPublished,
};
pub use dispute::{
    AppealArbitratorSet, ArbitratorPolicySet, DisputeAppealed, DisputeEscalated, DisputeExecuted, DisputeFiled,
    DisputeRuled, EvidenceSubmitted, FilingBondSet,
};
pub use license::{
    KeyAccepted, KeyDelivered, LicenseEnded, LicenseIssued, LicenseRebound, LicenseRenewed, LicenseTransferred,
    ProfilePublished,
};
pub use offer::{OfferClosed, OfferSet, VerifierSetAdded};
pub use payment::{
    BondHeld, BondPaid, Credited, FeeSet, PaymentDeadlineMoved, PaymentDelivered, PaymentDue, PaymentFrozen,
    PaymentHeld, PaymentRefunded, PaymentReleased, PaymentToppedUp, PaymentUnfrozen, SplitCreated, TokenListed,
    Withdrawn,
};
pub use usage::{ComplianceProved, UsageProved, UsageSigned};

macro_rules! chain_events {
    ($($(#[$doc:meta])* $event:ident)+) => {
        /// Any event of our contracts that changes what a mirror shows.
        #[expect(clippy::large_enum_variant, reason = "a box would be in every caller's way; few are held at once")]
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        pub enum ChainEvent {
            $($(#[$doc])* $event($event),)+
        }

        impl ChainEvent {
            /// The names of all, as in Solidity but for `LicenseTransferred`, which is ERC-721's `Transfer`.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($event)),+];

            /// The event's name, one of [`Self::NAMES`].
            #[must_use]
            pub const fn name(&self) -> &'static str {
                match self { $(Self::$event(_) => stringify!($event)),+ }
            }
        }

        $(
            impl From<$event> for ChainEvent {
                fn from(event: $event) -> Self {
                    Self::$event(event)
                }
            }

            /// Gives the event back when it is another one.
            impl TryFrom<ChainEvent> for $event {
                type Error = ChainEvent;

                fn try_from(event: ChainEvent) -> Result<Self, ChainEvent> {
                    if let ChainEvent::$event(event) = event { Ok(event) } else { Err(event) }
                }
            }
        )+
    };
}

chain_events! {
    /// A meter version exists.
    MeterPublished
    /// Content exists.
    ContentRegistered
    /// A later edition of content exists.
    ContentVersioned
    /// Content was suspended, resumed or retired.
    ContentStatusChanged
    /// Licenses sold from now on are served by another meter.
    ContentMeterChanged
    /// Content was offered to another creator; to zero withdraws.
    ContentTransferProposed
    /// Content has another creator; offers of earlier generations ended.
    ContentTransferred
    /// Who may say how well creators are known.
    AttesterSet
    /// How well a creator is known: 0 unknown … 4 audited.
    CreatorLevelSet
    /// An offer opened, or a signed one was used for the first time.
    OfferSet
    /// An offer closed, or a signed one was cancelled.
    OfferClosed
    /// A version of the circuits' verifiers exists; new offers pin it.
    VerifierSetAdded
    /// A licensee's key version exists.
    ProfilePublished
    /// A license was bought. Its first payment has its id.
    LicenseIssued
    /// A license changed hands (ERC-721 `Transfer`); from zero when issued.
    LicenseTransferred
    /// Periods were added to a license. All fields but the payment are totals.
    LicenseRenewed
    /// The payer ended the license early.
    LicenseEnded
    /// The owner bound the license to other keys: a new epoch, whose key is delivered anew.
    LicenseRebound
    /// A content key was delivered with a verified proof.
    KeyDelivered
    /// The licensee signed that the key arrived.
    KeyAccepted
    /// A version of who shares a payment exists.
    SplitCreated
    /// A version of the platform's fee exists.
    FeeSet
    /// New payments are taken in a token from now on, or not any more.
    TokenListed
    /// The escrow holds money for a license.
    PaymentHeld
    /// A linear payment grew and ends later.
    PaymentToppedUp
    /// A metered payment's deadline moved: nearer when ended, further when extended.
    PaymentDeadlineMoved
    /// The dispute window of a payment started.
    PaymentDelivered
    /// Settlement raised what is due in all.
    PaymentDue
    /// Money left towards payees and fee.
    PaymentReleased
    /// Money went back to the payer.
    PaymentRefunded
    /// A dispute stopped a payment's clocks.
    PaymentFrozen
    /// A payment's clocks run on.
    PaymentUnfrozen
    /// The escrow holds a dispute's bond.
    BondHeld
    /// A bond went to its recipient's balance.
    BondPaid
    /// An account's balance in the escrow grew.
    Credited
    /// An account took its balance out.
    Withdrawn
    /// Use was settled by proof.
    UsageProved
    /// Use was settled by a head that both sides signed.
    UsageSigned
    /// A lane's total was proved to be at most `max_allowed` at `as_of`.
    ComplianceProved
    /// A dispute was filed.
    DisputeFiled
    /// A party added evidence.
    EvidenceSubmitted
    /// A dispute went before its ERC-792 arbitrator.
    DisputeEscalated
    /// An arbitrator ruled, or a program decided.
    DisputeRuled
    /// A ruling went before the appeal arbitrator.
    DisputeAppealed
    /// A ruling or time-out was carried out.
    DisputeExecuted
    /// What later filers post.
    FilingBondSet
    /// Who hears appeals of later disputes; zero: nobody.
    AppealArbitratorSet
    /// Whether an arbitrator hears appeals itself, so that its rulings are final.
    ArbitratorPolicySet
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_tagged_with_its_name_and_comes_back() {
        let event = ChainEvent::from(OfferClosed { offer_id: crate::OfferId(7) });
        let json = serde_json::to_value(&event).unwrap();
        assert_eq!(json, serde_json::json!({"type": "OfferClosed", "offer_id": 7}));
        assert_eq!(serde_json::from_value::<ChainEvent>(json).unwrap(), event);
        assert!(ChainEvent::NAMES.contains(&event.name()));
        assert!(LicenseEnded::try_from(event).is_err());
    }
}
