//! A small rank-1 constraint builder.
//!
//! One function per circuit describes it once; the builder either records the rows
//! (setup, tests) or only computes the assignment (proving), which then costs little
//! more than the native computation. Rows carry the name of the rule they belong to,
//! so that a failed proof can say which rule was broken.

#[cfg(test)]
mod check;
mod num;
mod stamped;

use ark_ff::Field;
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable};
use statement::field::Fr;
use zeroize::Zeroize;

pub(crate) use num::Num;
use stamped::Stamps;
pub(crate) use stamped::{Stamped, Wiped};

/// One row's linear combination: coefficients and variable indices, 0 being the one.
pub(crate) type Row = Vec<(Fr, usize)>;

/// Builds the rows of a circuit, its assignment, or both.
pub(crate) struct Builder {
    assignment: Vec<Fr>,
    inputs: usize,
    rows: Option<[Vec<Row>; 3]>,
    stamps: Option<Stamps>,
    row_count: usize,
    rules: Vec<(usize, &'static str)>,
}

impl Builder {
    /// Records rows and assignment.
    pub fn recording() -> Self {
        Self { rows: Some(Default::default()), ..Self::assigning() }
    }

    /// Computes the assignment only.
    pub fn assigning() -> Self {
        let assignment = vec![Fr::ONE];
        Self { assignment, inputs: 1, rows: None, stamps: None, row_count: 0, rules: Vec::new() }
    }

    /// Computes the assignment and the values of each row's sides, in memory reserved for so many.
    pub fn stamping(variables: usize, rows: usize) -> Self {
        // A vector that grows leaves copies behind, which nobody would wipe.
        let mut assignment = Vec::with_capacity(variables);
        assignment.push(Fr::ONE);
        Self { assignment, stamps: Some(Stamps::with_capacity(rows)), ..Self::assigning() }
    }

    /// Names the rows that follow, for error messages.
    pub fn rule(&mut self, name: &'static str) {
        self.rules.push((self.row_count, name));
    }

    /// A public input. All come before the first witness.
    pub fn input(&mut self, value: Fr) -> Num {
        debug_assert_eq!(self.inputs, self.assignment.len(), "inputs come first");
        self.inputs += 1;
        self.variable(value)
    }

    pub fn witness(&mut self, value: Fr) -> Num {
        self.variable(value)
    }

    fn variable(&mut self, value: Fr) -> Num {
        let index = u32::try_from(self.assignment.len()).expect("circuits have few variables");
        self.assignment.push(value);
        Num::variable(value, self.rows.is_some().then_some(index))
    }

    /// The row `a · b = c`.
    pub fn enforce(&mut self, a: &Num, b: &Num, c: &Num) {
        self.row_count += 1;
        if let Some(stamps) = &mut self.stamps {
            stamps.push(a.value(), b.value(), c.value());
        }
        if let Some(matrices) = &mut self.rows {
            for (matrix, side) in matrices.iter_mut().zip([a, b, c]) {
                matrix.push(side.row());
            }
        }
    }

    pub fn enforce_equal(&mut self, a: &Num, b: &Num) {
        self.enforce(&(a - b), &Num::one(), &Num::zero());
    }

    /// The product; a row unless one side is a constant.
    pub fn mul(&mut self, a: &Num, b: &Num) -> Num {
        if a.is_constant() {
            return b.scale(a.value());
        }
        if b.is_constant() {
            return a.scale(b.value());
        }
        let product = self.witness(a.value() * b.value());
        self.enforce(a, b, &product);
        product
    }

    /// `a / b` in one row, which cannot hold for `b = 0` unless `a = 0`; then the
    /// quotient is free, so callers show that `b` is not zero.
    pub fn div(&mut self, a: &Num, b: &Num) -> Num {
        let inverse = b.value().inverse().unwrap_or_default();
        let quotient = self.witness(a.value() * inverse);
        self.enforce(b, &quotient, a);
        quotient
    }

    /// Proves `a ≠ 0`.
    pub fn enforce_nonzero(&mut self, a: &Num) {
        let inverse = self.witness(a.value().inverse().unwrap_or_default());
        self.enforce(a, &inverse, &Num::one());
    }

    /// A variable of its own for a long sum that many rows use.
    pub fn alias(&mut self, a: &Num) -> Num {
        let alias = self.witness(a.value());
        self.enforce_equal(&alias, a);
        alias
    }

    /// The assignment: one, inputs, witness.
    pub fn into_assignment(self) -> Assigned {
        Assigned(self.assignment)
    }

    /// The assignment with the sides of all rows.
    ///
    /// # Panics
    /// If the builder was not stamping.
    pub fn into_stamped(self) -> Stamped {
        let stamps = self.stamps.expect("into_stamped is called on stamping builders");
        let broken = stamps.broken.map(|row| rule_of(&self.rules, row));
        Stamped {
            assigned: Assigned(self.assignment),
            inputs: self.inputs,
            left: stamps.left,
            right: stamps.right,
            products: stamps.products,
            broken,
        }
    }

    /// The recorded rows with an assignment.
    ///
    /// # Panics
    /// If the builder was not recording.
    pub fn into_shape(self) -> (Shape, Assigned) {
        let shape = Shape {
            matrices: self.rows.expect("into_shape is called on recording builders"),
            inputs: self.inputs,
            variables: self.assignment.len(),
            #[cfg(test)]
            rules: self.rules,
        };
        (shape, Assigned(self.assignment))
    }
}

/// A full assignment. Wiped on drop: it holds every secret of the proof.
pub(crate) struct Assigned(pub Vec<Fr>);

impl Drop for Assigned {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// The rows of a circuit.
#[derive(Clone)]
pub(crate) struct Shape {
    /// The three sides of every row.
    pub matrices: [Vec<Row>; 3],
    /// Public inputs, the one included.
    pub inputs: usize,
    /// All variables, the one included.
    pub variables: usize,
    #[cfg(test)]
    rules: Vec<(usize, &'static str)>,
}

impl Shape {
    pub fn rows(&self) -> usize {
        self.matrices[0].len()
    }
}

/// The last rule that was named at or before a row.
fn rule_of(rules: &[(usize, &'static str)], row: usize) -> &'static str {
    let after = rules.partition_point(|(first, _)| *first <= row);
    match after {
        0 => "unnamed rule",
        _ => rules[after - 1].1,
    }
}

/// For arkworks' key generation: the recorded rows, no values.
impl ConstraintSynthesizer<Fr> for &Shape {
    fn generate_constraints(self, cs: ConstraintSystemRef<Fr>) -> Result<(), SynthesisError> {
        let missing = || Err(SynthesisError::AssignmentMissing);
        for _ in 1..self.inputs {
            let _ = cs.new_input_variable(missing)?;
        }
        for _ in self.inputs..self.variables {
            let _ = cs.new_witness_variable(missing)?;
        }
        let variable = |index: usize| match index {
            0 => Variable::One,
            i if i < self.inputs => Variable::instance(i),
            i => Variable::witness(i - self.inputs),
        };
        let side = |row: &Row| {
            let terms = row.iter().map(|(k, index)| (*k, variable(*index)));
            LinearCombination(terms.collect())
        };
        for row in 0..self.rows() {
            let [a, b, c] = &self.matrices;
            cs.enforce_r1cs_constraint(|| side(&a[row]), || side(&b[row]), || side(&c[row]))?;
        }
        Ok(())
    }
}
