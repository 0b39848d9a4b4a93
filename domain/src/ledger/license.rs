//! Licenses.

use super::{Ledger, LedgerError, same, unknown};
use crate::{
    Amount, Delivery, LicenseId, LicenseIssued, LicenseRebound, LicenseRenewed, LicenseTransferred, MeterId, OfferId,
    OfferKind, ProfileId,
};

/// A license, as `ILicenseManager.license` answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct License {
    /// At which terms.
    pub offer_id: OfferId,
    /// Keys of the licensee.
    pub profile_id: ProfileId,
    /// Keys of the meter, as they were at purchase.
    pub meter_id: MeterId,
    /// What is paid when.
    pub kind: OfferKind,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// Whether it may be sold on.
    pub transferable: bool,
    /// A performance bond is held, or was.
    pub bonded: bool,
    /// Metered units bought or included; zero: not limited.
    pub units: u64,
    /// Unix seconds.
    pub starts_at: u64,
    /// Unix seconds; zero: never.
    pub expires_at: u64,
    /// Periods paid for so far.
    pub periods: u8,
    /// Counts re-keyings.
    pub epoch: u32,
    /// The key of this epoch is with the licensee.
    pub delivered: bool,
    /// Version of the content whose key is delivered.
    pub content_version: u8,
    /// Version of the verifiers.
    pub verifiers: u8,
    /// ERC-2981 royalty.
    pub royalty_bps: u16,
}

impl License {
    pub(super) fn renew(&mut self, e: &LicenseRenewed) -> Result<(), LedgerError> {
        let grew = e.periods > self.periods && e.units >= self.units && e.expires_at > self.expires_at;
        same("LicenseRenewed", || format!("whether license {} grew", e.license_id), grew, true)?;
        (self.periods, self.units, self.expires_at) = (e.periods, e.units, e.expires_at);
        Ok(())
    }

    pub(super) fn rebind(&mut self, e: &LicenseRebound) -> Result<(), LedgerError> {
        let what = || format!("the next epoch of license {}", e.license_id);
        same("LicenseRebound", what, e.epoch, self.epoch + 1)?;
        (self.profile_id, self.epoch, self.content_version) = (e.profile_id, e.epoch, e.content_version);
        self.delivered = false;
        Ok(())
    }

    pub(super) fn deliver(&mut self, event: &'static str, epoch: u32) -> Result<(), LedgerError> {
        same(event, || "the license's epoch".to_owned(), epoch, self.epoch)?;
        same(event, || "whether the key was with the licensee".to_owned(), false, self.delivered)?;
        self.delivered = true;
        Ok(())
    }
}

impl Ledger {
    pub(super) fn license(&mut self, event: &'static str, id: LicenseId) -> Result<&mut License, LedgerError> {
        self.licenses.get_mut(&id).ok_or_else(|| unknown(event, format!("license {id}")))
    }

    pub(super) fn license_issued(&mut self, e: &LicenseIssued) -> Result<(), LedgerError> {
        // Given to its owner by the event before.
        let owner = self.owners.get(&e.license_id).copied();
        same("LicenseIssued", || format!("the owner of license {}", e.license_id), Some(e.licensee), owner)?;
        let (terms, verifiers) = self.sell("LicenseIssued", e.offer_id)?;
        let license = License {
            offer_id: e.offer_id,
            profile_id: e.profile_id,
            meter_id: e.meter_id,
            kind: terms.kind,
            delivery: terms.delivery,
            transferable: terms.transferable,
            bonded: terms.bond != Amount::ZERO,
            units: e.units,
            starts_at: e.starts_at,
            expires_at: e.expires_at,
            periods: 1,
            epoch: 0,
            delivered: false,
            content_version: e.content_version,
            verifiers,
            royalty_bps: terms.royalty_bps,
        };
        self.licenses.insert(e.license_id, license);
        Ok(())
    }

    pub(super) fn license_transferred(&mut self, e: &LicenseTransferred) -> Result<(), LedgerError> {
        let owner = self.owners.insert(e.license_id, e.to).unwrap_or_default();
        same("LicenseTransferred", || format!("the owner of license {}", e.license_id), e.from, owner)
    }
}
