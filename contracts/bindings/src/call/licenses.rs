//! Offers, and a license's life.

use alloy::primitives::{Address, B256, Bytes, U256};
use domain::{Amount, BundleItem, LicenseId, OfferId, OfferTerms, ProfileId};

use super::{Call, ProofWords};
use crate::{
    abi::{
        LicenseManager::{self as L, Order as AbiOrder, SealedKey as AbiSealedKey},
        erc::Erc721,
    },
    convert,
    deployment::Addresses,
};

/// What a buyer asks for. The terms are beside it: others than the id stands for are refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// At which terms.
    pub offer_id: OfferId,
    /// Who receives the license and owns the profile.
    pub licensee: Address,
    /// Keys of the licensee.
    pub profile_id: ProfileId,
    /// Metered units to prepay; zero unless per-use.
    pub units: u64,
    /// The most the sender is willing to pay, bond included, in the offer's token.
    pub max_total: Amount,
    /// Who gets back what is refunded; zero: the sender.
    pub payer: Address,
    /// Zero if none.
    pub referrer: Address,
}

/// A content key, encrypted to a licensee.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SealedKey {
    /// Ephemeral point, x.
    pub ephemeral_x: U256,
    /// Ephemeral point, y.
    pub ephemeral_y: U256,
    /// First masked limb.
    pub c0: U256,
    /// Second masked limb.
    pub c1: U256,
}

impl Order {
    fn abi(&self) -> AbiOrder {
        AbiOrder {
            offerId: self.offer_id.0,
            licensee: self.licensee,
            profileId: self.profile_id.0,
            units: self.units,
            maxTotal: self.max_total.0,
            payer: self.payer,
            referrer: self.referrer,
        }
    }
}

impl Addresses {
    /// Opens an offer for content of the sender. Emits `OfferSet`.
    #[must_use]
    pub fn set_offer(&self, terms: &OfferTerms, terms_uri: &str, items: &[BundleItem]) -> Call {
        let call = L::setOfferCall {
            offer: convert::offer(terms),
            termsUri: terms_uri.to_owned(),
            items: items.iter().map(convert::abi_bundle_item).collect(),
        };
        Call::new(self.licenses, "set an offer", &call)
    }

    /// Closes an offer for content of the sender, or cancels a signed one. Emits `OfferClosed`.
    #[must_use]
    pub fn close_offer(&self, offer_id: OfferId) -> Call {
        Call::new(self.licenses, "close the offer", &L::closeOfferCall { offerId: offer_id.0 })
    }

    /// Publishes a licensee's key version owned by the sender. Emits `ProfilePublished`.
    #[must_use]
    pub fn publish_profile(&self, key_x: U256, key_y: U256, commitment: U256, session_key: Address) -> Call {
        let call = L::publishProfileCall { keyX: key_x, keyY: key_y, commitment, sessionKey: session_key };
        Call::new(self.licenses, "publish the licensee's keys", &call)
    }

    /// Buys a license. `value` is the exact total, bond included, for offers in ETH and zero for offers in a token, of
    /// which the escrow needs an allowance. Emits `LicenseIssued`.
    #[must_use]
    pub fn buy(&self, order: &Order, terms: &OfferTerms, value: Amount) -> Call {
        let call = L::buyCall { order: order.abi(), offer: convert::offer(terms) };
        Call::new(self.licenses, "buy a license", &call).with_value(value)
    }

    /// Buys at terms that the creator signed. `proof` is empty, or the path to the root of the signed tree; see
    /// [`OfferTree`](crate::OfferTree). Emits `LicenseIssued`, and at the first use `OfferSet`.
    #[must_use]
    pub fn buy_signed(
        &self,
        order: &Order,
        terms: &OfferTerms,
        proof: Vec<B256>,
        signature: Bytes,
        value: Amount,
    ) -> Call {
        let call = L::buySignedCall { order: order.abi(), offer: convert::offer(terms), proof, signature };
        Call::new(self.licenses, "buy a license at signed terms", &call).with_value(value)
    }

    /// Pays `duration_secs` seconds more, whole periods. Anyone may send it, and pays. Emits `LicenseRenewed`.
    #[must_use]
    pub fn renew(&self, license_id: LicenseId, duration_secs: u64, value: Amount) -> Call {
        let call = L::renewSubscriptionCall { tokenId: license_id.into(), duration: duration_secs };
        Call::new(self.licenses, "renew the license", &call).with_value(value)
    }

    /// Ends a license that the sender paid for. Emits `LicenseEnded`.
    #[must_use]
    pub fn cancel(&self, license_id: LicenseId) -> Call {
        let call = L::cancelSubscriptionCall { tokenId: license_id.into() };
        Call::new(self.licenses, "end the license", &call)
    }

    /// Binds a license of the sender to other keys of the sender. Emits `LicenseRebound`.
    #[must_use]
    pub fn rebind(&self, license_id: LicenseId, profile_id: ProfileId) -> Call {
        let call = L::rebindCall { licenseId: license_id.into(), profileId: profile_id.0 };
        Call::new(self.licenses, "bind the license to other keys", &call)
    }

    /// Delivers the content key by proof. Emits `KeyDelivered`.
    #[must_use]
    pub fn deliver_key(&self, license_id: LicenseId, sealed: &SealedKey, proof: &ProofWords) -> Call {
        let call = L::deliverKeyCall {
            licenseId: license_id.into(),
            sealedKey: AbiSealedKey {
                ephemeralX: sealed.ephemeral_x,
                ephemeralY: sealed.ephemeral_y,
                c0: sealed.c0,
                c1: sealed.c1,
            },
            proof: *proof,
        };
        Call::new(self.licenses, "deliver the key", &call)
    }

    /// Records that the licensee has the key. `signature` is the owner's over
    /// [`accept_key_digest`](crate::accept_key_digest), or empty if the owner sends it. Emits `KeyAccepted`.
    #[must_use]
    pub fn accept_key(&self, license_id: LicenseId, signature: Bytes) -> Call {
        let call = L::acceptKeyCall { licenseId: license_id.into(), signature };
        Call::new(self.licenses, "accept the key", &call)
    }

    /// Gives a license of `from` to `to` (ERC-721, checked by a receiving contract). Emits `LicenseTransferred`.
    #[must_use]
    pub fn transfer_license(&self, license_id: LicenseId, from: Address, to: Address) -> Call {
        let call = Erc721::safeTransferFromCall { from, to, id: license_id.into() };
        Call::new(self.licenses, "transfer the license", &call)
    }

    /// Lets an account transfer a license of the sender (ERC-721); zero: nobody.
    #[must_use]
    pub fn approve_license(&self, license_id: LicenseId, account: Address) -> Call {
        Call::new(self.licenses, "approve the license", &Erc721::approveCall { account, id: license_id.into() })
    }
}
