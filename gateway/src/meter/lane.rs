//! `GET /v1/licenses/{license_id}/lanes/{lane}`

use alloy::primitives::Signature;
use axum::{Json, extract::State, http::HeaderMap};

use super::{Meter, admit, respond::LanePath};
use crate::{
    facts::Facts,
    journal::DatabaseError,
    protocol::{LaneStatus, Problem, ProblemCode, READ_HEADER, lane_read_message},
    sqlite::blocking,
};

pub(super) async fn handle(
    State(meter): State<Meter>,
    LanePath(license_id, lane): LanePath,
    headers: HeaderMap,
) -> Result<Json<LaneStatus>, Problem> {
    let facts = admit::license(&meter, license_id, None).await?;
    let mut time = meter.0.facts.now().await?;

    let refused =
        |reason: String| Problem::new(ProblemCode::SignatureInvalid, reason).expecting(facts.session_key.to_string());
    let read = headers.get(READ_HEADER).and_then(|value| value.to_str().ok());
    let (signed_at, signature) = read
        .and_then(|value| value.split_once('.'))
        .and_then(|(time, signature)| Some((time.parse::<u64>().ok()?, signature.parse::<Signature>().ok()?)))
        .ok_or_else(|| refused(format!("header {READ_HEADER} must be `<unix seconds>.<signature>`")))?;
    let stale = |time: u64| signed_at.abs_diff(time) > meter.0.limits.max_behind_secs;
    if stale(time) {
        time = meter.0.facts.exact_now().await?;
    }
    if stale(time) {
        return Err(refused(format!("header {READ_HEADER} was signed at {signed_at}, now is {time}: sign again")));
    }
    let message = lane_read_message(meter.0.signer.address(), license_id, lane, signed_at);
    if !signature.recover_address_from_msg(message).is_ok_and(|signer| signer == facts.session_key) {
        return Err(refused(format!("header {READ_HEADER} is not signed by session key {}", facts.session_key)));
    }

    let ctx = facts.context(meter.0.tracker.chain_id, meter.0.tracker.address, lane);
    let journal = meter.0.journal.clone();
    let (last, used_units) =
        blocking(move || Ok::<_, DatabaseError>((journal.last(ctx)?, journal.used_units(license_id)?))).await?;
    Ok(Json(LaneStatus {
        license_id,
        lane,
        epoch: facts.epoch,
        ctx,
        last: last.map(|entry| entry.countersigned),
        granted_units: facts.granted_units,
        used_units,
        time,
    }))
}
