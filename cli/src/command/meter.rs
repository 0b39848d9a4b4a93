//! `datavault meter`: the service that delivers keys, serves and countersigns.

pub mod publish;
pub mod serve;
