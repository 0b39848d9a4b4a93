//! Proofs and public inputs: what is read is canonical, so that writing it again changes nothing.
#![no_main]

use groth16::{Proof, format::json};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(proof) = json::read_proof(bytes) {
        assert_eq!(json::read_proof(json::proof(&proof).as_bytes()).ok(), Some(proof.clone()));
        assert_eq!(Proof::from_calldata(proof.to_calldata()), Ok(proof));
    }
    if let Ok(inputs) = json::read_public(bytes) {
        assert_eq!(json::read_public(json::public(&inputs).as_bytes()).ok(), Some(inputs));
    }
});
