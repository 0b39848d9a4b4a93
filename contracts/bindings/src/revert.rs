//! Why a contract refused, in plain sentences.

mod sentence;

use core::fmt;

use alloy::{
    primitives::{Bytes, hex},
    sol_types::{Panic, PanicKind, Revert, SolError},
};

/// Why a contract refused a call: the Solidity error's name, and a sentence that names the field, the value and,
/// where there is one, the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevertReason {
    name: Box<str>,
    sentence: Box<str>,
    data: Bytes,
}

impl RevertReason {
    /// Understands what a reverted call returned. Never fails: unknown data is quoted.
    #[must_use]
    pub fn decode(data: &[u8]) -> Self {
        let (name, sentence) = if data.is_empty() {
            (
                "".to_owned(),
                "the call was refused without a reason: is the contract deployed at this address?".to_owned(),
            )
        } else if let Ok(revert) = Revert::abi_decode(data) {
            ("Error".to_owned(), format!("the call was refused: {}", revert.reason()))
        } else if let Ok(panic) = Panic::abi_decode(data) {
            let kind = panic.kind().unwrap_or(PanicKind::Generic);
            ("Panic".to_owned(), format!("the contract failed an internal check ({kind}): please report this"))
        } else if let Some((signature, sentence)) = sentence::of(data) {
            (signature.split('(').next().unwrap_or(signature).to_owned(), sentence)
        } else {
            (
                String::new(),
                format!(
                    "the call was refused with data this program does not know: 0x{}. Is it older than the contracts?",
                    hex::encode(data)
                ),
            )
        };
        Self { name: name.into(), sentence: sentence.into(), data: Bytes::copy_from_slice(data) }
    }

    /// The Solidity error's name, e.g. `NotRefundableYet`; empty if it is unknown.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is the Solidity error of this name.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        &*self.name == name
    }

    /// What the contract returned.
    #[must_use]
    pub const fn data(&self) -> &Bytes {
        &self.data
    }
}

impl fmt::Display for RevertReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence)
    }
}

impl std::error::Error for RevertReason {}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{U256, aliases::U40},
        sol_types::Revert,
    };

    use super::*;
    use crate::abi::{PaymentEscrow, erc::Erc20};

    #[test]
    fn a_refund_too_early_says_when() {
        let data =
            PaymentEscrow::NotRefundableYet { paymentId: U256::from(42), refundableAt: U40::from(1_772_323_200) };
        let reason = RevertReason::decode(&data.abi_encode());
        assert_eq!(reason.name(), "NotRefundableYet");
        assert_eq!(reason.to_string(), "payment 42 is not refundable before 2026-03-01T00:00:00Z");
    }

    #[test]
    fn too_little_balance_says_how_much_is_missing() {
        let data = Erc20::ERC20InsufficientBalance {
            sender: alloy::primitives::Address::ZERO,
            balance: U256::from(3),
            needed: U256::from(10),
        };
        let sentence = RevertReason::decode(&data.abi_encode()).to_string();
        assert!(sentence.contains("7 base units are missing"), "{sentence}");
    }

    #[test]
    fn strings_panics_and_unknown_data_are_told() {
        let revert = RevertReason::decode(&Revert::from("no").abi_encode());
        assert_eq!(revert.to_string(), "the call was refused: no");
        let panic = RevertReason::decode(&Panic::from(0x11_u64).abi_encode());
        assert!(panic.to_string().contains("overflow"), "{panic}");
        assert!(RevertReason::decode(&[1, 2, 3, 4]).to_string().contains("0x01020304"));
        assert!(RevertReason::decode(&[]).to_string().contains("deployed"));
    }
}
