//! What is licensed and at which terms.

use alloy_primitives::{Address, B256};
use serde::{Deserialize, Serialize};

use crate::{Amount, ContentId, SplitId, Token};

/// A number that stands for nothing in an enumeration of the contracts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} is no {kind}")]
pub struct UnknownCode {
    /// The enumeration.
    pub kind: &'static str,
    /// The number met.
    pub code: u8,
}

/// Defines an enumeration of the contracts with its on-chain numbers and its one spelling in JSON, tables and flags.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident, $kind:literal { $($(#[$vdoc:meta])* $variant:ident = $code:literal $text:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant),+ }

        impl $name {
            /// Every value, in on-chain order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The number that the contracts use.
            #[must_use]
            pub const fn code(self) -> u8 {
                match self { $(Self::$variant => $code),+ }
            }

            /// The spelling in JSON, tables and flags.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }
        }

        impl TryFrom<u8> for $name {
            type Error = UnknownCode;

            fn try_from(code: u8) -> Result<Self, UnknownCode> {
                match code { $($code => Ok(Self::$variant),)+ _ => Err(UnknownCode { kind: $kind, code }) }
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::str::FromStr for $name {
            type Err = crate::IdError;

            fn from_str(input: &str) -> Result<Self, crate::IdError> {
                match input {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(crate::IdError {
                        kind: $kind,
                        input: input.to_owned(),
                        expected: concat!("one of", $(" ", $text),+),
                    }),
                }
            }
        }
    };
}

coded!(
    /// What the plaintext is.
    ContentKind, "content kind" {
        /// One file.
        File = 0 "file",
        /// A manifest that lists other content.
        Collection = 1 "collection",
    }
);
coded!(
    /// Whether new licenses may be bought.
    ContentStatus, "content status" {
        /// Yes.
        Active = 1 "active",
        /// Not now.
        Suspended = 2 "suspended",
        /// Never again.
        Retired = 3 "retired",
    }
);
coded!(
    /// When the price is paid and what it buys.
    OfferKind, "offer kind" {
        /// A prepaid deposit, drawn by the metered unit.
        PerUse = 0 "per_use",
        /// A price per period.
        Subscription = 1 "subscription",
        /// A price, once.
        Perpetual = 2 "perpetual",
        /// A price for a collection.
        Bundle = 3 "bundle",
    }
);
coded!(
    /// How content reaches the buyer.
    Delivery, "delivery" {
        /// The meter serves it and keeps the key.
        Served = 0 "served",
        /// The key is delivered with a proof.
        Key = 1 "key",
    }
);
coded!(
    /// When held money may leave towards the payees.
    ReleaseRule, "release rule" {
        /// Unit by unit, as use is settled.
        Metered = 0 "metered",
        /// Evenly over time.
        Linear = 1 "linear",
        /// At once, a dispute window after delivery.
        Cliff = 2 "cliff",
    }
);
coded!(
    /// Where a payment stands. It only moves forward.
    PaymentState, "payment state" {
        /// The escrow holds it; nothing was delivered, or it is drawn unit by unit.
        Held = 1 "held",
        /// The key was delivered and the dispute window runs.
        Delivered = 2 "delivered",
        /// Nothing is left in it: all went to payees and fee, or (metered, linear) the rest to the payer.
        Closed = 3 "closed",
        /// Nothing is left in it: all went back to the payer, before delivery or by a ruling.
        Refunded = 4 "refunded",
    }
);
coded!(
    /// Where a dispute stands. It only moves forward.
    DisputeState, "dispute state" {
        /// The other side may answer; a program or, later, the arbitrator decides.
        Filed = 1 "filed",
        /// Before an ERC-792 arbitrator.
        Escalated = 2 "escalated",
        /// Ruled; the loser may still appeal, then anyone executes.
        Ruled = 3 "ruled",
        /// Before the appeal arbitrator.
        Appealed = 4 "appealed",
        /// Carried out, or timed out.
        Executed = 5 "executed",
    }
);
coded!(
    /// What a party complains of.
    DisputeKind, "dispute kind" {
        /// The key did not come in time.
        NonDelivery = 0 "non_delivery",
        /// More was used than bought.
        UsageExceeded = 1 "usage_exceeded",
        /// Use was not paid for.
        NonPayment = 2 "non_payment",
        /// The plaintext is not what was registered.
        ContentMismatch = 3 "content_mismatch",
        /// Use without a license.
        UnauthorizedAccess = 4 "unauthorized_access",
    }
);
coded!(
    /// What was decided.
    Ruling, "ruling" {
        /// Refused or timed out: nothing moves.
        None = 0 "none",
        /// For the creator.
        Creator = 1 "creator",
        /// For the licensee.
        Licensee = 2 "licensee",
    }
);
coded!(
    /// A permitted use. Its number is the bit in `usage_bits`.
    Usage, "usage" {
        /// Train a model from scratch.
        Train = 0 "train",
        /// Fine-tune a model.
        FineTune = 1 "fine_tune",
        /// Use as input at inference.
        Inference = 2 "inference",
        /// Retrieve passages at run time.
        Retrieval = 3 "retrieval",
        /// Build a search index.
        Index = 4 "index",
        /// Use commercially.
        Commercial = 5 "commercial",
        /// Publish derivatives.
        Derivatives = 6 "derivatives",
        /// Pass on copies.
        Redistribute = 7 "redistribute",
    }
);

impl Usage {
    /// The permitted uses of on-chain bits. Bits without a name are left out: unknown terms never widen a license.
    #[must_use]
    pub fn from_bits(bits: u32) -> Vec<Self> {
        Self::ALL.iter().copied().filter(|usage| bits & (1 << usage.code()) != 0).collect()
    }

    /// The on-chain bits of some permitted uses.
    #[must_use]
    pub fn to_bits(uses: &[Self]) -> u32 {
        uses.iter().fold(0, |bits, usage| bits | 1 << usage.code())
    }
}

/// A share of what a creator earns.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payee {
    /// Who is paid.
    pub account: Address,
    /// Ten-thousandths.
    pub share_bps: u16,
}

/// The terms at which content is licensed: all that an offer's digest covers, in its order. See `Offer` in
/// `contracts/src/interfaces/ILicenseManager.sol`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferTerms {
    /// What is licensed.
    pub content_id: ContentId,
    /// Chosen by the creator, once per content: the lower part of the offer's id. Below 2^20.
    pub nonce: u32,
    /// What is paid when.
    pub kind: OfferKind,
    /// How it reaches the buyer.
    pub delivery: Delivery,
    /// Whether a license may be sold on.
    pub transferable: bool,
    /// The only licensee who may buy; zero: anyone.
    pub buyer: Address,
    /// What the price is counted in.
    pub token: Token,
    /// Base units for one license, or one period of a subscription; zero for per-use.
    pub price: Amount,
    /// Base units for one metered unit; zero unless per-use.
    pub unit_price: Amount,
    /// Units included (subscription: per period); zero: not limited. Zero for per-use: the order says how many.
    pub units: u64,
    /// Base units for each unit above `units`, drawn from the bond; zero: none may be above.
    pub overage_price: Amount,
    /// Performance bond in base units; zero: none.
    pub bond: Amount,
    /// A fetch of up to this many bytes is one unit; zero: any fetch is one.
    pub unit_bytes: u32,
    /// The most units one metered event may carry.
    pub max_units_per_event: u16,
    /// Seconds a license lasts, or a period of a subscription; zero: for ever.
    pub duration_secs: u32,
    /// Seconds the meter has to deliver the key.
    pub delivery_window_secs: u32,
    /// Seconds between delivery and release.
    pub dispute_window_secs: u32,
    /// Seconds after expiry in which use may still be settled.
    pub settlement_grace_secs: u32,
    /// How many licenses may be sold; zero: no limit.
    pub supply: u32,
    /// Unix seconds, last second included; zero: no limit.
    pub valid_until: u64,
    /// See [`Usage`].
    pub usage_bits: u32,
    /// ERC-2981 royalty of a transferable license; otherwise zero.
    pub royalty_bps: u16,
    /// Who is paid.
    pub split_id: SplitId,
    /// Who rules what no program can decide: an ERC-792 contract, or an account that rules directly.
    pub arbitrator: Address,
    /// SHA-256 of the legal terms.
    pub terms_hash: B256,
    /// keccak256(abi.encode(BundleItem[])) of a bundle's items; otherwise zero.
    pub items_hash: B256,
}

/// One content of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BundleItem {
    /// Which content.
    pub content_id: ContentId,
    /// Metered units included for it; zero: not limited. The meter keeps to it item by item.
    pub units: u64,
}

impl OfferTerms {
    /// Units that a fetch of `bytes` counts for: one per started `unit_bytes`, at least one.
    #[must_use]
    pub fn units_for(&self, bytes: u64) -> u64 {
        if self.unit_bytes == 0 { 1 } else { bytes.div_ceil(u64::from(self.unit_bytes)).max(1) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_spellings_round_trip() {
        for kind in OfferKind::ALL {
            assert_eq!(OfferKind::try_from(kind.code()).unwrap(), *kind);
            assert_eq!(kind.as_str().parse::<OfferKind>().unwrap(), *kind);
            assert_eq!(serde_json::to_string(kind).unwrap(), format!("\"{kind}\""));
        }
        assert_eq!(OfferKind::try_from(9).unwrap_err().to_string(), "9 is no offer kind");
    }

    #[test]
    fn unknown_usage_bits_never_widen_a_license() {
        assert_eq!(Usage::from_bits(0b1000_0000_0101), [Usage::Train, Usage::Inference]);
        assert_eq!(Usage::to_bits(&[Usage::Train, Usage::Inference]), 0b101);
    }
}
