//! The usage circuit: this many metered units, all inside this window, by this licensee.
//!
//! **Public**, in the order of [`PublicInputs::to_array`]: `ctx`, `licenseeCommitment`,
//! `meterKeyHash`, `headBefore` (0 is genesis), `headAfter`, and
//! `windowStart | windowEnd << 40 | units << 80`.
//!
//! **Witness**: the licensee's secret scalar; the accumulator behind `headBefore` (base,
//! words and fill of its open block, total, seq, last, calls); per slot a flag, a time
//! difference and units; the call digest afterwards; the meter's key and signature.
//!
//! **Proved**
//! 1. `licenseeCommitment = Poseidon(sk·B8)`;
//! 2. `headBefore` is the hash of the witnessed state, or it is 0 and the state is the
//!    genesis of `ctx`;
//! 3. at least one and at most `EVENTS` + 24 − fill events extend that state by the rules of
//!    [`statement::chain`] to a state whose hash is `headAfter`;
//! 4. the first of them is not before `windowStart` and the last not after `windowEnd`
//!    (differences are not negative, so all lie between);
//! 5. their units add up to `units`;
//! 6. `meterKeyHash = Poseidon(M)`, and `M` signed `headAfter`.
//!
//! **Not proved**: which calls were made (their digest after the events is bound by the
//! meter's signature only); that the state behind a `headBefore` other than 0 is well
//! formed, which holds because the contract takes it from an earlier proof; that fetched
//! data was used, or not used again.
//!
//! **Slots.** The circuit has `EVENTS` + 24 positions, for `EVENTS` of 128 or 1,024: the open
//! block's 24 and room for as many more. A resumed block keeps its place, so `EVENTS` events
//! fit whatever the fill. `old` marks the positions filled before, `filled` those filled
//! afterwards; both are prefixes. The sizes differ in nothing else.

mod assignment;

use ark_ff::Field;
use statement::{
    chain::{BLOCK_EVENTS, DELTA_BITS, EVENT_BITS, TIME_BITS, WORD_EVENTS},
    field::Fr,
    usage::{Capacity, INPUTS},
};

pub(crate) use assignment::Assignment;
pub use assignment::{UsageWitness, WitnessError};

use crate::{
    circuit::Circuit,
    circuit_id::CircuitId,
    constraint::{Builder, Num},
    gadget::{bits, party, poseidon},
};

/// Positions in a circuit: a full proof after a full block.
pub(crate) const fn positions(capacity: Capacity) -> usize {
    capacity.events() + BLOCK_EVENTS
}
const UNIT_BITS: usize = EVENT_BITS - DELTA_BITS;
const PACKED_BITS: usize = 2 * TIME_BITS + 32;

/// The circuit for `EVENTS` events.
pub(crate) struct UsageOf<const EVENTS: usize>;

/// The circuit for 128 events.
pub(crate) type Usage = UsageOf<128>;
/// The circuit for 1,024 events.
pub(crate) type LongUsage = UsageOf<1024>;

impl<const EVENTS: usize> UsageOf<EVENTS> {
    const CAPACITY: Capacity = match EVENTS {
        128 => Capacity::Events128,
        1024 => Capacity::Events1024,
        _ => panic!("a usage circuit has 128 or 1,024 events"),
    };
}

/// The accumulator before the events.
struct Before {
    base: Num,
    words: [Num; 4],
    total: Num,
    seq: Num,
    last: Num,
}

/// One position: whether it is new, its packed bits.
struct Slot {
    filled: Num,
    bits: Vec<Num>,
}

impl Slot {
    fn delta(&self) -> Num {
        Num::from_bits(&self.bits[..DELTA_BITS])
    }

    fn units(&self) -> Num {
        Num::from_bits(&self.bits[DELTA_BITS..])
    }
}

impl<const EVENTS: usize> Circuit for UsageOf<EVENTS> {
    const ID: CircuitId = match Self::CAPACITY {
        Capacity::Events128 => CircuitId::Usage128,
        Capacity::Events1024 => CircuitId::Usage1024,
    };
    type Assignment = Assignment;

    fn blank() -> Assignment {
        Assignment::blank(Self::CAPACITY)
    }

    fn build(builder: &mut Builder, given: &Assignment) {
        let inputs: [Num; INPUTS] = given.inputs.map(|value| builder.input(value));
        let [ctx, licensee, meter, head_before, head_after, packed] = &inputs;

        party::enforce_owner(builder, &given.secret, licensee);

        builder.rule("window and units fit in 112 bits");
        let window = bits::range(builder, packed, PACKED_BITS);
        let start = Num::from_bits(&window[..TIME_BITS]);
        let end = Num::from_bits(&window[TIME_BITS..2 * TIME_BITS]);
        let units = Num::from_bits(&window[2 * TIME_BITS..]);

        let old = old_prefix(builder, given);
        let slots = slots(builder, given, &old);
        let fill = Num::sum(old.iter().map(|flag| (Fr::ONE, flag)));
        let filled = Num::sum(slots.iter().map(|slot| (Fr::ONE, &slot.filled)));
        let count = &filled - &fill;
        builder.rule("there is at least one event");
        builder.enforce_nonzero(&count);

        builder.rule("the first event's time difference");
        let first_delta = first_delta(builder, &old, &slots);
        let before = open_head_before(builder, given, [ctx, head_before], &fill, &first_delta);

        let deltas: Vec<Num> = slots.iter().map(Slot::delta).collect();
        let elapsed = Num::sum(deltas.iter().map(|delta| (Fr::ONE, delta)));
        builder.rule("the state after the events");
        let last = builder.alias(&(&before.last + &elapsed));
        builder.rule("no event before windowStart");
        let first_time = &before.last + &first_delta;
        bits::range(builder, &(&first_time - &start), TIME_BITS);
        builder.rule("no event after windowEnd");
        bits::range(builder, &(&end - &last), TIME_BITS);

        builder.rule("units is the sum of all events");
        let each: Vec<Num> = slots.iter().map(Slot::units).collect();
        let sum = Num::sum(each.iter().map(|units| (Fr::ONE, units)));
        builder.enforce_equal(&sum, &units);

        builder.rule("headAfter extends headBefore by the events");
        let chain = extend_chain(builder, &before, &slots);
        let seq = builder.alias(&(&before.seq + &count));
        let total = &before.total + &units;
        let calls = builder.witness(given.calls_after);
        let state = [ctx.clone(), chain, total, seq, last, calls];
        let head = poseidon::hash(builder, &state);
        builder.enforce_equal(&head, head_after);

        party::enforce_metered(builder, given.meter_eighth, meter, head_after, &given.signature);
    }
}

/// Flags of the positions that were filled before: ones, then zeros.
fn old_prefix(builder: &mut Builder, given: &Assignment) -> Vec<Num> {
    builder.rule("the open block's old events are a prefix");
    let mut old: Vec<Num> = Vec::with_capacity(BLOCK_EVENTS);
    for flag in &given.old {
        let previous = old.last().cloned().unwrap_or_else(Num::one);
        old.push(bits::gated_bit(builder, *flag, &previous));
    }
    old
}

/// All positions. A new one has free bits, any other one zeros.
fn slots(builder: &mut Builder, given: &Assignment, old: &[Num]) -> Vec<Slot> {
    let mut previous = Num::one();
    let mut slots = Vec::with_capacity(given.slots.len());
    for (i, (filled, packed)) in given.slots.iter().enumerate() {
        builder.rule("the events are contiguous");
        let filled = bits::gated_bit(builder, *filled, &previous);
        previous = filled.clone();
        let new = match old.get(i) {
            Some(old) => {
                builder.enforce(old, &filled.plus(-Fr::ONE), &Num::zero());
                &filled - old
            }
            None => filled.clone(),
        };
        builder.rule("an event's time difference has 24 bits and its units 16");
        let bits = (0..EVENT_BITS).map(|bit| bits::gated_bit(builder, packed >> bit & 1 == 1, &new)).collect();
        slots.push(Slot { filled, bits });
    }
    slots
}

/// The time difference at the first position that is not old.
fn first_delta(builder: &mut Builder, old: &[Num], slots: &[Slot]) -> Num {
    let mut previous = Num::one();
    let shares: Vec<Num> = slots[..=old.len()]
        .iter()
        .enumerate()
        .map(|(i, slot)| {
            let here = old.get(i).cloned().unwrap_or_else(Num::zero);
            let is_first = &previous - &here;
            previous = here;
            builder.mul(&is_first, &slot.delta())
        })
        .collect();
    Num::sum(shares.iter().map(|share| (Fr::ONE, share)))
}

/// `headBefore` is the hash of the witnessed state, or 0 and the state is genesis.
fn open_head_before(
    builder: &mut Builder,
    given: &Assignment,
    [ctx, head_before]: [&Num; 2],
    fill: &Num,
    first_delta: &Num,
) -> Before {
    let base = builder.witness(given.base);
    let words = given.words.map(|word| builder.witness(word));
    let [total, seq, last] = [given.total, given.seq, given.last].map(|v| builder.witness(v));
    let calls = builder.witness(given.calls_before);

    builder.rule("headBefore is the hash of the state before, or 0 at genesis");
    let genesis = bits::bit(builder, given.genesis);
    let inputs = block(&base, &words);
    let chain = poseidon::hash_ex(builder, fill, &inputs);
    let state = [ctx, &chain, &total, &seq, &last, &calls].map(Clone::clone);
    let head = poseidon::hash(builder, &state);
    builder.enforce(&-&genesis.plus(-Fr::ONE), &head, head_before);

    builder.rule("at genesis the state is empty and its base is ctx");
    let from_ctx = &base - ctx;
    let [w0, w1, w2, w3] = &words;
    let empty = [w0, w1, w2, w3, &from_ctx, fill, &total, &seq, &calls, first_delta];
    for value in empty {
        builder.enforce(&genesis, value, &Num::zero());
    }
    Before { base, words, total, seq, last }
}

fn block(base: &Num, words: &[Num; 4]) -> [Num; 5] {
    let [w0, w1, w2, w3] = words;
    [base, w0, w1, w2, w3].map(Clone::clone)
}

/// The chain value after the last block that has an event.
fn extend_chain(builder: &mut Builder, before: &Before, slots: &[Slot]) -> Num {
    let mut base = before.base.clone();
    let mut chain = Num::zero();
    for (k, positions) in slots.chunks(BLOCK_EVENTS).enumerate() {
        let new_words = pack(positions);
        let words = match k {
            0 => [0, 1, 2, 3].map(|i| &before.words[i] + &new_words[i]),
            _ => new_words,
        };
        let fill = Num::sum(positions.iter().map(|slot| (Fr::ONE, &slot.filled)));
        let next = poseidon::hash_ex(builder, &fill, &block(&base, &words));
        chain = match k {
            0 => next.clone(),
            // Used blocks are a prefix, so this is the output of the last one.
            _ => {
                let step = builder.mul(&positions[0].filled, &(&next - &base));
                &chain + &step
            }
        };
        base = next;
    }
    chain
}

/// The four words of a block's new events.
fn pack(positions: &[Slot]) -> [Num; 4] {
    let mut words = [(); 4].map(|()| Num::zero());
    for (word, events) in words.iter_mut().zip(positions.chunks(WORD_EVENTS)) {
        let bits: Vec<Num> = events.iter().flat_map(|slot| slot.bits.clone()).collect();
        *word = Num::from_bits(&bits);
    }
    words
}

const _: () = assert!(UNIT_BITS == 16 && positions(Capacity::Events128) > BLOCK_EVENTS);

#[cfg(test)]
pub(crate) mod tests;
