//! Identifiers. Each wraps the number or hash that the contracts use, so that two kinds cannot be confused.

use core::{fmt, str::FromStr};

use alloy_primitives::{B256, U256};
use serde::{Deserialize, Serialize};

/// An identifier that was not understood.
#[derive(Debug, thiserror::Error)]
#[error("`{input}` is not a {kind}: expected {expected}")]
pub struct IdError {
    /// What was being parsed, e.g. `license id`.
    pub kind: &'static str,
    /// What was given.
    pub input: String,
    /// What would have been understood.
    pub expected: &'static str,
}

macro_rules! number_id {
    ($(#[$doc:meta])* $name:ident, $kind:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(input: &str) -> Result<Self, IdError> {
                input.parse().map(Self).map_err(|_| IdError {
                    kind: $kind,
                    input: input.to_owned(),
                    expected: "a whole number",
                })
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id)
            }
        }

        impl TryFrom<U256> for $name {
            type Error = IdError;

            fn try_from(id: U256) -> Result<Self, IdError> {
                u64::try_from(id).map(Self).map_err(|_| IdError {
                    kind: $kind,
                    input: id.to_string(),
                    expected: "a number below 2^64, which is all that the contracts hand out",
                })
            }
        }

        impl From<$name> for U256 {
            fn from(id: $name) -> Self {
                U256::from(id.0)
            }
        }
    };
}

number_id!(
    /// Terms at which content is licensed: the content's number, and the number that its creator chose for the offer.
    OfferId,
    "offer id"
);
number_id!(
    /// A license: the ERC-721 token id.
    LicenseId,
    "license id"
);
number_id!(
    /// Money held for one license. The first payment of a license has the license's id.
    PaymentId,
    "payment id"
);
number_id!(
    /// A dispute.
    DisputeId,
    "dispute id"
);
number_id!(
    /// A version of a meter's keys.
    MeterId,
    "meter id"
);
number_id!(
    /// A version of a licensee's keys.
    ProfileId,
    "profile id"
);
number_id!(
    /// A version of who shares a payment.
    SplitId,
    "split id"
);
number_id!(
    /// A version of the platform's fee.
    FeeId,
    "fee id"
);

impl OfferId {
    /// Bits of the number that a creator chooses.
    pub const NONCE_BITS: u32 = 20;

    /// The offer with a `nonce` of its creator's choice, below 2^20, for the content with a number.
    /// `None`: the nonce is too large.
    #[must_use]
    pub const fn of(content_no: u32, nonce: u32) -> Option<Self> {
        if nonce >> Self::NONCE_BITS != 0 {
            return None;
        }
        Some(Self((content_no as u64) << Self::NONCE_BITS | nonce as u64))
    }

    /// Counts content from 1; see `ContentRegistered`. What is beyond 32 bits belongs to no content and is cut off.
    #[must_use]
    pub const fn content_no(self) -> u32 {
        (self.0 >> Self::NONCE_BITS) as u32
    }

    /// Chosen by the creator, once per content.
    #[must_use]
    pub const fn nonce(self) -> u32 {
        self.0 as u32 & ((1 << Self::NONCE_BITS) - 1)
    }
}

impl LicenseId {
    /// What was paid for the first period, or for all of it.
    #[must_use]
    pub const fn payment_id(self) -> PaymentId {
        PaymentId(self.0)
    }

    /// The performance bond, where the offer asks for one.
    #[must_use]
    pub const fn bond_payment_id(self) -> PaymentId {
        PaymentId(self.0 + 1)
    }
}

/// Content: keccak256(abi.encode(chainid, registry, creator, contentHash)).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentId(pub B256);

impl fmt::Display for ContentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ContentId {
    type Err = IdError;

    fn from_str(input: &str) -> Result<Self, IdError> {
        input.parse().map(Self).map_err(|_| IdError {
            kind: "content id",
            input: input.to_owned(),
            expected: "0x and 64 hex digits",
        })
    }
}

/// The domain of one metering chain: chain, tracker, license, content, lane and epoch hashed to 248 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Context(pub U256);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_that_is_no_number_says_what_was_expected() {
        let error = "seven".parse::<LicenseId>().unwrap_err();
        assert_eq!(error.to_string(), "`seven` is not a license id: expected a whole number");
    }

    #[test]
    fn an_offer_id_is_the_contents_number_and_the_creators() {
        let id = OfferId::of(7, 0xf_ffff).unwrap();
        assert_eq!((id.0, id.content_no(), id.nonce()), ((7 << 20) + 0xf_ffff, 7, 0xf_ffff));
        assert_eq!(OfferId::of(7, 1 << 20), None);
        assert_eq!(OfferId::of(u32::MAX, 0).unwrap().content_no(), u32::MAX);
    }

    #[test]
    fn a_chain_id_above_64_bits_is_refused() {
        assert!(LicenseId::try_from(U256::MAX).is_err());
        assert_eq!(LicenseId::try_from(U256::from(7)).unwrap(), LicenseId(7));
    }
}
