use super::*;
use alloy_primitives::U256;
use statement::{
    Accumulator, Event, SecretKey, call_hash,
    usage::{Capacity, PublicInputs, Window},
};

const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);
const START: u64 = 1_800_000_000;
const C128: Capacity = Capacity::Events128;
const C1024: Capacity = Capacity::Events1024;

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
        let (assignment, _) = witness(skip, count).assign(C128).unwrap();
        let assigned = Usage::assign(&assignment);
        assert_eq!(assigned.0.len(), shape.variables);
        assert_eq!(shape.broken_rule(&assigned.0), None, "{skip} + {count}");
    }
}

#[test]
fn the_long_circuit_is_the_same_with_more_slots() {
    let shape = LongUsage::shape();
    assert_eq!((shape.rows(), shape.variables, shape.inputs), (63_311, 63_172, INPUTS + 1));
    assert!(shape.rows() + shape.inputs <= 1 << 16);
    for (skip, count) in [(0, 1), (0, 512), (7, 1024), (24, 1024)] {
        let (assignment, inputs) = witness(skip, count).assign(C1024).unwrap();
        let assigned = LongUsage::assign(&assignment);
        assert_eq!(shape.broken_rule(&assigned.0), None, "{skip} + {count}");
        assert_eq!(inputs, witness(skip, count).public_inputs().unwrap());
    }
    // A few forgeries, of events beyond the reach of the short circuit.
    let honest = witness(7, 1000).assign(C1024).unwrap().0;
    let refused = |rule: &str, change: fn(&mut Assignment)| {
        let mut assignment = honest.clone();
        change(&mut assignment);
        assert_eq!(shape.broken_rule(&LongUsage::assign(&assignment).0), Some(rule));
    };
    refused(AFTER, |a| {
        a.slots[900].1 -= 1;
        a.slots[901].1 += 1;
    });
    refused("the events are contiguous", |a| a.slots[800] = (false, 0));
    refused("the events are contiguous", |a| a.slots[1020].0 = true);
    refused("an event's time difference has 24 bits and its units 16", |a| a.slots[1010].1 = 1);
    refused("no event after windowEnd", |a| a.slots[1006].1 += 1);
}

#[test]
fn the_number_of_events_decides_before_anything_else() {
    for capacity in Capacity::ALL {
        let events = capacity.events();
        assert!(witness(0, events).assign(capacity).is_ok());
        let error = witness(0, events + 1).assign(capacity).err();
        assert_eq!(error, Some(WitnessError::TooManyEvents { events: events + 1, capacity: events }));
        let mut none = witness(0, 1);
        none.events.clear();
        assert_eq!(none.assign(capacity).err(), Some(WitnessError::NoEvents));
    }
    assert_eq!(Capacity::fitting(128), Some(C128));
    assert_eq!(Capacity::fitting(129), Some(C1024));
    assert_eq!(Capacity::fitting(1025), None);
}

#[test]
fn a_damaged_state_is_an_error() {
    let refused = |change: fn(&mut Accumulator)| {
        let mut witness = witness(3, 5);
        change(&mut witness.before);
        witness.assign(C128).err()
    };
    assert_eq!(refused(|state| state.total = u64::MAX), Some(WitnessError::Overflow));
    assert_eq!(refused(|state| state.seq = u64::MAX), Some(WitnessError::Overflow));
    assert_eq!(refused(|state| state.fill = 25), Some(WitnessError::Fill(25)));
    assert_eq!(refused(|state| state.fill = u8::MAX), Some(WitnessError::Fill(255)));
    for change in [
        (|state| state.base = U256::MAX) as fn(&mut Accumulator),
        |state| state.words = [U256::MAX; 4],
        |state| state.calls = U256::MAX,
        |state| state.ctx = U256::MAX,
        |state| state.fill = 0,
    ] {
        assert!(matches!(refused(change), Some(WitnessError::MeterSignature(_))));
    }
}

/// Public inputs of a witness, without the head afterwards.
fn witness_inputs(witness: &UsageWitness) -> PublicInputs {
    PublicInputs {
        ctx: witness.before.ctx,
        licensee_commitment: witness.licensee.public().commitment(),
        meter_key_hash: witness.meter.commitment(),
        head_before: witness.before.head(),
        head_after: U256::ZERO,
        window: witness.window,
        units: witness.events.iter().map(|e| u32::from(e.units)).sum(),
    }
}

/// The assignment of a witness whose rules nobody checked first.
fn unchecked(witness: &UsageWitness) -> Assignment {
    let after = after(&witness.before, &witness.events);
    let mut inputs = witness_inputs(witness);
    inputs.head_after = after.head();
    witness.fill_in(C128, &inputs, &after).unwrap()
}

/// Signs whatever head the witness leads to: the meter is in on the forgery.
fn resign(witness: &mut UsageWitness) {
    let meter = SecretKey::derive(&[1; 32], "meter");
    witness.meter_signature = meter.sign(after(&witness.before, &witness.events).head());
}

fn broken(assignment: &Assignment) -> Option<&'static str> {
    Usage::shape().broken_rule(&Usage::assign(assignment).0)
}

/// A chain of `count` events after `skip`, each `(seconds since the last, units)`.
fn shaped(start: u64, skip: usize, shape: impl Fn(usize) -> (u64, u16), count: usize) -> Assignment {
    let mut time = start;
    let mut witness = witness(0, 1);
    let event = |i: usize| {
        let (delta, units) = shape(i);
        time += if i == 0 { 0 } else { delta };
        Event { time, units, call: U256::from(i) }
    };
    let all: Vec<Event> = (0..skip + count).map(event).collect();
    witness.before = after(&Accumulator::genesis(CTX), &all[..skip]);
    witness.events = all[skip..].to_vec();
    witness.window = Window::new(all[skip].time, all[skip + count - 1].time).unwrap();
    resign(&mut witness);
    witness.assign(C128).unwrap().0
}

#[test]
fn edge_values_are_provable() {
    let longest = (1u64 << DELTA_BITS) - 1;
    let latest = (1u64 << TIME_BITS) - 1;
    for skip in [0, 7, 24] {
        // The longest gaps and the most units, up to the last second there is.
        let start = latest - longest * (skip as u64 + 127);
        assert_eq!(broken(&shaped(start, skip, |_| (longest, u16::MAX), 128)), None);
        // All in one second, none of them charged.
        assert_eq!(broken(&shaped(0, skip, |_| (0, 0), 128)), None);
        // Gaps and units of every size.
        let varied = |i: usize| ((i as u64 * 7919) << (i % 5), (i * 911) as u16);
        assert_eq!(broken(&shaped(START, skip, varied, 50)), None);
    }
}

/// Changes the honest assignment of events 3..8 of a chain; the rows refuse.
fn refused(rule: &str, change: impl FnOnce(&mut Assignment)) {
    let mut assignment = unchecked(&witness(3, 5));
    assert_eq!(broken(&assignment), None);
    change(&mut assignment);
    assert_eq!(broken(&assignment), Some(rule));
}

/// Changes an honest witness, signs the outcome as the meter; the rows refuse.
fn forged(rule: &str, skip: usize, change: impl FnOnce(&mut UsageWitness)) {
    let mut witness = witness(skip, 5);
    change(&mut witness);
    resign(&mut witness);
    assert_eq!(broken(&unchecked(&witness)), Some(rule));
}

const BEFORE: &str = "headBefore is the hash of the state before, or 0 at genesis";
const GENESIS: &str = "at genesis the state is empty and its base is ctx";
const AFTER: &str = "headAfter extends headBefore by the events";
const EQUATION: &str = "the meter's signature: S·B8 = R8 + h·8·M";

#[test]
fn every_public_input_is_bound() {
    let one = Fr::ONE;
    refused(BEFORE, |a| a.inputs[0] += one);
    refused("licenseeCommitment is the hash of the prover's key", |a| a.inputs[1] += one);
    refused("meterKeyHash is the hash of the meter's key", |a| a.inputs[2] += one);
    refused(BEFORE, |a| a.inputs[3] += one);
    refused(AFTER, |a| a.inputs[4] += one);
    let units = Fr::from(2u64).pow([80]);
    refused("units is the sum of all events", |a| a.inputs[5] += units);
    let excess = Fr::from(2u64).pow([112]);
    refused("window and units fit in 112 bits", |a| a.inputs[5] += excess);
    refused("window and units fit in 112 bits", |a| a.inputs[5] = -one);
}

#[test]
fn another_owner_is_refused() {
    refused("licenseeCommitment is the hash of the prover's key", |a| a.secret[0] ^= true);
}

#[test]
fn events_outside_the_window_are_refused() {
    let narrow = |w: &mut UsageWitness, from: u64, to: u64| {
        w.window = Window::new(w.window.start() + from, w.window.end() - to).unwrap();
    };
    forged("no event before windowStart", 3, |w| narrow(w, 1, 0));
    forged("no event after windowEnd", 3, |w| narrow(w, 0, 1));
    forged("no event before windowStart", 0, |w| narrow(w, 1, 0));
    forged("no event before windowStart", 24, |w| narrow(w, 1, 0));
}

#[test]
fn a_state_that_head_before_does_not_hash_is_refused() {
    let one = Fr::ONE;
    for word in 0..4 {
        refused(BEFORE, |a| a.words[word] += one);
    }
    refused(BEFORE, |a| a.base += one);
    refused(BEFORE, |a| a.seq += one);
    refused(BEFORE, |a| a.last -= one);
    refused(BEFORE, |a| a.total -= one);
    refused(BEFORE, |a| a.calls_before += one);
    refused(BEFORE, |a| a.old[2] = false);
    refused(BEFORE, |a| {
        a.old[3] = true;
        a.slots[3].1 = 0;
    });
}

#[test]
fn genesis_cannot_be_claimed_or_furnished() {
    refused(BEFORE, |a| a.genesis = true);
    refused(GENESIS, |a| {
        a.genesis = true;
        a.inputs[3] = Fr::from(0u64);
    });
    forged(GENESIS, 0, |w| w.before.total = 7);
    forged(GENESIS, 0, |w| w.before.base = U256::from(1));
    forged(GENESIS, 0, |w| w.before.words[3] = U256::from(1));
    forged(GENESIS, 0, |w| w.before.fill = 3);
    forged(GENESIS, 0, |w| w.before.calls = U256::from(1));
}

#[test]
fn the_first_event_of_a_chain_has_no_time_difference() {
    let mut witness = witness(0, 1);
    let mut after = after(&witness.before, &witness.events);
    after.words[0] += U256::from(9);
    let inputs = [after.base, after.words[0], U256::ZERO, U256::ZERO, U256::ZERO];
    let inputs = inputs.map(|v| statement::field::to_fr(v).unwrap());
    let chain = statement::poseidon::hash_ex(Fr::ONE, &inputs);
    after.chain = statement::field::from_fr(chain);
    witness.meter_signature = SecretKey::derive(&[1; 32], "meter").sign(after.head());
    let mut public = witness_inputs(&witness);
    public.head_after = after.head();
    let mut assignment = witness.fill_in(C128, &public, &after).unwrap();
    assignment.slots[0].1 += 9;
    assignment.last -= Fr::from(9u64);
    assert_eq!(broken(&assignment), Some(GENESIS));
}

#[test]
fn changed_events_are_refused() {
    // A unit moved from one event to another keeps the sum.
    refused(AFTER, |a| {
        a.slots[4].1 -= 1 << DELTA_BITS;
        a.slots[5].1 += 1 << DELTA_BITS;
    });
    // A second moved from one event to the next keeps the times of first and last.
    refused(AFTER, |a| {
        a.slots[5].1 -= 1;
        a.slots[6].1 += 1;
    });
    refused(AFTER, |a| a.calls_after += Fr::ONE);
}

#[test]
fn gaps_between_slots_are_refused() {
    let contiguous = "the events are contiguous";
    refused(contiguous, |a| a.slots[5] = (false, 0));
    refused(contiguous, |a| a.slots[1].0 = false);
    refused(contiguous, |a| a.slots[20].0 = true);
    refused("the open block's old events are a prefix", |a| a.old[1] = false);
    let bits = "an event's time difference has 24 bits and its units 16";
    refused(bits, |a| a.slots[8].1 = 1);
    refused(bits, |a| a.slots[0].1 = 1);
}

#[test]
fn no_event_is_no_proof() {
    let mut witness = witness(3, 5);
    witness.events.clear();
    resign(&mut witness);
    assert_eq!(broken(&unchecked(&witness)), Some("there is at least one event"));
}

#[test]
fn another_meter_or_signature_is_refused() {
    let other = SecretKey::derive(&[9; 32], "meter");
    refused("meterKeyHash is the hash of the meter's key", |a| {
        a.meter_eighth = crate::key_delivery::eighth(&other.public());
    });
    refused("the meter's key is in the prime-order subgroup", |a| a.meter_eighth[0] += Fr::ONE);
    refused("the meter's signature: R8 is on the curve", |a| a.signature.r8[0] += Fr::ONE);
    refused(EQUATION, |a| a.signature.s[0] ^= true);
    refused("the meter's signature: S is below the subgroup order", |a| {
        a.signature.s = vec![true; 251];
    });
    let mut witness = witness(3, 5);
    let head = after(&witness.before, &witness.events).head();
    witness.meter_signature = other.sign(head);
    assert_eq!(broken(&unchecked(&witness)), Some(EQUATION));
    // A signature on another head of the same chain.
    witness.meter_signature = SecretKey::derive(&[1; 32], "meter").sign(witness.before.head());
    assert_eq!(broken(&unchecked(&witness)), Some(EQUATION));
}

#[test]
fn every_wire_is_bound() {
    crate::circuit::tests::every_wire_is_bound::<Usage>(&unchecked(&witness(17, 20)));
    crate::circuit::tests::every_wire_is_bound::<Usage>(&unchecked(&witness(0, 128)));
}
