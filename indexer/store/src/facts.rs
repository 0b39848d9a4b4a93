//! One file per table of facts, and which event goes to which.

mod bond_payouts;
mod bonds;
mod content_statuses;
mod contents;
mod credits;
mod dispute_evidence;
mod dispute_executions;
mod dispute_rulings;
mod disputes;
mod fees;
mod key_deliveries;
mod license_transfers;
mod licenses;
mod meters;
mod offer_closures;
mod offers;
mod payment_deliveries;
mod payment_dues;
mod payment_freezes;
mod payment_refunds;
mod payment_releases;
mod payment_unfreezes;
mod payments;
mod profiles;
mod splits;
mod usage_proofs;
mod usage_signatures;
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
        ContentStatusChanged => content_statuses,
        OfferSet => offers,
        OfferClosed => offer_closures,
        ProfilePublished => profiles,
        LicenseIssued => licenses,
        LicenseTransferred => license_transfers,
        KeyDelivered => key_deliveries,
        SplitCreated => splits,
        FeeSet => fees,
        PaymentHeld => payments,
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
        DisputeFiled => disputes,
        EvidenceSubmitted => dispute_evidence,
        DisputeRuled => dispute_rulings,
        DisputeExecuted => dispute_executions,
    );
    Ok(())
}
