//! The API's index.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderName, Method},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use store::PgPool;
use tower::ServiceBuilder;
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::{Any, CorsLayer},
    limit::RequestBodyLimitLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    trace::TraceLayer,
};

use crate::{
    balances, contents, creators, disputes,
    error::{ApiError, panicked, write_problems},
    health, licenses, meters, offers, openapi, payments, policy, profiles,
    serve::ApiConfig,
    state::ApiState,
    status, tokens, verifier_sets,
};

/// All paths. `pool` should be of read-only connections.
pub fn router(pool: PgPool, config: &ApiConfig) -> Router {
    let state = ApiState {
        pool,
        ready_max_lag_blocks: config.ready_max_lag_blocks,
        ready_max_silence_secs: config.ready_max_silence_secs,
    };
    let request_id = HeaderName::from_static("x-request-id");
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::ready))
        .route("/openapi.json", get(openapi::serve))
        .route("/v1/status", get(status::status))
        .route("/v1/contents", get(contents::list::list))
        .route("/v1/contents/{content_id}", get(contents::get::get))
        .route("/v1/contents/{content_id}/versions", get(contents::versions::versions))
        .route("/v1/contents/{content_id}/meters", get(contents::meters::meters))
        .route("/v1/contents/{content_id}/transfers", get(contents::transfers::transfers))
        .route("/v1/creators/{account}", get(creators::get))
        .route("/v1/offers", get(offers::list::list))
        .route("/v1/offers/{offer_id}", get(offers::get::get))
        .route("/v1/offers/{offer_id}/standing", get(offers::standing::standing))
        .route("/v1/licenses", get(licenses::list::list))
        .route("/v1/licenses/{license_id}", get(licenses::get::get))
        .route("/v1/licenses/{license_id}/usage", get(licenses::usage::usage))
        .route("/v1/licenses/{license_id}/renewals", get(licenses::renewals::renewals))
        .route("/v1/licenses/{license_id}/epochs", get(licenses::epochs::epochs))
        .route("/v1/licenses/{license_id}/transfers", get(licenses::transfers::transfers))
        .route("/v1/licenses/{license_id}/compliance", get(licenses::compliance::compliance))
        .route("/v1/payments", get(payments::list::list))
        .route("/v1/payments/{payment_id}", get(payments::get::get))
        .route("/v1/payments/{payment_id}/movements", get(payments::movements::movements))
        .route("/v1/disputes", get(disputes::list::list))
        .route("/v1/disputes/{dispute_id}", get(disputes::get::get))
        .route("/v1/meters/{meter_id}", get(meters::get))
        .route("/v1/profiles/{profile_id}", get(profiles::get))
        .route("/v1/balances/{account}", get(balances::balances))
        .route("/v1/tokens", get(tokens::list))
        .route("/v1/verifier-sets", get(verifier_sets::list))
        .route("/v1/policy", get(policy::get))
        .method_not_allowed_fallback(async || ApiError::NoMethod)
        .fallback(async || ApiError::NoRoute)
        .with_state(state)
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(request_id.clone(), MakeRequestUuid))
                .layer(PropagateRequestIdLayer::new(request_id.clone()))
                .layer(TraceLayer::new_for_http())
                .layer(CorsLayer::new().allow_origin(Any).allow_methods([Method::GET]).expose_headers([request_id]))
                .layer(middleware::from_fn(write_problems))
                .layer(CatchPanicLayer::custom(panicked))
                .layer(middleware::from_fn_with_state(config.request_timeout, in_time))
                .layer(RequestBodyLimitLayer::new(16 * 1024)),
        )
}

async fn in_time(State(limit): State<Duration>, request: Request, next: Next) -> Response {
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => ApiError::TimedOut.into_response(),
    }
}
