//! Events of the license manager.

use domain::{
    Amount, ChainEvent, ContentId, KeyAccepted, KeyDelivered, LicenseEnded, LicenseIssued, LicenseRebound,
    LicenseRenewed, LicenseTransferred, OfferClosed, OfferSet, ProfilePublished, Token,
};

use super::{DecodeProblem, RawLog};
use crate::{abi::LicenseManager as L, abi::erc::Erc721, convert};

pub(super) fn event(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<L::KeyAccepted>()? {
        return Ok(Some(KeyAccepted { license_id: e.licenseId.try_into()?, epoch: e.epoch.into() }.into()));
    }
    if let Some(e) = log.as_event::<L::KeyDelivered>()? {
        return Ok(Some(
            KeyDelivered {
                license_id: e.licenseId.try_into()?,
                content_id: ContentId(e.contentId),
                epoch: e.epoch.into(),
                ephemeral_x: e.ephemeralX,
                ephemeral_y: e.ephemeralY,
                c0: e.c0,
                c1: e.c1,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<L::LicenseEnded>()? {
        return Ok(Some(
            LicenseEnded { license_id: e.licenseId.try_into()?, expires_at: convert::secs(e.expiresAt) }.into(),
        ));
    }
    if let Some(e) = log.as_event::<L::LicenseIssued>()? {
        return Ok(Some(
            LicenseIssued {
                license_id: e.licenseId.try_into()?,
                offer_id: e.offerId.into(),
                content_id: ContentId(e.contentId),
                licensee: e.licensee,
                payer: e.payer,
                profile_id: e.profileId.into(),
                meter_id: e.meterId.into(),
                content_version: e.contentVersion,
                units: e.units,
                starts_at: convert::secs(e.startsAt),
                expires_at: convert::secs(e.expiresAt),
                token: Token(e.token),
                total: Amount(e.total),
                referrer: e.referrer,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<L::LicenseRebound>()? {
        return Ok(Some(
            LicenseRebound {
                license_id: e.licenseId.try_into()?,
                profile_id: e.profileId.into(),
                epoch: e.epoch.into(),
                content_version: e.contentVersion,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<L::LicenseRenewed>()? {
        return Ok(Some(
            LicenseRenewed {
                license_id: e.licenseId.try_into()?,
                payment_id: e.paymentId.try_into()?,
                periods: e.periods,
                units: e.units,
                expires_at: convert::secs(e.expiresAt),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<L::OfferClosed>()? {
        return Ok(Some(OfferClosed { offer_id: e.offerId.into() }.into()));
    }
    if let Some(e) = log.as_event_with_text::<L::OfferSet>()? {
        return Ok(Some(
            OfferSet {
                offer_id: e.offerId.into(),
                creator: e.creator,
                verifiers: e.verifiers,
                terms: convert::offer_terms(&e.offer)?,
                terms_uri: e.termsUri,
                items: e.items.into_iter().map(convert::bundle_item).collect(),
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<L::ProfilePublished>()? {
        return Ok(Some(
            ProfilePublished {
                profile_id: e.profileId.into(),
                owner: e.owner,
                key_x: e.keyX,
                key_y: e.keyY,
                commitment: e.commitment,
                session_key: e.sessionKey,
            }
            .into(),
        ));
    }
    if let Some(e) = log.as_event::<Erc721::Transfer>()? {
        return Ok(Some(LicenseTransferred { license_id: e.tokenId.try_into()?, from: e.from, to: e.to }.into()));
    }
    Ok(None)
}
