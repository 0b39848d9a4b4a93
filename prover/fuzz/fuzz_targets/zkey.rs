//! Proving keys: what is read can be walked through and checked.
#![no_main]

use groth16::format::zkey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(key) = zkey::read(bytes) else { return };
    assert!(key.domain.is_power_of_two() && key.public < key.variables);
    let read = key.coefficients.iter().count();
    assert_eq!(read, key.coefficients.len());
    // Checking takes a pairing's time for each point of G2.
    if key.variables < 64 {
        let _ = key.check();
    }
});
