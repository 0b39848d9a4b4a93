//! The hash chain of metered events, whose head both sides sign.
//!
//! ```text
//! genesis: base = chain = ctx; w = 0; n = total = seq = calls = 0; head = 0
//! step(t, u, c): d = t − last (0 for the first event); require 0 ≤ d < 2^24, u < 2^16
//!   if n == 24: base = chain; w = 0; n = 0
//!   w[n/6] += (d + u·2^24) · 2^(40·(n mod 6)); n += 1
//!   chain = PoseidonEx(capacity = n; base, w0..w3)
//!   calls = Poseidon(calls, c); total += u; seq += 1; last = t
//!   head  = Poseidon(ctx, chain, total, seq, last, calls)
//! ```
//!
//! The state is small and can be stored after every event; a chain resumes from it.

use alloy_primitives::{U256, keccak256};
use serde::{Deserialize, Serialize};

use crate::{
    field::{Fr, from_fr, small, to_fr},
    poseidon,
};

/// Events in one block of the chain.
pub const BLOCK_EVENTS: usize = 24;
/// Events packed in one word of a block.
pub const WORD_EVENTS: usize = 6;
/// Bits one packed event takes.
pub const EVENT_BITS: usize = 40;
/// Bits of the time difference between two events, in seconds.
pub const DELTA_BITS: usize = 24;
/// Bits of an absolute time, in seconds.
pub const TIME_BITS: usize = 40;

/// One metered fetch, or a tick of zero units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Unix time in seconds, below 2^40.
    pub time: u64,
    /// Units charged. Zero is a tick: it bridges a gap and charges nothing.
    pub units: u16,
    /// Salted hash of the request, from [`call_hash`].
    pub call: U256,
}

/// What both sides sign with EIP-712, and the meter also with EdDSA (`head` alone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Head {
    /// The chain's context, from [`crate::Context::ctx`].
    pub ctx: U256,
    /// Events so far.
    pub seq: u64,
    /// Units so far.
    pub total: u64,
    /// The head hash. 0 before the first event.
    pub head: U256,
    /// Time of the last event, unix seconds.
    pub time: u64,
}

/// Why an event does not extend a chain. The chain is unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// The event is earlier than the one before it.
    #[error("event time {time} is before the last event's {last}: use the later clock")]
    TimeWentBack {
        /// The event's time.
        time: u64,
        /// The last event's time.
        last: u64,
    },
    /// More than 2^24 − 1 seconds lie between two events.
    #[error("event time {time} is more than 16777215 s after {last}: send zero-unit ticks between")]
    GapTooLong {
        /// The event's time.
        time: u64,
        /// The last event's time.
        last: u64,
    },
    /// The time needs more than 40 bits.
    #[error("event time {0} is not below 2^40: give unix seconds")]
    TimeOutOfRange(u64),
    /// The call hash is not a field element.
    #[error("event call {0} is not a field element: build it with call_hash")]
    CallNotCanonical(U256),
}

/// The whole state of one chain, enough to extend it and to prove from it.
///
/// # Invariants
/// Built by [`Accumulator::genesis`] and [`Accumulator::step`] only; a stored copy is
/// trusted as much as its store. `head()` recomputes the hash, so a damaged copy does
/// not match the signed head.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accumulator {
    /// The chain's context.
    pub ctx: U256,
    /// Chain value when the open block began.
    pub base: U256,
    /// The open block's packed events.
    pub words: [U256; 4],
    /// Events in the open block, 0 to 24. 0 only at genesis.
    pub fill: u8,
    /// Chain value now.
    pub chain: U256,
    /// Units so far.
    pub total: u64,
    /// Events so far.
    pub seq: u64,
    /// Time of the last event; 0 at genesis, where it means nothing.
    pub last: u64,
    /// Running digest of the call hashes.
    pub calls: U256,
}

impl Accumulator {
    /// The chain before its first event. Its head is 0.
    ///
    /// `ctx` comes from [`crate::Context::ctx`], which is always a field element.
    pub fn genesis(ctx: U256) -> Self {
        Self {
            ctx,
            base: ctx,
            words: [U256::ZERO; 4],
            fill: 0,
            chain: ctx,
            total: 0,
            seq: 0,
            last: 0,
            calls: U256::ZERO,
        }
    }

    /// Whether no event has been recorded.
    pub fn is_genesis(&self) -> bool {
        self.seq == 0
    }

    /// Appends one event and returns the new head for signing.
    ///
    /// # Errors
    /// [`StepError`] names the field out of range; the chain is then unchanged.
    pub fn step(&mut self, event: &Event) -> Result<Head, StepError> {
        self.append(event)?;
        self.chain = from_fr(block_hash(self.fill, self.base, &self.words));
        Ok(self.signable())
    }

    /// Appends events as [`Accumulator::step`] does, without the heads between them: a block is
    /// hashed once instead of once an event.
    ///
    /// # Errors
    /// The position of the first event that is refused, and why; the chain then ends before it.
    pub fn extend(&mut self, events: &[Event]) -> Result<Head, (usize, StepError)> {
        for (index, event) in events.iter().enumerate() {
            let refused = self.append(event).map_err(|error| (index, error)).err();
            let block_ends = usize::from(self.fill) >= BLOCK_EVENTS || index + 1 == events.len();
            let appended = index + usize::from(refused.is_none());
            if appended > 0 && (block_ends || refused.is_some()) {
                self.chain = from_fr(block_hash(self.fill, self.base, &self.words));
            }
            if let Some(refused) = refused {
                return Err(refused);
            }
        }
        Ok(self.signable())
    }

    /// All of a step but the chain value, which the next block needs.
    fn append(&mut self, event: &Event) -> Result<(), StepError> {
        let delta = self.delta(event.time)?;
        let call = to_fr(event.call).map_err(|_| StepError::CallNotCanonical(event.call))?;
        if usize::from(self.fill) >= BLOCK_EVENTS {
            self.base = self.chain;
            self.words = [U256::ZERO; 4];
            self.fill = 0;
        }
        let slot = usize::from(self.fill);
        let packed = U256::from(delta) + (U256::from(event.units) << DELTA_BITS);
        self.words[slot / WORD_EVENTS] += packed << (EVENT_BITS * (slot % WORD_EVENTS));
        self.fill += 1;
        self.calls = from_fr(poseidon::hash(&[element(self.calls), call]));
        self.total += u64::from(event.units);
        self.seq += 1;
        self.last = event.time;
        Ok(())
    }

    /// Seconds since the last event; 0 for the first.
    ///
    /// # Errors
    /// [`StepError`] if the time goes back, jumps too far, or is not below 2^40.
    pub fn delta(&self, time: u64) -> Result<u32, StepError> {
        let last = self.last;
        if time >> TIME_BITS != 0 {
            return Err(StepError::TimeOutOfRange(time));
        }
        if self.is_genesis() {
            return Ok(0);
        }
        let delta = time.checked_sub(last).ok_or(StepError::TimeWentBack { time, last })?;
        match u32::try_from(delta) {
            Ok(delta) if delta >> DELTA_BITS == 0 => Ok(delta),
            _ => Err(StepError::GapTooLong { time, last }),
        }
    }

    /// The head hash: 0 at genesis, else `Poseidon(ctx, chain, total, seq, last, calls)`.
    pub fn head(&self) -> U256 {
        if self.is_genesis() {
            return U256::ZERO;
        }
        from_fr(poseidon::hash(&[
            element(self.ctx),
            element(self.chain),
            small(self.total.into()),
            small(self.seq.into()),
            small(self.last.into()),
            element(self.calls),
        ]))
    }

    /// The head with what is signed beside it.
    pub fn signable(&self) -> Head {
        Head { ctx: self.ctx, seq: self.seq, total: self.total, head: self.head(), time: self.last }
    }
}

/// The chain value of a block with `fill` events.
fn block_hash(fill: u8, base: U256, words: &[U256; 4]) -> Fr {
    let [w0, w1, w2, w3] = words.map(element);
    poseidon::hash_ex(small(fill.into()), &[element(base), w0, w1, w2, w3])
}

/// State values are below the modulus; a damaged store gives a head that nobody signed.
fn element(value: U256) -> Fr {
    to_fr(value).unwrap_or_default()
}

/// `uint256(keccak256(ctx ‖ salt ‖ description)) >> 8`, the call hash of an event.
///
/// Both sides sign over it, so each can later show which request an event was; the
/// 32-byte salt, fresh per call, keeps others from guessing it.
pub fn call_hash(ctx: U256, description: &[u8], salt: &[u8; 32]) -> U256 {
    let mut preimage = Vec::with_capacity(64 + description.len());
    preimage.extend_from_slice(&ctx.to_be_bytes::<32>());
    preimage.extend_from_slice(salt);
    preimage.extend_from_slice(description);
    U256::from_be_bytes(keccak256(&preimage).0) >> 8
}

#[cfg(test)]
mod tests;
