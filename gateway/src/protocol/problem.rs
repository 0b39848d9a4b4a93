//! Refusals, with codes that programs can rely on.

use core::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Terms;

/// Media type of a [`Problem`].
pub(crate) const PROBLEM_TYPE: &str = "application/problem+json";

macro_rules! problem_codes {
    ($($(#[$doc:meta])* $name:ident = $status:literal $text:literal $title:literal),+ $(,)?) => {
        /// Why a meter refuses. The spelling in JSON is stable.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        pub enum ProblemCode { $($(#[$doc])* #[serde(rename = $text)] $name),+ }

        impl ProblemCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status),+ } }

            /// The stable spelling.
            #[must_use]
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $text),+ } }

            /// A sentence for people.
            #[must_use]
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title),+ } }
        }
    };
}

problem_codes!(
    /// The request could not be read.
    MalformedRequest = 400 "malformed_request" "The request could not be read",
    /// The signature is not by the licensee's session key.
    SignatureInvalid = 401 "signature_invalid" "The signature is not by the license's session key",
    /// No such license.
    LicenseUnknown = 402 "license_unknown" "There is no such license",
    /// The license ran out.
    LicenseExpired = 402 "license_expired" "The license has expired",
    /// The license's money went back to its payer.
    LicenseRefunded = 402 "license_refunded" "The license was refunded",
    /// Content is served only under a license.
    LicenseRequired = 402 "license_required" "The content is served under a license",
    /// The license's term has not begun.
    LicenseNotStarted = 403 "license_not_started" "The license has not begun",
    /// The license is for other content or another meter.
    LicenseForeign = 403 "license_foreign" "The license is for other content or another meter",
    /// The license's offer delivers the key instead of serving.
    LicenseNotServed = 403 "license_not_served" "The license is delivered by key and not served",
    /// Every unit bought is used.
    UnitsExhausted = 403 "units_exhausted" "The units bought do not cover this event",
    /// The meter does not hold the content.
    ContentNotServed = 404 "content_not_served" "The content is not served here",
    /// No such route.
    RouteUnknown = 404 "route_unknown" "There is no such route",
    /// The route does not take this method.
    MethodNotAllowed = 405 "method_not_allowed" "The route does not take this method",
    /// The epoch is not the license's.
    WrongEpoch = 409 "wrong_epoch" "The epoch is not the license's",
    /// The context is not that of the license, content, lane and epoch.
    WrongContext = 409 "wrong_context" "The context is not that of this license, lane and epoch",
    /// The sequence number does not follow the last head.
    WrongSeq = 409 "wrong_seq" "The sequence number does not follow the last head",
    /// The sequence number was used for another request.
    SeqConflict = 409 "seq_conflict" "The sequence number was used for another request",
    /// Head or total are not what the event leads to.
    WrongHead = 409 "wrong_head" "Head or total are not what the event leads to",
    /// The event's time is before the last event's or too long after it.
    TimeOutOfOrder = 409 "time_out_of_order" "The time does not follow the last event's",
    /// The requested range is not within the content.
    RangeNotSatisfiable = 416 "range_not_satisfiable" "The range is not within the content",
    /// The units are not what the offer says for the range.
    WrongUnits = 422 "wrong_units" "The units are not what the offer says for the range",
    /// One event may not carry so many units or bytes.
    EventTooLarge = 422 "event_too_large" "One event may not carry so much",
    /// The event's time is too far from the meter's clock.
    TimeSkewed = 422 "time_skewed" "The time is too far from the meter's clock",
    /// Something broke here; the detail says nothing more.
    Internal = 500 "internal" "The meter failed",
    /// The chain did not answer.
    ChainUnavailable = 503 "chain_unavailable" "The chain did not answer",
);

impl fmt::Display for ProblemCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A refusal, as RFC 9457 has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{detail} ({code})")]
pub struct Problem {
    /// The code's sentence for people.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// What programs match on.
    pub code: ProblemCode,
    /// What was wrong with this request, and the fix.
    pub detail: String,
    /// What would have been accepted, where there is one such thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Value>,
    /// How to get a license, where that is the fix.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub terms: Option<Box<Terms>>,
}

impl Problem {
    /// A refusal with its reason.
    #[must_use]
    pub fn new(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self {
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: detail.into(),
            expected: None,
            terms: None,
        }
    }

    /// Adds what would have been accepted.
    #[must_use]
    pub fn expecting(mut self, expected: impl Into<Value>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Adds how to get a license.
    #[must_use]
    pub fn with_terms(mut self, terms: Option<Terms>) -> Self {
        self.terms = terms.map(Box::new);
        self
    }

    /// Whether the meter has decided: repeating the same bytes later can give no other answer.
    ///
    /// A chain that did not answer or a failed meter decides nothing.
    #[must_use]
    pub fn is_final(&self) -> bool {
        self.status < 500
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_spelled_the_same_everywhere() {
        for code in ProblemCode::ALL {
            assert_eq!(serde_json::to_string(code).unwrap(), format!("\"{code}\""));
            assert!((400..600).contains(&code.status()));
        }
    }
}
