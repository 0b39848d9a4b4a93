//! ABI structs ↔ domain types.

use alloy::primitives::{U256, aliases::U40};
use domain::{Amount, ContentId, OfferTerms, Payee, Token, UnknownCode};

use crate::abi::{ContentRegistry, LicenseManager, PaymentEscrow};

/// Unix seconds, or a span of seconds.
pub(crate) fn secs(value: U40) -> u64 {
    value.to()
}

/// The other way. Above 2^40 (the year 36,812) it is cut to the largest value.
pub(crate) fn u40(secs: u64) -> U40 {
    U40::saturating_from(secs)
}

pub(crate) fn escrow_payee(payee: PaymentEscrow::Payee) -> Payee {
    Payee { account: payee.account, share_bps: payee.shareBps }
}

pub(crate) fn registry_payee(payee: &Payee) -> ContentRegistry::Payee {
    ContentRegistry::Payee { account: payee.account, shareBps: payee.share_bps }
}

pub(crate) fn split_payee(payee: &Payee) -> PaymentEscrow::Payee {
    PaymentEscrow::Payee { account: payee.account, shareBps: payee.share_bps }
}

pub(crate) fn offer_terms(offer: LicenseManager::Offer) -> Result<OfferTerms, UnknownCode> {
    Ok(OfferTerms {
        content_id: ContentId(offer.contentId),
        kind: offer.kind.try_into()?,
        delivery: offer.delivery.try_into()?,
        transferable: offer.transferable,
        token: Token(offer.token),
        price: Amount(U256::from(offer.price)),
        unit_price: Amount(U256::from(offer.unitPrice)),
        unit_bytes: offer.unitBytes,
        max_units_per_event: offer.maxUnitsPerEvent,
        duration_secs: offer.duration,
        delivery_window_secs: offer.deliveryWindow,
        dispute_window_secs: offer.disputeWindow,
        settlement_grace_secs: offer.settlementGrace,
        supply: offer.supply,
        valid_until: secs(offer.validUntil),
        usage_bits: offer.usageBits,
        arbitrator: offer.arbitrator,
        terms_hash: offer.termsHash,
        terms_uri: offer.termsUri,
    })
}

/// A price above 2^128 is cut to the largest value, which no balance reaches.
pub(crate) fn offer(terms: &OfferTerms) -> LicenseManager::Offer {
    LicenseManager::Offer {
        contentId: terms.content_id.0,
        kind: terms.kind.code(),
        delivery: terms.delivery.code(),
        transferable: terms.transferable,
        token: terms.token.0,
        price: terms.price.0.saturating_to(),
        unitPrice: terms.unit_price.0.saturating_to(),
        unitBytes: terms.unit_bytes,
        maxUnitsPerEvent: terms.max_units_per_event,
        duration: terms.duration_secs,
        deliveryWindow: terms.delivery_window_secs,
        disputeWindow: terms.dispute_window_secs,
        settlementGrace: terms.settlement_grace_secs,
        supply: terms.supply,
        validUntil: u40(terms.valid_until),
        usageBits: terms.usage_bits,
        arbitrator: terms.arbitrator,
        termsHash: terms.terms_hash,
        termsUri: terms.terms_uri.clone(),
    }
}
