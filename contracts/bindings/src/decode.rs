//! Log → [`ChainEvent`]. What cannot be decoded is an error, never skipped.

use alloy::{
    primitives::{Address, B256, Bytes},
    sol_types::SolEvent,
};
use domain::{
    Amount, BondHeld, BondPaid, ChainEvent, ContentId, ContentRegistered, ContentStatusChanged, Context, Credited,
    DisputeExecuted, DisputeFiled, DisputeRuled, EvidenceSubmitted, FeeSet, IdError, KeyDelivered, LicenseIssued,
    LicenseTransferred, LogRef, MeterPublished, OfferClosed, OfferSet, PaymentDelivered, PaymentDue, PaymentFrozen,
    PaymentHeld, PaymentRefunded, PaymentReleased, PaymentUnfrozen, ProfilePublished, SplitCreated, Token, UnknownCode,
    UsageProved, UsageSigned, Withdrawn,
};

use crate::{
    abi::{
        ContentRegistry as R, DisputeResolution as D, LicenseManager as L, PaymentEscrow as E, UsageTracker as U,
        erc::Erc721, erc::Housekeeping as H,
    },
    convert,
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

/// Decodes a log. `None`: an event that changes nothing we mirror (approvals, upgrades, ownership), or another
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
        a if a == addresses.registry => registry(log)?,
        a if a == addresses.licenses => licenses(log)?,
        a if a == addresses.escrow => escrow(log)?,
        a if a == addresses.usage => usage(log)?,
        a if a == addresses.disputes => disputes(log)?,
        _ => return Ok(None),
    };
    match (decoded, topics.first()) {
        (Some(event), _) => Ok(Some(event)),
        (None, Some(topic)) if HOUSEKEEPING.contains(topic) => Ok(None),
        (None, Some(topic)) => Err(DecodeProblem::UnknownEvent(*topic)),
        (None, None) => Err(DecodeProblem::NoTopic),
    }
}

/// Events of OpenZeppelin's base contracts that change nothing we mirror.
const HOUSEKEEPING: &[B256] = &[
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

fn registry(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event_with_text::<R::MeterPublished>()? {
        return Ok(Some(ChainEvent::MeterPublished(MeterPublished {
            meter_id: e.meterId.into(),
            owner: e.owner,
            key_x: e.keyX,
            key_y: e.keyY,
            key_hash: e.keyHash,
            signer: e.signer,
            url: e.url,
        })));
    }
    if let Some(e) = log.as_event::<R::ContentRegistered>()? {
        return Ok(Some(ChainEvent::ContentRegistered(ContentRegistered {
            content_id: ContentId(e.contentId),
            creator: e.creator,
            content_hash: e.contentHash,
            cid: e.cid,
            key_commitment: e.keyCommitment,
            metadata_cid: e.metadataCid,
            kind: e.kind.try_into()?,
            meter_id: e.meterId.into(),
            split_id: e.splitId.into(),
        })));
    }
    if let Some(e) = log.as_event::<R::ContentStatusChanged>()? {
        return Ok(Some(ChainEvent::ContentStatusChanged(ContentStatusChanged {
            content_id: ContentId(e.contentId),
            status: e.status.try_into()?,
        })));
    }
    Ok(None)
}

fn licenses(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event_with_text::<L::OfferSet>()? {
        return Ok(Some(ChainEvent::OfferSet(OfferSet {
            offer_id: e.offerId.into(),
            creator: e.creator,
            terms: convert::offer_terms(e.offer)?,
        })));
    }
    if let Some(e) = log.as_event::<L::OfferClosed>()? {
        return Ok(Some(ChainEvent::OfferClosed(OfferClosed { offer_id: e.offerId.into() })));
    }
    if let Some(e) = log.as_event::<L::ProfilePublished>()? {
        return Ok(Some(ChainEvent::ProfilePublished(ProfilePublished {
            profile_id: e.profileId.into(),
            owner: e.owner,
            key_x: e.keyX,
            key_y: e.keyY,
            commitment: e.commitment,
            session_key: e.sessionKey,
        })));
    }
    if let Some(e) = log.as_event::<L::LicenseIssued>()? {
        return Ok(Some(ChainEvent::LicenseIssued(LicenseIssued {
            license_id: e.licenseId.try_into()?,
            offer_id: e.offerId.into(),
            content_id: ContentId(e.contentId),
            licensee: e.licensee,
            payer: e.payer,
            profile_id: e.profileId.into(),
            meter_id: e.meterId.into(),
            payment_id: e.paymentId.into(),
            units: e.units,
            starts_at: convert::secs(e.startsAt),
            expires_at: convert::secs(e.expiresAt),
            token: Token(e.token),
            total: Amount(e.total),
            referrer: e.referrer,
        })));
    }
    if let Some(e) = log.as_event::<Erc721::Transfer>()? {
        return Ok(Some(ChainEvent::LicenseTransferred(LicenseTransferred {
            license_id: e.tokenId.try_into()?,
            from: e.from,
            to: e.to,
        })));
    }
    if let Some(e) = log.as_event::<L::KeyDelivered>()? {
        return Ok(Some(ChainEvent::KeyDelivered(KeyDelivered {
            license_id: e.licenseId.try_into()?,
            content_id: ContentId(e.contentId),
            epoch: e.epoch,
            ephemeral_x: e.ephemeralX,
            ephemeral_y: e.ephemeralY,
            c0: e.c0,
            c1: e.c1,
        })));
    }
    Ok(None)
}

fn escrow(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(event) = payments(log)? {
        return Ok(Some(event));
    }
    if let Some(e) = log.as_event::<E::SplitCreated>()? {
        return Ok(Some(ChainEvent::SplitCreated(SplitCreated {
            split_id: e.splitId.into(),
            payees: e.payees.into_iter().map(convert::escrow_payee).collect(),
        })));
    }
    if let Some(e) = log.as_event::<E::FeeSet>()? {
        return Ok(Some(ChainEvent::FeeSet(FeeSet {
            fee_id: e.feeId.into(),
            recipient: e.recipient,
            fee_bps: e.feeBps,
        })));
    }
    if let Some(e) = log.as_event::<E::BondHeld>()? {
        return Ok(Some(ChainEvent::BondHeld(BondHeld {
            dispute_id: e.disputeId.try_into()?,
            poster: e.poster,
            token: Token(e.token),
            amount: Amount(e.amount),
        })));
    }
    if let Some(e) = log.as_event::<E::BondPaid>()? {
        return Ok(Some(ChainEvent::BondPaid(BondPaid {
            dispute_id: e.disputeId.try_into()?,
            recipient: e.recipient,
            token: Token(e.token),
            amount: Amount(e.amount),
        })));
    }
    if let Some(e) = log.as_event::<E::Credited>()? {
        return Ok(Some(ChainEvent::Credited(Credited {
            account: e.account,
            token: Token(e.token),
            payment_id: e.paymentId.try_into()?,
            amount: Amount(e.amount),
            balance: Amount(e.balance),
        })));
    }
    if let Some(e) = log.as_event::<E::Withdrawn>()? {
        return Ok(Some(ChainEvent::Withdrawn(Withdrawn {
            account: e.account,
            token: Token(e.token),
            recipient: e.recipient,
            amount: Amount(e.amount),
            balance: Amount(e.balance),
        })));
    }
    Ok(None)
}

fn payments(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<E::PaymentHeld>()? {
        return Ok(Some(ChainEvent::PaymentHeld(PaymentHeld {
            payment_id: e.paymentId.try_into()?,
            license_id: e.licenseId.try_into()?,
            payer: e.payer,
            token: Token(e.token),
            amount: Amount(e.amount),
            rule: e.rule.try_into()?,
            split_id: e.splitId.into(),
            fee_id: e.feeId.into(),
            delivery_deadline: convert::secs(e.deliveryDeadline),
            dispute_window_secs: e.disputeWindow,
            refundable_at: convert::secs(e.refundableAt),
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentDelivered>()? {
        return Ok(Some(ChainEvent::PaymentDelivered(PaymentDelivered {
            payment_id: e.paymentId.try_into()?,
            releasable_at: convert::secs(e.releasableAt),
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentDue>()? {
        return Ok(Some(ChainEvent::PaymentDue(PaymentDue {
            payment_id: e.paymentId.try_into()?,
            due: Amount(e.due),
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentReleased>()? {
        return Ok(Some(ChainEvent::PaymentReleased(PaymentReleased {
            payment_id: e.paymentId.try_into()?,
            token: Token(e.token),
            amount: Amount(e.amount),
            fee: Amount(e.fee),
            released: Amount(e.released),
            closed: e.closed,
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentRefunded>()? {
        return Ok(Some(ChainEvent::PaymentRefunded(PaymentRefunded {
            payment_id: e.paymentId.try_into()?,
            token: Token(e.token),
            payer: e.payer,
            amount: Amount(e.amount),
            refunded: Amount(e.refunded),
            closed: e.closed,
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentFrozen>()? {
        return Ok(Some(ChainEvent::PaymentFrozen(PaymentFrozen {
            payment_id: e.paymentId.try_into()?,
            dispute_id: e.disputeId.try_into()?,
            frozen_at: convert::secs(e.frozenAt),
        })));
    }
    if let Some(e) = log.as_event::<E::PaymentUnfrozen>()? {
        return Ok(Some(ChainEvent::PaymentUnfrozen(PaymentUnfrozen {
            payment_id: e.paymentId.try_into()?,
            dispute_id: e.disputeId.try_into()?,
            paused_secs: convert::secs(e.pausedSecs),
        })));
    }
    Ok(None)
}

fn usage(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<U::UsageProved>()? {
        return Ok(Some(ChainEvent::UsageProved(UsageProved {
            license_id: e.licenseId.try_into()?,
            content_id: ContentId(e.contentId),
            ctx: Context(e.ctx),
            lane: e.lane,
            epoch: e.epoch,
            head_before: e.headBefore,
            head_after: e.headAfter,
            window_start: convert::secs(e.windowStart),
            window_end: convert::secs(e.windowEnd),
            units: e.units,
            proved_total: e.provedTotal,
            settled_total: e.settledTotal,
            settled_units: e.settledUnits,
        })));
    }
    if let Some(e) = log.as_event::<U::UsageSigned>()? {
        return Ok(Some(ChainEvent::UsageSigned(UsageSigned {
            license_id: e.licenseId.try_into()?,
            content_id: ContentId(e.contentId),
            ctx: Context(e.ctx),
            lane: e.lane,
            epoch: e.epoch,
            seq: e.seq,
            head: e.head,
            time: convert::secs(e.time),
            signed_total: e.signedTotal,
            settled_total: e.settledTotal,
            settled_units: e.settledUnits,
        })));
    }
    Ok(None)
}

fn disputes(log: RawLog<'_>) -> Result<Option<ChainEvent>, DecodeProblem> {
    if let Some(e) = log.as_event::<D::DisputeFiled>()? {
        return Ok(Some(ChainEvent::DisputeFiled(DisputeFiled {
            dispute_id: e.disputeId.try_into()?,
            license_id: e.licenseId.try_into()?,
            filer: e.filer,
            payment_id: e.paymentId.try_into()?,
            kind: e.kind.try_into()?,
            respondent: e.respondent,
            arbitrator: e.arbitrator,
            bond: Amount(e.bond),
            ruling_deadline: convert::secs(e.rulingDeadline),
            evidence_cid: e.evidenceCid,
        })));
    }
    if let Some(e) = log.as_event::<D::EvidenceSubmitted>()? {
        return Ok(Some(ChainEvent::EvidenceSubmitted(EvidenceSubmitted {
            dispute_id: e.disputeId.try_into()?,
            party: e.party,
            evidence_cid: e.evidenceCid,
        })));
    }
    if let Some(e) = log.as_event::<D::DisputeRuled>()? {
        return Ok(Some(ChainEvent::DisputeRuled(DisputeRuled {
            dispute_id: e.disputeId.try_into()?,
            arbitrator: e.arbitrator,
            ruling: e.ruling.try_into()?,
        })));
    }
    if let Some(e) = log.as_event::<D::DisputeExecuted>()? {
        return Ok(Some(ChainEvent::DisputeExecuted(DisputeExecuted {
            dispute_id: e.disputeId.try_into()?,
            ruling: e.ruling.try_into()?,
            bond_recipient: e.bondRecipient,
        })));
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
