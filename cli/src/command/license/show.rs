//! `datavault license show`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, Delivery, LicenseId, OfferId, OfferKind, PaymentId};
use serde::Serialize;

use crate::{failure::Failure, output::Fields, session::Session, span::show_time};

/// Show one license.
#[derive(Clone, Debug, clap::Args)]
#[command(after_help = "Example:\n  datavault license show 1")]
pub struct Args {
    /// The license
    pub license: LicenseId,
}

/// A license.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Its id.
    pub license_id: LicenseId,
    /// Who owns it.
    pub owner: Address,
    /// Owned, not expired, not refunded, and delivered if it is delivered by key.
    pub valid: bool,
    /// At which terms.
    pub offer_id: OfferId,
    /// What is paid when.
    pub kind: OfferKind,
    /// How the content reaches the licensee.
    pub delivery: Delivery,
    /// What is licensed.
    pub content_id: ContentId,
    /// What was paid.
    pub payment_id: PaymentId,
    /// The key was delivered with a proof.
    pub delivered: bool,
    /// Metered units bought.
    pub units: u64,
    /// Metered units settled.
    pub settled_units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
}

/// Shows a license.
///
/// # Errors
/// If there is no such license.
pub async fn run(session: &Session, args: Args) -> Result<Report, Failure> {
    let license = session.license(args.license).await?;
    let offer = session.offer(license.view.offer_id).await?;
    Ok(Report {
        license_id: args.license,
        owner: license.owner,
        valid: license.valid,
        offer_id: offer.offer_id,
        kind: offer.terms.kind,
        delivery: offer.terms.delivery,
        content_id: offer.terms.content_id,
        payment_id: license.view.payment_id,
        delivered: license.view.delivered,
        units: license.view.units,
        settled_units: session.settled_units(args.license).await?,
        starts_at: license.view.starts_at,
        expires_at: license.view.expires_at,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metered = self.kind == OfferKind::PerUse;
        Fields::new()
            .with("license", self.license_id)
            .with("owner", self.owner)
            .with("valid", if self.valid { "yes" } else { "no" })
            .with("content", self.content_id)
            .with("offer", format!("{} ({}, {})", self.offer_id, self.kind, self.delivery))
            .with("payment", self.payment_id)
            .maybe("units", metered.then(|| format!("{} bought, {} settled", self.units, self.settled_units)))
            .maybe("key", (!metered).then_some(if self.delivered { "delivered" } else { "not delivered" }))
            .with("since", show_time(self.starts_at))
            .with("expires", show_time(self.expires_at))
            .fmt(f)
    }
}
