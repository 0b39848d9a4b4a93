//! Step 9, its first half: blocks with purchases are dropped, and the purchases are sent again in another order.

use std::time::{Duration, Instant};

use alloy::consensus::Transaction as _;
use alloy::eips::BlockNumberOrTag;
use alloy::network::TransactionResponse;
use alloy::primitives::{Address, B256, Bytes};
use alloy::providers::Provider;
use anyhow::{Context, Result, bail};
use domain::{ChainEvent, LicenseId};

use super::Play;

const FOLLOW_TIMEOUT: Duration = Duration::from_secs(30);
const POLL: Duration = Duration::from_millis(50);

/// A transaction that was mined, ready to be sent again byte for byte.
struct Mined {
    hash: B256,
    sender: Address,
    nonce: u64,
    raw: Bytes,
}

impl Play<'_> {
    pub(super) async fn reorganise(&mut self) -> Result<()> {
        let (company2, company3) = (self.stack.actors.company2.address(), self.stack.actors.company3.address());
        let before2 = self.license_of(company2).await?;
        let before3 = self.license_of(company3).await?;
        self.follow_to_head().await?;
        self.check(
            self.mirror_owner(before2).await? == Some(company2),
            format!("the mirror says that license {before2} is company2's"),
        )?;

        let first = self.block_of_purchase(before2).await?;
        let (mut head, _) = self.stack.chain.latest().await?;
        let mut dropped = self.mined(first, head).await?;
        // The meter works by itself: whatever it sent meanwhile is to go as well.
        while self.stack.chain.latest().await?.0 != head {
            head = self.stack.chain.latest().await?.0;
            dropped = self.mined(first, head).await?;
        }
        let depth = head - first + 1;
        let hashes: Vec<B256> = dropped.iter().map(|mined| mined.hash).collect();
        self.stack.chain.reorg(depth).await?;
        self.tell.fact(&format!("{depth} blocks with {} transactions are gone, and nobody is told", dropped.len()));
        for hash in &hashes {
            let gone = self.stack.chain.provider().get_transaction_receipt(*hash).await?.is_none();
            if !gone {
                bail!("transaction {hash} is still in the chain after the reorganisation");
            }
        }
        // Company 3 first; each sender's own transactions stay in order, as their nonces demand.
        dropped.sort_by_key(|mined| (mined.sender != company3, mined.sender, mined.nonce));
        for mined in &dropped {
            let sent = self.stack.chain.provider().send_raw_transaction(&mined.raw).await?;
            let receipt = sent.get_receipt().await?;
            if !receipt.status() {
                bail!("transaction {} failed when it was sent again", mined.hash);
            }
        }
        let (after2, after3) = (self.license_of(company2).await?, self.license_of(company3).await?);
        self.check(
            (after2, after3) == (before3, before2),
            format!("sent again in the other order, license {after3} is company3's now and {after2} is company2's"),
        )?;
        self.licenses.undelivered = Some(after2);
        self.licenses.mismatched = Some(after3);
        self.follow_to_head().await?;
        let mirrored = (self.mirror_owner(after2).await?, self.mirror_owner(after3).await?);
        self.check(mirrored == (Some(company2), Some(company3)), "the mirror followed")
    }

    /// Waits until the mirror says that it has seen the chain's latest block, by hash.
    pub(super) async fn follow_to_head(&mut self) -> Result<()> {
        let started = Instant::now();
        loop {
            let head = self
                .stack
                .chain
                .provider()
                .get_block_by_number(BlockNumberOrTag::Latest)
                .await?
                .context("the chain has no latest block")?;
            let status = self.api("v1/status").await?;
            let seen = status["block"]["hash"].as_str().and_then(|hash| hash.parse::<B256>().ok());
            if seen == Some(head.header.hash) {
                return Ok(());
            }
            if started.elapsed() > FOLLOW_TIMEOUT {
                bail!("the mirror does not reach block {} ({}): {status}", head.header.number, head.header.hash);
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// The one license of an account, as the chain tells it.
    pub(super) async fn license_of(&self, licensee: Address) -> Result<LicenseId> {
        let chain = &self.cast.anyone.chain;
        let (head, _) = self.stack.chain.latest().await?;
        let events = chain.events(self.stack.deployment.start_block, head).await?;
        events
            .into_iter()
            .find_map(|(_, event)| match event {
                ChainEvent::LicenseIssued(issued) if issued.licensee == licensee => Some(issued.license_id),
                _ => None,
            })
            .with_context(|| format!("{licensee} has no license"))
    }

    async fn block_of_purchase(&self, license: LicenseId) -> Result<u64> {
        let chain = &self.cast.anyone.chain;
        let (head, _) = self.stack.chain.latest().await?;
        let events = chain.events(self.stack.deployment.start_block, head).await?;
        events
            .into_iter()
            .find_map(|(log, event)| match event {
                ChainEvent::LicenseIssued(issued) if issued.license_id == license => Some(log.block_number),
                _ => None,
            })
            .with_context(|| format!("license {license} was never issued"))
    }

    async fn mined(&self, first: u64, last: u64) -> Result<Vec<Mined>> {
        let provider = self.stack.chain.provider();
        let mut mined = Vec::new();
        for number in first..=last {
            let block = provider
                .get_block_by_number(number.into())
                .full()
                .await?
                .with_context(|| format!("there is no block {number}"))?;
            for transaction in block.transactions.into_transactions() {
                let hash = transaction.tx_hash();
                let raw = provider
                    .get_raw_transaction_by_hash(hash)
                    .await?
                    .with_context(|| format!("the chain does not have transaction {hash}"))?;
                mined.push(Mined { hash, sender: transaction.from(), nonce: transaction.nonce(), raw });
            }
        }
        Ok(mined)
    }

    async fn mirror_owner(&self, license: LicenseId) -> Result<Option<Address>> {
        let answer = self.api(&format!("v1/licenses/{license}")).await?;
        Ok(answer["owner"].as_str().and_then(|owner| owner.parse().ok()))
    }
}
