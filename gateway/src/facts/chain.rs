//! Facts as the chain tells them.

use alloy::{
    primitives::{Address, B256},
    rpc::types::Filter,
};
use contracts::{ChainClock, ChainError, Datavault};
use domain::{Amount, ChainEvent, ContentId, LicenseId, MeterId, OfferId, OfferKind, OfferSet};
use futures::future::BoxFuture;
use statement::PublicKey;
use tokio::time::{Duration, Instant};

use super::{Facts, FactsError, LicenseFacts, MeterFacts};
use crate::protocol::OpenOffer;

/// How long the clock runs on by itself before the chain is looked at again.
const CLOCK_TTL: Duration = Duration::from_secs(2);

/// The contracts of one chain.
pub struct ChainFacts {
    chain: Datavault,
    clock: ChainClock,
    looked_at: tokio::sync::Mutex<Instant>,
}

impl ChainFacts {
    /// Facts from a connected client.
    ///
    /// # Errors
    /// The RPC does not answer.
    pub async fn new(chain: Datavault) -> Result<Self, FactsError> {
        let clock = ChainClock::of(&chain).await.map_err(failed("read the chain's clock"))?;
        Ok(Self { chain, clock, looked_at: tokio::sync::Mutex::new(Instant::now()) })
    }

    /// The client.
    #[must_use]
    pub fn chain(&self) -> &Datavault {
        &self.chain
    }

    async fn license_facts(&self, license_id: LicenseId) -> Result<Option<LicenseFacts>, FactsError> {
        let chain = &self.chain;
        let license = match chain.license(license_id).await {
            Ok(license) => license,
            Err(error) if error.revert_reason().is_some_and(|reason| reason.is("LicenseUnknown")) => return Ok(None),
            Err(error) => return Err(failed("read the license")(error)),
        };
        let (terms, profile, payment) = futures::try_join!(
            chain.offer(license.offer_id),
            chain.profile(license.profile_id),
            chain.payment(license_id.payment_id()),
        )
        .map_err(failed("read the license"))?;
        let billed_by_unit = terms.kind == OfferKind::PerUse || license.units > 0;
        Ok(Some(LicenseFacts {
            license_id,
            content_id: terms.content_id,
            meter_id: license.meter_id,
            epoch: license.epoch,
            session_key: profile.session_key,
            granted_units: billed_by_unit.then_some(license.units),
            starts_at: license.starts_at,
            expires_at: (license.expires_at != 0).then_some(license.expires_at),
            refunded: payment.refunded != Amount::ZERO,
            terms,
        }))
    }

    async fn meter_facts(&self, meter_id: MeterId) -> Result<Option<MeterFacts>, FactsError> {
        let published = match self.chain.meter_published(meter_id).await {
            Ok(published) => published,
            Err(ChainError::NotFound(_)) => return Ok(None),
            Err(error) => return Err(failed("read the meter")(error)),
        };
        let unusable = |reason: String| FactsError::Unusable { what: "meter", id: meter_id.to_string(), reason };
        let key = PublicKey::from_coordinates(published.key_x, published.key_y)
            .map_err(|error| unusable(error.to_string()))?;
        if key.commitment() != published.key_hash {
            return Err(unusable("its key hash is not the hash of its key".to_owned()));
        }
        Ok(Some(MeterFacts { meter_id, signer: published.signer, key, url: published.url }))
    }

    async fn offers(&self, content_id: ContentId) -> Result<Vec<OpenOffer>, FactsError> {
        let now = self.now().await?;
        let mut open = Vec::new();
        for offer in self.offers_ever(content_id).await.map_err(failed("read the content's offers"))? {
            let OfferSet { offer_id, terms, .. } = offer;
            let valid = terms.valid_until == 0 || now <= terms.valid_until;
            if valid && self.is_on_sale(offer_id, terms.supply).await? {
                open.push(OpenOffer { offer_id, terms });
            }
        }
        Ok(open)
    }

    async fn is_on_sale(&self, offer_id: OfferId, supply: u32) -> Result<bool, FactsError> {
        let state = self.chain.offer_status(offer_id).await.map_err(failed("read the offer"))?;
        Ok(!state.closed && (supply == 0 || state.sold < supply))
    }

    async fn offers_ever(&self, content_id: ContentId) -> Result<Vec<OfferSet>, ChainError> {
        let chain = &self.chain;
        let filter = Filter::new().address(chain.addresses().licenses).topic2(B256::from(content_id.0));
        let mut offers = Vec::new();
        for (_, event) in chain.events_matching(filter).await? {
            // Other events have other ids in this place; their content decides.
            if let ChainEvent::OfferSet(offer) = event
                && offer.terms.content_id == content_id
            {
                offers.push(offer);
            }
        }
        Ok(offers)
    }
}

impl Facts for ChainFacts {
    fn chain_id(&self) -> u64 {
        self.chain.chain_id()
    }

    fn usage_tracker(&self) -> Address {
        self.chain.addresses().usage
    }

    fn license_manager(&self) -> Address {
        self.chain.addresses().licenses
    }

    fn now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        Box::pin(async move {
            let mut looked_at = self.looked_at.lock().await;
            if looked_at.elapsed() >= CLOCK_TTL {
                // A node that is silent for a moment does not stop the clock.
                match self.clock.refresh().await {
                    Ok(_) => *looked_at = Instant::now(),
                    Err(error) => tracing::debug!(%error, "the chain's clock was not read"),
                }
            }
            Ok(self.clock.now())
        })
    }

    fn exact_now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        Box::pin(async move { self.clock.refresh().await.map_err(failed("read the chain's clock")) })
    }

    fn license(&self, license_id: LicenseId) -> BoxFuture<'_, Result<Option<LicenseFacts>, FactsError>> {
        Box::pin(self.license_facts(license_id))
    }

    fn meter(&self, meter_id: MeterId) -> BoxFuture<'_, Result<Option<MeterFacts>, FactsError>> {
        Box::pin(self.meter_facts(meter_id))
    }

    fn content_cid(&self, content_id: ContentId) -> BoxFuture<'_, Result<Option<Vec<u8>>, FactsError>> {
        Box::pin(async move {
            match self.chain.content_registered(content_id).await {
                Ok(registered) => Ok(Some(registered.cid.to_vec())),
                Err(ChainError::NotFound(_)) => Ok(None),
                Err(error) => Err(failed("read the content")(error)),
            }
        })
    }

    fn open_offers(&self, content_id: ContentId) -> BoxFuture<'_, Result<Vec<OpenOffer>, FactsError>> {
        Box::pin(self.offers(content_id))
    }
}

fn failed(action: &'static str) -> impl FnOnce(ChainError) -> FactsError {
    move |source| FactsError::Chain { action, source: Box::new(source) }
}
