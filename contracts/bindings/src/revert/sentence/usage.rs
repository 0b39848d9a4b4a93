//! Of the usage tracker and the verifiers' versions.

use super::{time, unix};
use crate::abi::{UsageTracker as U, VerifierSets as V};

pub(super) fn of(data: &[u8]) -> Option<(&'static str, String)> {
    tracker(data).or_else(|| verifier_sets(data))
}

sentences!(tracker {
    U::HeadMissing, e => ("the head is zero: there is nothing to settle");
    U::BatchEmpty, e => ("the batch has no units: there is nothing to settle");
    U::WindowInFuture, e => (
        "the window ends at {}, after the chain's {}", time(e.windowEnd), unix(e.nowSecs.saturating_to())
    );
    U::WindowInvalid, e => ("the window ends at {}, before it starts at {}", time(e.windowEnd), time(e.windowStart));
    U::WindowBeforeLicense, e => (
        "the window starts at {}, the license only at {}", time(e.windowStart), time(e.startsAt)
    );
    U::WindowAfterExpiry, e => (
        "the window ends at {}, the license expired at {}", time(e.windowEnd), time(e.expiresAt)
    );
    U::WindowOverlaps, e => (
        "the window starts at {}, before the lane's previous one ended at {}",
        time(e.windowStart), time(e.lastWindowEnd)
    );
    U::UnitsAboveGrant, e => (
        "license {} would have {} units settled, only {} were bought", e.licenseId, e.settledUnits, e.granted
    );
    U::TotalNotAbove, e => (
        "a head with a total of {} adds nothing: {} units are settled by signature already", e.total, e.signedTotal
    );
    U::NoBatches, e => ("no batches were given: there is nothing to settle");
    U::VerifiersDiffer, e => (
        "batches of verifiers {} and {} cannot be settled in one call: send them apart", e.first, e.other
    );
    U::CapacitiesDiffer, e => (
        "proofs of {} and of {} events cannot be settled in one call: send them apart", e.first, e.other
    );
});

sentences!(verifier_sets {
    V::VerifierSetUnknown, e => ("there is no version {} of the verifiers", e.version);
    V::CapacityUnknown, e => (
        "no circuit proves up to {} events: capacity is 128 or 1024", e.capacity
    );
    V::VerifierHasNoCode, e => ("the verifier {} is no contract", e.verifier);
    V::VerifierSetsExhausted, e => ("there are as many versions of the verifiers as can be");
});
