//! Proving and verifying, key warm, witness included. `make bench` runs it.

use alloy_primitives::U256;
use datavault_groth16::{Prover, UsageWitness};
use divan::Bencher;
use statement::{Accumulator, Event, SecretKey, call_hash, compliance, key_delivery, usage::Window};

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

/// A limit on the units of that batch.
fn limit() -> compliance::Witness {
    let batch = full_batch();
    let mut state = batch.before;
    for event in &batch.events {
        state.step(event).expect("times grow by a second");
    }
    compliance::Witness {
        licensee: batch.licensee,
        state,
        meter: batch.meter,
        meter_signature: batch.meter_signature,
        max_allowed: 1_000,
    }
}

/// A prover with development keys, made on first use in a folder that the other benches share.
fn prover() -> Prover {
    let folder = std::env::temp_dir().join("datavault-bench-keys");
    Prover::load_or_generate(&folder, DEV_CHAIN).expect("development keys can be made")
}

#[divan::bench]
fn load_all_keys(bencher: Bencher<'_, '_>) {
    drop(prover());
    bencher.bench_local(prover);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn prove_128_events(bencher: Bencher<'_, '_>) {
    let (prover, batch) = (prover(), full_batch());
    bencher.bench_local(|| prover.prove_usage(&batch));
}

#[divan::bench]
fn verify_128_events(bencher: Bencher<'_, '_>) {
    let prover = prover();
    let (proof, inputs) = prover.prove_usage(&full_batch()).expect("an honest batch is provable");
    bencher.bench_local(|| prover.verify_usage(&inputs, &proof));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn prove_a_key_delivery(bencher: Bencher<'_, '_>) {
    let prover = prover();
    let recipient = SecretKey::derive(&SEED, "bench/licensee").public();
    let (_, delivery) = key_delivery::encrypt(&[0x42; 32], &recipient, CTX, &mut rand::rngs::OsRng)
        .expect("a valid key can be encrypted to");
    bencher.bench_local(|| prover.prove_key_delivery(&delivery));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn prove_compliance(bencher: Bencher<'_, '_>) {
    let (prover, limit) = (prover(), limit());
    bencher.bench_local(|| prover.prove_compliance(&limit));
}

#[divan::bench]
fn verify_compliance(bencher: Bencher<'_, '_>) {
    let prover = prover();
    let (proof, inputs) = prover.prove_compliance(&limit()).expect("an honest limit is provable");
    bencher.bench_local(|| prover.verify_compliance(&inputs, &proof));
}

fn main() {
    divan::main();
}
