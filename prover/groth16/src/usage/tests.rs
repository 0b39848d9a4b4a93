use super::*;
use alloy_primitives::U256;
use statement::{Accumulator, Event, SecretKey, call_hash, usage::Window};

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;

fn events(count: usize) -> Vec<Event> {
    (0..count as u64)
        .map(|i| Event {
            time: START + i * i,
            units: (i * 37 % 1000) as u16,
            call: call_hash(CTX, b"GET", &[i as u8; 32]),
        })
        .collect()
}

fn after(before: &Accumulator, events: &[Event]) -> Accumulator {
    let mut chain = before.clone();
    for event in events {
        chain.step(event).unwrap();
    }
    chain
}

/// An honest witness for the events `skip..skip + count` of one chain.
pub(crate) fn witness(skip: usize, count: usize) -> UsageWitness {
    let all = events(skip + count);
    let (old, new) = all.split_at(skip);
    let before = after(&Accumulator::genesis(CTX), old);
    let meter = SecretKey::derive(&[1; 32], "meter");
    let head = after(&before, new).head();
    UsageWitness {
        licensee: SecretKey::derive(&[2; 32], "licensee"),
        before,
        events: new.to_vec(),
        meter: meter.public(),
        meter_signature: meter.sign(head),
        window: Window::new(new[0].time, new[count - 1].time).unwrap(),
    }
}

#[test]
fn honest_witnesses_satisfy_and_the_size_is_known() {
    let shape = Usage::shape();
    assert_eq!((shape.rows(), shape.inputs), (14_547, INPUTS + 1));
    for (skip, count) in [(0, 1), (0, 64), (0, 128), (5, 128), (23, 128), (24, 128), (48, 1), (47, 2)] {
        let (assignment, _) = witness(skip, count).assign().unwrap();
        let assigned = Usage::assign(&assignment);
        assert_eq!(assigned.0.len(), shape.variables);
        assert_eq!(shape.broken_rule(&assigned.0), None, "{skip} + {count}");
    }
}
