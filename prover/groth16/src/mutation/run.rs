//! A change made to an honest assignment, carried through the rows.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, BinaryHeap},
};

use ark_ff::{Field, One, Zero};
use statement::field::{Fr, from_fr};

use super::program::{Program, Role};

/// An assignment that starts honest and is changed.
#[derive(Clone)]
pub(super) struct Run<'a> {
    pub program: &'a Program,
    honest: Vec<Fr>,
    values: Vec<Fr>,
    touched: Vec<usize>,
    forced: BTreeSet<usize>,
    queue: BinaryHeap<Reverse<u32>>,
    queued: Vec<bool>,
    broken: BTreeSet<usize>,
}

impl<'a> Run<'a> {
    /// From an assignment that satisfies every row.
    pub fn new(program: &'a Program, honest: Vec<Fr>) -> Self {
        assert_eq!(program.shape.broken_rule(&honest), None, "a campaign starts from an honest assignment");
        Self {
            program,
            values: honest.clone(),
            honest,
            touched: Vec::new(),
            forced: BTreeSet::new(),
            queue: BinaryHeap::new(),
            queued: vec![false; program.shape.rows()],
            broken: BTreeSet::new(),
        }
    }

    /// Back to the honest assignment.
    pub fn reset(&mut self) {
        for wire in self.touched.drain(..) {
            self.values[wire] = self.honest[wire];
        }
        self.forced.clear();
        self.broken.clear();
        while let Some(Reverse(row)) = self.queue.pop() {
            self.queued[row as usize] = false;
        }
    }

    /// What is true so far becomes what `reset` returns to; every row must hold.
    pub fn settle(&mut self) {
        self.propagate();
        assert!(self.broken.is_empty(), "{:?}", self.broken_rules());
        self.honest.clone_from(&self.values);
        self.touched.clear();
        self.forced.clear();
    }

    pub fn get(&self, wire: usize) -> Fr {
        self.values[wire]
    }

    pub fn values(&self) -> &[Fr] {
        &self.values
    }

    /// The three sides of a row.
    pub fn sides(&self, row: usize) -> [Fr; 3] {
        self.program.sides(row, &self.values)
    }

    /// Changes a variable; rows that define it may change it again.
    pub fn set(&mut self, wire: usize, value: Fr) {
        if self.values[wire] != value {
            self.values[wire] = value;
            self.touched.push(wire);
            let program = self.program;
            for row in &program.readers[wire] {
                self.enqueue(*row as usize);
            }
        }
    }

    /// Changes a variable for good: no row defines it any more.
    pub fn force(&mut self, wire: usize, value: Fr) {
        self.forced.insert(wire);
        self.set(wire, value);
    }

    /// Sets bits, lowest first, to those of an integer.
    pub fn set_bits(&mut self, bits: &[usize], integer: alloy_primitives::U256) {
        for (i, bit) in bits.iter().enumerate() {
            if !self.forced.contains(bit) {
                self.set(*bit, Fr::from(integer.bit(i)));
            }
        }
    }

    /// The number that bits stand for.
    pub fn number(&self, bits: &[usize]) -> Fr {
        bits.iter().rev().fold(Fr::from(0u64), |sum, bit| sum + sum + self.values[*bit])
    }

    fn enqueue(&mut self, row: usize) {
        if !std::mem::replace(&mut self.queued[row], true) {
            self.queue.push(Reverse(row as u32));
        }
    }

    /// Recomputes every row that a change reached.
    pub fn propagate(&mut self) {
        while let Some(Reverse(row)) = self.queue.pop() {
            let row = row as usize;
            self.queued[row] = false;
            let program = self.program;
            let holds = match &program.roles[row] {
                Role::Defines { wire, side, inverse } if !self.forced.contains(wire) => {
                    self.define(row, *wire, *side, *inverse)
                }
                Role::Decomposes { bits, side, sign } if !bits.iter().any(|bit| self.forced.contains(bit)) => {
                    let sum = self.sides(row)[*side];
                    let number = from_fr(self.number(bits) - sum * sign);
                    let fits = number.bit_len() <= bits.len();
                    if fits {
                        self.set_bits(bits, number);
                    }
                    fits
                }
                _ => {
                    let [a, b, c] = self.sides(row);
                    a * b == c
                }
            };
            if holds {
                self.broken.remove(&row);
            } else {
                self.broken.insert(row);
            }
        }
    }

    /// Solves a row for the variable that it defines; false if nothing solves it.
    fn define(&mut self, row: usize, wire: usize, side: usize, inverse: Fr) -> bool {
        let sides @ [a, b, c] = self.sides(row);
        let other = if side == 0 { b } else { a };
        let wanted = match side {
            2 => Some(a * b),
            _ if other.is_one() => Some(c),
            _ if other.is_zero() => c.is_zero().then_some(sides[side]),
            _ => other.inverse().map(|inverse| c * inverse),
        };
        if let Some(wanted) = wanted {
            // The row need not run again for a change of its own.
            self.queued[row] = true;
            self.set(wire, self.values[wire] + (wanted - sides[side]) * inverse);
            self.queued[row] = false;
        }
        wanted.is_some()
    }

    pub fn is_broken(&self, row: usize) -> bool {
        self.broken.contains(&row)
    }

    /// Whether exactly this row does not hold.
    pub fn only_broken(&self, row: usize) -> bool {
        self.broken.len() == 1 && self.broken.contains(&row)
    }

    pub fn broken_rules(&self) -> Vec<(usize, &'static str)> {
        self.broken.iter().map(|row| (*row, self.program.shape.rule_of(*row))).collect()
    }

    /// Whether a public input is not what it was.
    pub fn publics_moved(&self) -> bool {
        let inputs = self.program.shape.inputs;
        self.values[..inputs] != self.honest[..inputs]
    }

    /// Evaluates every row that reads a changed variable, whatever the steps before said: all hold but this one,
    /// which does not. The other rows read the honest assignment, in which they hold.
    pub fn confirms(&self, row: usize) -> bool {
        let readers = self.touched.iter().flat_map(|wire| &self.program.readers[*wire]);
        let mut reached: Vec<u32> = readers.copied().collect();
        reached.sort_unstable();
        reached.dedup();
        let verdict = |other: u32| {
            let [a, b, c] = self.sides(other as usize);
            (a * b == c) == (other as usize != row)
        };
        reached.binary_search(&(row as u32)).is_ok() && reached.into_iter().all(verdict)
    }
}
