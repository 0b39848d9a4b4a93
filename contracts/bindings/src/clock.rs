//! What time the chain thinks it is.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{SystemTime, UNIX_EPOCH},
};

use crate::{client::Datavault, error::ChainError};

/// Unix seconds on the chain's scale: the wall clock, moved ahead where the chain is ahead of it, as development
/// chains are that travelled in time. Clones share the clock.
#[derive(Clone, Debug)]
pub struct ChainClock(Arc<Source>);

#[derive(Debug)]
enum Source {
    Fixed(AtomicU64),
    Chain { chain: Datavault, ahead_secs: AtomicU64 },
}

impl ChainClock {
    /// A clock that stands still until it is [set](Self::set).
    #[must_use]
    pub fn fixed(unix_secs: u64) -> Self {
        Self(Arc::new(Source::Fixed(AtomicU64::new(unix_secs))))
    }

    /// The clock of a chain, refreshed once.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn of(chain: &Datavault) -> Result<Self, ChainError> {
        let clock = Self(Arc::new(Source::Chain { chain: chain.clone(), ahead_secs: AtomicU64::new(0) }));
        clock.refresh().await?;
        Ok(clock)
    }

    /// Now, in unix seconds. Asks nobody.
    #[must_use]
    pub fn now(&self) -> u64 {
        match &*self.0 {
            Source::Fixed(now) => now.load(Ordering::Relaxed),
            Source::Chain { ahead_secs, .. } => wall_clock() + ahead_secs.load(Ordering::Relaxed),
        }
    }

    /// Looks whether the chain travelled, and gives its time. Time never goes back.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn refresh(&self) -> Result<u64, ChainError> {
        if let Source::Chain { chain, ahead_secs } = &*self.0 {
            // The pending block has the time of a block mined now. Not every node has one.
            let block = match chain.pending_block().await {
                Ok(block) => block,
                Err(_) => chain.latest_block().await?,
            };
            ahead_secs.fetch_max(block.timestamp.saturating_sub(wall_clock()), Ordering::Relaxed);
        }
        Ok(self.now())
    }

    /// Moves a fixed clock. The clock of a chain is moved by its blocks alone.
    pub fn set(&self, unix_secs: u64) {
        if let Source::Fixed(now) = &*self.0 {
            now.store(unix_secs, Ordering::Relaxed);
        }
    }
}

fn wall_clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_set() {
        let clock = ChainClock::fixed(100);
        let same = clock.clone();
        clock.set(160);
        assert_eq!(same.now(), 160);
    }
}
