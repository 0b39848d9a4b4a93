//! Delivers content keys with proofs, to every license that is owed one.
//!
//! The chain is the memory that counts: before anything is sent, the license is asked whether it was delivered.
//! What is kept here only says where to look next and why a license was passed over. So a kill at any line costs
//! at most a proof.

use std::{
    future::Future,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use alloy::{
    primitives::{TxHash, U256},
    signers::local::PrivateKeySigner,
};
use contracts::{ChainClock, ChainError, Datavault, LicenseView, SealedKey};
use domain::{ContentId, Delivery, LicenseId, PaymentState};
use groth16::{ProveError, Prover};
use rand::rngs::OsRng;
use statement::{
    Context, PublicKey,
    key_delivery::{encrypt, key_commitment},
};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    journal::DatabaseError,
    keys::{KeyFolder, KeyFolderError},
    sqlite::blocking,
};

mod cursor;
mod receive;

use cursor::Cursor;
pub use cursor::{Progress, Record};
pub use receive::{ReceiveError, receive_key};

/// How long a delivery that was sent is waited for, and offered more for, at the least and at the most.
const LEAST_PATIENCE: Duration = Duration::from_secs(120);
const MOST_PATIENCE: Duration = Duration::from_secs(1_800);

/// What a delivery worker needs.
pub struct DelivererConfig {
    /// Holds the cursor.
    pub data_dir: PathBuf,
    /// The chain.
    pub chain: Datavault,
    /// Proves deliveries.
    pub prover: Arc<Prover>,
    /// Pays for the transactions. Need not be the creator.
    pub sender: PrivateKeySigner,
    /// The content keys.
    pub keys: KeyFolder,
    /// Bounds that an operator may change.
    pub policy: DeliveryPolicy,
}

/// When to deliver.
#[derive(Clone, Copy, Debug)]
pub struct DeliveryPolicy {
    /// Blocks on top of a purchase before its key is shown. Zero is for development chains.
    pub confirmations: u64,
    /// A delivery does not begin when the deadline is nearer than this, or than a quarter of the delivery window if
    /// that is less: a late one would show the key for nothing.
    pub margin_secs: u64,
    /// How often the worker looks.
    pub poll: Duration,
}

impl Default for DeliveryPolicy {
    fn default() -> Self {
        Self { confirmations: 12, margin_secs: 900, poll: Duration::from_secs(4) }
    }
}

/// What became of one license.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The key was delivered just now.
    Delivered {
        /// The transaction.
        tx_hash: TxHash,
        /// What it burnt.
        gas_used: u64,
        /// How long proving took.
        proving: Duration,
    },
    /// It had been delivered before.
    AlreadyDelivered,
    /// It cannot be delivered yet.
    Waiting(String),
    /// It will not be delivered by this worker.
    Skipped(String),
}

/// Why a delivery could not be decided. It is tried again.
#[derive(Debug, thiserror::Error)]
pub enum DeliverError {
    /// The chain.
    #[error(transparent)]
    Chain(Box<ChainError>),
    /// The key folder.
    #[error(transparent)]
    Keys(#[from] KeyFolderError),
    /// The cursor.
    #[error(transparent)]
    Cursor(#[from] DatabaseError),
    /// The prover.
    #[error(transparent)]
    Prove(#[from] ProveError),
    /// The proving thread died.
    #[error("proving was interrupted")]
    Interrupted,
}

impl From<ChainError> for DeliverError {
    fn from(error: ChainError) -> Self {
        Self::Chain(Box::new(error))
    }
}

/// Delivers keys. Clones share it.
#[derive(Clone)]
pub struct Deliverer(Arc<State>);

struct State {
    chain: Datavault,
    clock: ChainClock,
    prover: Arc<Prover>,
    sender: PrivateKeySigner,
    keys: KeyFolder,
    policy: DeliveryPolicy,
    cursor: Cursor,
    /// One delivery at a time, so that none is proved twice.
    delivering: Mutex<()>,
}

/// A key that the chain says is owed.
struct Owed {
    content_id: ContentId,
    /// Until the delivery deadline, or the end of a re-keyed license.
    left_secs: u64,
}

/// What has to be right before a key is encrypted.
struct Due {
    recipient: PublicKey,
    key: content::ContentKey,
    ctx: U256,
}

impl Deliverer {
    /// Opens the cursor and reads the chain's clock.
    ///
    /// # Errors
    /// The folder cannot be used, or the chain does not answer.
    pub async fn open(config: DelivererConfig) -> Result<Self, DeliverError> {
        let DelivererConfig { data_dir, chain, prover, sender, keys, policy } = config;
        let path = database_path(&data_dir);
        let cursor = blocking(move || Cursor::open(&path)).await?;
        let clock = ChainClock::of(&chain).await?;
        let delivering = Mutex::default();
        Ok(Self(Arc::new(State { chain, clock, prover, sender, keys, policy, cursor, delivering })))
    }

    /// Delivers one license's key, if it is owed, possible and in time.
    ///
    /// # Errors
    /// [`DeliverError`]: nothing was decided, try again.
    pub async fn deliver_license(&self, license_id: LicenseId) -> Result<Outcome, DeliverError> {
        let state = &self.0;
        let _one_at_a_time = state.delivering.lock().await;
        let due = match state.examine(license_id).await? {
            Ok(due) => due,
            Err(outcome) => return Ok(outcome),
        };
        let begun = Instant::now();
        let prover = state.prover.clone();
        let proved = tokio::task::spawn_blocking(move || {
            let (_, witness) =
                encrypt(&due.key.to_bytes(), &due.recipient, due.ctx, &mut OsRng).map_err(ProveError::KeyDelivery)?;
            prover.prove_key_delivery(&witness)
        });
        let (proof, inputs) = proved.await.map_err(|_| DeliverError::Interrupted)??;
        let proving = begun.elapsed();

        // Proving took a while: the deadline may be near now, or another sender may have been faster.
        let owed = match state.still_owed(license_id).await? {
            Ok(owed) => owed,
            Err(outcome) => return Ok(outcome),
        };
        let sealed = SealedKey {
            ephemeral_x: inputs.sealed.ephemeral_x,
            ephemeral_y: inputs.sealed.ephemeral_y,
            c0: inputs.sealed.c0,
            c1: inputs.sealed.c1,
        };
        let call = state.chain.addresses().deliver_key(license_id, &sealed, &proof.to_calldata());
        // Once sent, the key may be seen: what counts now is that it is mined before the deadline.
        let patience = Duration::from_secs(owed.left_secs).clamp(LEAST_PATIENCE, MOST_PATIENCE);
        let chain = state.chain.clone().with_receipt_timeout(patience);
        match chain.send_and_confirm(&state.sender, &call).await {
            Ok(receipt) => {
                tracing::info!(%license_id, tx_hash = %receipt.tx_hash, "key delivered");
                Ok(Outcome::Delivered { tx_hash: receipt.tx_hash, gas_used: receipt.gas_used, proving })
            }
            Err(error) if error.revert_reason().is_some_and(|reason| reason.is("KeyNotDeliverable")) => {
                Ok(Outcome::Waiting("another delivery is under way".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Looks for new purchases and delivers what is owed. Returns what was decided.
    ///
    /// # Errors
    /// The chain does not answer or the cursor cannot be written; single licenses that fail are tried next time.
    pub async fn run_once(&self) -> Result<Vec<(LicenseId, Outcome)>, DeliverError> {
        cursor::advance(&self.0.cursor, &self.0.chain, self.0.policy.confirmations).await?;
        let cursor = self.0.cursor.clone();
        let mut outcomes = Vec::new();
        for (license_id, content_id) in blocking(move || cursor.due()).await? {
            if !self.0.keys.has(content_id) {
                continue;
            }
            let decided = async {
                let outcome = self.deliver_license(license_id).await?;
                let recorded = self.0.progress_of(license_id, &outcome).await?;
                outcomes.push((license_id, outcome));
                Ok::<_, DeliverError>(recorded)
            };
            let (progress, reason) = match decided.await {
                Ok(recorded) => recorded,
                Err(error) => {
                    tracing::warn!(%license_id, error = &error as &dyn std::error::Error, "delivery failed, will retry");
                    (Progress::Due, error.to_string())
                }
            };
            let cursor = self.0.cursor.clone();
            blocking(move || cursor.record(license_id, progress, &reason)).await?;
        }
        Ok(outcomes)
    }

    /// Delivers until `shutdown` resolves. A delivery that has begun is finished.
    ///
    /// # Errors
    /// Only if the cursor's file fails; a chain that is silent for a while is waited for.
    pub async fn run(&self, shutdown: impl Future<Output = ()> + Send) -> Result<(), DeliverError> {
        let mut shutdown = std::pin::pin!(shutdown);
        loop {
            match self.run_once().await {
                Ok(_) => {}
                Err(error @ DeliverError::Cursor(_)) => return Err(error),
                Err(error) => tracing::warn!(error = &error as &dyn std::error::Error, "will look again"),
            }
            tokio::select! {
                () = &mut shutdown => return Ok(()),
                () = tokio::time::sleep(self.0.policy.poll) => {}
            }
        }
    }

    /// What the worker decided so far, for people.
    ///
    /// # Errors
    /// The cursor's file cannot be read.
    pub async fn records(&self) -> Result<Vec<Record>, DeliverError> {
        let cursor = self.0.cursor.clone();
        Ok(blocking(move || cursor.records()).await?)
    }
}

impl State {
    /// Everything that can be known before the key is touched.
    async fn examine(&self, license_id: LicenseId) -> Result<Result<Due, Outcome>, DeliverError> {
        let skip = |reason: String| Ok(Err(Outcome::Skipped(reason)));
        let content_id = match self.still_owed(license_id).await? {
            Ok(owed) => owed.content_id,
            Err(outcome) => return Ok(Err(outcome)),
        };
        let chain = &self.chain;
        let Some(issued_at) = chain.license_issued_in(license_id).await? else {
            return Ok(Err(Outcome::Waiting(
                "the node does not show the purchase, so nobody knows its depth".to_owned(),
            )));
        };
        if let Some(missing) = self.missing_confirmations(issued_at).await? {
            return Ok(Err(Outcome::Waiting(format!("the purchase needs {missing} more blocks on top of it"))));
        }
        let keys = self.keys.clone();
        let key = tokio::task::spawn_blocking(move || keys.get(content_id));
        let Some(key) = key.await.map_err(|_| DeliverError::Interrupted)?? else {
            return Ok(Err(Outcome::Waiting(format!("there is no key for content {content_id} here"))));
        };
        let license = chain.license(license_id).await?;
        let version = license.content_version;
        if key_commitment(&key.to_bytes()) != chain.key_commitment(license.offer_id.content_no(), version).await? {
            return skip(format!("the key here is not that of version {version} of content {content_id}"));
        }
        let profile = chain.profile_published(license.profile_id).await?;
        let recipient = match PublicKey::from_coordinates(profile.key_x, profile.key_y) {
            Ok(recipient) => recipient,
            Err(error) => return skip(format!("profile {}: {error}", license.profile_id)),
        };
        if recipient.commitment() != profile.commitment {
            return skip(format!("profile {}: its commitment is not the hash of its key", license.profile_id));
        }
        let ctx = Context {
            chain_id: chain.chain_id(),
            tracker: chain.addresses().usage,
            license_id: license_id.0,
            content_id: content_id.0,
            lane: 0,
            epoch: license.epoch,
        };
        Ok(Ok(Due { recipient, key, ctx: ctx.ctx() }))
    }

    /// Whether a key is still owed, of which content, and for how long.
    async fn still_owed(&self, license_id: LicenseId) -> Result<Result<Owed, Outcome>, DeliverError> {
        let skip = |reason: &str| Ok(Err(Outcome::Skipped(reason.to_owned())));
        let license = self.chain.license(license_id).await?;
        if license.delivered {
            return Ok(Err(Outcome::AlreadyDelivered));
        }
        let terms = self.chain.offer(license.offer_id).await?;
        if terms.delivery != Delivery::Key {
            return skip("the license is served and not delivered by key");
        }
        let payment = self.chain.payment(license_id.payment_id()).await?;
        let now = self.clock.refresh().await?;
        match payment.state {
            PaymentState::Held => {}
            PaymentState::Delivered | PaymentState::Closed if license.epoch > 0 => {
                return Ok(Self::owed_again(&license, terms.content_id, now));
            }
            _ => return skip("the payment is closed"),
        }
        // A frozen payment's clock stands still.
        let clock = if payment.frozen_at == 0 { now } else { payment.frozen_at }.saturating_sub(payment.paused_secs);
        let margin_secs = self.policy.margin_secs.min(u64::from(terms.delivery_window_secs) / 4);
        let left_secs = payment.deadline.saturating_sub(clock);
        if left_secs < margin_secs || clock > payment.deadline {
            // Not for ever: a dispute may stop the payment's clock, and a reorg may take the blocks back.
            return Ok(Err(Outcome::Waiting(
                "the delivery deadline is too near or past: a late delivery would show the key for nothing".to_owned(),
            )));
        }
        Ok(Ok(Owed { content_id: terms.content_id, left_secs }))
    }

    /// A re-keyed license: what it cost is paid or nearly so, and its key is owed while it lasts.
    fn owed_again(license: &LicenseView, content_id: ContentId, now: u64) -> Result<Owed, Outcome> {
        if license.expires_at != 0 && now > license.expires_at {
            return Err(Outcome::Skipped("the license expired".to_owned()));
        }
        let left_secs = if license.expires_at == 0 { u64::MAX } else { license.expires_at - now };
        Ok(Owed { content_id, left_secs })
    }

    /// Blocks that are missing on top of a block, if any.
    async fn missing_confirmations(&self, block: u64) -> Result<Option<u64>, ChainError> {
        let safe = self.chain.latest_block().await?.number.saturating_sub(self.policy.confirmations);
        Ok(block.checked_sub(safe).filter(|missing| *missing > 0))
    }

    /// What to remember of an outcome. A delivery counts for good when it is as deep as a purchase must be.
    async fn progress_of(&self, license_id: LicenseId, outcome: &Outcome) -> Result<(Progress, String), ChainError> {
        let reason = match outcome {
            Outcome::Delivered { tx_hash, .. } => tx_hash.to_string(),
            Outcome::AlreadyDelivered => "delivered before".to_owned(),
            Outcome::Waiting(reason) => return Ok((Progress::Due, reason.clone())),
            Outcome::Skipped(reason) => return Ok((Progress::Skipped, reason.clone())),
        };
        let missing = match self.chain.key_delivered_in(license_id).await? {
            Some(block) => self.missing_confirmations(block).await?,
            None => Some(self.policy.confirmations),
        };
        Ok(match missing {
            None => (Progress::Delivered, reason),
            Some(missing) => (Progress::Due, format!("{reason}; it needs {missing} more blocks on top of it")),
        })
    }
}

fn database_path(data_dir: &Path) -> PathBuf {
    data_dir.join("deliveries.sqlite")
}
