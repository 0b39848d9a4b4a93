//! Settles what a meter countersigned and its creator forgot: the last head of every lane of an expired license, before
//! the licensee may take the rest of the deposit back.
//!
//! Nothing is kept here: the journal says what was used, the chain what is settled.

use std::{future::Future, time::Duration};

use alloy::{primitives::TxHash, signers::local::PrivateKeySigner};
use contracts::{ChainClock, ChainError, Datavault, Receipt, SignedHead};
use domain::{Context, LicenseId, PaymentState};

use crate::{
    journal::{DatabaseError, Journal, Lane},
    protocol::Countersigned,
    sqlite::blocking,
};

/// Settles heads of a journal. Clones share nothing but the journal and the connection.
#[derive(Clone)]
pub struct Settler {
    chain: Datavault,
    clock: ChainClock,
    /// Pays for the transactions.
    sender: PrivateKeySigner,
    journal: Journal,
}

/// What became of one lane.
#[derive(Debug)]
pub struct LaneSettlement {
    /// The license.
    pub license_id: LicenseId,
    /// Its lane.
    pub lane: u32,
    /// Units in the lane's last head.
    pub total: u64,
    /// The transaction, or why there is none. It is tried again.
    pub sent: Result<TxHash, Box<ChainError>>,
}

/// Why nothing could be looked at. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// The chain.
    #[error(transparent)]
    Chain(Box<ChainError>),
    /// The journal.
    #[error(transparent)]
    Journal(#[from] DatabaseError),
}

impl From<ChainError> for SettleError {
    fn from(error: ChainError) -> Self {
        Self::Chain(Box::new(error))
    }
}

impl Settler {
    /// Reads the chain's clock.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn new(chain: Datavault, sender: PrivateKeySigner, journal: Journal) -> Result<Self, SettleError> {
        let clock = ChainClock::of(&chain).await?;
        Ok(Self { chain, clock, sender, journal })
    }

    /// Settles every lane of every expired license whose last head is above what is settled. A lane or license that
    /// fails does not keep the others from it. Returns what was tried.
    ///
    /// # Errors
    /// The chain does not answer, or the journal cannot be read.
    pub async fn run_once(&self) -> Result<Vec<LaneSettlement>, SettleError> {
        let journal = self.journal.clone();
        let licenses = blocking(move || journal.licenses()).await?;
        if licenses.is_empty() {
            return Ok(Vec::new());
        }
        let now = self.clock.refresh().await?;
        let mut tried = Vec::new();
        for license_id in licenses {
            if let Err(error) = self.settle_license(license_id, now, &mut tried).await {
                tracing::warn!(%license_id, error = &error as &dyn std::error::Error, "not settled, will look again");
            }
        }
        Ok(tried)
    }

    async fn settle_license(
        &self,
        license_id: LicenseId,
        now: u64,
        tried: &mut Vec<LaneSettlement>,
    ) -> Result<(), SettleError> {
        let license = self.chain.license(license_id).await?;
        if license.expires_at == 0 || now <= license.expires_at {
            return Ok(());
        }
        let states = [PaymentState::Closed, PaymentState::Refunded];
        if states.contains(&self.chain.payment(license_id.payment_id()).await?.state) {
            return Ok(());
        }
        let journal = self.journal.clone();
        let entries = blocking(move || journal.last_of_license(license_id)).await?;
        for entry in entries {
            let (lane, head) = (entry.lane, entry.countersigned.head);
            if head.total <= self.chain.lane_state(Context(head.ctx)).await?.settled_total {
                continue;
            }
            let sent = settle(&self.chain, &self.sender, lane, &entry.countersigned).await;
            match &sent {
                Ok(receipt) => {
                    tracing::info!(%license_id, lane = lane.lane, total = head.total, tx_hash = %receipt.tx_hash, "settled after expiry");
                }
                Err(error) => {
                    tracing::warn!(%license_id, lane = lane.lane, error = error as &dyn std::error::Error, "a lane was not settled");
                }
            }
            let sent = sent.map(|receipt| receipt.tx_hash).map_err(Box::new);
            tried.push(LaneSettlement { license_id, lane: lane.lane, total: head.total, sent });
        }
        Ok(())
    }

    /// Settles until `shutdown` resolves, looking every `poll`. What has begun is finished.
    pub async fn run(&self, poll: Duration, shutdown: impl Future<Output = ()> + Send) {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            if let Err(error) = self.run_once().await {
                tracing::warn!(error = &error as &dyn std::error::Error, "cannot settle, will look again");
            }
            tokio::select! {
                () = &mut shutdown => return,
                () = tokio::time::sleep(poll) => {}
            }
        }
    }
}

/// The call that settles a lane by a head that both sides signed.
#[must_use]
pub fn signed_head(lane: Lane, last: &Countersigned) -> SignedHead {
    let head = last.head;
    SignedHead {
        license_id: lane.license_id,
        lane: lane.lane,
        epoch: lane.epoch,
        seq: head.seq,
        total: head.total,
        head: head.head,
        time: head.time,
        licensee_signature: last.licensee_signature.clone(),
        meter_signature: last.meter_signature.clone(),
    }
}

async fn settle(
    chain: &Datavault,
    sender: &PrivateKeySigner,
    lane: Lane,
    last: &Countersigned,
) -> Result<Receipt, ChainError> {
    let call = chain.addresses().settle_signed(&signed_head(lane, last));
    chain.send_and_confirm(sender, &call).await
}
