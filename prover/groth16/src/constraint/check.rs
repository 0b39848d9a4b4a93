//! Whether an assignment satisfies recorded rows, computed from the rows alone: what the
//! stamps of the prover are compared with.

use ark_ff::One;
use statement::field::Fr;

use super::{Row, Shape, rule_of};

impl Shape {
    /// The rule of the first row that does not hold, if any.
    pub fn broken_rule(&self, assignment: &[Fr]) -> Option<&'static str> {
        (0..self.rows()).find(|row| !self.holds(*row, assignment)).map(|row| self.rule_of(row))
    }

    /// Whether one row holds.
    pub fn holds(&self, row: usize, assignment: &[Fr]) -> bool {
        let [a, b, c] = &self.matrices;
        let side = |matrix: &[Row]| evaluate(&matrix[row], assignment);
        side(a) * side(b) == side(c)
    }

    /// The rule that a row belongs to.
    pub fn rule_of(&self, row: usize) -> &'static str {
        rule_of(&self.rules, row)
    }
}

fn evaluate(row: &Row, assignment: &[Fr]) -> Fr {
    row.iter().map(|(k, index)| if k.is_one() { assignment[*index] } else { assignment[*index] * k }).sum()
}
