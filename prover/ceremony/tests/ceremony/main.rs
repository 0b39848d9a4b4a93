//! Ceremonies at a small size: the worked example, snarkjs as referee, and forgeries.

mod common;
mod forgeries;
mod keys;
#[path = "../../../groth16/tests/interop/snarkjs.rs"]
#[expect(dead_code, clippy::unwrap_used, reason = "shared with the tests of the formats")]
mod snarkjs;
mod three_parties;
