//! Step 4: the meter delivers the key by itself; the creator is paid after the dispute window.

use std::time::{Duration, Instant};

use alloy::providers::Provider;
use anyhow::{Result, bail};
use domain::{ChainEvent, LicenseId, LogRef};
use sha2::{Digest, Sha256};

use super::register::{DELIVERED, FILES};
use super::{Play, made, refused, run};

const DELIVERY_TIMEOUT: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(100);

impl Play<'_> {
    pub(super) async fn deliver(&mut self) -> Result<()> {
        let license = made(self.licenses.perpetual, "perpetual license")?;
        let waiting = self.tell.wait("the creator's meter proves and delivers the key");
        self.wait_for_key(license, 0).await?;
        drop(waiting);
        self.tell.fact(&format!("the chain verified the meter's KeyDeliveryProof for license {license}"));

        let out = self.stack.folder().join(FILES[DELIVERED].0);
        let received = run!(self, company1, key::receive, [license, "--out", out.display()])?;
        let original = Sha256::digest(std::fs::read(self.stack.tools.datasets.join(FILES[DELIVERED].0))?);
        let decrypted = Sha256::digest(std::fs::read(&out)?);
        self.check(
            original == decrypted && received.content_hash.0 == <[u8; 32]>::from(original),
            format!("the plaintext's SHA-256 is the registered one: {}", received.content_hash),
        )?;

        // The bad creator's key is right for its ciphertext, so the chain verifies this one too.
        let mismatched = made(self.licenses.mismatched, "company 3's license")?;
        let delivered = run!(self, bad_creator, key::deliver, [mismatched])?;
        self.report.proof("key_delivery", 1, delivered.proving_millis);

        let payment = license.payment_id();
        let early = run!(self, creator, escrow::release, [payment]);
        self.check(refused(early, "not releasable before"), "the price is not released inside the dispute window")?;
        self.travel_days(7).await?;
        run!(self, creator, escrow::release, [payment])?;
        let withdrawn = run!(self, creator, escrow::withdraw, ["--token", "dUSD"])?;
        let fee = run!(self, platform, escrow::withdraw, ["--token", "dUSD"])?;
        self.check(
            withdrawn.amount.to_string() == "24375000" && fee.amount.to_string() == "625000",
            "of 25 dUSD the creator withdrew 24.375 and the platform 0.625 (2.5 %)",
        )
    }

    /// Waits until the creator's meter has delivered the key of a license in one of its epochs.
    pub(super) async fn wait_for_key(&mut self, license: LicenseId, epoch: u32) -> Result<()> {
        let started = Instant::now();
        let delivered = loop {
            if let Some(log) = self.key_delivered(license, epoch).await? {
                break log;
            }
            if started.elapsed() > DELIVERY_TIMEOUT {
                bail!(
                    "the meter does not deliver the key of license {license}; see {}",
                    self.stack.meter.log().display()
                );
            }
            tokio::time::sleep(POLL).await;
        };
        if let Some(receipt) = self.stack.chain.provider().get_transaction_receipt(delivered.transaction_hash).await? {
            self.report.gas("deliver the key", "creator's meter", receipt.gas_used);
        }
        Ok(())
    }

    async fn key_delivered(&self, license: LicenseId, epoch: u32) -> Result<Option<LogRef>> {
        let (head, _) = self.stack.chain.latest().await?;
        let events = self.cast.anyone.chain.events(self.stack.deployment.start_block, head).await?;
        Ok(events.into_iter().find_map(|(log, event)| match event {
            ChainEvent::KeyDelivered(event) if event.license_id == license && event.epoch == epoch => Some(log),
            _ => None,
        }))
    }

    /// Moves the chain's clock.
    pub(super) async fn travel_days(&mut self, days: u64) -> Result<()> {
        self.stack.chain.increase_time(days * 86_400 + 1).await?;
        self.tell.fact(&format!("{days} days pass on the chain"));
        Ok(())
    }
}
