//! The mirror's database: the only SQL of the workspace.
//!
//! Raw logs are the truth. Every other table holds facts that one log each told; a fact is never updated and goes with
//! its log, so [`rewind`] only takes blocks away. What holds now is read through views over the latest facts.
//! [`append`] writes blocks, logs and facts in one transaction, and the highest block is the checkpoint: there is no
//! moment at which they disagree.

mod append;
mod blocks;
mod columns;
mod connect;
mod error;
mod facts;
mod head;
mod logs;
mod migrate;
mod mirror;
pub mod read;
mod snapshot;
mod writer;

pub use append::{Batch, append, rewind};
pub use blocks::{checkpoint, stored_hash, stored_hashes_below};
pub use columns::{Account, Hash, Word};
pub use connect::{Access, connect_options, pool};
pub use error::StoreError;
pub use head::{observe_head, set_halted};
pub use logs::RawLog;
pub use migrate::{MIGRATOR, MigrateError, check_schema, migrate};
pub use mirror::{Mirror, MirrorError, claim_mirror};
pub use snapshot::Snapshot;
pub use sqlx::{PgConnection, PgPool, postgres::PgConnectOptions};
pub use writer::{Writer, WriterError};
