//! iden3's file formats, which snarkjs, rapidsnark and other provers read and write.
//!
//! Parsers take bytes of strangers: they never panic, never allocate more than the bytes
//! justify, and their errors name the section and the field.

pub(crate) mod container;
pub(crate) mod element;
pub mod zkey;

pub use container::ContainerError;
