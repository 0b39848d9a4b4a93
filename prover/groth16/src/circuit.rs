//! What the circuits have in common.

use crate::constraint::{Assigned, Builder, Shape};

/// A relation, described once for setup and for proving.
pub(crate) trait Circuit {
    /// Name in files and messages.
    const NAME: &'static str;
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
}
