//! What the prover of a usage proof chooses.

use alloy_primitives::U256;
use ark_ff::AdditiveGroup;
use statement::{
    Accumulator, Event, PublicKey, SecretKey, Signature, StepError,
    babyjubjub::scalar_bits,
    chain::{BLOCK_EVENTS, DELTA_BITS},
    field::{Fr, NotCanonical, small, to_fr},
    usage::{Capacity, INPUTS, MAX_EVENTS, PublicInputs, Window},
};
use zeroize::Zeroize;

use super::positions;
use crate::{
    gadget::{eddsa, fixed_base::SCALAR_BITS},
    key_delivery::{canonical, eighth},
};

/// Everything a usage proof is made from.
#[derive(Debug, Clone)]
pub struct UsageWitness {
    /// The licensee's key.
    pub licensee: SecretKey,
    /// The chain before the events: [`Accumulator::genesis`], or the state at the head
    /// that was proved last.
    pub before: Accumulator,
    /// The events since, in order: at least one, at most the capacity's.
    pub events: Vec<Event>,
    /// The meter's key.
    pub meter: PublicKey,
    /// The meter's signature on the head after the events.
    pub meter_signature: Signature,
    /// The window to be made public; all events lie in it.
    pub window: Window,
}

/// Why a witness cannot be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// No events.
    #[error("there is no event to prove: give 1 to {MAX_EVENTS}")]
    NoEvents,
    /// More than the proof holds.
    #[error("{events} events are more than one proof holds: split them into batches of {capacity}")]
    TooManyEvents {
        /// Events in the list.
        events: usize,
        /// The most that fit.
        capacity: usize,
    },
    /// An event does not extend the chain.
    #[error("event {index} does not extend the chain: {source}")]
    Step {
        /// Position in the list, from 0.
        index: usize,
        /// What is wrong with it.
        source: StepError,
    },
    /// An event outside the window.
    #[error("event {index} at {time} is outside the window {start}..={end}: widen the window")]
    OutsideWindow {
        /// Position in the list, from 0.
        index: usize,
        /// The event's time.
        time: u64,
        /// First second of the window.
        start: u64,
        /// Last second of the window.
        end: u64,
    },
    /// The meter's signature is not one on the head after the events.
    #[error("meter signature does not sign head {0} with this meter key: fetch the meter's head")]
    MeterSignature(U256),
    /// A number is not a field element.
    #[error("witness: {0}")]
    NotCanonical(#[from] NotCanonical),
    /// The stored state is impossible.
    #[error("stored chain state has fill {0}, above 24: restore it from the last signed head")]
    Fill(u8),
    /// The stored counters leave no room for the events.
    #[error("stored chain state has total or seq near 2^64: restore it from the last signed head")]
    Overflow,
}

impl UsageWitness {
    /// The public inputs that this witness proves.
    ///
    /// # Errors
    /// [`WitnessError`] names the first rule that the witness breaks.
    pub fn public_inputs(&self) -> Result<PublicInputs, WitnessError> {
        Ok(self.after(MAX_EVENTS)?.0)
    }

    fn after(&self, capacity: usize) -> Result<(PublicInputs, Accumulator), WitnessError> {
        match self.events.len() {
            0 => return Err(WitnessError::NoEvents),
            events if events > capacity => return Err(WitnessError::TooManyEvents { events, capacity }),
            _ => {}
        }
        if usize::from(self.before.fill) > BLOCK_EVENTS {
            return Err(WitnessError::Fill(self.before.fill));
        }
        let (start, end) = (self.window.start(), self.window.end());
        let mut units = 0u32;
        for (index, Event { time, units: each, .. }) in self.events.iter().enumerate() {
            if *time < start || *time > end {
                return Err(WitnessError::OutsideWindow { index, time: *time, start, end });
            }
            units += u32::from(*each);
        }
        let counted = self.before.seq.checked_add(self.events.len() as u64);
        if counted.and(self.before.total.checked_add(units.into())).is_none() {
            return Err(WitnessError::Overflow);
        }
        let mut after = self.before.clone();
        after.extend(&self.events).map_err(|(index, source)| WitnessError::Step { index, source })?;
        let head_after = after.head();
        if !self.meter.verify(head_after, &self.meter_signature) {
            return Err(WitnessError::MeterSignature(head_after));
        }
        let inputs = PublicInputs {
            ctx: self.before.ctx,
            licensee_commitment: self.licensee.public().commitment(),
            meter_key_hash: self.meter.commitment(),
            head_before: self.before.head(),
            head_after,
            window: self.window,
            units,
        };
        Ok((inputs, after))
    }

    /// The honest assignment with its public inputs.
    pub(crate) fn assign(&self, capacity: Capacity) -> Result<(Assignment, PublicInputs), WitnessError> {
        let (inputs, after) = self.after(capacity.events())?;
        Ok((self.fill_in(capacity, &inputs, &after)?, inputs))
    }

    /// The assignment for given inputs and state, unchecked.
    pub(crate) fn fill_in(
        &self,
        capacity: Capacity,
        inputs: &PublicInputs,
        after: &Accumulator,
    ) -> Result<Assignment, NotCanonical> {
        let before = &self.before;
        let fill = usize::from(before.fill);
        let mut assignment = Assignment::blank(capacity);
        for slot in &mut assignment.slots[..fill] {
            slot.0 = true;
        }
        let mut last = (!before.is_genesis()).then_some(before.last);
        for (slot, event) in assignment.slots[fill..].iter_mut().zip(&self.events) {
            let delta = event.time.wrapping_sub(last.unwrap_or(event.time));
            *slot = (true, delta | u64::from(event.units) << DELTA_BITS);
            last = Some(event.time);
        }
        let first = self.events.first().map_or(0, |event| event.time);
        let start = if before.is_genesis() { first } else { before.last };
        let mut secret = scalar_bits(self.licensee.scalar());
        secret.truncate(SCALAR_BITS);
        assignment.inputs = canonical(inputs.to_array())?;
        assignment.secret = secret;
        assignment.genesis = before.is_genesis();
        assignment.base = to_fr(before.base)?;
        assignment.words = canonical(before.words)?;
        assignment.old = (0..BLOCK_EVENTS).map(|i| i < fill).collect();
        assignment.total = small(before.total.into());
        assignment.seq = small(before.seq.into());
        assignment.last = small(start.into());
        assignment.calls_before = to_fr(before.calls)?;
        assignment.calls_after = to_fr(after.calls)?;
        assignment.meter_eighth = eighth(&self.meter);
        assignment.signature = eddsa::Witness::new(&self.meter_signature)?;
        Ok(assignment)
    }
}

/// The circuit's free choices; nothing in it is trusted.
#[derive(Clone)]
pub(crate) struct Assignment {
    pub inputs: [Fr; INPUTS],
    pub secret: Vec<bool>,
    pub genesis: bool,
    pub base: Fr,
    pub words: [Fr; 4],
    pub old: Vec<bool>,
    pub total: Fr,
    pub seq: Fr,
    /// Time of the last event; at genesis the time of the first.
    pub last: Fr,
    pub calls_before: Fr,
    pub calls_after: Fr,
    /// Per position: filled afterwards, and the packed event.
    pub slots: Vec<(bool, u64)>,
    pub meter_eighth: [Fr; 2],
    pub signature: eddsa::Witness,
}

impl Assignment {
    pub fn blank(capacity: Capacity) -> Self {
        Self {
            inputs: [Fr::ZERO; INPUTS],
            secret: vec![false; SCALAR_BITS],
            genesis: false,
            base: Fr::ZERO,
            words: [Fr::ZERO; 4],
            old: vec![false; BLOCK_EVENTS],
            total: Fr::ZERO,
            seq: Fr::ZERO,
            last: Fr::ZERO,
            calls_before: Fr::ZERO,
            calls_after: Fr::ZERO,
            slots: vec![(false, 0); positions(capacity)],
            meter_eighth: [Fr::ZERO; 2],
            signature: eddsa::Witness::blank(),
        }
    }
}

impl Drop for Assignment {
    fn drop(&mut self) {
        self.secret.zeroize();
    }
}
