//! datavault-groth16
