//! Step 9, its second half: what the API says against what the contracts answer, word by word.

mod money;
mod offers;
mod same;

use alloy::primitives::{Address, U256};
use alloy::providers::DynProvider;
use anyhow::{Result, bail};
use serde_json::Value;

use self::same::{Same, number, text};
use super::Play;
use super::raw;

/// Spellings of the API for the contracts' numbers.
const CONTENT_STATES: [&str; 4] = ["none", "active", "suspended", "retired"];
const CONTENT_KINDS: [&str; 2] = ["file", "collection"];
const OFFER_KINDS: [&str; 4] = ["per_use", "subscription", "perpetual", "bundle"];
const DELIVERIES: [&str; 2] = ["served", "key"];
const DISPUTE_KINDS: [&str; 5] =
    ["non_delivery", "usage_exceeded", "non_payment", "content_mismatch", "unauthorized_access"];
const DISPUTE_STATES: [&str; 6] = ["none", "filed", "escalated", "ruled", "appealed", "executed"];
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
        let status = self.api("v1/status").await?;
        let sets = status["data"]["contracts"]["verifier_sets"].as_str().and_then(|address| address.parse().ok());
        let mirrored = sets == Some(self.stack.deployment.addresses.verifier_sets);
        self.check(mirrored, "the mirror follows the verifier sets, too")?;
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
        self.owes_what_it_holds().await
    }

    async fn compare_contents(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let registry = self.stack.deployment.addresses.registry;
        for content in self.list("v1/contents").await? {
            let id = number(&content, "content_id")?;
            let words = raw::call(provider, registry, "content(bytes32)", &[id]).await?;
            same.address(&content, "creator", words.address(0)?)?;
            same.spelled(&content, "state", &CONTENT_STATES, words.number(1)?)?;
            same.spelled(&content, "kind", &CONTENT_KINDS, words.number(2)?)?;
            same.number(&content, "content_no", words.number(3)?)?;
            same.number(&content["meter"], "meter_id", words.number(4)?)?;
            same.number(&content, "generation", words.number(5)?)?;
            same.number(&content, "version", words.number(6)?)?;

            let (no, version) = (words.number(3)?, words.number(6)?);
            let key = raw::call(provider, registry, "keyCommitment(uint32,uint8)", &[no, version]).await?;
            same.number(&content, "content_id", key.number(0)?)?;
            same.number(&content, "key_commitment", key.number(1)?)?;
            let named = raw::call(provider, registry, "contentIdOf(uint32)", &[no]).await?;
            same.number(&content, "content_id", named.number(0)?)?;
            let creator = words.address(0)?.into_word().into();
            let level = raw::call(provider, registry, "creatorLevel(address)", &[creator]).await?;
            same.number(&content, "creator_level", level.number(0)?)?;
        }
        Ok(same.0)
    }

    async fn compare_licenses(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        let addresses = self.stack.deployment.addresses;
        for license in self.list("v1/licenses").await? {
            let id = number(&license, "license_id")?;
            let words = raw::call(provider, addresses.licenses, "license(uint256)", &[id]).await?;
            for (field, word) in [
                ("offer_id", 0),
                ("profile_id", 1),
                ("meter_id", 2),
                ("units", 7),
                ("starts_at", 8),
                ("expires_at", 9),
                ("periods", 10),
                ("epoch", 11),
                ("content_version", 13),
                ("royalty_bps", 15),
            ] {
                same.number(&license, field, words.number(word)?)?;
            }
            same.spelled(&license, "kind", &OFFER_KINDS, words.number(3)?)?;
            same.spelled(&license, "delivery", &DELIVERIES, words.number(4)?)?;
            same.flag(&license, "transferable", words.number(5)?)?;
            same.flag(&license, "delivered", words.number(12)?)?;
            same.number(&license, "payment_id", id)?;
            let owner = raw::call(provider, addresses.licenses, "ownerOf(uint256)", &[id]).await?;
            same.address(&license, "owner", owner.address(0)?)?;

            let usage = self.api(&format!("v1/licenses/{id}/usage")).await?;
            let settled = raw::call(provider, addresses.usage, "settledUnits(uint256)", &[id]).await?;
            same.number(&usage, "settled_units", settled.number(0)?)?;
            for lane in usage["lanes"].as_array().into_iter().flatten() {
                let place = [id, number(lane, "lane")?, number(lane, "epoch")?];
                let ctx = raw::call(provider, addresses.licenses, "contextOf(uint256,uint32,uint32)", &place).await?;
                same.number(lane, "ctx", ctx.number(0)?)?;
                let words = raw::call(provider, addresses.usage, "laneState(uint256)", &[ctx.number(0)?]).await?;
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

    async fn compare_disputes(&self, provider: &DynProvider) -> Result<usize> {
        let mut same = Same::default();
        for dispute in self.list("v1/disputes").await? {
            let id = number(&dispute, "dispute_id")?;
            let disputes = self.stack.deployment.addresses.disputes;
            let words = raw::call(provider, disputes, "dispute(uint256)", &[id]).await?;
            for (field, word) in [("license_id", 0), ("payment_id", 1), ("deadline", 12), ("bond", 13)] {
                same.number(&dispute, field, words.number(word)?)?;
            }
            same.spelled(&dispute, "kind", &DISPUTE_KINDS, words.number(2)?)?;
            same.spelled(&dispute, "state", &DISPUTE_STATES, words.number(3)?)?;
            same.spelled(&dispute, "ruling", &RULINGS, words.number(4)?)?;
            for (field, word) in [("filer", 5), ("respondent", 6), ("arbitrator", 7), ("appeal_arbitrator", 9)] {
                same.address(&dispute, field, words.address(word)?)?;
            }
            same.flag(&dispute, "answered", words.number(10)?)?;
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

    /// Who shares a payment, and how, as the escrow answers.
    async fn raw_split(&self, provider: &DynProvider, split_id: U256) -> Result<Vec<(Address, U256)>> {
        let escrow = self.stack.deployment.addresses.escrow;
        let words = raw::call(provider, escrow, "split(uint64)", &[split_id]).await?;
        // Word 0 is the offset of the list, word 1 its length.
        let payees = 0..words.number(1)?.to::<usize>();
        payees.map(|i| Ok((words.address(2 + 2 * i)?, words.number(3 + 2 * i)?))).collect()
    }
}

/// Who is paid, as the API says.
fn payees(object: &Value) -> Result<Vec<(Address, U256)>> {
    let payees = object["payees"].as_array().into_iter().flatten();
    payees.map(|payee| Ok((same::address(payee, "account")?, number(payee, "share_bps")?))).collect()
}
