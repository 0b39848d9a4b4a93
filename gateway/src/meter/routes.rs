//! The meter's index.

use std::{any::Any, time::Duration};

use alloy::primitives::U256;
use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{Method, StatusCode, Uri},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tower_http::{catch_panic::CatchPanicLayer, trace::TraceLayer};

use super::{Meter, fetch, lane, respond::problem_response, terms};
use crate::{
    protocol::{
        CONTENT_ROUTE, FETCH_ROUTE, HEALTH_ROUTE, KEYS_ROUTE, LANE_ROUTE, MAX_REQUEST_BYTES, MeterKeys, Problem,
        ProblemCode,
    },
    sqlite::blocking,
};

pub(super) fn router(meter: &Meter) -> Router {
    let timeout = meter.0.limits.request_timeout;
    Router::new()
        .route(FETCH_ROUTE, post(fetch::handle))
        .route(LANE_ROUTE, get(lane::handle))
        .route(CONTENT_ROUTE, get(terms::handle))
        .route(KEYS_ROUTE, get(keys))
        .route(HEALTH_ROUTE, get(health))
        .fallback(route_unknown)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(DefaultBodyLimit::max(MAX_REQUEST_BYTES))
        .layer(middleware::from_fn(move |request, next| within(timeout, request, next)))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(TraceLayer::new_for_http())
        .with_state(meter.clone())
}

/// Ends what takes too long. An event that was recorded meanwhile is answered when it is sent again.
async fn within(timeout: Duration, request: Request, next: Next) -> Response {
    match tokio::time::timeout(timeout, next.run(request)).await {
        Ok(response) => response,
        Err(_) => problem_response(&Problem::new(
            ProblemCode::Internal,
            "the request took too long: send it again unchanged, it is charged once",
        )),
    }
}

/// The panic itself was reported by the process's hook.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    problem_response(&Problem::new(ProblemCode::Internal, "the meter failed: send the request again unchanged"))
}

async fn route_unknown(uri: Uri) -> Problem {
    Problem::new(ProblemCode::RouteUnknown, format!("there is nothing at {}", uri.path()))
}

async fn method_not_allowed(method: Method, uri: Uri) -> Problem {
    Problem::new(ProblemCode::MethodNotAllowed, format!("{} does not take {method}", uri.path()))
}

async fn keys(State(meter): State<Meter>) -> Json<MeterKeys> {
    Json(meter.keys())
}

async fn health(State(meter): State<Meter>) -> Response {
    let journal = meter.journal().clone();
    match blocking(move || journal.last(U256::ZERO)).await {
        Ok(_) => (StatusCode::OK, "ok\n").into_response(),
        Err(error) => {
            tracing::error!(%error, "the journal cannot be read");
            (StatusCode::SERVICE_UNAVAILABLE, "the journal cannot be read\n").into_response()
        }
    }
}
