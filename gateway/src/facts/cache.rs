//! A short memory for facts, so that not every fetch asks the chain.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use alloy::primitives::Address;
use domain::{ContentId, LicenseId, MeterId};
use futures::future::BoxFuture;

use super::{Facts, FactsError, LicenseFacts, MeterFacts, SharedFacts};
use crate::protocol::OpenOffer;

/// Most entries of one kind; beyond it the memory starts afresh.
const MAX_ENTRIES: usize = 10_000;

/// Facts remembered for a moment.
///
/// # Invariants
/// - a license is at most `ttl` old; expiry is judged by the clock at each use and so never late
/// - what is not there is not remembered: a license works as soon as it is bought
/// - a content's CID and a meter version never change, so they are remembered for good
pub struct CachedFacts {
    inner: SharedFacts,
    ttl: Duration,
    licenses: Memory<LicenseId, (Instant, LicenseFacts)>,
    meters: Memory<MeterId, MeterFacts>,
    cids: Memory<ContentId, Vec<u8>>,
}

struct Memory<K, V>(Mutex<HashMap<K, V>>);

impl<K: Eq + Hash, V: Clone> Memory<K, V> {
    fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    fn get(&self, key: &K) -> Option<V> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    fn put(&self, key: K, value: V) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if map.len() >= MAX_ENTRIES {
            map.clear();
        }
        map.insert(key, value);
    }
}

impl CachedFacts {
    /// Remembers `inner`'s licenses for `ttl`.
    #[must_use]
    pub fn new(inner: SharedFacts, ttl: Duration) -> Self {
        Self { inner, ttl, licenses: Memory::new(), meters: Memory::new(), cids: Memory::new() }
    }
}

impl Facts for CachedFacts {
    fn chain_id(&self) -> u64 {
        self.inner.chain_id()
    }

    fn usage_tracker(&self) -> Address {
        self.inner.usage_tracker()
    }

    fn license_manager(&self) -> Address {
        self.inner.license_manager()
    }

    fn now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        self.inner.now()
    }

    fn exact_now(&self) -> BoxFuture<'_, Result<u64, FactsError>> {
        self.inner.exact_now()
    }

    fn license(&self, license_id: LicenseId) -> BoxFuture<'_, Result<Option<LicenseFacts>, FactsError>> {
        Box::pin(async move {
            if let Some((at, facts)) = self.licenses.get(&license_id)
                && at.elapsed() < self.ttl
            {
                return Ok(Some(facts));
            }
            let asked_at = Instant::now();
            let facts = self.inner.license(license_id).await?;
            if let Some(facts) = &facts {
                self.licenses.put(license_id, (asked_at, facts.clone()));
            }
            Ok(facts)
        })
    }

    fn meter(&self, meter_id: MeterId) -> BoxFuture<'_, Result<Option<MeterFacts>, FactsError>> {
        Box::pin(async move {
            if let Some(facts) = self.meters.get(&meter_id) {
                return Ok(Some(facts));
            }
            let facts = self.inner.meter(meter_id).await?;
            if let Some(facts) = &facts {
                self.meters.put(meter_id, facts.clone());
            }
            Ok(facts)
        })
    }

    fn content_cid(&self, content_id: ContentId) -> BoxFuture<'_, Result<Option<Vec<u8>>, FactsError>> {
        Box::pin(async move {
            if let Some(cid) = self.cids.get(&content_id) {
                return Ok(Some(cid));
            }
            let cid = self.inner.content_cid(content_id).await?;
            if let Some(cid) = &cid {
                self.cids.put(content_id, cid.clone());
            }
            Ok(cid)
        })
    }

    fn open_offers(&self, content_id: ContentId) -> BoxFuture<'_, Result<Vec<OpenOffer>, FactsError>> {
        self.inner.open_offers(content_id)
    }
}
