//! What each row of a circuit decides, read off the rows alone.
//!
//! A row in which one variable appears for the first time, in one side only, *defines* it;
//! a row that makes a number of fresh booleans *decomposes* it; the others *assert*. A
//! change then travels through a circuit as its own code would carry it, and public
//! inputs become what the circuit computed.

use std::collections::BTreeMap;

use ark_ff::{AdditiveGroup, Field, One, Zero};
use statement::field::{Fr, from_fr};

use crate::constraint::{Row, Shape};

/// What a row is there for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    /// It fixes this variable, which stands in side 0, 1 or 2 with the inverse coefficient given.
    Defines { wire: usize, side: usize, inverse: Fr },
    /// It fixes booleans, lowest first: `sign·Σ 2^i·bit_i + rest = 0` in the given side.
    Decomposes { bits: Vec<usize>, side: usize, sign: Fr },
    /// It only forbids.
    Asserts,
}

/// A circuit's rows with their roles.
pub(super) struct Program {
    pub shape: Shape,
    pub roles: Vec<Role>,
    /// The rows that each variable appears in, ascending.
    pub readers: Vec<Vec<u32>>,
    /// Rows whose first two sides are alike.
    squares: Vec<bool>,
}

/// Fewer fresh bits than this make no decomposition.
const FEWEST_BITS: usize = 8;

impl Program {
    pub fn new(shape: Shape) -> Self {
        let mut readers: Vec<Vec<u32>> = vec![Vec::new(); shape.variables];
        let mut seen = vec![0u32; shape.variables];
        let mut defined = vec![false; shape.variables];
        let mut roles = Vec::with_capacity(shape.rows());
        for row in 0..shape.rows() {
            let role = role(&shape, row, &seen, &defined);
            if let Role::Defines { wire, .. } = &role {
                defined[*wire] = true;
            }
            roles.push(role);
            for wire in wires(&shape, row) {
                seen[wire] += 1;
                readers[wire].push(row as u32);
            }
        }
        let [a, b, _] = &shape.matrices;
        let squares = a.iter().zip(b).map(|(a, b)| a == b).collect();
        Self { shape, roles, readers, squares }
    }

    /// The values of a row's three sides.
    pub fn sides(&self, row: usize, values: &[Fr]) -> [Fr; 3] {
        let [a, b, c] = self.shape.matrices.each_ref().map(|matrix| &matrix[row]);
        let left = evaluate(a, values);
        let right = if self.squares[row] { left } else { evaluate(b, values) };
        [left, right, evaluate(c, values)]
    }

    /// The rows of a rule, which are contiguous unless the rule is named in a loop.
    pub fn rows_of(&self, rule: &str) -> Vec<usize> {
        (0..self.shape.rows()).filter(|row| self.shape.rule_of(*row) == rule).collect()
    }

    /// The variable that a row defines.
    pub fn defined(&self, row: usize) -> usize {
        match &self.roles[row] {
            Role::Defines { wire, .. } => *wire,
            role => panic!("row {row} ({}) defines nothing: {role:?}", self.shape.rule_of(row)),
        }
    }

    /// The youngest variable of a row: the boolean in a boolean's row.
    pub fn youngest(&self, row: usize) -> usize {
        wires(&self.shape, row).into_iter().max().expect("a row has variables")
    }

    /// The oldest variable of a row: `x` in `x·x = y`.
    pub fn oldest(&self, row: usize) -> usize {
        wires(&self.shape, row).into_iter().min().expect("a row has variables")
    }
}

/// The variables of a row, without the one, each once.
pub(super) fn wires(shape: &Shape, row: usize) -> Vec<usize> {
    let sides = shape.matrices.iter().flat_map(|matrix| &matrix[row]);
    let mut wires: Vec<usize> = sides.map(|(_, wire)| *wire).filter(|wire| *wire != 0).collect();
    wires.sort_unstable();
    wires.dedup();
    wires
}

fn role(shape: &Shape, row: usize, seen: &[u32], defined: &[bool]) -> Role {
    let sides = shape.matrices.each_ref().map(|matrix| &matrix[row]);
    let places = |wire: usize| -> Vec<(usize, Fr)> {
        let place = |side: usize| sides[side].iter().find(|(_, w)| *w == wire).map(|(k, _)| (side, *k));
        (0..3).filter_map(place).collect()
    };
    let fresh = wires(shape, row).into_iter().rev().filter(|wire| seen[*wire] == 0);
    for wire in fresh {
        if let [(side, k)] = places(wire)[..] {
            let inverse = k.inverse().expect("rows hold no zero coefficients");
            return Role::Defines { wire, side, inverse };
        }
    }
    (0..2).find_map(|side| decomposition(sides, side, seen, defined)).unwrap_or(Role::Asserts)
}

fn decomposition(sides: [&Row; 3], side: usize, seen: &[u32], defined: &[bool]) -> Option<Role> {
    let plain = matches!(sides[1 - side][..], [(k, 0)] if k.is_one()) && sides[2].is_empty();
    if !plain {
        return None;
    }
    [Fr::ONE, -Fr::ONE].into_iter().find_map(|sign| {
        let mut bits: BTreeMap<usize, usize> = BTreeMap::new();
        for (k, wire) in sides[side] {
            let fresh = *wire != 0 && seen[*wire] == 1 && !defined[*wire];
            let weight = from_fr(sign * k);
            if fresh && weight.count_ones() == 1 && bits.insert(weight.bit_len() - 1, *wire).is_some() {
                return None;
            }
        }
        let complete = bits.len() >= FEWEST_BITS && bits.keys().copied().eq(0..bits.len());
        complete.then(|| Role::Decomposes { bits: bits.into_values().collect(), side, sign })
    })
}

/// A side's value.
fn evaluate(row: &Row, values: &[Fr]) -> Fr {
    let term = |(k, wire): &(Fr, usize)| match (*wire, k.is_one()) {
        (0, _) => *k,
        (_, true) => values[*wire],
        _ if values[*wire].is_zero() => Fr::ZERO,
        _ => values[*wire] * k,
    };
    row.iter().map(term).sum()
}
