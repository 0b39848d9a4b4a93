//! Ceremonies at a small size: the worked example, snarkjs as referee, and forgeries.

mod common;
mod forgeries;
mod three_parties;
