//! That the log is in the block: log → receipt → header → hash. None of it needs a node.

use alloy::{
    eips::eip2718::Decodable2718,
    primitives::{B256, Bytes, keccak256},
};
use alloy_consensus::{Header, ReceiptEnvelope, Transaction, TxEnvelope};
use alloy_rlp::Decodable;

use super::{
    check::same,
    error::BundleError,
    format::{Bundle, LogPart},
    trie::leads_to,
};

impl Bundle {
    /// Checks block, transaction, receipt and log; gives the transaction's calldata.
    pub(super) fn check_inclusion(&self) -> Result<Bytes, BundleError> {
        let header = self.check_block()?;
        let transaction = self.check_transaction(header.transactions_root)?;
        self.check_log(&self.check_receipt(header.receipts_root)?)?;
        if let Some(signed_for) = transaction.chain_id() {
            same("chain_id", self.chain_id, "transaction.envelope", signed_for)?;
        }
        Ok(transaction.input().clone())
    }

    fn check_block(&self) -> Result<Header, BundleError> {
        let block = &self.block;
        hash_of("block.hash", block.hash, "block.header", &block.header)?;
        let mut rest = &block.header[..];
        let header = Header::decode(&mut rest);
        let header = header.map_err(|error| undecodable("block.header", error.to_string()))?;
        if !rest.is_empty() {
            return Err(undecodable("block.header", "bytes follow the header".into()));
        }
        same("block.number", block.number, "block.header", header.number)?;
        same("block.timestamp", block.timestamp, "block.header", header.timestamp)?;
        Ok(header)
    }

    fn check_transaction(&self, root: B256) -> Result<TxEnvelope, BundleError> {
        let transaction = &self.transaction;
        hash_of("transaction.hash", transaction.hash, "transaction.envelope", &transaction.envelope)?;
        if !leads_to(root, transaction.index, &transaction.envelope, &transaction.nodes) {
            return Err(BundleError::NotInBlock { part: "transaction", index: transaction.index });
        }
        TxEnvelope::decode_2718_exact(&transaction.envelope)
            .map_err(|error| undecodable("transaction.envelope", error.to_string()))
    }

    fn check_receipt(&self, root: B256) -> Result<ReceiptEnvelope, BundleError> {
        let (receipt, index) = (&self.receipt, self.transaction.index);
        if !leads_to(root, index, &receipt.envelope, &receipt.nodes) {
            return Err(BundleError::NotInBlock { part: "receipt", index });
        }
        let receipt = ReceiptEnvelope::decode_2718_exact(&receipt.envelope)
            .map_err(|error| undecodable("receipt.envelope", error.to_string()))?;
        match receipt.is_success() {
            true => Ok(receipt),
            false => Err(BundleError::TransactionFailed),
        }
    }

    fn check_log(&self, receipt: &ReceiptEnvelope) -> Result<(), BundleError> {
        let logs: Vec<_> = (0..).zip(receipt.logs()).map(|(position, log)| LogPart::new(position, log)).collect();
        let there = logs.iter().find(|log| log.position == self.log.position);
        if there == Some(&self.log) {
            return Ok(());
        }
        // The log may be right and its position wrong.
        let elsewhere = logs.iter().find(|log| LogPart { position: self.log.position, ..(*log).clone() } == self.log);
        let expected = match (elsewhere, there) {
            (Some(log), _) | (None, Some(log)) => log,
            (None, None) => {
                let last = logs.len().saturating_sub(1);
                return same("log.position", self.log.position, "receipt.envelope", format!("0 to {last}"));
            }
        };
        same("log.position", self.log.position, "receipt.envelope", expected.position)?;
        same("log.address", self.log.address, "receipt.envelope", expected.address)?;
        same("log.topics", format!("{:?}", self.log.topics), "receipt.envelope", format!("{:?}", expected.topics))?;
        same("log.data", &self.log.data, "receipt.envelope", &expected.data)
    }
}

impl LogPart {
    pub(super) fn new(position: u64, log: &alloy::primitives::Log) -> Self {
        Self { position, address: log.address, topics: log.topics().to_vec(), data: log.data.data.clone() }
    }
}

fn hash_of(field: &'static str, hash: B256, of: &'static str, bytes: &[u8]) -> Result<(), BundleError> {
    match keccak256(bytes) == hash {
        true => Ok(()),
        false => Err(BundleError::Hash { hash: field, of }),
    }
}

fn undecodable(field: &'static str, problem: String) -> BundleError {
    BundleError::Undecodable { field, problem }
}
