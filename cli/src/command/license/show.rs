//! `datavault license show`.

use std::fmt;

use alloy::primitives::Address;
use domain::{ContentId, Delivery, LicenseId, OfferId, OfferKind, PaymentId, ProfileId};
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
    /// Where the performance bond is held, if there is one.
    pub bond_payment_id: Option<PaymentId>,
    /// Whether it may be sold on.
    pub transferable: bool,
    /// The creator's share of such a sale in ten-thousandths.
    pub royalty_bps: u16,
    /// Periods paid for so far.
    pub periods: u8,
    /// How often it was bound to other keys.
    pub epoch: u32,
    /// Version of the content whose key is delivered; the first is 0.
    pub content_version: u8,
    /// The keys that it is bound to.
    pub profile_id: ProfileId,
    /// The key of this epoch was delivered with a proof, or accepted.
    pub delivered: bool,
    /// The licensee signed that the key of this epoch arrived.
    pub accepted: bool,
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
        payment_id: args.license.payment_id(),
        bond_payment_id: license.view.bonded.then(|| args.license.bond_payment_id()),
        transferable: license.view.transferable,
        royalty_bps: license.view.royalty_bps,
        periods: license.view.periods,
        epoch: license.view.epoch,
        content_version: license.view.content_version,
        profile_id: license.view.profile_id,
        delivered: license.view.delivered,
        accepted: session.key_accepted(args.license, license.view.epoch).await?,
        units: license.view.units,
        settled_units: session.settled_units(args.license).await?,
        starts_at: license.view.starts_at,
        expires_at: license.view.expires_at,
    })
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let metered = self.kind == OfferKind::PerUse || self.units != 0 || self.settled_units != 0;
        let word = if self.kind == OfferKind::PerUse { "bought" } else { "included" };
        let key = match (self.delivered, self.accepted) {
            (true, true) => "accepted",
            (true, false) => "delivered",
            _ => "not delivered",
        };
        Fields::new()
            .with("license", self.license_id)
            .with("owner", self.owner)
            .with("valid", if self.valid { "yes" } else { "no" })
            .with("content", self.content_id)
            .with("offer", format!("{} ({}, {})", self.offer_id, self.kind, self.delivery))
            .with("payment", self.payment_id)
            .maybe("units", metered.then(|| format!("{} {word}, {} settled", self.units, self.settled_units)))
            .maybe("bond", self.bond_payment_id.map(|id| format!("payment {id}")))
            .maybe("key", (self.delivery == Delivery::Key).then_some(key))
            .maybe("version", (self.content_version != 0).then_some(self.content_version))
            .maybe(
                "keys",
                (self.epoch != 0).then(|| format!("changed {} times, now profile {}", self.epoch, self.profile_id)),
            )
            .maybe("periods", (self.kind == OfferKind::Subscription).then_some(self.periods))
            .maybe("sold on", self.transferable.then(|| format!("allowed, royalty {} bps", self.royalty_bps)))
            .with("since", show_time(self.starts_at))
            .with("expires", show_time(self.expires_at))
            .fmt(f)
    }
}
