//! Money: an amount is a whole number of a token's base units.

use core::{fmt, str::FromStr};

use alloy_primitives::{Address, U256};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Base units of some token. JSON carries it as a decimal string, so that no client rounds it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(pub U256);

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(U256::ZERO);
}

impl From<u128> for Amount {
    fn from(base_units: u128) -> Self {
        Self(U256::from(base_units))
    }
}

impl From<U256> for Amount {
    fn from(base_units: U256) -> Self {
        Self(base_units)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Amount {
    type Err = alloy_primitives::ruint::ParseError;

    fn from_str(decimal: &str) -> Result<Self, Self::Err> {
        U256::from_str_radix(decimal, 10).map(Self)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What an amount is counted in: an ERC-20 contract, or the zero address for ETH.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub Address);

impl Token {
    /// The chain's own coin.
    pub const ETH: Self = Self(Address::ZERO);

    /// Whether this is the chain's own coin.
    #[must_use]
    pub fn is_eth(self) -> bool {
        self == Self::ETH
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_eth() { f.write_str("ETH") } else { self.0.fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_travel_as_decimal_strings() {
        let json = serde_json::to_string(&Amount(U256::MAX)).unwrap();
        assert_eq!(json, format!("\"{}\"", U256::MAX));
        assert_eq!(serde_json::from_str::<Amount>(&json).unwrap(), Amount(U256::MAX));
        assert!(serde_json::from_str::<Amount>("\"0x10\"").is_err());
        assert!(serde_json::from_str::<Amount>("10").is_err());
    }
}
