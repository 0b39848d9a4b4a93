//! Amounts as people write them, with the decimals of their token.

use alloy::primitives::{
    U256,
    utils::{ParseUnits, Unit, format_units},
};
use domain::{Amount, Token};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A token with what is needed to write its amounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Currency {
    /// The contract, or the zero address for ETH.
    pub token: Token,
    /// `ETH`, or what the contract calls itself.
    pub symbol: String,
    /// Digits after the point.
    pub decimals: u8,
}

impl Currency {
    /// The chain's own coin.
    #[must_use]
    pub fn eth() -> Self {
        Self { token: Token::ETH, symbol: "ETH".into(), decimals: 18 }
    }

    /// `12.5 dUSD`.
    #[must_use]
    pub fn show(&self, amount: Amount) -> String {
        format!("{} {}", self.number(amount), self.symbol)
    }

    /// `12.5`.
    #[must_use]
    pub fn number(&self, amount: Amount) -> String {
        let text = format_units(amount.0, self.decimals).unwrap_or_else(|_| amount.to_string());
        match text.split_once('.') {
            Some((whole, fraction)) => match fraction.trim_end_matches('0') {
                "" => whole.to_owned(),
                rest => format!("{whole}.{rest}"),
            },
            None => text,
        }
    }

    /// Reads `25`, `25.00`, `25.00dUSD`, and for ETH also `0.1ether`, `20gwei`, `5wei`.
    ///
    /// # Errors
    /// Negative, no number, more digits than the token has, or another token's unit.
    pub fn parse(&self, text: &str) -> Result<Amount, Failure> {
        let trimmed = text.trim();
        let split = trimmed.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(trimmed.len());
        let (number, unit) = trimmed.split_at(split);
        let number = number.trim().replace('_', "");
        let bad = |why: String| {
            Failure::usage(format!("`{text}` is not an amount of {}: {why}", self.symbol))
                .fix(format!("write it like `1.5` with at most {} digits after the point", self.decimals))
        };
        let decimals = match unit.to_ascii_lowercase().as_str() {
            "" => self.decimals,
            u if u == self.symbol.to_ascii_lowercase() => self.decimals,
            "ether" if self.token.is_eth() => 18,
            "gwei" if self.token.is_eth() => 9,
            "wei" if self.token.is_eth() => 0,
            _ => return Err(bad(format!("`{unit}` is not its unit"))),
        };
        if number.is_empty() || !number.chars().all(|c| c.is_ascii_digit() || c == '.') {
            return Err(bad("not a plain decimal number".into()));
        }
        let digits = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        if digits > usize::from(decimals) {
            return Err(bad(format!("it has {digits} digits after the point")));
        }
        let whole_units = || -> Option<U256> {
            if decimals == 0 {
                return number.trim_end_matches('.').parse().ok();
            }
            match ParseUnits::parse_units(&number, Unit::new(decimals)?).ok()? {
                ParseUnits::U256(value) => Some(value),
                ParseUnits::I256(_) => None,
            }
        };
        whole_units().map(Amount).ok_or_else(|| bad("it does not fit".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dusd() -> Currency {
        Currency { token: Token(alloy::primitives::Address::repeat_byte(1)), symbol: "dUSD".into(), decimals: 6 }
    }

    #[test]
    fn decimals_follow_the_token() {
        assert_eq!(dusd().parse("25.00").unwrap(), Amount::from(25_000_000u128));
        assert_eq!(dusd().parse("0.5 dUSD").unwrap(), Amount::from(500_000u128));
        assert_eq!(Currency::eth().parse("0.0001ether").unwrap(), Amount::from(100_000_000_000_000u128));
        assert_eq!(Currency::eth().parse("20gwei").unwrap(), Amount::from(20_000_000_000u128));
        assert_eq!(Currency::eth().parse("7wei").unwrap(), Amount::from(7u128));
    }

    #[test]
    fn what_is_no_amount_says_why() {
        for (text, why) in [
            ("-1", "not a plain decimal"),
            ("1.2.3", "does not fit"),
            ("0.0000001", "7 digits"),
            ("1ether", "`ether` is not its unit"),
            ("", "not a plain decimal"),
        ] {
            let message = dusd().parse(text).unwrap_err().to_string();
            assert!(message.contains(why), "{text}: {message}");
        }
    }

    #[test]
    fn amounts_are_shown_without_trailing_zeros() {
        assert_eq!(dusd().show(Amount::from(25_000_000u128)), "25 dUSD");
        assert_eq!(dusd().show(Amount::from(1u128)), "0.000001 dUSD");
        assert_eq!(Currency::eth().show(Amount::ZERO), "0 ETH");
    }
}
