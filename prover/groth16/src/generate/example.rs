//! Witnesses that everybody may know, whose proofs are pinned for tests in other
//! languages and for readers.

use alloy_primitives::U256;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::{
    Accumulator, Event, SecretKey, call_hash, compliance as limit,
    field::{Fr, from_fr},
    key_delivery as delivery,
    usage::{Capacity, Window},
};

use crate::{
    compliance, key_delivery,
    proof::Proof,
    usage::{self, UsageWitness},
};

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];

fn event(i: u64) -> Event {
    Event { time: START + 60 * i, units: i as u16, call: call_hash(CTX, b"GET /content", &[i as u8; 32]) }
}

/// 30 events after a block with 10.
pub(super) fn usage(capacity: Capacity) -> usage::Assignment {
    let mut before = Accumulator::genesis(CTX);
    (0..10).for_each(|i| extend(&mut before, &event(i)));
    let events: Vec<Event> = (10..40).map(event).collect();
    let mut after = before.clone();
    events.iter().for_each(|event| extend(&mut after, event));
    let meter = SecretKey::derive(&SEED, "example/meter");
    let witness = UsageWitness {
        licensee: SecretKey::derive(&SEED, "example/licensee"),
        before,
        events,
        meter: meter.public(),
        meter_signature: meter.sign(after.head()),
        window: Window::new(START, START + 3600).expect("an hour is a window"),
    };
    witness.assign(capacity).expect("the example is honest").0
}

fn extend(chain: &mut Accumulator, event: &Event) {
    chain.step(event).expect("the example's events are in order");
}

/// A key delivered to the example's licensee.
pub(super) fn key_delivery() -> key_delivery::Assignment {
    let licensee = SecretKey::derive(&SEED, "example/licensee").public();
    let mut rng = ChaCha20Rng::from_seed(SEED);
    let honest = "the example is honest";
    let (_, witness) = delivery::encrypt(&[0x42; 32], &licensee, CTX, &mut rng).expect(honest);
    let inputs = witness.public_inputs().expect(honest);
    key_delivery::Assignment::honest(&witness, &inputs).expect(honest)
}

/// At most 1,000 units behind the head after 40 events.
pub(super) fn compliance() -> compliance::Assignment {
    let mut state = Accumulator::genesis(CTX);
    (0..40).for_each(|i| extend(&mut state, &event(i)));
    let meter = SecretKey::derive(&SEED, "example/meter");
    let witness = limit::Witness {
        licensee: SecretKey::derive(&SEED, "example/licensee"),
        meter: meter.public(),
        meter_signature: meter.sign(state.head()),
        state,
        max_allowed: 1_000,
    };
    let honest = "the example is honest";
    let inputs = witness.public_inputs().expect(honest);
    compliance::Assignment::fill_in(&witness, &inputs).expect(honest)
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
