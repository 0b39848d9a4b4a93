//! Witnesses: no more values than bytes.
#![no_main]

use groth16::format::wtns;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(witness) = wtns::read(bytes) {
        assert!(witness.values().len() * 32 < bytes.len());
    }
});
