//! The chain, in our words: the only crate that knows ABIs.
