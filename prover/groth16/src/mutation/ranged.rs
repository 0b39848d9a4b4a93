//! Forgeries against ranges: a difference said to be not negative that is.

use statement::field::{Fr, from_fr};

use super::{
    program::{Program, Role},
    run::Run,
};

/// A decomposed number that moves with another number's bits.
pub(super) struct Ranged {
    rows: Vec<usize>,
    bits: Vec<usize>,
    /// The bits of the number it depends on, and how.
    upstream: Vec<usize>,
    sign: Fr,
}

impl Ranged {
    /// The range that a rule checks.
    pub fn new(program: &Program, rule: &str, upstream: Vec<usize>, sign: Fr) -> Self {
        let rows = program.rows_of(rule);
        let last = *rows.last().expect("a range has rows");
        let Role::Decomposes { bits, .. } = &program.roles[last] else { panic!("{rule}: no decomposition") };
        Self { bits: bits.clone(), rows, upstream, sign }
    }

    /// Makes the number negative behind the row, by moving the other number.
    pub fn forge(&self, run: &mut Run, row: usize) -> Option<&'static str> {
        let ordinal = self.rows.binary_search(&row).ok()?;
        let before = run.number(&self.bits);
        let after = match self.bits.get(ordinal) {
            Some(bit) => {
                run.force(*bit, -Fr::from(1u64));
                run.number(&self.bits)
            }
            None => {
                for bit in &self.bits {
                    run.force(*bit, run.get(*bit));
                }
                -Fr::from(1u64)
            }
        };
        let moved = from_fr(run.number(&self.upstream) + self.sign * (after - before));
        if moved.bit_len() > self.upstream.len() {
            return None;
        }
        run.set_bits(&self.upstream, moved);
        Some("a negative difference passed off as a range")
    }
}
