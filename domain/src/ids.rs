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
    /// A version of the terms at which content is licensed.
    OfferId,
    "offer id"
);
number_id!(
    /// A license: the ERC-721 token id.
    LicenseId,
    "license id"
);
number_id!(
    /// Money held for one license.
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
    fn a_chain_id_above_64_bits_is_refused() {
        assert!(LicenseId::try_from(U256::MAX).is_err());
        assert_eq!(LicenseId::try_from(U256::from(7)).unwrap(), LicenseId(7));
    }
}
