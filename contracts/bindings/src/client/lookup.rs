//! Events by range and by id. Keys, CIDs and URLs live in events only.

use alloy::{
    primitives::{Address, B256, U256},
    providers::Provider,
    rpc::types::{Filter, Log},
    sol_types::SolEvent,
};
use domain::{
    ChainEvent, ContentId, ContentRegistered, DisputeFiled, DisputeId, EvidenceSubmitted, KeyDelivered, LicenseId,
    LicenseIssued, LogRef, MeterId, MeterPublished, OfferId, OfferSet, ProfileId, ProfilePublished,
};

use super::Datavault;
use crate::{
    abi::{ContentRegistry as R, DisputeResolution as D, LicenseManager as L},
    decode::{decode, log_ref},
    error::ChainError,
};

impl Datavault {
    /// All our events in blocks `from..=to`, in chain order.
    ///
    /// # Errors
    /// The RPC does not answer or refuses the range; a log of ours cannot be decoded.
    pub async fn events(&self, from: u64, to: u64) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        let filter = Filter::new().address(self.addresses().all()).from_block(from).to_block(to);
        self.decoded(filter).await
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

    /// An offer's terms and who made it.
    ///
    /// # Errors
    /// As [`Self::events`], or it does not exist.
    pub async fn offer_set(&self, id: OfferId) -> Result<OfferSet, ChainError> {
        self.the(self.addresses().licenses, L::OfferSet::SIGNATURE_HASH, word(id), || format!("offer {id}")).await
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
        let filter = Filter::new()
            .address(contract)
            .event_signature(signature)
            .topic1(id)
            .from_block(self.deployment().start_block);
        self.decoded(filter).await
    }

    async fn decoded(&self, filter: Filter) -> Result<Vec<(LogRef, ChainEvent)>, ChainError> {
        let logs: Vec<Log> =
            self.connection.provider.get_logs(&filter).await.map_err(|e| self.connection.failed("read logs", e))?;
        let mut events = Vec::with_capacity(logs.len());
        for log in &logs {
            if let Some(event) = decode(self.addresses(), log)? {
                events.push((log_ref(log)?, event));
            }
        }
        Ok(events)
    }
}

fn word(id: impl Into<U256>) -> B256 {
    B256::from(id.into())
}
