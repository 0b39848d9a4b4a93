//! Fields of the API and words of the chain, compared.

use alloy::primitives::{Address, U256};
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// Counts the fields that were equal, and stops at the first that is not.
#[derive(Default)]
pub(in crate::scenario) struct Same(pub(in crate::scenario) usize);

impl Same {
    pub(super) fn number(&mut self, object: &Value, field: &str, chain: U256) -> Result<()> {
        self.equal(object, field, number(object, field)? == chain, &chain)
    }

    pub(super) fn address(&mut self, object: &Value, field: &str, chain: Address) -> Result<()> {
        self.equal(object, field, address(object, field)? == chain, &chain)
    }

    pub(super) fn flag(&mut self, object: &Value, field: &str, chain: U256) -> Result<()> {
        self.equal(object, field, flag(object, field)? != chain.is_zero(), &chain)
    }

    pub(super) fn spelled(&mut self, object: &Value, field: &str, spellings: &[&str], chain: U256) -> Result<()> {
        let spelling = spellings.get(chain.to::<usize>()).with_context(|| format!("{field} has no number {chain}"))?;
        self.equal(object, field, text(object, field)? == *spelling, spelling)
    }

    pub(super) fn equal(
        &mut self,
        object: &Value,
        field: &str,
        equal: bool,
        chain: &dyn std::fmt::Display,
    ) -> Result<()> {
        ensure!(equal, "the API says {field} = {}, the chain says {chain}, in {object}", object[field]);
        self.0 += 1;
        Ok(())
    }
}

/// A number, however it is written: as one, in decimal or 0x-prefixed digits.
pub(super) fn number(object: &Value, field: &str) -> Result<U256> {
    match &object[field] {
        Value::Number(number) => Ok(U256::from(number.as_u64().with_context(|| format!("{field} is {number}"))?)),
        Value::String(digits) => digits.parse().with_context(|| format!("{field} is `{digits}`")),
        other => bail!("{field} is {other}"),
    }
}

/// An account; `null` is nobody.
pub(super) fn address(object: &Value, field: &str) -> Result<Address> {
    match &object[field] {
        Value::Null if object.get(field).is_some() => Ok(Address::ZERO),
        _ => text(object, field)?.parse().with_context(|| format!("{field} is no address")),
    }
}

pub(super) fn flag(object: &Value, field: &str) -> Result<bool> {
    object[field].as_bool().with_context(|| format!("{field} is no boolean"))
}

pub(super) fn text<'v>(object: &'v Value, field: &str) -> Result<&'v str> {
    object[field].as_str().with_context(|| format!("{field} is missing in {object}"))
}

/// The number that a spelling stands for.
pub(super) fn code(object: &Value, field: &str, spellings: &[&str]) -> Result<U256> {
    let spelled = text(object, field)?;
    let code = spellings.iter().position(|spelling| *spelling == spelled);
    Ok(U256::from(code.with_context(|| format!("{field} is `{spelled}`, which stands for nothing"))?))
}
