//! The campaign over a usage circuit, the meter being in on it.

use alloy_primitives::U256;
use ark_ff::Field;
use statement::{
    SecretKey,
    chain::{BLOCK_EVENTS, DELTA_BITS, EVENT_BITS, TIME_BITS, WORD_EVENTS},
    field::{Fr, from_fr},
    usage::Capacity,
};

use super::{
    campaign::Campaign,
    meter::Meter,
    places::Map,
    program::{Program, wires},
    ranged::Ranged,
    run::Run,
};
use crate::{
    circuit::Circuit,
    usage::{Assignment, positions, tests::witness},
};

const PACKED: &str = "window and units fit in 112 bits";
const OLD: &str = "the open block's old events are a prefix";
const CONTIGUOUS: &str = "the events are contiguous";
const EVENT: &str = "an event's time difference has 24 bits and its units 16";
const SOME: &str = "there is at least one event";
const GENESIS: &str = "at genesis the state is empty and its base is ctx";
const STATE: &str = "the state after the events";
const START: &str = "no event before windowStart";
const END: &str = "no event after windowEnd";
const UNITS: &str = "units is the sum of all events";

/// The free variables and rows of a usage circuit.
struct Wires {
    start: Vec<usize>,
    end: Vec<usize>,
    units: Vec<usize>,
    old: Vec<usize>,
    filled: Vec<usize>,
    /// `old·(filled − 1) = 0`.
    kept_rows: Vec<usize>,
    /// All bits of all events.
    events: Vec<usize>,
    event_rows: Vec<usize>,
    /// Of the state before.
    last: usize,
    total: usize,
    genesis_rows: Vec<usize>,
    some_row: usize,
    sum_row: usize,
    packed_rows: Vec<usize>,
}

impl Wires {
    fn new(program: &Program, capacity: Capacity) -> Self {
        let youngest = |rows: &[usize]| -> Vec<usize> { rows.iter().map(|row| program.youngest(*row)).collect() };
        let packed_rows = program.rows_of(PACKED);
        let packed = youngest(&packed_rows[..2 * TIME_BITS + 32]);
        let contiguous = program.rows_of(CONTIGUOUS);
        let (double, single) = contiguous.split_at(2 * BLOCK_EVENTS);
        let mut filled: Vec<usize> = double.iter().step_by(2).map(|row| program.youngest(*row)).collect();
        filled.extend(youngest(single));
        assert_eq!(filled.len(), positions(capacity));
        let event_rows = program.rows_of(EVENT);
        let events = youngest(&event_rows);
        assert_eq!(events.len(), EVENT_BITS * filled.len());
        let state = wires(&program.shape, program.rows_of(STATE)[0]);
        let genesis_rows = program.rows_of(GENESIS);
        let genesis = program.youngest(genesis_rows[0]);
        let total = wires(&program.shape, genesis_rows[6]).into_iter().find(|wire| *wire != genesis);
        let total = total.expect("the total is empty at genesis");
        Self {
            start: packed[..TIME_BITS].to_vec(),
            end: packed[TIME_BITS..2 * TIME_BITS].to_vec(),
            units: packed[2 * TIME_BITS..].to_vec(),
            old: youngest(&program.rows_of(OLD)),
            filled,
            kept_rows: double.iter().skip(1).step_by(2).copied().collect(),
            events,
            event_rows,
            total,
            last: state[state.len() - 2],
            genesis_rows,
            some_row: program.rows_of(SOME)[0],
            sum_row: program.rows_of(UNITS)[0],
            packed_rows,
        }
    }

    /// The units that the events add up to: the public number follows them.
    fn mend(&self, run: &mut Run) {
        if run.is_broken(self.sum_row) {
            let sum = from_fr(self.sum(run));
            if sum.bit_len() <= self.units.len() {
                run.set_bits(&self.units, sum);
            }
        }
    }

    fn sum(&self, run: &Run) -> Fr {
        let [a, b, _] = run.sides(self.sum_row);
        let difference = if b == Fr::ONE { a } else { b };
        let units = run.number(&self.units);
        // The row is `sum − units = 0`.
        difference + units
    }

    fn wide(&self, run: &mut Run) {
        run.set_bits(&self.start, U256::ZERO);
        run.set_bits(&self.end, (U256::from(1) << TIME_BITS) - U256::from(1));
    }

    fn flags(run: &mut Run, flags: &[usize], set: usize) {
        for (i, flag) in flags.iter().enumerate() {
            run.set(*flag, Fr::from(i < set));
        }
    }

    fn special(&self, run: &mut Run, row: usize) -> Option<&'static str> {
        if let Ok(i) = self.kept_rows.binary_search(&row) {
            run.set_bits(&self.events, U256::ZERO);
            Self::flags(run, &self.old, i + 1);
            Self::flags(run, &self.filled, i);
            return Some("one event fewer than before");
        }
        if row == self.some_row {
            run.set_bits(&self.events, U256::ZERO);
            let before = self.old.iter().filter(|flag| run.get(**flag) == Fr::ONE).count();
            Self::flags(run, &self.filled, before);
            return Some("no event at all");
        }
        if row == self.sum_row {
            let units = from_fr(run.number(&self.units)) + U256::from(1);
            for (i, bit) in self.units.iter().enumerate() {
                run.force(*bit, Fr::from(units.bit(i)));
            }
            return Some("one unit more than the events");
        }
        if let Ok(i) = self.event_rows.binary_search(&row) {
            return self.carry(run, i / EVENT_BITS, i % EVENT_BITS);
        }
        if let Ok(i) = self.genesis_rows.binary_search(&row) {
            return self.furnish_genesis(run, row, i);
        }
        let packed = self.packed_rows.binary_search(&row).ok();
        if let Some(bit) = packed.and_then(|i| self.units.get(i.checked_sub(2 * TIME_BITS)?)) {
            let position = self.units.iter().position(|unit| unit == bit)?;
            let whole = self.sum(run) * Fr::from(1u64 << position).inverse()?;
            run.set_bits(&self.units, U256::ZERO);
            run.force(*bit, whole);
            return Some("all units in one bit");
        }
        None
    }
}

impl Wires {
    /// Carries within a word: a bit takes more than it may, a higher bit less, the word and both heads' chains stay.
    fn carry(&self, run: &mut Run, slot: usize, position: usize) -> Option<&'static str> {
        let (from, time, units) = if position < DELTA_BITS {
            // Seconds for a unit.
            (slot * EVENT_BITS + DELTA_BITS, Fr::from(1u64 << DELTA_BITS), -Fr::ONE)
        } else if slot % WORD_EVENTS < WORD_EVENTS - 1 {
            // Units for a second of the next event.
            ((slot + 1) * EVENT_BITS, -Fr::ONE, Fr::from(1u64 << (EVENT_BITS - DELTA_BITS)))
        } else {
            return None;
        };
        let lender = *self.events.get(from)?;
        if run.get(lender) != Fr::ONE {
            return None;
        }
        let bit = self.events[slot * EVENT_BITS + position];
        let weight = from % EVENT_BITS + if from / EVENT_BITS > slot { EVENT_BITS } else { 0 };
        run.set(lender, Fr::from(0u64));
        run.force(bit, run.get(bit) + Fr::from(1u64 << (weight - position)));
        // The state before takes the difference, so that the state after stays as it was.
        run.set(self.last, run.get(self.last) - time);
        run.set(self.total, run.get(self.total) - units);
        let sum = from_fr(run.number(&self.units) + units);
        run.set_bits(&self.units, sum);
        Some("seconds and units exchanged within a word, against another state before")
    }

    /// Makes one thing at genesis that should not be.
    fn furnish_genesis(&self, run: &mut Run, row: usize, ordinal: usize) -> Option<&'static str> {
        let program = run.program;
        let genesis = program.youngest(self.genesis_rows[0]);
        if run.get(genesis) != Fr::ONE {
            return None;
        }
        match ordinal {
            5 => run.set(self.old[0], Fr::ONE),
            9 => run.set(self.events[0], Fr::ONE),
            _ => {
                let inputs = program.shape.inputs;
                let wire = wires(&program.shape, row).into_iter().find(|wire| *wire != genesis && *wire >= inputs)?;
                run.set(wire, run.get(wire) + Fr::ONE);
            }
        }
        Some("a genesis that is not empty")
    }
}

/// The campaign, from a full proof first.
pub(super) fn campaign<C: Circuit<Assignment = Assignment>>(program: &Program, capacity: Capacity) -> Campaign<'_> {
    let wires = Wires::new(program, capacity);
    let map = Map::new(program).expect("a head is signed");
    let meter = Meter::new(map, *SecretKey::derive(&[1; 32], "meter").scalar());
    let run = |skip: usize, count: usize| {
        let assigned = C::assign(&witness(skip, count).assign(capacity).unwrap().0);
        Run::new(program, assigned.0.clone())
    };
    let full = run(BLOCK_EVENTS, capacity.events());
    let changed = |run: &Run<'_>, change: &dyn Fn(&mut Run)| {
        let mut run = Run::new(program, run.values().to_vec());
        change(&mut run);
        run.propagate();
        wires.mend(&mut run);
        run.propagate();
        meter.sign(&mut run, 1, meter.eightfold);
        run.settle();
        run
    };
    let wide = changed(&full, &|run| wires.wide(run));
    let silent = changed(&wide, &|run| {
        run.set_bits(&wires.events, U256::ZERO);
        Wires::flags(run, &wires.old, 0);
    });
    let dense = changed(&silent, &|run| {
        for event in wires.events.chunks(EVENT_BITS) {
            run.set(event[0], Fr::ONE);
            run.set(event[DELTA_BITS], Fr::ONE);
        }
    });
    let single = changed(&silent, &|run| Wires::flags(run, &wires.filled, 1));
    let genesis = changed(&run(0, 2), &|run| {
        wires.wide(run);
        run.set_bits(&wires.events, U256::ZERO);
    });
    let late = changed(&full, &|run| {
        let elapsed = {
            let first = from_fr(run.number(&wires.start));
            from_fr(run.number(&wires.end)) - first
        };
        let first = (U256::from(3) << (TIME_BITS - 2)) + U256::from(7);
        let before = from_fr(run.get(wires.last));
        let old_first = from_fr(run.number(&wires.start));
        run.set(wires.last, statement::field::to_fr(first - (old_first - before)).unwrap());
        run.set_bits(&wires.start, first);
        run.set_bits(&wires.end, first + elapsed);
    });
    let starts = vec![dense, wide, silent, single, genesis, late];
    let begin = Ranged::new(program, START, wires.start.clone(), -Fr::ONE);
    let end = Ranged::new(program, END, wires.end.clone(), Fr::ONE);
    let wires = std::sync::Arc::new(wires);
    let mending = wires.clone();
    Campaign {
        program,
        starts,
        meter: Some(meter),
        mend: Box::new(move |run| mending.mend(run)),
        special: Box::new(move |run, row| {
            begin.forge(run, row).or_else(|| end.forge(run, row)).or_else(|| wires.special(run, row))
        }),
    }
}
