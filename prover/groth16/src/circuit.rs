//! What the circuits have in common.

use crate::{
    circuit_id::CircuitId,
    constraint::{Assigned, Builder, Shape, Stamped},
};

/// A relation, described once for setup and for proving.
pub(crate) trait Circuit {
    /// Which circuit this is.
    const ID: CircuitId;
    /// Name in files and messages.
    const NAME: &'static str = Self::ID.name();
    /// What the prover chooses.
    type Assignment;

    /// Any assignment, to record the rows; they do not depend on values.
    fn blank() -> Self::Assignment;

    /// Adds inputs, witnesses and rows.
    fn build(builder: &mut Builder, assignment: &Self::Assignment);

    /// The rows.
    fn shape() -> Shape {
        let mut builder = Builder::recording();
        Self::build(&mut builder, &Self::blank());
        builder.into_shape().0
    }

    /// The values of all variables.
    fn assign(assignment: &Self::Assignment) -> Assigned {
        let mut builder = Builder::assigning();
        Self::build(&mut builder, assignment);
        builder.into_assignment()
    }

    /// The values of all variables and of both sides of every row, with room for `variables` and `rows`.
    fn stamp(assignment: &Self::Assignment, variables: usize, rows: usize) -> Stamped {
        let mut builder = Builder::stamping(variables, rows);
        Self::build(&mut builder, assignment);
        builder.into_stamped()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use ark_ff::{AdditiveGroup, Field};
    use statement::field::Fr;

    use super::*;

    /// Changes each variable alone, in two ways: some row must notice.
    pub(crate) fn every_wire_is_bound<C: Circuit>(assignment: &C::Assignment) {
        let shape = C::shape();
        let mut wires = C::assign(assignment);
        assert_eq!(shape.broken_rule(&wires.0), None);
        let mut rows_of = vec![Vec::new(); shape.variables];
        for matrix in &shape.matrices {
            for (row, terms) in matrix.iter().enumerate() {
                for (_, index) in terms {
                    rows_of[*index].push(row);
                }
            }
        }
        for (index, rows) in rows_of.iter().enumerate() {
            let honest = wires.0[index];
            for changed in [honest + Fr::ONE, Fr::ONE - honest] {
                wires.0[index] = changed;
                let noticed = rows.iter().any(|row| !shape.holds(*row, &wires.0));
                let first = rows.first().map_or("no rule", |row| shape.rule_of(*row));
                assert!(noticed || changed == honest, "wire {index}: {first}");
            }
            wires.0[index] = honest;
        }
        assert_ne!(wires.0[0], Fr::ZERO);
    }
}
