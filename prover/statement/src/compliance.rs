//! That the units behind a signed head stay within a public limit, the total itself hidden.
//!
//! Native twin of the compliance circuit. The head is one that the meter signed, settled
//! or not; its last event's time, `asOf`, is public and says how fresh the statement is (a
//! zero-unit tick renews it). The chain, the total, the number of events and the calls
//! stay hidden behind the head's hash: whoever does not know the events' 32-byte salts
//! cannot guess at the preimage.

use std::fmt;

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::{
    babyjubjub::{PublicKey, SecretKey},
    chain::{Accumulator, TIME_BITS},
    eddsa::Signature,
};

/// How many numbers a compliance proof makes public.
pub const INPUTS: usize = 5;
/// Bits of a total and of a limit.
pub const TOTAL_BITS: usize = 64;

/// Why there is nothing to prove.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// The chain has no event, so nobody signed a head of it.
    #[error("the chain has no event yet and its head no time: let the meter countersign a zero-unit tick")]
    NoEvents,
    /// More was used than is to be proved.
    #[error("{total} units were used, more than the {max_allowed} to be proved")]
    AboveLimit {
        /// Units behind the head.
        total: u64,
        /// The limit to be made public.
        max_allowed: u64,
    },
    /// The meter's signature is not one on this head.
    #[error("meter signature does not sign head {0} with this meter key: fetch the meter's head")]
    MeterSignature(U256),
    /// The stored state holds a time that no chain has.
    #[error("stored chain state has last time {0}, not below 2^40: restore it from the last signed head")]
    TimeOutOfRange(u64),
    /// The packed public input has bits above its 104.
    #[error("packed asOf and limit {0} have more than 104 bits: build it with to_array")]
    Packed(U256),
}

/// What a compliance proof is made from. `Debug` shows nothing of the chain or the key.
#[derive(Clone)]
pub struct Witness {
    /// The licensee's key.
    pub licensee: SecretKey,
    /// The chain at the head that the meter signed.
    pub state: Accumulator,
    /// The meter's key.
    pub meter: PublicKey,
    /// The meter's signature on the head.
    pub meter_signature: Signature,
    /// The limit to be made public.
    pub max_allowed: u64,
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Witness").field("max_allowed", &self.max_allowed).finish_non_exhaustive()
    }
}

impl Witness {
    /// The public inputs that this witness proves.
    ///
    /// # Errors
    /// [`WitnessError`] names the first rule that the witness breaks.
    pub fn public_inputs(&self) -> Result<PublicInputs, WitnessError> {
        let state = &self.state;
        let (total, max_allowed) = (state.total, self.max_allowed);
        if state.is_genesis() {
            return Err(WitnessError::NoEvents);
        }
        if state.last >> TIME_BITS != 0 {
            return Err(WitnessError::TimeOutOfRange(state.last));
        }
        if total > max_allowed {
            return Err(WitnessError::AboveLimit { total, max_allowed });
        }
        let inputs = self.unchecked_inputs();
        match self.meter.verify(inputs.head, &self.meter_signature) {
            true => Ok(inputs),
            false => Err(WitnessError::MeterSignature(inputs.head)),
        }
    }

    /// The public inputs that go with the witness, whether or not it proves them.
    pub fn unchecked_inputs(&self) -> PublicInputs {
        PublicInputs {
            ctx: self.state.ctx,
            licensee_commitment: self.licensee.public().commitment(),
            meter_key_hash: self.meter.commitment(),
            head: self.state.head(),
            as_of: self.state.last,
            max_allowed: self.max_allowed,
        }
    }
}

/// What a compliance proof makes public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicInputs {
    /// Chain, tracker, license, content, lane and epoch, hashed.
    pub ctx: U256,
    /// `Poseidon` of the licensee's public key.
    pub licensee_commitment: U256,
    /// `Poseidon` of the meter's public key.
    pub meter_key_hash: U256,
    /// The head that the meter signed.
    pub head: U256,
    /// Time of the head's last event, unix seconds below 2^40.
    pub as_of: u64,
    /// What the units behind the head do not exceed.
    pub max_allowed: u64,
}

impl PublicInputs {
    /// The numbers in the order of the circuit, the verifier and the contract.
    ///
    /// 0 `ctx` · 1 `licenseeCommitment` · 2 `meterKeyHash` · 3 `head` ·
    /// 4 `asOf | maxAllowed << 40`.
    pub fn to_array(&self) -> [U256; INPUTS] {
        [
            self.ctx,
            self.licensee_commitment,
            self.meter_key_hash,
            self.head,
            U256::from(self.as_of) | U256::from(self.max_allowed) << TIME_BITS,
        ]
    }

    /// Reads [`PublicInputs::to_array`].
    ///
    /// # Errors
    /// [`WitnessError::Packed`] if the last number does not unpack to a time and a limit.
    pub fn from_array(inputs: [U256; INPUTS]) -> Result<Self, WitnessError> {
        let [ctx, licensee_commitment, meter_key_hash, head, packed] = inputs;
        let as_of = packed.as_limbs()[0] & ((1 << TIME_BITS) - 1);
        let max_allowed = u64::try_from(packed >> TIME_BITS).map_err(|_| WitnessError::Packed(packed))?;
        Ok(Self { ctx, licensee_commitment, meter_key_hash, head, as_of, max_allowed })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chain::{Event, call_hash};

    const CTX: U256 = U256::from_limbs([1, 2, 3, 4]);

    fn witness(units: &[u16], max_allowed: u64) -> Witness {
        let mut state = Accumulator::genesis(CTX);
        for (i, units) in units.iter().enumerate() {
            let call = call_hash(CTX, b"GET", &[i as u8; 32]);
            state.step(&Event { time: 1_800_000_000 + i as u64, units: *units, call }).unwrap();
        }
        let meter = SecretKey::derive(&[1; 32], "meter");
        Witness {
            licensee: SecretKey::derive(&[2; 32], "licensee"),
            meter: meter.public(),
            meter_signature: meter.sign(state.head()),
            state,
            max_allowed,
        }
    }

    #[test]
    fn the_limit_is_inclusive() {
        assert_eq!(witness(&[3, 4], 7).public_inputs().unwrap().max_allowed, 7);
        let error = witness(&[3, 4], 6).public_inputs();
        assert_eq!(error, Err(WitnessError::AboveLimit { total: 7, max_allowed: 6 }));
        assert_eq!(witness(&[0], 0).public_inputs().unwrap().as_of, 1_800_000_000);
    }

    #[test]
    fn a_chain_without_events_or_signature_proves_nothing() {
        assert_eq!(witness(&[], 7).public_inputs(), Err(WitnessError::NoEvents));
        let mut unsigned = witness(&[1], 7);
        unsigned.state.total = 0;
        assert_eq!(unsigned.public_inputs(), Err(WitnessError::MeterSignature(unsigned.state.head())));
        let mut late = witness(&[1], 7);
        late.state.last = 1 << TIME_BITS;
        assert_eq!(late.public_inputs(), Err(WitnessError::TimeOutOfRange(1 << TIME_BITS)));
    }

    #[test]
    fn the_order_and_packing_are_fixed() {
        let number = |n: u64| U256::from(n);
        let inputs = PublicInputs {
            ctx: number(1),
            licensee_commitment: number(2),
            meter_key_hash: number(3),
            head: number(4),
            as_of: 0x11,
            max_allowed: 0x2222,
        };
        let array = inputs.to_array();
        for (index, value) in array[..4].iter().enumerate() {
            assert_eq!(*value, number(index as u64 + 1));
        }
        assert_eq!(format!("{:#x}", array[4]), "0x22220000000011");
    }

    #[test]
    fn packing_round_trips_at_the_edges() {
        for (as_of, max_allowed) in [(0, 0), ((1 << TIME_BITS) - 1, 0), (0, u64::MAX), ((1 << TIME_BITS) - 1, u64::MAX)]
        {
            let given = PublicInputs { as_of, max_allowed, ..witness(&[1], 1).public_inputs().unwrap() };
            assert_eq!(PublicInputs::from_array(given.to_array()), Ok(given));
        }
        let mut array = witness(&[1], u64::MAX).public_inputs().unwrap().to_array();
        array[4] += U256::from(1) << (TIME_BITS + TOTAL_BITS);
        assert_eq!(PublicInputs::from_array(array), Err(WitnessError::Packed(array[4])));
    }

    #[test]
    fn debug_shows_no_total() {
        let text = format!("{:?}", witness(&[3, 4], 7));
        assert_eq!(text, "Witness { max_allowed: 7, .. }");
    }
}
