//! Building blocks of the circuits, each the twin of a native function in `statement`.

pub(crate) mod bits;
pub(crate) mod eddsa;
pub(crate) mod edwards;
pub(crate) mod fixed_base;
pub(crate) mod montgomery;
pub(crate) mod party;
pub(crate) mod poseidon;
pub(crate) mod variable_base;

#[cfg(test)]
mod tests;
