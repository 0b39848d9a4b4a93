//! Offers.

use super::{Ledger, LedgerError, same};
use crate::{OfferId, OfferSet, OfferTerms};

/// An offer, as `ILicenseManager.offerStatus` answers, and the terms that its digest stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offer {
    /// `None`: its signature was cancelled before it was ever used.
    pub terms: Option<OfferTerms>,
    /// Licenses sold; counted only where the supply is limited.
    pub sold: u32,
    /// Closed, or its signature cancelled.
    pub closed: bool,
    /// Version of the verifiers that its licenses are bound to.
    pub verifiers: u8,
    /// Which of the content's owners made it.
    pub generation: u8,
}

impl Ledger {
    pub(super) fn offer_set(&mut self, e: &OfferSet) -> Result<(), LedgerError> {
        let content = self.content("OfferSet", e.terms.content_id)?;
        let generation = content.generation;
        same("OfferSet", || format!("who made offer {}", e.offer_id), e.creator, content.creator)?;
        let id = OfferId::of(content.content_no, e.terms.nonce);
        same("OfferSet", || "the offer's id".to_owned(), Some(e.offer_id), id)?;
        let offer = self.offers.entry(e.offer_id).or_default();
        same("OfferSet", || format!("offer {}", e.offer_id), Some(&e.terms), offer.terms.as_ref().or(Some(&e.terms)))?;
        offer.terms = Some(e.terms.clone());
        (offer.verifiers, offer.generation) = (e.verifiers, generation);
        Ok(())
    }

    /// Counts a sale and gives the offer.
    pub(super) fn sell(&mut self, event: &'static str, id: OfferId) -> Result<(&OfferTerms, u8), LedgerError> {
        let unknown = || super::unknown(event, format!("offer {id}"));
        let offer = self.offers.get_mut(&id).ok_or_else(unknown)?;
        let terms = offer.terms.as_ref().ok_or_else(unknown)?;
        if terms.supply != 0 {
            offer.sold += 1;
            same(event, || format!("what is sold of offer {id}"), offer.sold.min(terms.supply), offer.sold)?;
        }
        Ok((terms, offer.verifiers))
    }
}
