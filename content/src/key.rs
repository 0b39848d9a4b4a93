//! The content key: one fresh age X25519 identity per content.

use std::fmt;

use age::secrecy::ExposeSecret;
use bech32::primitives::decode::CheckedHrpstring;
use bech32::{Bech32, Hrp};
use zeroize::{Zeroize, Zeroizing};

const IDENTITY_PREFIX: &str = "age-secret-key-";

/// The 32 bytes that open a content's ciphertext, and that the on-chain `keyCommitment` binds.
///
/// # Invariants
/// - bytes round-trip exactly: X25519 clamps while it computes, never in what is stored
/// - the bytes are wiped on drop and never printed by `Debug`
#[derive(Clone)]
pub struct ContentKey(Zeroizing<[u8; 32]>);

/// Why a text is not a content key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// Not an age identity; the text itself is withheld, since it may be almost a secret.
    #[error("the text is not an age X25519 identity; pass one line that begins with AGE-SECRET-KEY-1")]
    NotAnIdentity,
}

impl ContentKey {
    /// A fresh key from the operating system's randomness.
    pub fn generate() -> Self {
        let encoded = age::x25519::Identity::generate().to_string();
        Self::from_identity(encoded.expose_secret()).expect("age encodes an identity as 32 bytes of bech32")
    }

    /// The key made of these bytes; any 32 bytes are a valid X25519 secret.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The bytes that `keyCommitment` opens.
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        self.0.clone()
    }

    /// Reads `AGE-SECRET-KEY-1…`, as `age-keygen` prints it.
    pub fn from_identity(text: &str) -> Result<Self, KeyError> {
        let parsed = CheckedHrpstring::new::<Bech32>(text.trim()).map_err(|_| KeyError::NotAnIdentity)?;
        if !parsed.hrp().as_str().eq_ignore_ascii_case(IDENTITY_PREFIX) {
            return Err(KeyError::NotAnIdentity);
        }
        let mut bytes = Zeroizing::new([0_u8; 32]);
        let mut decoded = parsed.byte_iter();
        for slot in bytes.iter_mut() {
            *slot = decoded.next().ok_or(KeyError::NotAnIdentity)?;
        }
        match decoded.next() {
            None => Ok(Self(bytes)),
            Some(_) => Err(KeyError::NotAnIdentity),
        }
    }

    /// `AGE-SECRET-KEY-1…`: saved to a file, `age -d -i <file>` opens the content with it.
    pub fn to_identity(&self) -> Zeroizing<String> {
        let prefix = Hrp::parse_unchecked(IDENTITY_PREFIX);
        let mut lower =
            bech32::encode_lower::<Bech32>(prefix, self.0.as_slice()).expect("32 bytes fit a bech32 string");
        let upper = Zeroizing::new(lower.to_ascii_uppercase());
        lower.zeroize();
        upper
    }

    /// The public half, `age1…`: whoever knows only this can seal but not open.
    pub fn recipient(&self) -> String {
        self.age_identity().to_public().to_string()
    }

    pub(crate) fn age_identity(&self) -> age::x25519::Identity {
        self.to_identity().parse().expect("age parses the identity that we encoded")
    }
}

impl fmt::Debug for ContentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ContentKey(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn bytes_round_trip_exactly(bytes: [u8; 32]) {
            let key = ContentKey::from_bytes(bytes);
            prop_assert_eq!(*key.to_bytes(), bytes);
            prop_assert_eq!(*ContentKey::from_identity(&key.to_identity()).unwrap().to_bytes(), bytes);
            let age_text = key.age_identity().to_string();
            prop_assert_eq!(age_text.expose_secret(), &**key.to_identity());
        }
    }

    #[test]
    fn debug_never_prints_the_bytes() {
        let key = ContentKey::from_bytes([0xAB; 32]);
        assert_eq!(format!("{key:?}"), "ContentKey(redacted)");
    }

    #[test]
    fn generated_keys_differ() {
        let (a, b) = (ContentKey::generate(), ContentKey::generate());
        assert_ne!(*a.to_bytes(), *b.to_bytes());
        assert!(a.recipient().starts_with("age1"));
    }

    #[test]
    fn other_texts_are_refused() {
        let key = ContentKey::generate();
        let longer = bech32::encode_lower::<Bech32>(Hrp::parse_unchecked(IDENTITY_PREFIX), &[7; 33]).unwrap();
        let shorter = bech32::encode_lower::<Bech32>(Hrp::parse_unchecked(IDENTITY_PREFIX), &[7; 31]).unwrap();
        for text in ["", "hello", &key.recipient(), &longer, &shorter] {
            assert!(ContentKey::from_identity(text).is_err(), "{text}");
        }
    }
}
