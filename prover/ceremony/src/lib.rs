//! Proving keys that no single person could have forged with: phase 2 of Groth16's setup, in snarkjs's formats.
