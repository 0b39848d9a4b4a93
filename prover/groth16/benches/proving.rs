//! Proving and verifying, key warm, witness included. `make bench` runs it.

use alloy_primitives::U256;
use datavault_groth16::{CircuitId, Prover, UsageWitness};
use divan::Bencher;
use statement::{
    Accumulator, Event, SecretKey, call_hash, compliance, key_delivery,
    usage::{Capacity, Window},
};

const DEV_CHAIN: u64 = 31_337;
const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];

/// As many events as fit, after genesis.
fn full_batch(capacity: Capacity) -> UsageWitness {
    let before = Accumulator::genesis(CTX);
    let mut after = before.clone();
    let call = |i: u64| call_hash(CTX, b"GET /content", &[i as u8; 32]);
    let events: Vec<Event> = (0..capacity.events() as u64)
        .map(|i| Event { time: START + 37 * i, units: (i * 911) as u16, call: call(i) })
        .collect();
    after.extend(&events).expect("times grow");
    let meter = SecretKey::derive(&SEED, "bench/meter");
    UsageWitness {
        licensee: SecretKey::derive(&SEED, "bench/licensee"),
        before,
        events,
        meter: meter.public(),
        meter_signature: meter.sign(after.head()),
        window: Window::new(START, START + 86_400).expect("a day is a window"),
    }
}

/// A limit on the units of that batch.
fn limit() -> compliance::Witness {
    let batch = full_batch(Capacity::Events128);
    let mut state = batch.before;
    state.extend(&batch.events).expect("times grow");
    compliance::Witness {
        licensee: batch.licensee,
        state,
        meter: batch.meter,
        meter_signature: batch.meter_signature,
        max_allowed: u64::MAX,
    }
}

/// A prover with development keys, made on first use in a folder that the other benches share.
fn prover() -> Prover {
    let folder = std::env::temp_dir().join("datavault-bench-keys");
    Prover::load_or_generate(&folder, DEV_CHAIN).expect("development keys can be made")
}

#[divan::bench(args = CircuitId::ALL)]
fn load_key(bencher: Bencher<'_, '_>, circuit: CircuitId) {
    prover().load(circuit).expect("development keys can be made");
    bencher.with_inputs(prover).bench_local_values(|prover| prover.load(circuit).map(|()| prover));
}

#[divan::bench(args = [128, 1024], sample_count = 10, sample_size = 1)]
fn prove_events(bencher: Bencher<'_, '_>, events: usize) {
    let capacity = Capacity::fitting(events).expect("a circuit holds so many");
    let (prover, batch) = (prover(), full_batch(capacity));
    prover.load(capacity.into()).expect("development keys can be made");
    bencher.bench_local(|| prover.prove_usage(capacity, &batch));
}

#[divan::bench]
fn verify_128_events(bencher: Bencher<'_, '_>) {
    let (prover, capacity) = (prover(), Capacity::Events128);
    let (proof, inputs) = prover.prove_usage(capacity, &full_batch(capacity)).expect("an honest batch is provable");
    bencher.bench_local(|| prover.verify_usage(capacity, &inputs, &proof));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn prove_a_key_delivery(bencher: Bencher<'_, '_>) {
    let prover = prover();
    let recipient = SecretKey::derive(&SEED, "bench/licensee").public();
    let (_, delivery) = key_delivery::encrypt(&[0x42; 32], &recipient, CTX, &mut rand::rngs::OsRng)
        .expect("a valid key can be encrypted to");
    prover.load(CircuitId::KeyDelivery).expect("development keys can be made");
    bencher.bench_local(|| prover.prove_key_delivery(&delivery));
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn prove_compliance(bencher: Bencher<'_, '_>) {
    let (prover, limit) = (prover(), limit());
    prover.load(CircuitId::Compliance).expect("development keys can be made");
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
