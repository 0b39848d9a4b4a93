//! One exchange with the meter.

use alloy::signers::SignerSync;
use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use serde::de::DeserializeOwned;

use super::{ClientError, Shared};
use crate::protocol::{
    Countersigned, FetchRequest, HEAD_HEADER, LaneStatus, Problem, READ_HEADER, REPEATED_HEADER, lane_read_message,
};

/// Most bytes read of an answer that is not content.
const MAX_TEXT_BYTES: u64 = 256 * 1024;

/// A verified answer to a fetch.
pub(super) struct Answer {
    pub(super) countersigned: Countersigned,
    pub(super) bytes: Bytes,
    pub(super) repeated: bool,
    pub(super) content_size: Option<u64>,
}

/// An attempt that failed.
pub(super) enum Failure {
    /// The meter decided.
    Refused(Box<Problem>),
    /// It may be otherwise in a moment.
    Again(Box<dyn std::error::Error + Send + Sync>),
    /// It will not get better.
    Hopeless(ClientError),
}

impl Failure {
    /// What the caller is told when it is not tried again.
    pub(super) fn into_error(self, url: &str) -> ClientError {
        match self {
            Self::Refused(problem) => ClientError::Refused(problem),
            Self::Again(source) => ClientError::Unreachable { url: url.to_owned(), source },
            Self::Hopeless(error) => error,
        }
    }
}

impl Shared {
    fn lane_url(&self, lane: u32) -> String {
        format!("{}/v1/licenses/{}/lanes/{lane}", self.url, self.license.license_id)
    }

    /// Sends a proposal and verifies what comes back.
    pub(super) async fn send(&self, lane: u32, request: &FetchRequest) -> Result<Answer, Failure> {
        let url = format!("{}/fetch", self.lane_url(lane));
        let response = self.http.post(url).json(request).send().await.map_err(again)?;
        let response = accepted(response).await?;
        let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
        let countersigned: Countersigned = header(HEAD_HEADER)
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or_else(|| bad(format!("header {HEAD_HEADER} is missing or not a head")))?;
        self.verify(request, &countersigned)?;
        let repeated = header(REPEATED_HEADER) == Some("true");
        let content_size =
            header("content-range").and_then(|range| range.rsplit_once('/')).and_then(|(_, size)| size.parse().ok());
        let bytes = body(response, request.len()).await?;
        if bytes.len() as u64 != request.len() {
            return Err(bad(format!("{} bytes came for {}..{}", bytes.len(), request.start, request.end)));
        }
        Ok(Answer { countersigned, bytes, repeated, content_size })
    }

    /// Checks that a head is ours and that the meter named on the chain signed it twice.
    pub(super) fn verify(&self, request: &FetchRequest, countersigned: &Countersigned) -> Result<(), Failure> {
        let head = request.proposed();
        if countersigned.head != head {
            return Err(bad(format!("the head is not the one proposed as event {}", request.seq)));
        }
        if !self.tracker.is_by(self.meter.signer, &head, &countersigned.meter_signature) {
            return Err(bad(format!("the head is not countersigned by {}", self.meter.signer)));
        }
        if !self.meter.key.verify(head.head, &countersigned.meter_eddsa) {
            return Err(bad("the head's EdDSA signature is not by the meter's published key".to_owned()));
        }
        Ok(())
    }

    /// Asks where the meter stands.
    pub(super) async fn status(&self, lane: u32) -> Result<LaneStatus, Failure> {
        let time = self.facts.exact_now().await.map_err(|error| Failure::Again(error.into()))?;
        let message = lane_read_message(self.meter.signer, self.license.license_id, lane, time);
        let signature =
            self.key.sign_message_sync(message.as_bytes()).map_err(|error| Failure::Hopeless(error.into()))?;
        let request = self.http.get(self.lane_url(lane)).header(READ_HEADER, format!("{time}.{signature}"));
        let response = accepted(request.send().await.map_err(again)?).await?;
        parse(&body(response, MAX_TEXT_BYTES).await?)
    }
}

fn bad(reason: String) -> Failure {
    Failure::Hopeless(ClientError::BadAnswer(reason))
}

fn again(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    Failure::Again(error.into())
}

fn parse<T: DeserializeOwned>(json: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(json).map_err(|error| bad(error.to_string()))
}

/// Turns refusals into failures.
async fn accepted(response: reqwest::Response) -> Result<reqwest::Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let text = body(response, MAX_TEXT_BYTES).await?;
    match serde_json::from_slice::<Problem>(&text) {
        Ok(problem) if problem.is_final() && status.as_u16() == problem.status => {
            Err(Failure::Refused(Box::new(problem)))
        }
        Ok(problem) => Err(again(problem)),
        // Something between us and the meter spoke, or the meter died while it did.
        Err(_) => Err(again(format!("HTTP {status} without a problem report"))),
    }
}

/// Reads a body of at most `limit` bytes.
async fn body(response: reqwest::Response, limit: u64) -> Result<Bytes, Failure> {
    let mut read = BytesMut::new();
    let mut stream = response.bytes_stream();
    while let Some(part) = stream.next().await {
        let part = part.map_err(again)?;
        if (read.len() + part.len()) as u64 > limit {
            return Err(bad(format!("more than the expected {limit} bytes came")));
        }
        read.extend_from_slice(&part);
    }
    Ok(read.freeze())
}
