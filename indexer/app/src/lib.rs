//! The mirror as one thing: migrate, follow the chain, answer.
//!
//! [`start`] runs the parts that a [`Config`] names inside the caller's runtime; the binary `datavault-indexer` does no
//! more than read its arguments into one and wait.

mod start;

pub use api::ApiConfig;
pub use ingest::IngestConfig;
pub use start::{Config, IndexerError, Running, ServeConfig, migrate, start};
pub use store::PgConnectOptions;
pub use tokio_util::sync::CancellationToken;
