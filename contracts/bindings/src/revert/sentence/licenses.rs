//! Of the license manager.

use super::{offer, time};
use crate::abi::LicenseManager as L;

sentences!(of {
    L::OfferNotOpen, e => ("offer {} is closed", offer(e.offerId));
    L::OfferExpired, e => ("offer {} was valid until {}", offer(e.offerId), time(e.validUntil));
    L::OfferSoldOut, e => ("offer {} is sold out: all {} licenses are taken", offer(e.offerId), e.supply);
    L::ContentNotActive, e => ("content {} is not active: no new licenses are sold", e.contentId);
    L::NotContentCreator, e => ("{} is not the creator of content {}", e.caller, e.contentId);
    L::TotalAboveMax, e => ("the total is {} base units, above the maximum of {}", e.total, e.maxTotal);
    L::ProfileUnknown, e => ("profile {} does not exist: publish the licensee's keys first", e.profileId);
    L::NotProfileOwner, e => ("profile {} does not belong to licensee {}", e.profileId, e.licensee);
    L::WrongValue, e => ("{} wei were sent, exactly {} are required", e.sent, e.required);
    L::LicenseUnknown, e => ("license {} does not exist", e.licenseId);
    L::LicenseNotTransferable, e => (
        "license {} is not transferable: its offer does not allow it, or its payment is still held", e.licenseId
    );
    L::OfferUnknown, e => ("offer {} does not exist", offer(e.offerId));
    L::OfferExists, e => ("offer {} exists already: choose another nonce, an offer never changes", offer(e.offerId));
    L::OfferInvalid, e => ("the offer's field `{}` does not fit its kind and delivery", e.field);
    L::TermsChanged, e => (
        "the terms given are not those of offer {}: their digest is {}, the offer's is {}. Read the offer again",
        offer(e.offerId), e.given, e.actual
    );
    L::OfferOutdated, e => (
        "offer {} was made by an earlier owner of the content: ask the present one for a new offer", offer(e.offerId)
    );
    L::NotForBuyer, e => ("offer {} is for {} alone, not for {}", offer(e.offerId), e.buyer, e.licensee);
    L::BundleItemsInvalid, e => (
        "item {} of the bundle is invalid: 1 to 100 registered contents of the creator, ascending by id, none twice",
        e.index
    );
    L::SignatureInvalid, e => ("the signature is not one of {} over exactly this", e.expected);
    L::UnitsInvalid, e => (
        "{} units cannot be bought: a per-use offer needs at least one and fewer than 2^40, any other offer none", e.units
    );
    L::SelfReferral, e => ("{} cannot refer this purchase: it takes part in it", e.referrer);
    L::LicenseHasExpired, e => ("license {} expired at {}", e.licenseId, time(e.expiresAt));
    L::NotRenewable, e => (
        "license {} cannot be renewed: it is no subscription, its first key is due, it was refunded, or it was renewed as \
         often as can be",
        e.licenseId
    );
    L::DurationInvalid, e => (
        "{} seconds are no whole number of periods of {} seconds, at least one", e.duration, e.period
    );
    L::NotEndable, e => (
        "license {} cannot be ended early: only per-use licenses and served subscriptions can, until they expire",
        e.licenseId
    );
    L::NotPayer, e => ("{} did not pay for license {}: only its payer may renew or end it", e.caller, e.licenseId);
    L::NotLicensee, e => ("{} does not own license {}", e.caller, e.licenseId);
    L::NotRebindable, e => (
        "license {} cannot be bound to other keys now: its first key is due, it has expired, or it was refunded",
        e.licenseId
    );
    L::EpochUnknown, e => ("license {} has no epoch {}", e.licenseId, e.epoch);
    L::KeyNotDeliverable, e => (
        "license {} waits for no key: it has it already, its deadline passed, or the meter serves its content",
        e.licenseId
    );
    L::ProofInvalid, e => (
        "the proof does not verify: it was made for other inputs (license, key or head) or with another proving key"
    );
});
