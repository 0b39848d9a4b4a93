//! Makes bundles of what a node tells. Everything in them was public since the settlement.

use alloy::{
    eips::{BlockId, eip2718::Encodable2718},
    primitives::U256,
    providers::Provider,
    rpc::types::{Block, Filter, TransactionReceipt},
};
use alloy_consensus::Transaction as _;
use domain::{ChainEvent, LicenseId, LogRef};
use groth16::KeySet;
use sha2::{Digest, Sha256};
use statement::usage::Capacity;

use super::{
    format::{
        BlockPart, Bundle, ComplianceClaim, FORMAT, KeyPart, LicensePart, LogPart, ReceiptPart, Statement,
        TransactionPart, UsageClaim,
    },
    keys::TrustedKeys,
    trie::prove,
};
use crate::{
    failure::{Failure, OrFail},
    session::Session,
};

/// Which settlements are wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    /// Of this license.
    pub license_id: LicenseId,
    /// Only in this lane.
    pub lane: Option<u32>,
    /// Only in this keying.
    pub epoch: Option<u32>,
    /// Only the one that ends at this head.
    pub head: Option<U256>,
    /// Attestations instead of settlements.
    pub compliance: bool,
}

/// A settlement that is on the chain.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its log.
    pub log: LogRef,
    license: LicensePart,
    /// Its lane.
    pub lane: u32,
    ctx: U256,
    statement: Statement,
}

impl Found {
    /// The head that it ends at.
    #[must_use]
    pub fn head(&self) -> U256 {
        match &self.statement {
            Statement::Usage(claim) => claim.head_after,
            Statement::Compliance(claim) => claim.head,
        }
    }

    fn of(log: LogRef, event: &ChainEvent) -> Option<Self> {
        // What the log does not hold is filled in by `gather`.
        let license = |id: LicenseId, content: domain::ContentId, epoch| LicensePart {
            id: id.0,
            content_id: content.0,
            epoch,
            licensee_commitment: U256::ZERO,
            meter_key_hash: U256::ZERO,
        };
        Some(match event {
            ChainEvent::UsageProved(e) => Self {
                log,
                license: license(e.license_id, e.content_id, e.epoch),
                lane: e.lane,
                ctx: e.ctx.0,
                statement: Statement::Usage(UsageClaim {
                    capacity: Capacity::Events128,
                    head_before: e.head_before,
                    head_after: e.head_after,
                    window_start: e.window_start,
                    window_end: e.window_end,
                    units: e.units,
                    proved_total: e.proved_total,
                    settled_total: e.settled_total,
                    settled_units: e.settled_units,
                }),
            },
            ChainEvent::ComplianceProved(e) => Self {
                log,
                license: license(e.license_id, e.content_id, e.epoch),
                lane: e.lane,
                ctx: e.ctx.0,
                statement: Statement::Compliance(ComplianceClaim {
                    head: e.head,
                    as_of: e.as_of,
                    max_allowed: e.max_allowed,
                }),
            },
            _ => return None,
        })
    }

    fn is(&self, wanted: &Wanted) -> bool {
        matches!(self.statement, Statement::Compliance(_)) == wanted.compliance
            && wanted.lane.is_none_or(|lane| lane == self.lane)
            && wanted.epoch.is_none_or(|epoch| epoch == self.license.epoch)
            && wanted.head.is_none_or(|head| head == self.head())
    }
}

/// A block with everything that its tries hold.
struct Gathered {
    block: Block,
    receipts: Vec<TransactionReceipt>,
}

impl Bundle {
    /// The settlements of a license that are on the chain, the oldest first.
    ///
    /// # Errors
    /// If the node does not answer, or there are none.
    pub async fn find(session: &Session, wanted: &Wanted) -> Result<Vec<Found>, Failure> {
        let about = Filter::new().address(session.addresses().usage).topic1(U256::from(wanted.license_id.0));
        let told = session.chain.events_matching(about).await?;
        let found = told.iter().filter_map(|(log, event)| Found::of(*log, event));
        let found: Vec<_> = found.filter(|found| found.is(wanted)).collect();
        match found.is_empty() {
            false => Ok(found),
            true => Err(Failure::state(format!("the chain has no such proof of license {}", wanted.license_id)).fix(
                "`datavault usage prove` with --submit settles one, `datavault usage attest` records an attestation",
            )),
        }
    }

    /// The bundle of a settlement, checked before it is given away.
    ///
    /// # Errors
    /// If the node does not answer or does not tell all of the block, the proof is not in the transaction, or the
    /// chain's verifying keys are not this program's.
    pub async fn gather(
        session: &Session,
        found: &Found,
        keys: &KeySet,
        trusted: &TrustedKeys,
    ) -> Result<Self, Failure> {
        let gathered = Gathered::ask(session, &found.log).await?;
        let terms = session.chain.settlement_terms(LicenseId(found.license.id), found.license.epoch).await?;
        let license = LicensePart {
            licensee_commitment: terms.licensee_commitment,
            meter_key_hash: terms.meter_key_hash,
            ..found.license.clone()
        };
        let position = gathered.position(&found.log)?;
        let mut statement = found.statement.clone();
        let mut bundle = Self {
            format: FORMAT.to_owned(),
            chain_id: session.chain.chain_id(),
            tracker: session.addresses().usage,
            license,
            lane: found.lane,
            ctx: found.ctx,
            statement: statement.clone(),
            proof: [U256::ZERO; 8],
            verifying_key: key_of(&statement, keys)?,
            log: gathered.log(position)?,
            receipt: gathered.receipt(position)?,
            transaction: gathered.transaction(position)?,
            block: gathered.block(),
        };
        let sent = bundle.sent(&gathered.calldata(position)?).into_iter().next().ok_or_else(|| {
            Failure::state(format!(
                "transaction {} settled this without the proof in its calldata: a contract made it up",
                found.log.transaction_hash
            ))
            .fix("ask whoever settled it for the file that `usage prove --out` wrote")
        })?;
        bundle.proof = sent.proof;
        if let (Statement::Usage(claim), Some(capacity)) = (&mut statement, sent.capacity) {
            claim.capacity = Capacity::try_from(capacity).or_mismatch(|| "the chain settled another circuit".into())?;
        }
        bundle.verifying_key = key_of(&statement, keys)?;
        bundle.statement = statement;
        bundle.check(trusted).or_mismatch(|| "what the node tells does not fit together".into()).map_err(
            |failure| {
                failure.fix(
                    "the chain's verifiers are of other keys (pass them with --keys), or the node is not to be trusted",
                )
            },
        )?;
        Ok(bundle)
    }
}

fn key_of(statement: &Statement, keys: &KeySet) -> Result<KeyPart, Failure> {
    let key = keys.verifying(statement.circuit()).or_fail(|| "there is no verifying key for this proof".into())?;
    Ok(KeyPart { sha256: <[u8; 32]>::from(Sha256::digest(key.to_json())).into(), key: key.clone() })
}

/// Where something is in a block: the transaction, and the log in its receipt.
#[derive(Clone, Copy)]
struct Position {
    transaction: usize,
    log: usize,
}

impl Gathered {
    async fn ask(session: &Session, log: &LogRef) -> Result<Self, Failure> {
        let failed = |what| move |error| Failure::from(session.chain.failed(what, error));
        let moved = || {
            Failure::state(format!("block {} was reorganised away while it was read", log.block_number))
                .fix("try again")
        };
        let id = BlockId::hash(log.block_hash);
        let provider = session.chain.provider();
        let block = provider.get_block(id).full().await.map_err(failed("read a block"))?.ok_or_else(moved)?;
        let receipts =
            provider.get_block_receipts(id).await.map_err(failed("read a block's receipts"))?.ok_or_else(moved)?;
        Ok(Self { block, receipts })
    }

    fn position(&self, log: &LogRef) -> Result<Position, Failure> {
        let transaction = self.receipts.iter().position(|receipt| receipt.transaction_hash == log.transaction_hash);
        let found = transaction.and_then(|transaction| {
            let logs = self.receipts.get(transaction)?.logs();
            let log = logs.iter().position(|found| found.log_index == Some(log.log_index))?;
            Some(Position { transaction, log })
        });
        found.ok_or_else(|| untold("the log that the node told of"))
    }

    fn log(&self, at: Position) -> Result<LogPart, Failure> {
        let log = self.receipts.get(at.transaction).and_then(|receipt| receipt.logs().get(at.log));
        Ok(LogPart::new(at.log as u64, &log.ok_or_else(|| untold("the log"))?.inner))
    }

    fn receipt(&self, at: Position) -> Result<ReceiptPart, Failure> {
        let encode = |receipt: &TransactionReceipt| receipt.clone().into_primitives_receipt().inner.encoded_2718();
        let envelopes: Vec<_> = self.receipts.iter().map(encode).collect();
        let (root, nodes) = prove(&envelopes, at.transaction).ok_or_else(|| untold("the receipt"))?;
        if root != self.block.header.receipts_root {
            return Err(untold("its receipts as the header has them"));
        }
        let envelope = envelopes.into_iter().nth(at.transaction).ok_or_else(|| untold("the receipt"))?;
        Ok(ReceiptPart { envelope: envelope.into(), nodes })
    }

    fn transaction(&self, at: Position) -> Result<TransactionPart, Failure> {
        let transactions = self.block.transactions.as_transactions().ok_or_else(|| untold("its transactions"))?;
        let envelopes: Vec<_> = transactions.iter().map(|transaction| transaction.inner.encoded_2718()).collect();
        let (root, nodes) = prove(&envelopes, at.transaction).ok_or_else(|| untold("the transaction"))?;
        if root != self.block.header.transactions_root {
            return Err(untold("its transactions as the header has them"));
        }
        let envelope = envelopes.into_iter().nth(at.transaction).ok_or_else(|| untold("the transaction"))?;
        let hash = alloy::primitives::keccak256(&envelope);
        Ok(TransactionPart { hash, index: at.transaction as u64, envelope: envelope.into(), nodes })
    }

    fn calldata(&self, at: Position) -> Result<alloy::primitives::Bytes, Failure> {
        let transaction = self.block.transactions.as_transactions().and_then(|all| all.get(at.transaction));
        Ok(transaction.ok_or_else(|| untold("the transaction"))?.input().clone())
    }

    fn block(&self) -> BlockPart {
        let header = &self.block.header;
        BlockPart {
            number: header.number,
            hash: header.hash,
            timestamp: header.timestamp,
            header: alloy_rlp::encode(&header.inner).into(),
        }
    }
}

/// A node that leaves things out, or a chain whose blocks are made of other things.
fn untold(what: &str) -> Failure {
    Failure::mismatch(format!("the node does not tell {what} of the block"))
        .fix("ask another node; bundles are made of blocks as Ethereum has them")
}
