//! Events by range and by id. Keys, CIDs and URLs live in events only.

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
    transports::TransportError,
};
use domain::{
    ChainEvent, ContentId, ContentRegistered, DisputeFiled, DisputeId, EvidenceSubmitted, KeyDelivered, LicenseId,
    LicenseIssued, LogRef, MeterId, MeterPublished, OfferId, OfferSet, OfferTerms, ProfileId, ProfilePublished,
};

use super::Datavault;
use crate::{
    abi::{ContentRegistry as R, DisputeResolution as D, LicenseManager as L},
    decode::{decode, log_ref},
    error::ChainError,
    signing::offer_digest,
};

/// Blocks whose logs are asked for at once, to begin with.
const FIRST_SPAN: u64 = 5_000;

impl Datavault {
    /// All our events in blocks `from..=to`, in chain order, asked for in ranges that nodes accept.
    ///
    /// # Errors
    /// The RPC does not answer or refuses even a single block; a log of ours cannot be decoded.
    pub async fn events(&self, from: u64, to: u64) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        self.decoded(Filter::new().address(self.addresses().all()), from, to, FIRST_SPAN).await
    }

    /// Our events that a filter picks, from the deployment's first block to the newest.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn events_matching(&self, filter: Filter) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        let (from, to) = (self.deployment().start_block, self.latest_block().await?.number);
        // What an indexed field picks is little, so most nodes answer at once.
        self.decoded(filter, from, to, u64::MAX).await
    }

    /// What a creator said when registering content.
    ///
    /// # Errors
    /// As [`Self::events`], or it is not registered.
    pub async fn content_registered(&self, id: ContentId) -> Result<ContentRegistered, ChainError> {
        self.the(self.addresses().registry, R::ContentRegistered::SIGNATURE_HASH, id.0, || format!("content {id}"))
            .await
    }

    /// A meter's curve point, signer and URL.
    ///
    /// # Errors
    /// As [`Self::events`], or it does not exist.
    pub async fn meter_published(&self, id: MeterId) -> Result<MeterPublished, ChainError> {
        self.the(self.addresses().registry, R::MeterPublished::SIGNATURE_HASH, word(id), || format!("meter {id}")).await
    }

    /// An offer's terms and who made it, checked against the digest that the chain remembers.
    ///
    /// # Errors
    /// As [`Self::events`]; or the offer was neither set nor used, or this node's log is not the chain's.
    pub async fn offer_set(&self, id: OfferId) -> Result<OfferSet, ChainError> {
        let what = || format!("offer {id}");
        let status = self.offer_status(id).await?;
        if !status.is_known() {
            return Err(ChainError::NotFound(what()));
        }
        let found: OfferSet = self.the(self.addresses().licenses, L::OfferSet::SIGNATURE_HASH, word(id), what).await?;
        let told = offer_digest(&found.terms);
        if told != status.digest {
            return Err(ChainError::OfferDiffers { offer_id: id, told, remembered: status.digest });
        }
        Ok(found)
    }

    /// An offer's terms.
    ///
    /// # Errors
    /// As [`Self::offer_set`].
    pub async fn offer(&self, id: OfferId) -> Result<OfferTerms, ChainError> {
        Ok(self.offer_set(id).await?.terms)
    }

    /// The terms that a license was bought at.
    ///
    /// # Errors
    /// As [`Self::offer_set`], or the license does not exist.
    pub async fn offer_of(&self, id: LicenseId) -> Result<OfferTerms, ChainError> {
        self.offer(self.license(id).await?.offer_id).await
    }

    /// A licensee's curve point and session key.
    ///
    /// # Errors
    /// As [`Self::events`], or it does not exist.
    pub async fn profile_published(&self, id: ProfileId) -> Result<ProfilePublished, ChainError> {
        self.the(self.addresses().licenses, L::ProfilePublished::SIGNATURE_HASH, word(id), || format!("profile {id}"))
            .await
    }

    /// How a license was bought.
    ///
    /// # Errors
    /// As [`Self::events`], or it does not exist.
    pub async fn license_issued(&self, id: LicenseId) -> Result<LicenseIssued, ChainError> {
        self.the(self.addresses().licenses, L::LicenseIssued::SIGNATURE_HASH, word(id), || format!("license {id}"))
            .await
    }

    /// The block in which a license was bought, or `None` if this node does not show it.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn license_issued_in(&self, id: LicenseId) -> Result<Option<u64>, ChainError> {
        let found = self.about(self.addresses().licenses, L::LicenseIssued::SIGNATURE_HASH, word(id)).await?;
        Ok(found.last().map(|(log, _)| log.block_number))
    }

    /// The block in which a license's key was last delivered, or `None` if this node shows no delivery.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn key_delivered_in(&self, id: LicenseId) -> Result<Option<u64>, ChainError> {
        let found = self.about(self.addresses().licenses, L::KeyDelivered::SIGNATURE_HASH, word(id)).await?;
        Ok(found.last().map(|(log, _)| log.block_number))
    }

    /// The encrypted content key of a license, or `None` while it is not delivered. The last one counts.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn key_delivered(&self, id: LicenseId) -> Result<Option<KeyDelivered>, ChainError> {
        let found = self.about(self.addresses().licenses, L::KeyDelivered::SIGNATURE_HASH, word(id)).await?;
        Ok(found.into_iter().rev().find_map(|(_, event)| event.try_into().ok()))
    }

    /// How a dispute was filed.
    ///
    /// # Errors
    /// As [`Self::events`], or it does not exist.
    pub async fn dispute_filed(&self, id: DisputeId) -> Result<DisputeFiled, ChainError> {
        self.the(self.addresses().disputes, D::DisputeFiled::SIGNATURE_HASH, word(id), || format!("dispute {id}")).await
    }

    /// Evidence that parties added after filing.
    ///
    /// # Errors
    /// As [`Self::events`].
    pub async fn evidence(&self, id: DisputeId) -> Result<Vec<EvidenceSubmitted>, ChainError> {
        let found = self.about(self.addresses().disputes, D::EvidenceSubmitted::SIGNATURE_HASH, word(id)).await?;
        Ok(found.into_iter().filter_map(|(_, event)| event.try_into().ok()).collect())
    }

    async fn the<E: TryFrom<ChainEvent>>(
        &self,
        contract: Address,
        signature: B256,
        id: B256,
        what: impl Fn() -> String,
    ) -> Result<E, ChainError> {
        let found = self.about(contract, signature, id).await?;
        found
            .into_iter()
            .next_back()
            .and_then(|(_, event)| event.try_into().ok())
            .ok_or_else(|| ChainError::NotFound(what()))
    }

    /// Events of one kind whose first indexed field is `id`.
    async fn about(
        &self,
        contract: Address,
        signature: B256,
        id: B256,
    ) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        self.events_matching(Filter::new().address(contract).event_signature(signature).topic1(id)).await
    }

    async fn decoded(
        &self,
        filter: Filter,
        from: u64,
        to: u64,
        span: u64,
    ) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        let ask = |from, to| {
            let filter = filter.clone().from_block(from).to_block(to);
            async move { self.connection.provider.get_logs(&filter).await }
        };
        let logs: Vec<Log> =
            in_ranges(from, to, span, ask, is_refusal).await.map_err(|e| self.connection.failed("read logs", e))?;
        let mut events = Vec::with_capacity(logs.len());
        for log in &logs {
            if let Some(event) = decode(self.addresses(), log)? {
                events.push((log_ref(log)?, event));
            }
        }
        Ok(events)
    }
}

/// Asks for `from..=to` in ranges of at most `span` blocks; halves them for good when one is refused.
async fn in_ranges<T, E, A: Future<Output = Result<Vec<T>, E>>>(
    mut from: u64,
    to: u64,
    mut span: u64,
    ask: impl Fn(u64, u64) -> A,
    is_refusal: impl Fn(&E) -> bool,
) -> Result<Vec<T>, E> {
    let mut all = Vec::new();
    while from <= to {
        let end = to.min(from.saturating_add(span - 1));
        match ask(from, end).await {
            Ok(mut some) => {
                all.append(&mut some);
                from = end + 1;
            }
            Err(error) if end > from && is_refusal(&error) => span = (end - from).div_ceil(2),
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Whether a node answered that it will not: too many blocks or logs, mostly. Silence is none.
fn is_refusal(error: &TransportError) -> bool {
    let status = error.as_transport_err().and_then(|error| error.as_http_error()).map(|answer| answer.status);
    error.as_error_resp().is_some() || matches!(status, Some(400 | 413))
}

fn word(id: impl Into<U256>) -> B256 {
    B256::from(id.into())
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    /// A node with one log a block that gives at most `limit` blocks.
    async fn asked(from: u64, to: u64, span: u64, limit: u64) -> (Result<Vec<u64>, u64>, Vec<(u64, u64)>) {
        let asked = RefCell::new(Vec::new());
        let ask = |from: u64, to: u64| {
            asked.borrow_mut().push((from, to));
            async move { if to - from < limit { Ok((from..=to).collect()) } else { Err(to) } }
        };
        let answer = in_ranges(from, to, span, ask, |_| true).await;
        (answer, asked.into_inner())
    }

    #[tokio::test]
    async fn a_refused_range_is_asked_for_in_smaller_parts_and_nothing_is_lost_or_doubled() {
        for (span, limit) in [(u64::MAX, 1), (u64::MAX, 7), (64, 10), (5, 100), (1, 1)] {
            let (answer, asked) = asked(3, 200, span, limit).await;
            assert_eq!(answer.unwrap(), (3..=200).collect::<Vec<_>>(), "span {span}, limit {limit}");
            // A refusal shortens every later question: they are few.
            let refused = asked.iter().filter(|(from, to)| to - from >= limit).count();
            assert!(refused <= 8, "{refused} refusals");
        }
    }

    #[tokio::test]
    async fn a_refusal_of_one_block_is_an_error_and_an_empty_range_asks_nobody() {
        assert_eq!(asked(3, 200, u64::MAX, 0).await.0, Err(3));
        assert_eq!(asked(9, 8, 10, 10).await, (Ok(vec![]), vec![]));
    }
}
