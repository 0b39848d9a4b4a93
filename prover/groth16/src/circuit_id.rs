//! The circuits by name.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use statement::{
    compliance, key_delivery,
    usage::{self, Capacity},
};

/// A circuit, as files and messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CircuitId {
    /// Metered use, up to 128 events.
    #[serde(rename = "usage_128")]
    Usage128,
    /// Metered use, up to 1,024 events.
    #[serde(rename = "usage_1024")]
    Usage1024,
    /// Use within a limit.
    Compliance,
    /// A content key, sealed to a licensee.
    KeyDelivery,
}

/// Not the name of a circuit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no circuit `{0}`: it is usage_128, usage_1024, compliance or key_delivery")]
pub struct UnknownCircuit(pub String);

impl CircuitId {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Usage128, Self::Usage1024, Self::Compliance, Self::KeyDelivery];

    /// The name in files and messages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Usage128 => "usage_128",
            Self::Usage1024 => "usage_1024",
            Self::Compliance => "compliance",
            Self::KeyDelivery => "key_delivery",
        }
    }

    /// How many numbers a proof makes public.
    pub const fn public_inputs(self) -> usize {
        match self {
            Self::Usage128 | Self::Usage1024 => usage::INPUTS,
            Self::Compliance => compliance::INPUTS,
            Self::KeyDelivery => key_delivery::INPUTS,
        }
    }
}

impl From<Capacity> for CircuitId {
    fn from(capacity: Capacity) -> Self {
        match capacity {
            Capacity::Events128 => Self::Usage128,
            Capacity::Events1024 => Self::Usage1024,
        }
    }
}

impl fmt::Display for CircuitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for CircuitId {
    type Err = UnknownCircuit;

    fn from_str(name: &str) -> Result<Self, UnknownCircuit> {
        Self::ALL.into_iter().find(|circuit| circuit.name() == name).ok_or_else(|| UnknownCircuit(name.to_owned()))
    }
}
