//! How much of a machine proving takes.

use std::sync::Arc;

use rayon::{ThreadPool, ThreadPoolBuildError, ThreadPoolBuilder};

/// Threads that all workers of a process prove on. Clones share them.
#[derive(Clone, Debug)]
pub struct Threads(Arc<ThreadPool>);

impl Threads {
    /// So many, or one for each core if zero.
    ///
    /// # Errors
    /// If the system does not give them.
    pub fn new(count: usize) -> Result<Self, ThreadPoolBuildError> {
        let named = |index| format!("prover-{index}");
        ThreadPoolBuilder::new().num_threads(count).thread_name(named).build().map(Arc::new).map(Self)
    }

    /// Does something on them, in parallel where it can be.
    pub(crate) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        self.0.install(work)
    }
}
