//! Values as JSON shows them.

use alloy_primitives::U256;
use cid::multibase::{Base, encode};

/// A field element, head or context: `0x` and 64 hex digits.
pub(crate) fn word(value: U256) -> String {
    format!("{value:#066x}")
}

/// A binary CID as base32 text. Whatever bytes a contract let through have one.
pub(crate) fn cid(binary: &[u8]) -> String {
    encode(Base::Base32Lower, binary)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cid_is_rendered_as_any_ipfs_tool_does() {
        let text = "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku";
        let binary = cid::Cid::try_from(text).unwrap().to_bytes();
        assert_eq!(cid(&binary), text);
    }

    #[test]
    fn words_have_all_their_digits() {
        assert_eq!(word(U256::from(1)).len(), 66);
        assert!(word(U256::MAX).ends_with("ff"));
    }
}
