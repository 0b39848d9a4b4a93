//! iden3's file formats, which snarkjs, rapidsnark and other provers read and write.
//!
//! Parsers take bytes of strangers: they never panic, never allocate more than the bytes
//! justify, and their errors name the section and the field.

mod container;
mod element;
pub(crate) mod instance;
pub mod json;
pub mod r1cs;
pub mod wtns;
pub mod zkey;

pub use container::ContainerError;
pub use instance::Instance;

#[cfg(test)]
mod tests;
