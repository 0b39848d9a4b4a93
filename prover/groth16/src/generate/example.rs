//! The public witnesses' assignments and proofs, pinned for tests in other languages and for readers.

use alloy_primitives::U256;
use statement::{
    field::{Fr, from_fr},
    usage::Capacity,
};

use crate::{compliance, format::instance::example, key_delivery, proof::Proof, usage};

const HONEST: &str = "the example is honest";

pub(super) fn usage(capacity: Capacity) -> usage::Assignment {
    example::usage().assign(capacity).expect(HONEST).0
}

pub(super) fn key_delivery() -> key_delivery::Assignment {
    let witness = example::key_delivery();
    let inputs = witness.public_inputs().expect(HONEST);
    key_delivery::Assignment::honest(&witness, &inputs).expect(HONEST)
}

pub(super) fn compliance() -> compliance::Assignment {
    let witness = example::compliance();
    let inputs = witness.public_inputs().expect(HONEST);
    compliance::Assignment::fill_in(&witness, &inputs).expect(HONEST)
}

/// `{"inputs": [...], "proof": [...]}`, numbers as 0x strings in the verifier's order.
pub(super) fn to_json(proof: &Proof, inputs: &[Fr]) -> String {
    let words = |values: Vec<U256>| values.into_iter().map(|v| format!("{v:#066x}")).collect();
    let inputs: Vec<String> = words(inputs.iter().copied().map(from_fr).collect());
    let proof: Vec<String> = words(proof.to_calldata().to_vec());
    let mut json = serde_json::to_string_pretty(&serde_json::json!({ "inputs": inputs, "proof": proof }))
        .expect("strings serialize");
    json.push('\n');
    json
}
