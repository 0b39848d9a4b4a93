//! How long the parts of a proof take.

use std::{
    fs,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// A stopwatch that can be switched off.
pub(crate) struct Phases(Option<Mutex<Vec<(&'static str, Duration)>>>);

impl Phases {
    /// Measures nothing.
    pub const OFF: Self = Self(None);

    pub fn recording() -> Self {
        Self(Some(Mutex::default()))
    }

    /// Does something, and remembers how long this thread worked on it.
    pub fn of<T>(&self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let Some(phases) = &self.0 else { return work() };
        let started = Instant::now();
        let on_cpu = cpu_time();
        let outcome = work();
        let took = match (on_cpu, cpu_time()) {
            (Some(before), Some(after)) => after.saturating_sub(before),
            _ => started.elapsed(),
        };
        phases.lock().unwrap_or_else(PoisonError::into_inner).push((name, took));
        outcome
    }

    /// What was measured, in the order in which it ended.
    pub fn into_vec(self) -> Vec<(&'static str, Duration)> {
        self.0.map(|phases| phases.into_inner().unwrap_or_else(PoisonError::into_inner)).unwrap_or_default()
    }
}

/// Time that this thread ran, where the system says it: other processes do not count then.
fn cpu_time() -> Option<Duration> {
    let schedule = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    schedule.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}
