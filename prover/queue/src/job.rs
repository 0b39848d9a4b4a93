//! What is submitted.

use std::{fmt, str::FromStr};

use alloy_primitives::U256;
use domain::LicenseId;
use groth16::UsageWitness;
use serde::{Deserialize, Serialize};
use statement::{
    Accumulator, Event, PublicKey, SecretKey, Signature,
    usage::{Capacity, Window, WindowError},
};

/// A job's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct JobId(pub i64);

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for JobId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// Where a job stands.
///
/// Queued → running → done, failed or queued again; cancelled from queued or running. Done is for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Waits for a worker, or for the time of its next attempt.
    Queued,
    /// A worker has it.
    Running,
    /// Proved.
    Done,
    /// It cannot be proved, or was tried too often.
    Failed,
    /// Nobody wants it any more.
    Cancelled,
}

/// Not a state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a job's state: it is queued, running, done, failed or cancelled")]
pub struct UnknownState(pub String);

impl State {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Queued, Self::Running, Self::Done, Self::Failed, Self::Cancelled];

    /// The word for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for State {
    type Err = UnknownState;

    fn from_str(name: &str) -> Result<Self, UnknownState> {
        Self::ALL.into_iter().find(|state| state.name() == name).ok_or_else(|| UnknownState(name.to_owned()))
    }
}

/// A lane of a license in one keying of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LaneKey {
    /// The license.
    pub license_id: LicenseId,
    /// Its lane.
    pub lane: u32,
    /// In which keying.
    pub epoch: u32,
}

/// Why a range is no job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Nothing to prove.
    #[error("events: there are none, and a proof needs one")]
    NoEvents,
    /// More than the largest circuit holds.
    #[error("events: {0} are more than one proof holds: split them at {max}", max = Capacity::Events1024.events())]
    TooManyEvents(usize),
    /// The events' times make no window.
    #[error("events: {0}")]
    Window(#[from] WindowError),
    /// Nothing would be proved.
    #[error("head_after: it is the head before the events")]
    SameHead,
}

/// What a usage proof is made from, without the licensee's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Work {
    /// The lane's state before the events.
    pub before: Accumulator,
    /// The events.
    pub events: Vec<Event>,
    /// The meter's key.
    pub meter: PublicKey,
    /// Its signature on the head after the events.
    pub meter_signature: Signature,
    /// What is made public of the events' times.
    pub window: Window,
}

impl Work {
    /// Adds the key.
    #[must_use]
    pub fn witness(self, licensee: SecretKey) -> UsageWitness {
        let Self { before, events, meter, meter_signature, window } = self;
        UsageWitness { licensee, before, events, meter, meter_signature, window }
    }
}

/// One range of a lane, to be proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Whose.
    pub lane: LaneKey,
    /// Commitment of the key that proves it.
    pub licensee: U256,
    /// Where it ends; the meter signed it.
    pub head_after: U256,
    /// The smallest circuit that holds it.
    pub capacity: Capacity,
    /// What is proved.
    pub work: Work,
}

impl Job {
    /// A job for events between two heads, with the narrowest window and the smallest circuit.
    ///
    /// Whether the events lead from head to head, and whether the meter signed it, is checked by who proves it.
    ///
    /// # Errors
    /// [`JobError`] if there are no events, or too many for a proof.
    pub fn new(
        lane: LaneKey,
        licensee: U256,
        before: Accumulator,
        events: Vec<Event>,
        head_after: U256,
        meter: (PublicKey, Signature),
    ) -> Result<Self, JobError> {
        let (Some(first), Some(last)) = (events.first(), events.last()) else { return Err(JobError::NoEvents) };
        let capacity = Capacity::fitting(events.len()).ok_or(JobError::TooManyEvents(events.len()))?;
        if before.head() == head_after {
            return Err(JobError::SameHead);
        }
        let window = Window::new(first.time, last.time)?;
        let (meter, meter_signature) = meter;
        Ok(Self { lane, licensee, head_after, capacity, work: Work { before, events, meter, meter_signature, window } })
    }
}
