//! Step 9, its second half: what the API says against what the contracts answer, word by word.

use alloy::primitives::{Address, U256};
use alloy::providers::DynProvider;
use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::Play;
use super::raw;

/// Spellings of the API for the contracts' numbers.
const CONTENT_STATES: [&str; 4] = ["none", "active", "suspended", "retired"];
const OFFER_KINDS: [&str; 4] = ["per_use", "subscription", "perpetual", "bundle"];
const DELIVERIES: [&str; 2] = ["served", "key"];
const RULES: [&str; 3] = ["metered", "linear", "cliff"];
const PAYMENT_STATES: [&str; 4] = ["none", "held", "delivered", "closed"];
const DISPUTE_STATES: [&str; 4] = ["none", "filed", "ruled", "executed"];
const RULINGS: [&str; 3] = ["none", "creator", "licensee"];

impl Play<'_> {
    /// An answer of the API: its `data`, or, for `v1/status`, the whole.
    pub(super) async fn api(&self, path: &str) -> Result<Value> {
        let url = self.stack.indexer.url().join(path)?;
        let answer = reqwest::get(url.clone()).await?.error_for_status()?.json::<Value>().await?;
        match (path, answer) {
            ("v1/status" | "openapi.json", whole) => Ok(whole),
            (_, mut answer) => Ok(answer["data"].take()),
        }
    }

    pub(super) async fn mirror(&mut self) -> Result<()> {
        self.follow_to_head().await?;
        let openapi = self.api("openapi.json").await?;
        self.check(openapi["openapi"].as_str().is_some_and(|v| v.starts_with("3.1")), "/openapi.json is OpenAPI 3.1")?;
        let provider = self.stack.chain.provider().clone();
        for (noun, compared) in [
            ("contents", self.compare_contents(&provider).await?),
            ("offers", self.compare_offers(&provider).await?),
            ("licenses and their usage", self.compare_licenses(&provider).await?),
            ("payments", self.compare_payments(&provider).await?),
            ("disputes", self.compare_disputes(&provider).await?),
            ("balances", self.compare_balances(&provider).await?),
        ] {
            self.check(compared > 0, format!("{noun}: {compared} fields of the API equal the chain's words"))?;
        }
        Ok(())
    }

    async fn compare_contents(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let registry = self.stack.deployment.addresses.registry;
        for content in self.list("v1/contents").await? {
            let id: U256 = text(&content, "content_id")?.parse()?;
            let words = raw::call(provider, registry, "content(bytes32)", &[id]).await?;
            same.address(&content, "creator", words.address(0)?)?;
            same.spelled(&content, "state", &CONTENT_STATES, words.number(1)?)?;
            same.number(&content["meter"], "meter_id", words.number(3)?)?;
            same.number(&content, "key_commitment", words.number(5)?)?;
            same.number(&content, "content_hash", words.number(6)?)?;
        }
        Ok(same.0)
    }

    async fn compare_offers(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let licenses = self.stack.deployment.addresses.licenses;
        for offer in self.list("v1/offers").await? {
            let id: U256 = text(&offer, "offer_id")?.parse()?;
            // Word 0 is the offset of the struct, which ends with a string.
            let words = raw::call(provider, licenses, "offer(uint64)", &[id]).await?;
            same.number(&offer, "content_id", words.number(1)?)?;
            same.spelled(&offer, "kind", &OFFER_KINDS, words.number(2)?)?;
            same.spelled(&offer, "delivery", &DELIVERIES, words.number(3)?)?;
            same.address(&offer, "token", words.address(5)?)?;
            same.number(&offer, "price", words.number(6)?)?;
            same.number(&offer, "unit_price", words.number(7)?)?;
            same.number(&offer, "duration_secs", words.number(10)?)?;
            same.address(&offer, "arbitrator", words.address(17)?)?;
            same.number(&offer, "terms_hash", words.number(18)?)?;
            let words = raw::call(provider, licenses, "offerState(uint64)", &[id]).await?;
            same.address(&offer, "creator", words.address(0)?)?;
            same.spelled(&offer, "state", &["closed", "open"], words.number(1)?)?;
            same.number(&offer, "sold", words.number(2)?)?;
        }
        Ok(same.0)
    }

    async fn compare_licenses(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let addresses = self.stack.deployment.addresses;
        for license in self.list("v1/licenses").await? {
            let id: U256 = text(&license, "license_id")?.parse()?;
            let words = raw::call(provider, addresses.licenses, "license(uint256)", &[id]).await?;
            for (field, word) in [
                ("offer_id", 0),
                ("profile_id", 1),
                ("meter_id", 2),
                ("payment_id", 3),
                ("units", 4),
                ("starts_at", 5),
                ("expires_at", 6),
            ] {
                same.number(&license, field, words.number(word)?)?;
            }
            same.flag(&license, "delivered", words.number(8)?)?;
            let owner = raw::call(provider, addresses.licenses, "ownerOf(uint256)", &[id]).await?;
            same.address(&license, "owner", owner.address(0)?)?;

            let usage = self.api(&format!("v1/licenses/{id}/usage")).await?;
            let settled = raw::call(provider, addresses.usage, "settledUnits(uint256)", &[id]).await?;
            same.number(&usage, "settled_units", settled.number(0)?)?;
            for lane in usage["lanes"].as_array().into_iter().flatten() {
                let ctx: U256 = text(lane, "ctx")?.parse()?;
                let words = raw::call(provider, addresses.usage, "laneState(uint256)", &[ctx]).await?;
                for (field, word) in [
                    ("proved_head", 0),
                    ("proved_total", 1),
                    ("signed_total", 2),
                    ("settled_total", 3),
                    ("last_window_end", 4),
                ] {
                    same.number(lane, field, words.number(word)?)?;
                }
            }
        }
        Ok(same.0)
    }

    async fn compare_payments(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        for payment in self.list("v1/payments").await? {
            let id: U256 = text(&payment, "payment_id")?.parse()?;
            let escrow = self.stack.deployment.addresses.escrow;
            let words = raw::call(provider, escrow, "payment(uint256)", &[id]).await?;
            same.address(&payment, "payer", words.address(1)?)?;
            same.address(&payment, "token", words.address(2)?)?;
            for (field, word) in [
                ("license_id", 0),
                ("amount", 3),
                ("released", 4),
                ("refunded", 5),
                ("due", 6),
                ("delivery_deadline", 11),
                ("dispute_window_secs", 12),
                ("releasable_at", 13),
                ("refundable_at", 14),
                ("frozen_at", 15),
                ("paused_secs", 16),
            ] {
                same.number(&payment, field, words.number(word)?)?;
            }
            same.spelled(&payment, "rule", &RULES, words.number(7)?)?;
            same.spelled(&payment, "state", &PAYMENT_STATES, words.number(8)?)?;
        }
        Ok(same.0)
    }

    async fn compare_disputes(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        for dispute in self.list("v1/disputes").await? {
            let id: U256 = text(&dispute, "dispute_id")?.parse()?;
            let disputes = self.stack.deployment.addresses.disputes;
            let words = raw::call(provider, disputes, "dispute(uint256)", &[id]).await?;
            for (field, word) in [("license_id", 0), ("payment_id", 1), ("ruling_deadline", 9), ("bond", 10)] {
                same.number(&dispute, field, words.number(word)?)?;
            }
            same.spelled(&dispute, "state", &DISPUTE_STATES, words.number(3)?)?;
            same.spelled(&dispute, "ruling", &RULINGS, words.number(4)?)?;
            for (field, word) in [("filer", 5), ("respondent", 6), ("arbitrator", 7)] {
                same.address(&dispute, field, words.address(word)?)?;
            }
        }
        Ok(same.0)
    }

    async fn compare_balances(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        for actor in self.stack.actors.all() {
            for balance in self.list(&format!("v1/balances/{}", actor.address())).await? {
                let token: Address = text(&balance, "token")?.parse()?;
                let arguments = [actor.address().into_word().into(), token.into_word().into()];
                let escrow = self.stack.deployment.addresses.escrow;
                let words = raw::call(provider, escrow, "balanceOf(address,address)", &arguments).await?;
                same.number(&balance, "balance", words.number(0)?)?;
            }
        }
        Ok(same.0)
    }

    async fn list(&self, path: &str) -> Result<Vec<Value>> {
        match self.api(path).await? {
            Value::Array(items) => Ok(items),
            other => bail!("{path} answers no list but {other}"),
        }
    }
}

/// Counts the fields that were equal, and stops at the first that is not.
#[derive(Default)]
struct Same(usize);

impl Same {
    fn number(&mut self, object: &Value, field: &str, chain: U256) -> Result<()> {
        let value = match &object[field] {
            Value::Number(number) => U256::from(number.as_u64().with_context(|| format!("{field} is {number}"))?),
            // Decimal or 0x-prefixed.
            Value::String(digits) => digits.parse().with_context(|| format!("{field} is `{digits}`"))?,
            other => bail!("{field} is {other}"),
        };
        self.equal(object, field, value == chain, &chain)
    }

    fn address(&mut self, object: &Value, field: &str, chain: Address) -> Result<()> {
        // ETH has no contract, and the API says so by name or by the zero address.
        let value = match text(object, field)? {
            "ETH" => Address::ZERO,
            address => address.parse().with_context(|| format!("{field} is no address"))?,
        };
        self.equal(object, field, value == chain, &chain)
    }

    fn flag(&mut self, object: &Value, field: &str, chain: U256) -> Result<()> {
        let value = object[field].as_bool().with_context(|| format!("{field} is no boolean"))?;
        self.equal(object, field, value != chain.is_zero(), &chain)
    }

    fn spelled(&mut self, object: &Value, field: &str, spellings: &[&str], chain: U256) -> Result<()> {
        let spelling = spellings.get(chain.to::<usize>()).with_context(|| format!("{field} has no number {chain}"))?;
        self.equal(object, field, text(object, field)? == *spelling, spelling)
    }

    fn equal(&mut self, object: &Value, field: &str, equal: bool, chain: &dyn std::fmt::Display) -> Result<()> {
        ensure!(equal, "the API says {field} = {}, the chain says {chain}, in {object}", object[field]);
        self.0 += 1;
        Ok(())
    }
}

fn text<'v>(object: &'v Value, field: &str) -> Result<&'v str> {
    object[field].as_str().with_context(|| format!("{field} is missing in {object}"))
}
