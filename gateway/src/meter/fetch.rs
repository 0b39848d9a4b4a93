//! `POST /v1/licenses/{license_id}/lanes/{lane}/fetch`

use axum::{
    body::Body,
    extract::{State, rejection::JsonRejection},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use bytes::Bytes;
use domain::LicenseId;

use super::{
    Meter,
    admit::{self, Admitted},
    respond::{LanePath, internal},
};
use crate::{
    facts::Facts,
    journal::{Appended, Lane, MeterSignatures},
    protocol::{FetchRequest, HEAD_HEADER, Problem, ProblemCode, REPEATED_HEADER},
    sqlite::blocking,
};

/// What a fetch leads to.
struct Served {
    outcome: Appended,
    bytes: Bytes,
    /// Bytes of the whole plaintext.
    size: u64,
}

pub(super) async fn handle(
    State(meter): State<Meter>,
    LanePath(license_id, lane): LanePath,
    body: Result<axum::Json<FetchRequest>, JsonRejection>,
) -> Result<Response, Problem> {
    let axum::Json(request) = body.map_err(|error| Problem::new(ProblemCode::MalformedRequest, error.body_text()))?;
    let served = serve(&meter, license_id, lane, request).await?;
    respond(served).map_err(|error| internal(&error))
}

async fn serve(meter: &Meter, license_id: LicenseId, lane: u32, request: FetchRequest) -> Result<Served, Problem> {
    let _slot = meter.0.slots.acquire().await.map_err(|error| internal(&error))?;
    let admitted = admit::request(meter, license_id, lane, &request).await?;
    let lane = Lane { license_id, lane, epoch: request.epoch };
    let granted = admitted.facts.granted_units;

    let (journal, asked) = (meter.0.journal.clone(), request.clone());
    let known = blocking(move || journal.check(lane, &asked, granted)).await?;
    if known.is_none() {
        admit::new_event(meter, &admitted, &request).await?;
    }
    let (bytes, size) = read(meter, &admitted, &request).await?;

    let meter = meter.clone();
    let outcome = blocking(move || {
        let state = &meter.0;
        state.journal.append(lane, &request, granted, |head| {
            Ok(MeterSignatures {
                eip712: state.tracker.sign(&state.signer, head)?,
                eddsa: state.secret.sign(head.head),
            })
        })
    })
    .await?;
    Ok(Served { outcome, bytes, size })
}

async fn read(meter: &Meter, admitted: &Admitted, request: &FetchRequest) -> Result<(Bytes, u64), Problem> {
    if request.is_tick() {
        return Ok((Bytes::new(), 0));
    }
    let content_id = admitted.facts.content_id;
    let cid = meter.0.facts.content_cid(content_id).await?;
    let (meter, start, end) = (meter.clone(), request.start, request.end);
    let read = tokio::task::spawn_blocking(move || meter.0.shelf.read(content_id, cid.as_deref(), start, end)).await;
    read.map_err(|error| internal(&error))?
}

fn respond(served: Served) -> Result<Response, axum::http::Error> {
    let Served { outcome, bytes, size } = served;
    let entry = outcome.entry();
    let head = serde_json::to_string(&entry.countersigned).expect("heads are numbers and hex strings");
    let mut response = Response::builder()
        .header(header::CONTENT_TYPE, "application/octet-stream")
        .header(header::CACHE_CONTROL, "no-store")
        .header(HEAD_HEADER, HeaderValue::from_str(&head)?)
        .header(REPEATED_HEADER, if matches!(outcome, Appended::Repeated(_)) { "true" } else { "false" });
    if entry.request.is_tick() {
        response = response.status(StatusCode::OK);
    } else {
        let range = format!("bytes {}-{}/{size}", entry.request.start, entry.request.end - 1);
        response = response.status(StatusCode::PARTIAL_CONTENT).header(header::CONTENT_RANGE, range);
    }
    response.body(Body::from(bytes))
}
