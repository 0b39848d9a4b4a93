//! Usage proofs as jobs in Postgres, for any number of workers on any number of machines.
//!
//! [`Queue`] is the table: a lane's history is cut into ranges of up to 1,024 events ([`gaps`], [`Job`]), each submitted
//! once, claimed with `for update skip locked` under a lease, proved, and kept. [`Worker`] is who proves: it brings the
//! licensee's secret key, which never enters the database, and takes only jobs of that key.
//!
//! - A range is proved once: submitting it again is the same job, and a proof that is done never changes.
//! - A worker that dies loses its job after the lease; one that was thought dead may no longer write.
//! - Whatever cannot be proved fails at once and says which field; whatever may go better next time is retried later.
//! - A job has a bounded size, a worker proves one at a time, and all share one set of keys and threads.
//!
//! The SQL is here and not in the mirror's store, because a company runs this queue where there is no mirror. It is
//! plain, not checked by macros: those would have to be prepared against both schemas in one database. Every statement
//! is run by a test on a real Postgres instead, and a clean clone compiles without one.

mod claim;
mod connect;
mod control;
mod error;
mod job;
mod list;
mod payload;
mod progress;
mod proofs;
mod ranges;
mod row;
mod submit;
mod threads;
mod work;

pub use claim::{Claimed, Failed, Refusal};
pub use connect::Queue;
pub use control::Cancelled;
pub use error::QueueError;
pub use job::{Job, JobError, JobId, LaneKey, State, UnknownState, Work};
pub use list::{JobFilter, JobRow};
pub use payload::PayloadError;
pub use progress::{LaneProgress, Progress};
pub use proofs::DoneProof;
pub use ranges::{Covered, Gap, gaps};
pub use submit::Submitted;
pub use threads::Threads;
pub use tokio_util::sync::CancellationToken;
pub use work::{AttemptError, Ended, Outcome, Tally, Worker, WorkerOptions};
