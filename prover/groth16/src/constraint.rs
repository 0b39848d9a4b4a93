//! A small rank-1 constraint builder.
//!
//! One function per circuit describes it once; the builder either records the rows
//! (setup, tests) or only computes the assignment (proving), which then costs little
//! more than the native computation. Rows carry the name of the rule they belong to,
//! so that a failed proof can say which rule was broken.

use std::ops::{Add, Neg, Sub};

use ark_ff::{AdditiveGroup, Field, One, Zero};
use ark_relations::gr1cs::{ConstraintSynthesizer, ConstraintSystemRef, LinearCombination, SynthesisError, Variable};
use statement::field::Fr;
use zeroize::Zeroize;

/// One row's linear combination: coefficients and variable indices, 0 being the one.
pub(crate) type Row = Vec<(Fr, usize)>;

/// A number inside a circuit: its value, and how it is made of variables.
#[derive(Clone)]
pub(crate) struct Num {
    value: Fr,
    offset: Fr,
    terms: Vec<(u32, Fr)>,
    constant: bool,
}

impl Num {
    pub fn constant(value: Fr) -> Self {
        Self { value, offset: value, terms: Vec::new(), constant: true }
    }

    pub fn one() -> Self {
        Self::constant(Fr::ONE)
    }

    pub fn zero() -> Self {
        Self::constant(Fr::ZERO)
    }

    pub fn value(&self) -> Fr {
        self.value
    }

    /// `Σ coefficient · number`, at no cost in rows.
    pub fn sum<'a>(parts: impl IntoIterator<Item = (Fr, &'a Num)>) -> Self {
        let mut sum = Self::zero();
        let mut sorted = true;
        for (k, part) in parts {
            sum.value += k * part.value;
            sum.offset += k * part.offset;
            sum.constant &= part.constant;
            let scaled = part.terms.iter().map(|(var, c)| (*var, k * c));
            if let (Some(last), Some(next)) = (sum.terms.last(), part.terms.first()) {
                sorted &= last.0 < next.0;
            }
            sum.terms.extend(scaled);
        }
        if !sorted {
            sum.terms.sort_unstable_by_key(|(var, _)| *var);
            sum.terms.dedup_by(|next, kept| {
                let same = next.0 == kept.0;
                if same {
                    kept.1 += next.1;
                }
                same
            });
        }
        sum.terms.retain(|(_, c)| !c.is_zero());
        sum
    }

    pub fn scale(&self, k: Fr) -> Self {
        Self::sum([(k, self)])
    }

    pub fn plus(&self, k: Fr) -> Self {
        self + &Self::constant(k)
    }

    /// `Σ 2^i · bit_i`.
    pub fn from_bits(bits: &[Num]) -> Self {
        let mut power = Fr::ONE;
        Self::sum(bits.iter().map(|bit| {
            let weight = power;
            power.double_in_place();
            (weight, bit)
        }))
    }

    fn row(&self) -> Row {
        let offset = (!self.offset.is_zero()).then_some((self.offset, 0));
        let terms = self.terms.iter().map(|(var, k)| (*k, *var as usize));
        offset.into_iter().chain(terms).collect()
    }
}

impl Add for &Num {
    type Output = Num;

    fn add(self, other: &Num) -> Num {
        Num::sum([(Fr::ONE, self), (Fr::ONE, other)])
    }
}

impl Sub for &Num {
    type Output = Num;

    fn sub(self, other: &Num) -> Num {
        Num::sum([(Fr::ONE, self), (-Fr::ONE, other)])
    }
}

impl Neg for &Num {
    type Output = Num;

    fn neg(self) -> Num {
        self.scale(-Fr::ONE)
    }
}

/// Builds the rows of a circuit, its assignment, or both.
pub(crate) struct Builder {
    assignment: Vec<Fr>,
    inputs: usize,
    rows: Option<[Vec<Row>; 3]>,
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
        Self { assignment: vec![Fr::ONE], inputs: 1, rows: None, row_count: 0, rules: Vec::new() }
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
        let terms = match self.rows {
            Some(_) => vec![(index, Fr::ONE)],
            None => Vec::new(),
        };
        Num { value, offset: Fr::ZERO, terms, constant: false }
    }

    /// The row `a · b = c`.
    pub fn enforce(&mut self, a: &Num, b: &Num, c: &Num) {
        self.row_count += 1;
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
        if a.constant {
            return b.scale(a.value);
        }
        if b.constant {
            return a.scale(b.value);
        }
        let product = self.witness(a.value * b.value);
        self.enforce(a, b, &product);
        product
    }

    /// `a / b` in one row, which cannot hold for `b = 0` unless `a = 0`; then the
    /// quotient is free, so callers show that `b` is not zero.
    pub fn div(&mut self, a: &Num, b: &Num) -> Num {
        let inverse = b.value.inverse().unwrap_or_default();
        let quotient = self.witness(a.value * inverse);
        self.enforce(&quotient, b, a);
        quotient
    }

    /// Proves `a ≠ 0`.
    pub fn enforce_nonzero(&mut self, a: &Num) {
        let inverse = self.witness(a.value.inverse().unwrap_or_default());
        self.enforce(&inverse, a, &Num::one());
    }

    /// A variable of its own for a long sum that many rows use.
    pub fn alias(&mut self, a: &Num) -> Num {
        let alias = self.witness(a.value);
        self.enforce_equal(&alias, a);
        alias
    }

    /// The assignment: one, inputs, witness.
    pub fn into_assignment(self) -> Assigned {
        Assigned(self.assignment)
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
    rules: Vec<(usize, &'static str)>,
}

impl Shape {
    pub fn rows(&self) -> usize {
        self.matrices[0].len()
    }

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
        let after = self.rules.partition_point(|(first, _)| *first <= row);
        match after {
            0 => "unnamed rule",
            _ => self.rules[after - 1].1,
        }
    }
}

fn evaluate(row: &Row, assignment: &[Fr]) -> Fr {
    row.iter().map(|(k, index)| if k.is_one() { assignment[*index] } else { assignment[*index] * k }).sum()
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
