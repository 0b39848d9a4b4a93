//! ABI structs ↔ domain types.

use alloy::primitives::{U256, aliases::U40};
use domain::{Amount, BundleItem, ContentId, OfferTerms, Payee, Token, UnknownCode};

use crate::abi::{DisputeResolution, LicenseManager, PaymentEscrow, typed};

/// Unix seconds, or a span of seconds.
pub(crate) fn secs(value: U40) -> u64 {
    value.to()
}

/// The other way. Above 2^40 (the year 36,812) it is cut to the largest value.
pub(crate) fn u40(secs: u64) -> U40 {
    U40::saturating_from(secs)
}

pub(crate) fn payee(payee: PaymentEscrow::Payee) -> Payee {
    Payee { account: payee.account, share_bps: payee.shareBps }
}

pub(crate) fn abi_payee(payee: &Payee) -> PaymentEscrow::Payee {
    PaymentEscrow::Payee { account: payee.account, shareBps: payee.share_bps }
}

pub(crate) fn bundle_item(item: LicenseManager::BundleItem) -> BundleItem {
    BundleItem { content_id: ContentId(item.contentId), units: item.units }
}

pub(crate) fn abi_bundle_item(item: &BundleItem) -> LicenseManager::BundleItem {
    LicenseManager::BundleItem { contentId: item.content_id.0, units: item.units }
}

pub(crate) fn offer_terms(offer: &LicenseManager::Offer) -> Result<OfferTerms, UnknownCode> {
    Ok(OfferTerms {
        content_id: ContentId(offer.contentId),
        nonce: offer.nonce,
        kind: offer.kind.try_into()?,
        delivery: offer.delivery.try_into()?,
        transferable: offer.transferable,
        buyer: offer.buyer,
        token: Token(offer.token),
        price: Amount(U256::from(offer.price)),
        unit_price: Amount(U256::from(offer.unitPrice)),
        units: offer.units,
        overage_price: Amount(U256::from(offer.overagePrice)),
        bond: Amount(U256::from(offer.bond)),
        unit_bytes: offer.unitBytes,
        max_units_per_event: offer.maxUnitsPerEvent,
        duration_secs: offer.duration,
        delivery_window_secs: offer.deliveryWindow,
        dispute_window_secs: offer.disputeWindow,
        settlement_grace_secs: offer.settlementGrace,
        supply: offer.supply,
        valid_until: secs(offer.validUntil),
        usage_bits: offer.usageBits,
        royalty_bps: offer.royaltyBps,
        split_id: offer.splitId.into(),
        arbitrator: offer.arbitrator,
        terms_hash: offer.termsHash,
        items_hash: offer.itemsHash,
    })
}

/// The other way, for each module that has an `Offer` of its own. A price above 2^128 is cut to the largest value,
/// which no balance reaches.
macro_rules! abi_offer {
    ($name:ident, $($offer:ident)::+) => {
        pub(crate) fn $name(terms: &OfferTerms) -> $($offer)::+ {
            $($offer)::+ {
                contentId: terms.content_id.0,
                nonce: terms.nonce,
                kind: terms.kind.code(),
                delivery: terms.delivery.code(),
                transferable: terms.transferable,
                buyer: terms.buyer,
                token: terms.token.0,
                price: terms.price.0.saturating_to(),
                unitPrice: terms.unit_price.0.saturating_to(),
                units: terms.units,
                overagePrice: terms.overage_price.0.saturating_to(),
                bond: terms.bond.0.saturating_to(),
                unitBytes: terms.unit_bytes,
                maxUnitsPerEvent: terms.max_units_per_event,
                duration: terms.duration_secs,
                deliveryWindow: terms.delivery_window_secs,
                disputeWindow: terms.dispute_window_secs,
                settlementGrace: terms.settlement_grace_secs,
                supply: terms.supply,
                validUntil: u40(terms.valid_until),
                usageBits: terms.usage_bits,
                royaltyBps: terms.royalty_bps,
                splitId: terms.split_id.0,
                arbitrator: terms.arbitrator,
                termsHash: terms.terms_hash,
                itemsHash: terms.items_hash,
            }
        }
    };
}

abi_offer!(offer, LicenseManager::Offer);
abi_offer!(disputed_offer, DisputeResolution::Offer);
abi_offer!(typed_offer, typed::Offer);
