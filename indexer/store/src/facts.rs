//! One file per table of facts, and which event goes to which.

mod appeal_arbitrators;
mod arbitrator_policies;
mod attesters;
mod bond_payouts;
mod bonds;
mod compliance_proofs;
mod content_meters;
mod content_proposals;
mod content_statuses;
mod content_transfers;
mod content_versions;
mod contents;
mod creator_levels;
mod credits;
mod dispute_appeals;
mod dispute_escalations;
mod dispute_evidence;
mod dispute_executions;
mod dispute_rulings;
mod disputes;
mod fees;
mod filing_bonds;
mod key_acceptances;
mod key_deliveries;
mod license_endings;
mod license_rebindings;
mod license_renewals;
mod license_transfers;
mod licenses;
mod meters;
mod offer_closures;
mod offer_items;
mod offers;
mod payment_deadlines;
mod payment_deliveries;
mod payment_dues;
mod payment_freezes;
mod payment_refunds;
mod payment_releases;
mod payment_topups;
mod payment_unfreezes;
mod payments;
mod profiles;
mod splits;
mod tokens;
mod usage_proofs;
mod usage_signatures;
mod verifier_sets;
mod withdrawals;

use domain::{ChainEvent, LogRef};
use sqlx::PgConnection;

use crate::error::StoreError;

/// Collects the facts of one event type and inserts them into its table, if there are any.
macro_rules! insert {
    ($conn:ident, $events:ident, $($variant:ident => $table:ident),+ $(,)?) => {$(
        let facts: Vec<_> = $events
            .iter()
            .filter_map(|(log, event)| match event {
                ChainEvent::$variant(fact) => Some((*log, fact)),
                _ => None,
            })
            .collect();
        if !facts.is_empty() {
            $table::insert($conn, &facts).await?;
        }
    )+};
}

/// Adds the facts that `events` tell. The logs must be stored before.
pub(crate) async fn insert(conn: &mut PgConnection, events: &[(LogRef, ChainEvent)]) -> Result<(), StoreError> {
    insert!(
        conn,
        events,
        MeterPublished => meters,
        ContentRegistered => contents,
        ContentVersioned => content_versions,
        ContentStatusChanged => content_statuses,
        ContentMeterChanged => content_meters,
        ContentTransferProposed => content_proposals,
        ContentTransferred => content_transfers,
        AttesterSet => attesters,
        CreatorLevelSet => creator_levels,
        OfferSet => offers,
        OfferSet => offer_items,
        OfferClosed => offer_closures,
        ProfilePublished => profiles,
        LicenseIssued => licenses,
        LicenseRenewed => license_renewals,
        LicenseEnded => license_endings,
        LicenseRebound => license_rebindings,
        LicenseTransferred => license_transfers,
        KeyDelivered => key_deliveries,
        KeyAccepted => key_acceptances,
        SplitCreated => splits,
        FeeSet => fees,
        TokenListed => tokens,
        PaymentHeld => payments,
        PaymentToppedUp => payment_topups,
        PaymentDeadlineMoved => payment_deadlines,
        PaymentDelivered => payment_deliveries,
        PaymentDue => payment_dues,
        PaymentReleased => payment_releases,
        PaymentRefunded => payment_refunds,
        PaymentFrozen => payment_freezes,
        PaymentUnfrozen => payment_unfreezes,
        BondHeld => bonds,
        BondPaid => bond_payouts,
        Credited => credits,
        Withdrawn => withdrawals,
        UsageProved => usage_proofs,
        UsageSigned => usage_signatures,
        ComplianceProved => compliance_proofs,
        VerifierSetAdded => verifier_sets,
        DisputeFiled => disputes,
        EvidenceSubmitted => dispute_evidence,
        DisputeEscalated => dispute_escalations,
        DisputeRuled => dispute_rulings,
        DisputeAppealed => dispute_appeals,
        DisputeExecuted => dispute_executions,
        FilingBondSet => filing_bonds,
        AppealArbitratorSet => appeal_arbitrators,
        ArbitratorPolicySet => arbitrator_policies,
    );
    Ok(())
}
