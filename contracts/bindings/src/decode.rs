//! Log → [`ChainEvent`]. What cannot be decoded is an error, never skipped.

mod disputes;
mod escrow;
mod licenses;
mod registry;
mod usage;
mod verifier_sets;

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolEvent,
};
use domain::{ChainEvent, IdError, LogRef, UnknownCode};

use crate::{
    abi::{LicenseManager as L, erc::Housekeeping as H},
    deployment::Addresses,
};

/// A log of our contracts that does not say what the contracts say.
#[derive(Debug, thiserror::Error)]
#[error("cannot decode {place}: {problem}. Is this program older than the contracts?")]
pub struct DecodeError {
    /// Which log, as far as it is known.
    pub place: String,
    /// What is wrong with it.
    #[source]
    pub problem: DecodeProblem,
}

/// Why a log cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeProblem {
    /// None of the contract's events.
    #[error("topic {0} is no event of this contract")]
    UnknownEvent(B256),
    /// Solidity events of ours always have a signature topic.
    #[error("it has no topic")]
    NoTopic,
    /// Topics or data have another shape than the event.
    #[error("topics or data do not fit the event: {0}")]
    Payload(#[from] alloy::sol_types::Error),
    /// An enumeration has a number that stands for nothing.
    #[error(transparent)]
    UnknownCode(#[from] UnknownCode),
    /// An identifier is larger than the contracts ever hand out.
    #[error(transparent)]
    Id(#[from] IdError),
    /// The node gave a log of a block that is not mined.
    #[error("it is pending: {0} is missing")]
    Pending(&'static str),
}

/// Decodes a log. `None`: an event that changes nothing we mirror (approvals, upgrades, ownership, and what standards ask to be
/// said twice), or another
/// contract's log.
///
/// # Errors
/// A log of ours with an unknown topic or a payload that does not fit; the error names block, transaction and log.
pub fn decode(addresses: &Addresses, log: &alloy::rpc::types::Log) -> Result<Option<ChainEvent>, DecodeError> {
    decode_topics(addresses, log.address(), log.topics(), &log.data().data).map_err(|problem| DecodeError {
        place: format!(
            "log {} of transaction {} in block {} from {}",
            log.log_index.unwrap_or_default(),
            log.transaction_hash.unwrap_or_default(),
            log.block_number.unwrap_or_default(),
            log.address()
        ),
        problem,
    })
}

/// Decodes a log from its raw parts, as [`decode`] does.
///
/// # Errors
/// As [`decode`].
pub fn decode_raw(
    addresses: &Addresses,
    address: Address,
    topics: &[B256],
    data: &[u8],
) -> Result<Option<ChainEvent>, DecodeError> {
    decode_topics(addresses, address, topics, data).map_err(|problem| DecodeError {
        place: format!("a log from {address} with topics {topics:?} and data {}", Bytes::copy_from_slice(data)),
        problem,
    })
}

/// Where a mined log is.
///
/// # Errors
/// The log is pending.
pub fn log_ref(log: &alloy::rpc::types::Log) -> Result<LogRef, DecodeError> {
    let missing =
        |field| DecodeError { place: format!("a log from {}", log.address()), problem: DecodeProblem::Pending(field) };
    Ok(LogRef {
        block_number: log.block_number.ok_or_else(|| missing("blockNumber"))?,
        block_hash: log.block_hash.ok_or_else(|| missing("blockHash"))?,
        transaction_hash: log.transaction_hash.ok_or_else(|| missing("transactionHash"))?,
        log_index: log.log_index.ok_or_else(|| missing("logIndex"))?,
        address: log.address(),
    })
}

fn decode_topics(
    addresses: &Addresses,
    address: Address,
    topics: &[B256],
    data: &[u8],
) -> Result<Option<ChainEvent>, DecodeProblem> {
    let log = RawLog { topics, data };
    let decoded = match address {
        a if a == addresses.registry => registry::event(log)?,
        a if a == addresses.licenses => licenses::event(log)?,
        a if a == addresses.escrow => escrow::event(log)?,
        a if a == addresses.usage => usage::event(log)?,
        a if a == addresses.disputes => disputes::event(log)?,
        a if a == addresses.verifier_sets => verifier_sets::event(log)?,
        _ => return Ok(None),
    };
    match (decoded, topics.first()) {
        (Some(event), _) => Ok(Some(event)),
        (None, Some(topic)) if HOUSEKEEPING.contains(topic) => Ok(None),
        (None, Some(topic)) => Err(DecodeProblem::UnknownEvent(*topic)),
        (None, None) => Err(DecodeProblem::NoTopic),
    }
}

/// Events of standards and base contracts that change nothing we mirror, or say again what an event of ours says.
const HOUSEKEEPING: &[B256] = &[
    L::SubscriptionUpdate::SIGNATURE_HASH,
    L::MetadataUpdate::SIGNATURE_HASH,
    L::BatchMetadataUpdate::SIGNATURE_HASH,
    H::MetaEvidence::SIGNATURE_HASH,
    H::Evidence::SIGNATURE_HASH,
    H::Dispute::SIGNATURE_HASH,
    H::Ruling::SIGNATURE_HASH,
    H::Approval::SIGNATURE_HASH,
    H::ApprovalForAll::SIGNATURE_HASH,
    H::Upgraded::SIGNATURE_HASH,
    H::Initialized::SIGNATURE_HASH,
    H::OwnershipTransferStarted::SIGNATURE_HASH,
    H::OwnershipTransferred::SIGNATURE_HASH,
    H::RoleGranted::SIGNATURE_HASH,
    H::RoleRevoked::SIGNATURE_HASH,
    H::RoleAdminChanged::SIGNATURE_HASH,
    H::GuardianSet::SIGNATURE_HASH,
    H::Paused::SIGNATURE_HASH,
    H::Unpaused::SIGNATURE_HASH,
    H::AdminChanged::SIGNATURE_HASH,
    H::BeaconUpgraded::SIGNATURE_HASH,
    H::EIP712DomainChanged::SIGNATURE_HASH,
];

#[derive(Clone, Copy)]
struct RawLog<'a> {
    topics: &'a [B256],
    data: &'a [u8],
}

impl RawLog<'_> {
    /// The event, if the log has its signature.
    fn as_event<E: SolEvent>(self) -> Result<Option<E>, DecodeProblem> {
        if self.topics.first() != Some(&E::SIGNATURE_HASH) {
            return Ok(None);
        }
        Ok(Some(E::decode_raw_log_validate(self.topics.iter().copied(), self.data)?))
    }

    /// The event, if the log has its signature, for events that carry a text which a stranger chose. Solidity lets any
    /// bytes through as `string`; were bytes that are not UTF-8 an error, anyone could stop every mirror. They become
    /// U+FFFD.
    fn as_event_with_text<E: SolEvent>(self) -> Result<Option<E>, DecodeProblem> {
        if self.topics.first() != Some(&E::SIGNATURE_HASH) {
            return Ok(None);
        }
        Ok(Some(E::decode_raw_log(self.topics.iter().copied(), self.data)?))
    }
}

#[cfg(test)]
mod tests;
