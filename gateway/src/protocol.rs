//! What travels between a licensee and a meter.
//!
//! A fetch is one `POST` of a [`FetchRequest`]: the licensee has already computed and signed the head that the
//! fetch leads to. The answer is the bytes (`206`, or `200` for a tick) with [`Countersigned`] as JSON in the
//! [`HEAD_HEADER`]. Whatever goes wrong is `application/problem+json`, a [`Problem`] with a stable code.
//!
//! | route | answer |
//! |---|---|
//! | `POST /v1/licenses/{license_id}/lanes/{lane}/fetch` | the bytes and the countersigned head |
//! | `GET /v1/licenses/{license_id}/lanes/{lane}` | [`LaneStatus`]: the last head that both signed |
//! | `GET /v1/contents/{content_id}` | `402`: the terms at which the content is licensed here |
//! | `GET /v1/keys` | [`MeterKeys`] |
//! | `GET /health` | `200` when the journal can be read |
//!
//! Byte ranges are half-open: `start..end`. Times are unix seconds of the chain's clock.

use alloy::primitives::{Address, B256, Bytes, U256, keccak256};
use domain::{ContentId, LicenseId, OfferId, OfferTerms};
use serde::{Deserialize, Serialize};
use statement::{Event, Head, PublicKey, Signature, call_hash};

mod problem;
pub(crate) use problem::PROBLEM_TYPE;
pub use problem::{Problem, ProblemCode};

/// Route of [`FetchRequest`].
pub const FETCH_ROUTE: &str = "/v1/licenses/{license_id}/lanes/{lane}/fetch";
/// Route of [`LaneStatus`].
pub const LANE_ROUTE: &str = "/v1/licenses/{license_id}/lanes/{lane}";
/// Route of [`Terms`].
pub const CONTENT_ROUTE: &str = "/v1/contents/{content_id}";
/// Route of [`MeterKeys`].
pub const KEYS_ROUTE: &str = "/v1/keys";
/// Route of the health check.
pub const HEALTH_ROUTE: &str = "/health";

/// Response header of a fetch: [`Countersigned`] as JSON.
pub const HEAD_HEADER: &str = "datavault-head";
/// Response header of a fetch: `true` when the request was a repetition that cost nothing.
pub const REPEATED_HEADER: &str = "datavault-repeated";
/// Request header of [`LaneStatus`]: `<unix seconds>.<0x signature>` over [`lane_read_message`].
pub const READ_HEADER: &str = "datavault-read";

/// Largest request body that a meter reads.
pub const MAX_REQUEST_BYTES: usize = 8 * 1024;

/// A proposed event: which bytes, and the head that fetching them leads to, signed by the licensee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FetchRequest {
    /// The content that the license covers.
    pub content_id: ContentId,
    /// The license's epoch.
    pub epoch: u32,
    /// First byte wanted.
    pub start: u64,
    /// One past the last byte wanted. Equal to `start` (both zero): a tick, which carries no units.
    pub end: u64,
    /// When, by the chain's clock.
    pub time: u64,
    /// Units of this event: what the offer says for `end - start` bytes, zero for a tick.
    pub units: u16,
    /// Random bytes that hide the call in its hash.
    pub salt: B256,
    /// Domain of the lane: license, content, lane and epoch on one chain, hashed.
    pub ctx: U256,
    /// Number of this event in the lane, from 1.
    pub seq: u64,
    /// Units of the lane, this event included.
    pub total: u64,
    /// The head, this event included.
    pub head: U256,
    /// EIP-712 `Head` by the licensee's session key.
    pub licensee_signature: Bytes,
}

impl FetchRequest {
    /// Whether this event only moves time.
    #[must_use]
    pub fn is_tick(&self) -> bool {
        self.start == self.end
    }

    /// Bytes asked for.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether no bytes are asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The event as the chain of heads sees it.
    #[must_use]
    pub fn event(&self) -> Event {
        let call = call_hash(self.ctx, &describe_call(self.content_id, self.start, self.end), &self.salt.0);
        Event { time: self.time, units: self.units, call }
    }

    /// What the licensee signed.
    #[must_use]
    pub fn proposed(&self) -> Head {
        Head { ctx: self.ctx, seq: self.seq, total: self.total, head: self.head, time: self.time }
    }

    /// Names the request's whole content. Signatures are left out: one content may be signed twice.
    #[must_use]
    pub fn content_hash(&self) -> B256 {
        let mut words = Vec::with_capacity(11 * 32);
        words.extend_from_slice(self.content_id.0.as_slice());
        words.extend_from_slice(self.salt.as_slice());
        words.extend_from_slice(&self.ctx.to_be_bytes::<32>());
        words.extend_from_slice(&self.head.to_be_bytes::<32>());
        for number in
            [u64::from(self.epoch), self.start, self.end, self.time, u64::from(self.units), self.seq, self.total]
        {
            words.extend_from_slice(&number.to_be_bytes());
        }
        keccak256(words)
    }
}

/// The description that a call hash hides: the content and the half-open byte range.
#[must_use]
pub fn describe_call(content_id: ContentId, start: u64, end: u64) -> Vec<u8> {
    let mut description = b"datavault/fetch/v1".to_vec();
    description.extend_from_slice(content_id.0.as_slice());
    description.extend_from_slice(&start.to_be_bytes());
    description.extend_from_slice(&end.to_be_bytes());
    description
}

/// A head that both sides signed: what settles, and what proofs start and end at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countersigned {
    /// What was signed.
    #[serde(flatten)]
    pub head: Head,
    /// EIP-712 `Head` by the licensee's session key.
    pub licensee_signature: Bytes,
    /// EIP-712 `Head` by the meter's signer.
    pub meter_signature: Bytes,
    /// EdDSA-Poseidon of `head` alone by the meter's Baby Jubjub key.
    pub meter_eddsa: Signature,
}

/// Where a lane stands, as its meter knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneStatus {
    /// The license.
    pub license_id: LicenseId,
    /// The lane.
    pub lane: u32,
    /// The license's epoch.
    pub epoch: u32,
    /// Domain of the lane.
    pub ctx: U256,
    /// The last head that both signed; nothing before the first event.
    pub last: Option<Countersigned>,
    /// Units bought; nothing when use is not billed by the unit.
    pub granted_units: Option<u64>,
    /// Units used over all lanes and epochs of the license.
    pub used_units: u64,
    /// The meter's clock.
    pub time: u64,
}

/// What a licensee signs (EIP-191, session key) to read a lane: use is nobody else's business.
#[must_use]
pub fn lane_read_message(meter: Address, license_id: LicenseId, lane: u32, time: u64) -> String {
    format!("Datavault lane status\nmeter: {meter}\nlicense: {license_id}\nlane: {lane}\ntime: {time}")
}

/// The meter's public keys. Clients trust only those on the chain; these help a human to compare.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MeterKeys {
    /// The chain that the meter follows.
    pub chain_id: u64,
    /// The usage tracker that heads are signed for.
    pub usage_tracker: Address,
    /// secp256k1 address that countersigns.
    pub signer: Address,
    /// Baby Jubjub key that signs heads for circuits.
    pub key: PublicKey,
    /// Poseidon of the key's coordinates, as on the chain.
    pub key_hash: U256,
}

/// How to get a license: the machine-readable part of a `402`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The chain to buy on.
    pub chain_id: u64,
    /// The contract to buy from.
    pub license_manager: Address,
    /// What is licensed.
    pub content_id: ContentId,
    /// Offers that are open now.
    pub offers: Vec<OpenOffer>,
}

/// An offer that is open now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenOffer {
    /// Its id.
    pub offer_id: OfferId,
    /// Its terms.
    pub terms: OfferTerms,
}
