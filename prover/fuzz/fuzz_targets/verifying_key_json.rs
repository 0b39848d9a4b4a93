//! Verifying keys, snarkjs's and ours: what is read can be written again.
#![no_main]

use groth16::{CircuitId, VerifyingKey, format::json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(key) = json::read_verifying_key(bytes, CircuitId::Compliance) {
        let text = json::verifying_key(&key).expect("its points were checked");
        assert_eq!(json::read_verifying_key(text.as_bytes(), CircuitId::Compliance).ok(), Some(key));
    }
    if let Some(key) = std::str::from_utf8(bytes).ok().and_then(|text| VerifyingKey::from_json(text).ok()) {
        // Its points were not checked: that may fail, and must not panic.
        let _ = json::verifying_key(&key);
        let _ = key.digest();
    }
});
