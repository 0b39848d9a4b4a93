//! Circuits: what is read can be evaluated.
#![no_main]

use groth16::format::{r1cs, wtns};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    // The bytes may be a circuit, a witness, or one behind the other.
    let Ok(circuit) = r1cs::read(bytes) else { return };
    assert!(circuit.public < circuit.wires);
    let values = wtns::read(include_bytes!("../seeds/wtns/sample"));
    let _ = circuit.broken_row(values.expect("the seed is a witness").values());
});
