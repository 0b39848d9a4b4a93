//! The licensee's side: propose, be served, keep the receipt, and prove from it later.
//!
//! A [`Session`] is one license with its session key and receipts; a [`LaneClient`] is one of its lanes. Lanes run
//! in parallel; fetches of one lane follow one another. Whatever is killed when: open the lane again, and
//! [`LaneClient::reconcile`] finds the proposal that has no answer and sends the same bytes again.

use std::{net::IpAddr, path::PathBuf, sync::Arc, time::Duration};

use alloy::{
    primitives::{Address, U256},
    signers::local::PrivateKeySigner,
};
use domain::LicenseId;

use crate::{
    facts::{FactsError, LicenseFacts, MeterFacts, SharedFacts},
    journal::DatabaseError,
    protocol::{LaneStatus, Problem},
    signing::Tracker,
};

mod lane;
mod receipts;
mod wire;

pub use lane::{Fetched, LaneClient, Reconciled};
pub use receipts::{ProvableRange, Receipt, Receipts, Standing};

/// Why a fetch did not succeed. The receipts say what is open; nothing is charged twice.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No such license.
    #[error("license {0} does not exist on this chain")]
    LicenseUnknown(LicenseId),
    /// The session key is not the license's.
    #[error("the session key is {given}, license {license_id} names {expected}: use the key of its profile")]
    ForeignKey {
        /// The license.
        license_id: LicenseId,
        /// The key given.
        given: Address,
        /// The key on the chain.
        expected: Address,
    },
    /// Another process uses the lane.
    #[error("lane {lane} is in use ({path}): take another lane, or wait for the other process", path = path.display())]
    LaneInUse {
        /// The lane.
        lane: u32,
        /// The lock that another process holds.
        path: PathBuf,
    },
    /// The range is empty or larger than one event may carry.
    #[error("range {start}..{end} is {reason}")]
    Range {
        /// First byte.
        start: u64,
        /// One past the last.
        end: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// A name for a fetch was used for another range.
    #[error("request id {request_id:?} was used for range {start}..{end}: take another name")]
    RequestIdTaken {
        /// The name.
        request_id: String,
        /// First byte of the other range.
        start: u64,
        /// One past its last.
        end: u64,
    },
    /// The meter refused.
    #[error("the meter refused: {0}")]
    Refused(Box<Problem>),
    /// The meter did not answer.
    #[error("the meter at {url} did not answer: {source}; the proposal is kept and will be sent again unchanged")]
    Unreachable {
        /// Where it should be.
        url: String,
        /// Why it did not.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The meter's address needs what this build does not have.
    #[error(
        "the meter's address {0} needs TLS, which this build does not have: name an http:// address of the meter, or of a local proxy that speaks TLS, with --meter"
    )]
    NoTls(String),
    /// The meter answered with something that is not an answer.
    #[error("the meter's answer is not acceptable: {0}; nothing of it was kept")]
    BadAnswer(String),
    /// The meter knows less than it countersigned.
    #[error(
        "the meter is at event {meters} of the lane, but it countersigned {ours}: it lost its journal; take another lane, the receipts settle and prove as they are"
    )]
    MeterBehind {
        /// The meter's last event.
        meters: u64,
        /// Our last countersigned event.
        ours: u64,
    },
    /// We know less than we signed.
    #[error(
        "the meter is at event {meters} of the lane, the receipts end at {ours}: restore the receipt file that this lane was used with, or take another lane"
    )]
    ReceiptsBehind {
        /// The meter's last event.
        meters: u64,
        /// Our last countersigned event.
        ours: u64,
    },
    /// The receipts have no such event.
    #[error("lane {lane} has no event {seq} in the receipts")]
    EventUnknown {
        /// The lane.
        lane: u32,
        /// The event.
        seq: u64,
    },
    /// Two heads for one event.
    #[error("event {seq} has another head at the meter than in the receipts: take another lane and keep both")]
    Diverged {
        /// The event.
        seq: u64,
    },
    /// The event does not extend the chain.
    #[error(transparent)]
    Step(#[from] statement::StepError),
    /// The session key refused.
    #[error(transparent)]
    Signing(#[from] contracts::SigningError),
    /// The session key refused to sign a status request.
    #[error("the session key could not sign: {0}")]
    Key(#[from] alloy::signers::Error),
    /// The receipts.
    #[error(transparent)]
    Receipts(#[from] DatabaseError),
    /// The chain.
    #[error(transparent)]
    Facts(#[from] FactsError),
}

/// Where and how long to try.
#[derive(Clone, Debug)]
pub struct SessionOptions {
    /// Another address than the one the meter published.
    pub meter_url: Option<String>,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How long to keep trying while the meter does not answer.
    pub retry_for: Duration,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { meter_url: None, attempt_timeout: Duration::from_secs(30), retry_for: Duration::from_secs(15) }
    }
}

/// One license in use.
#[derive(Clone)]
pub struct Session(Arc<Shared>);

struct Shared {
    facts: SharedFacts,
    license: LicenseFacts,
    meter: MeterFacts,
    tracker: Tracker,
    key: PrivateKeySigner,
    receipts: Receipts,
    url: String,
    options: SessionOptions,
    http: reqwest::Client,
}

impl Session {
    /// Reads license and meter from the chain and checks that the key is the license's.
    ///
    /// # Errors
    /// The license does not exist, names another key, or the chain cannot be asked.
    pub async fn open(
        facts: SharedFacts,
        license_id: LicenseId,
        session_key: PrivateKeySigner,
        receipts: Receipts,
        options: SessionOptions,
    ) -> Result<Self, ClientError> {
        let license = facts.license(license_id).await?.ok_or(ClientError::LicenseUnknown(license_id))?;
        if license.session_key != session_key.address() {
            return Err(ClientError::ForeignKey {
                license_id,
                given: session_key.address(),
                expected: license.session_key,
            });
        }
        let meter_id = license.meter_id;
        let meter = facts.meter(meter_id).await?.ok_or_else(|| FactsError::Unusable {
            what: "meter",
            id: meter_id.to_string(),
            reason: "it was never published".to_owned(),
        })?;
        let url = options.meter_url.clone().unwrap_or_else(|| meter.url.clone()).trim_end_matches('/').to_owned();
        if url.starts_with("https:") {
            return Err(ClientError::NoTls(url));
        }
        let http = reqwest::Client::builder()
            .timeout(options.attempt_timeout)
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none());
        // A proxy of the environment cannot reach a meter on this machine.
        let http = if is_this_machine(&url) { http.no_proxy() } else { http };
        let http = http.build().map_err(|error| ClientError::Unreachable { url: url.clone(), source: error.into() })?;
        let tracker = Tracker { chain_id: facts.chain_id(), address: facts.usage_tracker() };
        let shared = Shared { facts, license, meter, tracker, key: session_key, receipts, url, options, http };
        Ok(Self(Arc::new(shared)))
    }

    /// The license, as read when the session opened.
    #[must_use]
    pub fn license(&self) -> &LicenseFacts {
        &self.0.license
    }

    /// The meter, as read when the session opened.
    #[must_use]
    pub fn meter(&self) -> &MeterFacts {
        &self.0.meter
    }

    /// The receipts of this session.
    #[must_use]
    pub fn receipts(&self) -> &Receipts {
        &self.0.receipts
    }

    /// The domain of one lane.
    #[must_use]
    pub fn ctx(&self, lane: u32) -> U256 {
        self.0.license.context(self.0.tracker.chain_id, self.0.tracker.address, lane)
    }

    /// Opens a lane for this process alone.
    ///
    /// # Errors
    /// Another process uses it, or the receipts cannot be read.
    pub async fn lane(&self, lane: u32) -> Result<LaneClient, ClientError> {
        LaneClient::open(self.clone(), lane).await
    }

    /// Where the meter says that a lane stands. Takes no lock and changes nothing.
    ///
    /// # Errors
    /// The meter refuses or does not answer.
    pub async fn status(&self, lane: u32) -> Result<LaneStatus, ClientError> {
        self.0.status(lane).await.map_err(|failure| failure.into_error(&self.0.url))
    }

    /// The most bytes that one fetch may ask for under the license's terms.
    #[must_use]
    pub fn max_fetch_bytes(&self) -> u64 {
        let terms = &self.0.license.terms;
        match terms.unit_bytes {
            0 => u64::MAX,
            bytes => u64::from(bytes) * u64::from(terms.max_units_per_event),
        }
    }
}

fn is_this_machine(url: &str) -> bool {
    let url = reqwest::Url::parse(url).ok();
    let host = url.as_ref().and_then(|url| url.host_str()).map(|host| host.trim_matches(['[', ']']));
    host.is_some_and(|host| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()))
}
