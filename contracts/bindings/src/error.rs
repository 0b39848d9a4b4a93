//! What can go wrong between a client and the chain.

use alloy::{
    primitives::{Address, TxHash, U256},
    transports::{RpcError, TransportError},
};
use domain::{IdError, OfferId, UnknownCode};

use crate::{decode::DecodeError, revert::RevertReason, signing::OfferDigest};

/// A read or a transaction that did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum ChainError {
    /// Not a URL that a client can use.
    #[error("`{url}` is no RPC URL: expected http:// or ws://")]
    Url {
        /// What was given.
        url: String,
    },
    /// This build speaks no TLS.
    #[error(
        "the RPC {url} needs TLS, which this build does not have: name a node by http:// or ws://, or a proxy in front of it that speaks TLS"
    )]
    NoTls {
        /// What was given.
        url: String,
    },
    /// Nothing listens there, or it did not answer in time.
    #[error("RPC {url} does not answer: {cause}")]
    Unreachable {
        /// Where.
        url: String,
        /// The innermost reason.
        cause: String,
    },
    /// The deployment file belongs to another chain.
    #[error("wrong chain: {url} is chain {found}, the deployment is for {expected}")]
    WrongChain {
        /// Which RPC.
        url: String,
        /// Its chain id.
        found: u64,
        /// The deployment's.
        expected: u64,
    },
    /// The deployment file is older than the chain.
    #[error("{name} has no code at {address} on {url}: deploy first, or use this chain's deployment file")]
    NotDeployed {
        /// Solidity name.
        name: &'static str,
        /// Where it should be.
        address: Address,
        /// Which RPC.
        url: String,
    },
    /// The node refused a request for a reason of its own.
    #[error("RPC {url} could not {what}: {source}")]
    Rpc {
        /// Which RPC.
        url: String,
        /// What was asked.
        what: &'static str,
        /// What it said.
        source: TransportError,
    },
    /// A contract refused.
    #[error("cannot {label}: {reason}")]
    Reverted {
        /// What was tried.
        label: &'static str,
        /// Why not.
        reason: RevertReason,
    },
    /// A contract answered something else than its ABI says.
    #[error("the answer to `{what}` cannot be decoded: {source}. Is this program older than the contracts?")]
    Answer {
        /// What was asked.
        what: &'static str,
        /// Why not.
        source: alloy::sol_types::Error,
    },
    /// An enumeration has a number that stands for nothing.
    #[error(transparent)]
    UnknownCode(#[from] UnknownCode),
    /// An identifier is larger than the contracts hand out.
    #[error(transparent)]
    Id(#[from] IdError),
    /// A log of ours cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A node's log says other terms than the chain remembers.
    #[error(
        "the node tells terms of offer {offer_id} with the digest {told}, the chain remembers {remembered}: ask another node"
    )]
    OfferDiffers {
        /// Which offer.
        offer_id: OfferId,
        /// Of the terms in the log.
        told: OfferDigest,
        /// In the contract's storage.
        remembered: OfferDigest,
    },
    /// The chain has no such event.
    #[error("{0} is not on this chain")]
    NotFound(String),
    /// The sender cannot pay.
    #[error(
        "{account} has {have} wei and needs {need} wei to {label} (gas included): {missing} wei are missing",
        missing = need.saturating_sub(*have)
    )]
    TooLittleBalance {
        /// What was tried.
        label: &'static str,
        /// Who sends.
        account: Address,
        /// Wei.
        have: U256,
        /// Wei, at the most.
        need: U256,
    },
    /// The key could not sign the transaction.
    #[error("the transaction to {label} could not be signed: {message}")]
    Sign {
        /// What was tried.
        label: &'static str,
        /// Why not.
        message: String,
    },
    /// The node took no transaction; nothing happened.
    #[error("the transaction to {label} was not accepted: {message}. Nothing was sent: run it again")]
    NotAccepted {
        /// What was tried.
        label: &'static str,
        /// What the node said.
        message: String,
    },
    /// It may still be mined: look before sending again.
    #[error(
        "transaction {tx_hash} to {label} is not mined after {waited_secs} s. It may still be: look before you send again"
    )]
    NotMined {
        /// What was tried.
        label: &'static str,
        /// The transaction.
        tx_hash: TxHash,
        /// How long we waited.
        waited_secs: u64,
    },
    /// It was mined and changed nothing.
    #[error("transaction {tx_hash} to {label} failed on chain: {reason}")]
    Failed {
        /// What was tried.
        label: &'static str,
        /// The transaction.
        tx_hash: TxHash,
        /// Why, as far as a replay tells.
        reason: RevertReason,
    },
    /// A mined transaction did not emit what its function emits.
    #[error("transaction {tx_hash} emitted no {event}: is the deployment file of another version?")]
    NoEvent {
        /// The transaction.
        tx_hash: TxHash,
        /// What was expected.
        event: &'static str,
    },
}

impl ChainError {
    /// Why a contract refused, if that is what happened.
    #[must_use]
    pub const fn revert_reason(&self) -> Option<&RevertReason> {
        match self {
            Self::Reverted { reason, .. } | Self::Failed { reason, .. } => Some(reason),
            _ => None,
        }
    }

    /// A request that failed: silence, or a refusal of the node.
    pub(crate) fn request(url: &str, what: &'static str, source: TransportError) -> Self {
        match source {
            RpcError::Transport(_) => Self::Unreachable { url: origin(url), cause: innermost(&source) },
            source => Self::Rpc { url: origin(url), what, source },
        }
    }

    /// A call that failed: as [`Self::request`], or a refusal of the contract.
    pub(crate) fn call(url: &str, label: &'static str, source: TransportError) -> Self {
        match revert_of(&source) {
            Some(reason) => Self::Reverted { label, reason },
            None => Self::request(url, label, source),
        }
    }
}

/// Scheme, host and port of a URL: providers put API keys into the rest.
pub(crate) fn origin(url: &str) -> String {
    match url::Url::parse(url) {
        Ok(url) if url.has_host() => {
            url[..url::Position::BeforeUsername].to_owned() + &url[url::Position::BeforeHost..url::Position::AfterPort]
        }
        _ => url.split_once("://").map_or_else(|| "…".to_owned(), |(scheme, _)| format!("{scheme}://…")),
    }
}

/// The revert in a node's answer, if it is one.
pub(crate) fn revert_of(error: &TransportError) -> Option<RevertReason> {
    let payload = error.as_error_resp()?;
    match payload.as_revert_data() {
        Some(data) => Some(RevertReason::decode(&data)),
        None if payload.message.contains("revert") => Some(RevertReason::decode(&[])),
        None => None,
    }
}

fn innermost(error: &dyn std::error::Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

#[cfg(test)]
mod tests {
    use super::origin;

    #[test]
    fn errors_show_the_origin_of_a_url_and_no_secret_in_it() {
        assert_eq!(origin("https://user:pass@rpc.example:8443/v3/key?token=1#x"), "https://rpc.example:8443");
        assert_eq!(origin("http://127.0.0.1:9/"), "http://127.0.0.1:9");
        assert_eq!(origin("ws://[::1]:8546/key"), "ws://[::1]:8546");
        for hopeless in ["http://:pass@/key", "secret-key", "htp//key", "file:///key"] {
            assert!(!origin(hopeless).contains("key") && !origin(hopeless).contains("pass"), "{}", origin(hopeless));
        }
    }
}
