//! The public side of a usage proof.

use alloy_primitives::U256;
use serde::{Deserialize, Serialize};

use crate::chain::TIME_BITS;

/// How many numbers a usage proof makes public.
pub const INPUTS: usize = 6;
/// Events the largest proof takes, whatever the fill of the block it resumes.
pub const MAX_EVENTS: usize = Capacity::Events1024.events();

const UNITS_SHIFT: usize = 2 * TIME_BITS;

/// Sizes of the usage circuit: how many events a proof holds, whatever the fill of the block it resumes.
///
/// Verifying costs the same for each; proving costs by size, so the smallest that fits is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum Capacity {
    /// 2^14 rows.
    Events128,
    /// 2^16 rows.
    Events1024,
}

/// A number that is not the size of a usage circuit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no usage circuit for {0} events: capacity is 128 or 1024")]
pub struct UnknownCapacity(pub u16);

impl Capacity {
    /// All, the smallest first.
    pub const ALL: [Self; 2] = [Self::Events128, Self::Events1024];

    /// How many events fit.
    pub const fn events(self) -> usize {
        match self {
            Self::Events128 => 128,
            Self::Events1024 => 1024,
        }
    }

    /// The smallest that holds `events`, if one does.
    pub fn fitting(events: usize) -> Option<Self> {
        Self::ALL.into_iter().find(|capacity| events <= capacity.events())
    }
}

impl From<Capacity> for u16 {
    fn from(capacity: Capacity) -> Self {
        match capacity {
            Capacity::Events128 => 128,
            Capacity::Events1024 => 1024,
        }
    }
}

impl TryFrom<u16> for Capacity {
    type Error = UnknownCapacity;

    fn try_from(events: u16) -> Result<Self, UnknownCapacity> {
        Self::ALL.into_iter().find(|capacity| u16::from(*capacity) == events).ok_or(UnknownCapacity(events))
    }
}

/// Why a window or a packed input is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// A bound needs more than 40 bits.
    #[error("window bound {0} is not below 2^40: give unix seconds")]
    OutOfRange(u64),
    /// The window ends before it starts.
    #[error("window ends at {end}, before it starts at {start}: swap the bounds")]
    Reversed {
        /// First second.
        start: u64,
        /// Last second.
        end: u64,
    },
    /// The packed public input has bits above its 112.
    #[error("packed window {0} has more than 112 bits: build it with to_array")]
    Packed(U256),
}

/// The seconds that all events of a proof lie in, both bounds included.
///
/// # Invariants
/// `start ≤ end < 2^40`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Bounds", into = "Bounds")]
pub struct Window {
    start: u64,
    end: u64,
}

#[derive(Serialize, Deserialize)]
struct Bounds {
    start: u64,
    end: u64,
}

impl From<Window> for Bounds {
    fn from(window: Window) -> Self {
        Self { start: window.start, end: window.end }
    }
}

impl TryFrom<Bounds> for Window {
    type Error = WindowError;

    fn try_from(bounds: Bounds) -> Result<Self, WindowError> {
        Self::new(bounds.start, bounds.end)
    }
}

impl Window {
    /// Checks the bounds, in unix seconds.
    ///
    /// # Errors
    /// [`WindowError`] if a bound needs more than 40 bits or the end precedes the start.
    pub fn new(start: u64, end: u64) -> Result<Self, WindowError> {
        for bound in [start, end] {
            if bound >> TIME_BITS != 0 {
                return Err(WindowError::OutOfRange(bound));
            }
        }
        if end < start {
            return Err(WindowError::Reversed { start, end });
        }
        Ok(Self { start, end })
    }

    /// First second.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// Last second.
    pub fn end(&self) -> u64 {
        self.end
    }
}

/// What a usage proof makes public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublicInputs {
    /// Chain, tracker, license, content, lane and epoch, hashed.
    pub ctx: U256,
    /// `Poseidon` of the licensee's public key.
    pub licensee_commitment: U256,
    /// `Poseidon` of the meter's public key.
    pub meter_key_hash: U256,
    /// The head proved before; 0 is genesis.
    pub head_before: U256,
    /// The head that the meter signed after the events.
    pub head_after: U256,
    /// Where all events lie.
    pub window: Window,
    /// Units of all events.
    pub units: u32,
}

impl PublicInputs {
    /// The numbers in the order of the circuit, the verifier and the contract.
    ///
    /// 0 `ctx` · 1 `licenseeCommitment` · 2 `meterKeyHash` · 3 `headBefore` ·
    /// 4 `headAfter` · 5 `windowStart | windowEnd << 40 | units << 80`.
    pub fn to_array(&self) -> [U256; INPUTS] {
        [
            self.ctx,
            self.licensee_commitment,
            self.meter_key_hash,
            self.head_before,
            self.head_after,
            U256::from(self.window.start)
                | U256::from(self.window.end) << TIME_BITS
                | U256::from(self.units) << UNITS_SHIFT,
        ]
    }

    /// Reads [`PublicInputs::to_array`].
    ///
    /// # Errors
    /// [`WindowError`] if the last number does not unpack to a window and units.
    pub fn from_array(inputs: [U256; INPUTS]) -> Result<Self, WindowError> {
        let [ctx, licensee_commitment, meter_key_hash, head_before, head_after, packed] = inputs;
        let bits = |shift: usize, mask: u64| (packed >> shift).as_limbs()[0] & mask;
        let time = (1 << TIME_BITS) - 1;
        let units = packed >> UNITS_SHIFT;
        Ok(Self {
            ctx,
            licensee_commitment,
            meter_key_hash,
            head_before,
            head_after,
            window: Window::new(bits(0, time), bits(TIME_BITS, time))?,
            units: u32::try_from(units).map_err(|_| WindowError::Packed(packed))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(start: u64, end: u64, units: u32) -> PublicInputs {
        let number = |n: u64| U256::from(n);
        PublicInputs {
            ctx: number(1),
            licensee_commitment: number(2),
            meter_key_hash: number(3),
            head_before: number(4),
            head_after: number(5),
            window: Window::new(start, end).unwrap(),
            units,
        }
    }

    #[test]
    fn the_order_and_packing_are_fixed() {
        let array = inputs(0x11, 0x2222, 0x3333).to_array();
        for (index, value) in array[..5].iter().enumerate() {
            assert_eq!(*value, U256::from(index + 1));
        }
        assert_eq!(format!("{:#x}", array[5]), "0x333300000022220000000011");
    }

    #[test]
    fn packing_round_trips_at_the_edges() {
        let top = (1u64 << 40) - 1;
        for (start, end, units) in [(0, 0, 0), (top, top, u32::MAX), (0, top, 1)] {
            let given = inputs(start, end, units);
            assert_eq!(PublicInputs::from_array(given.to_array()), Ok(given));
        }
        let mut array = inputs(0, top, u32::MAX).to_array();
        array[5] += U256::from(1) << 112;
        assert!(matches!(PublicInputs::from_array(array), Err(WindowError::Packed(_))));
    }

    #[test]
    fn impossible_windows_are_refused() {
        assert_eq!(Window::new(1 << 40, 1 << 40), Err(WindowError::OutOfRange(1 << 40)));
        assert_eq!(Window::new(2, 1), Err(WindowError::Reversed { start: 2, end: 1 }));
        assert!(serde_json::from_str::<Window>(r#"{"start":2,"end":1}"#).is_err());
    }
}
