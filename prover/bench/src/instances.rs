//! Witnesses that fill their circuits: every slot of a usage proof holds an event.

use alloy_primitives::U256;
use groth16::{CircuitId, UsageWitness, format::Instance};
use statement::{
    Accumulator, Event, SecretKey, call_hash, compliance,
    usage::{Capacity, Window},
};

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];

/// A witness of a circuit that leaves nothing empty.
pub fn full(circuit: CircuitId) -> Instance {
    match circuit {
        CircuitId::Usage128 => Instance::Usage(Capacity::Events128, usage(Capacity::Events128)),
        CircuitId::Usage1024 => Instance::Usage(Capacity::Events1024, usage(Capacity::Events1024)),
        CircuitId::Compliance => Instance::Compliance(limit()),
        CircuitId::KeyDelivery => Instance::example(circuit),
    }
}

/// As many events as fit, resumed in the middle of a block.
fn usage(capacity: Capacity) -> UsageWitness {
    let event = |i: u64| Event {
        time: START + 37 * i,
        units: (i * 911) as u16,
        call: call_hash(CTX, b"GET /content", &[i as u8; 32]),
    };
    let mut before = Accumulator::genesis(CTX);
    (0..10).for_each(|i| before.step(&event(i)).map(|_| ()).expect("times grow"));
    let events: Vec<_> = (10..10 + capacity.events() as u64).map(event).collect();
    let mut after = before.clone();
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

fn limit() -> compliance::Witness {
    let batch = usage(Capacity::Events128);
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
