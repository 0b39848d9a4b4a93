//! Proving and verifying, key warm, witness included. `make bench` runs it.

use alloy_primitives::U256;
use criterion::{Criterion, criterion_group, criterion_main};
use datavault_groth16::{Prover, UsageWitness};
use statement::{Accumulator, Event, SecretKey, call_hash, key_delivery, usage::Window};

const DEV_CHAIN: u64 = 31_337;
const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];

/// A full batch after genesis.
fn full_batch() -> UsageWitness {
    let before = Accumulator::genesis(CTX);
    let mut after = before.clone();
    let events: Vec<Event> = (0..128u64)
        .map(|i| Event { time: START + i, units: 1, call: call_hash(CTX, b"GET /content", &[i as u8; 32]) })
        .collect();
    for event in &events {
        after.step(event).expect("times grow by a second");
    }
    let meter = SecretKey::derive(&SEED, "bench/meter");
    UsageWitness {
        licensee: SecretKey::derive(&SEED, "bench/licensee"),
        before,
        events,
        meter: meter.public(),
        meter_signature: meter.sign(after.head()),
        window: Window::new(START, START + 3600).expect("an hour is a window"),
    }
}

fn proving(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let prover = Prover::load_or_generate(folder.path(), DEV_CHAIN).expect("development keys can be made");
    criterion.bench_function("load both keys", |bencher| {
        bencher.iter(|| Prover::load_or_generate(folder.path(), DEV_CHAIN).expect("the keys were just made"));
    });

    let usage = full_batch();
    let (proof, inputs) = prover.prove_usage(&usage).expect("an honest batch is provable");
    criterion.bench_function("prove 128 events", |bencher| bencher.iter(|| prover.prove_usage(&usage)));
    criterion.bench_function("verify 128 events", |bencher| bencher.iter(|| prover.verify_usage(&inputs, &proof)));

    let recipient = SecretKey::derive(&SEED, "bench/licensee").public();
    let (_, delivery) = key_delivery::encrypt(&[0x42; 32], &recipient, CTX, &mut rand::rngs::OsRng)
        .expect("a valid key can be encrypted to");
    criterion.bench_function("prove a key delivery", |bencher| bencher.iter(|| prover.prove_key_delivery(&delivery)));
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = proving
}
criterion_main!(benches);
