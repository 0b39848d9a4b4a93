//! Which events of a lane have no job yet.

use alloy_primitives::U256;

/// A range that a job covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Events of the lane before it.
    pub seq_before: u64,
    /// Events in it.
    pub events: u64,
    /// Where it ends.
    pub head_after: U256,
}

/// Events that nobody proves. They are cut where the caller likes: both sides signed every head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The head before them.
    pub head_before: U256,
    /// Events of the lane before them.
    pub seq_before: u64,
    /// How many they are.
    pub events: u64,
}

/// The gaps from a head with so many events before it (what the chain has proved) to the lane's last event.
///
/// `covered` is in order. A job that begins before a place that is covered already was overtaken, by a proof that was
/// made elsewhere: it is left out.
#[must_use]
pub fn gaps(proved: (U256, u64), last_seq: u64, covered: &[Covered]) -> Vec<Gap> {
    let (mut head_before, mut seq_before) = proved;
    let mut gaps = Vec::new();
    for job in covered {
        if job.seq_before < seq_before {
            continue;
        }
        if job.seq_before > seq_before {
            gaps.push(Gap { head_before, seq_before, events: job.seq_before - seq_before });
        }
        (head_before, seq_before) = (job.head_after, job.seq_before.saturating_add(job.events));
    }
    if last_seq > seq_before {
        gaps.push(Gap { head_before, seq_before, events: last_seq - seq_before });
    }
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(seq: u64) -> U256 {
        U256::from(seq)
    }

    fn covered(seq_before: u64, events: u64) -> Covered {
        Covered { seq_before, events, head_after: head(seq_before + events) }
    }

    fn gap(seq_before: u64, events: u64) -> Gap {
        Gap { head_before: head(seq_before), seq_before, events }
    }

    #[test]
    fn what_no_job_covers_is_a_gap() {
        let from = |seq: u64, last, jobs: &[Covered]| gaps((head(seq), seq), last, jobs);
        assert_eq!(from(0, 0, &[]), []);
        assert_eq!(from(0, 5, &[]), [gap(0, 5)]);
        assert_eq!(from(2, 5, &[covered(2, 3)]), []);
        assert_eq!(from(0, 30, &[covered(0, 10), covered(20, 5)]), [gap(10, 10), gap(25, 5)]);
    }

    #[test]
    fn a_job_that_was_overtaken_does_not_count() {
        // The chain is at 4, in the middle of nothing; then 5..9 overlaps 3..8.
        assert_eq!(gaps((head(4), 4), 12, &[covered(4, 4), covered(5, 4), covered(8, 2)]), [gap(10, 2)]);
    }
}
