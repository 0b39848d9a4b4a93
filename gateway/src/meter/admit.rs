//! Whether a license admits an event, before the lane's own state is looked at.

use domain::{ContentId, Delivery, LicenseId};
use serde_json::json;

use super::{Meter, respond::wrong_context, terms};
use crate::{
    facts::{Facts, LicenseFacts},
    protocol::{FetchRequest, Problem, ProblemCode},
};

/// A request that its license admits, its signature checked.
pub(super) struct Admitted {
    pub(super) facts: LicenseFacts,
    pub(super) now: u64,
}

/// The license, if it is one of ours at all.
pub(super) async fn license(
    meter: &Meter,
    license_id: LicenseId,
    content_id: Option<ContentId>,
) -> Result<LicenseFacts, Problem> {
    let state = &meter.0;
    let Some(facts) = state.facts.license(license_id).await? else {
        let detail = format!("license {license_id} does not exist: buy one");
        let offers = match content_id {
            Some(content_id) => terms::of(meter, content_id).await?,
            None => None,
        };
        return Err(Problem::new(ProblemCode::LicenseUnknown, detail).with_terms(offers));
    };
    if facts.terms.delivery != Delivery::Served {
        let detail = format!("license {license_id} is delivered by key: receive its key and decrypt the content");
        return Err(Problem::new(ProblemCode::LicenseNotServed, detail));
    }
    let ours = state.facts.meter(facts.meter_id).await?;
    if !ours.is_some_and(|it| it.signer == state.signer.address() && it.key == state.secret.public()) {
        let detail = format!("license {license_id} is served by meter {}, which this is not", facts.meter_id);
        return Err(Problem::new(ProblemCode::LicenseForeign, detail));
    }
    Ok(facts)
}

/// Checks everything that does not depend on the lane's last head. Ends with the signature: the rest is cheap.
pub(super) async fn request(
    meter: &Meter,
    license_id: LicenseId,
    lane: u32,
    request: &FetchRequest,
) -> Result<Admitted, Problem> {
    let facts = license(meter, license_id, Some(request.content_id)).await?;
    let now = meter.0.facts.now().await?;
    if request.content_id != facts.content_id {
        let detail = format!("license {license_id} is for content {}, not {}", facts.content_id, request.content_id);
        return Err(Problem::new(ProblemCode::LicenseForeign, detail).expecting(facts.content_id.to_string()));
    }
    if facts.refunded {
        let detail = format!("license {license_id} was refunded: buy another");
        let offers = terms::of(meter, facts.content_id).await?;
        return Err(Problem::new(ProblemCode::LicenseRefunded, detail).with_terms(offers));
    }
    if request.epoch != facts.epoch {
        let detail = format!("epoch is {}, the license's is {}: sign with its keys", request.epoch, facts.epoch);
        return Err(Problem::new(ProblemCode::WrongEpoch, detail).expecting(facts.epoch));
    }
    let tracker = meter.0.tracker;
    let ctx = facts.context(tracker.chain_id, tracker.address, lane);
    if request.ctx != ctx {
        return Err(wrong_context(request.ctx, ctx));
    }
    check_size(meter, &facts, request)?;
    if !tracker.is_by(facts.session_key, &request.proposed(), &request.licensee_signature) {
        let detail = format!("the head is not signed by the license's session key {}", facts.session_key);
        return Err(Problem::new(ProblemCode::SignatureInvalid, detail).expecting(facts.session_key.to_string()));
    }
    Ok(Admitted { facts, now })
}

fn check_size(meter: &Meter, facts: &LicenseFacts, request: &FetchRequest) -> Result<(), Problem> {
    if request.end < request.start || (request.is_tick() && request.start != 0) {
        let detail = format!("range {}..{} is empty: a tick is 0..0", request.start, request.end);
        return Err(Problem::new(ProblemCode::RangeNotSatisfiable, detail));
    }
    let limit = meter.0.limits.max_fetch_bytes;
    if request.len() > limit {
        let detail = format!("{} bytes are asked for, one event may ask for {limit}", request.len());
        return Err(Problem::new(ProblemCode::EventTooLarge, detail).expecting(json!({ "max_bytes": limit })));
    }
    let units = if request.is_tick() { 0 } else { facts.terms.units_for(request.len()) };
    let most = facts.terms.max_units_per_event;
    if units > u64::from(most) {
        let detail = format!("{} bytes are {units} units, one event may carry {most}", request.len());
        return Err(Problem::new(ProblemCode::EventTooLarge, detail).expecting(json!({ "max_units": most })));
    }
    if u64::from(request.units) != units {
        let detail = format!("units are {}, the offer says {units} for {} bytes", request.units, request.len());
        return Err(Problem::new(ProblemCode::WrongUnits, detail).expecting(units));
    }
    Ok(())
}

/// Checks an event that is not on record yet against the clock.
pub(super) async fn new_event(meter: &Meter, admitted: &Admitted, request: &FetchRequest) -> Result<(), Problem> {
    let facts = &admitted.facts;
    if untimely(meter, facts, admitted.now, request).is_none() {
        return Ok(());
    }
    // The clock may have missed a jump of the chain's time: what refuses is the chain as it is now.
    let now = meter.0.facts.exact_now().await?;
    match untimely(meter, facts, now, request) {
        None => Ok(()),
        Some(problem) if problem.code == ProblemCode::LicenseExpired => {
            Err(problem.with_terms(terms::of(meter, facts.content_id).await?))
        }
        Some(problem) => Err(problem),
    }
}

fn untimely(meter: &Meter, facts: &LicenseFacts, now: u64, request: &FetchRequest) -> Option<Problem> {
    let license_id = facts.license_id;
    // The chain holds the license, so its time has reached the license's start.
    let now = now.max(facts.starts_at);
    if let Some(expires_at) = facts.expires_at
        && (now > expires_at || request.time > expires_at)
    {
        let detail = format!("license {license_id} expired at {expires_at}, now is {now}: buy another");
        return Some(Problem::new(ProblemCode::LicenseExpired, detail).expecting(expires_at));
    }
    if request.time < facts.starts_at {
        let detail = format!("time is {}, license {license_id} begins at {}", request.time, facts.starts_at);
        return Some(Problem::new(ProblemCode::LicenseNotStarted, detail).expecting(facts.starts_at));
    }
    let limits = &meter.0.limits;
    let too_old = !request.is_tick() && request.time < now.saturating_sub(limits.max_behind_secs);
    if too_old || request.time > now + limits.max_ahead_secs {
        let detail = format!("time is {}, the meter's clock says {now}: take the chain's clock", request.time);
        return Some(Problem::new(ProblemCode::TimeSkewed, detail).expecting(json!({ "now": now })));
    }
    None
}
