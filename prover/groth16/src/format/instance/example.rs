//! Witnesses that everybody may know.

use alloy_primitives::U256;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statement::{
    Accumulator, Event, SecretKey, call_hash, compliance as limit, key_delivery as delivery, usage::Window,
};

use crate::usage::UsageWitness;

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const SEED: [u8; 32] = [7; 32];

fn event(i: u64) -> Event {
    Event { time: START + 60 * i, units: i as u16, call: call_hash(CTX, b"GET /content", &[i as u8; 32]) }
}

/// The state after so many events.
fn after(events: u64) -> Accumulator {
    let mut state = Accumulator::genesis(CTX);
    (0..events).for_each(|i| state.step(&event(i)).map(|_| ()).expect("the example's events are in order"));
    state
}

fn licensee() -> SecretKey {
    SecretKey::derive(&SEED, "example/licensee")
}

fn meter() -> SecretKey {
    SecretKey::derive(&SEED, "example/meter")
}

/// 30 events after a block with 10.
pub(crate) fn usage() -> UsageWitness {
    UsageWitness {
        licensee: licensee(),
        before: after(10),
        events: (10..40).map(event).collect(),
        meter: meter().public(),
        meter_signature: meter().sign(after(40).head()),
        window: Window::new(START, START + 3600).expect("an hour is a window"),
    }
}

/// At most 1,000 units behind the head after 40 events.
pub(crate) fn compliance() -> limit::Witness {
    let state = after(40);
    limit::Witness {
        licensee: licensee(),
        meter: meter().public(),
        meter_signature: meter().sign(state.head()),
        state,
        max_allowed: 1_000,
    }
}

/// A key delivered to the example's licensee.
pub(crate) fn key_delivery() -> delivery::Witness {
    let mut rng = ChaCha20Rng::from_seed(SEED);
    delivery::encrypt(&[0x42; 32], &licensee().public(), CTX, &mut rng).expect("the example is honest").1
}
