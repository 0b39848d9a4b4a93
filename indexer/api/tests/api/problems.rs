//! What is answered when something is wrong.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use sqlx::{
    Executor,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::{ask, empty, filled, get, samples::hash};

#[sqlx::test(migrations = false)]
async fn every_problem_has_a_code_and_the_request_id(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let nothing = hash(77);
    for (path, status, code, field) in [
        ("/v1/nonsense".to_owned(), 404, "route_not_found", None),
        (format!("/v1/contents/{nothing}"), 404, "not_found", None),
        ("/v1/licenses/2".into(), 404, "not_found", None),
        ("/v1/licenses/2/usage".into(), 404, "not_found", None),
        ("/v1/licenses/2/epochs".into(), 404, "not_found", None),
        ("/v1/licenses/2/compliance".into(), 404, "not_found", None),
        (format!("/v1/contents/{nothing}/versions"), 404, "not_found", None),
        ("/v1/payments/2/movements".into(), 404, "not_found", None),
        ("/v1/meters/2".into(), 404, "not_found", None),
        ("/v1/profiles/2".into(), 404, "not_found", None),
        ("/v1/tokens?cursor=me".into(), 400, "invalid_parameter", Some("cursor")),
        ("/v1/verifier-sets?version=1".into(), 400, "invalid_parameter", Some("version")),
        ("/v1/creators/me".into(), 400, "invalid_parameter", Some("account")),
        ("/v1/payments/9223372036854775807".into(), 404, "not_found", None),
        ("/v1/disputes/2".into(), 404, "not_found", None),
        ("/v1/contents/0x12".into(), 400, "invalid_parameter", Some("content_id")),
        ("/v1/offers/first".into(), 400, "invalid_parameter", Some("offer_id")),
        ("/v1/licenses/-1".into(), 400, "invalid_parameter", Some("license_id")),
        ("/v1/licenses/%ff".into(), 400, "invalid_parameter", Some("path")),
        ("/v1/balances/me".into(), 400, "invalid_parameter", Some("account")),
        ("/v1/offers?limit=0".into(), 400, "invalid_parameter", Some("limit")),
        ("/v1/offers?limit=201".into(), 400, "invalid_parameter", Some("limit")),
        ("/v1/offers?cursor=zzz".into(), 400, "invalid_parameter", Some("cursor")),
        ("/v1/offers?creator=0x1".into(), 400, "invalid_parameter", Some("creator")),
        ("/v1/offers?state=sold".into(), 400, "invalid_parameter", Some("state")),
        ("/v1/payments?frozen=maybe".into(), 400, "invalid_parameter", Some("frozen")),
        ("/v1/offers?colour=red".into(), 400, "invalid_parameter", Some("colour")),
        ("/v1/licenses/1?limit=1".into(), 400, "invalid_parameter", Some("limit")),
    ] {
        let answer = get(&api, &path).await;
        assert_eq!(answer.status.as_u16(), status, "{path}: {}", answer.json);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/problem+json", "{path}");
        assert_eq!(answer.json["code"], code, "{path}");
        assert_eq!(answer.json["status"], status, "{path}");
        assert_eq!(answer.json["type"], format!("urn:datavault:problem:{code}"), "{path}");
        assert_eq!(answer.json["field"].as_str(), field, "{path}");
        assert_eq!(answer.json["request_id"], answer.headers["x-request-id"].to_str().unwrap(), "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn an_id_beyond_every_column_exists_nowhere(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    for path in [format!("/v1/licenses/{}", u64::MAX), format!("/v1/licenses?offer_id={}", u64::MAX)] {
        let answer = get(&api, &path).await;
        assert!(answer.status != StatusCode::INTERNAL_SERVER_ERROR, "{path}: {}", answer.json);
    }
}

#[sqlx::test(migrations = false)]
async fn an_empty_mirror_says_that_it_is_not_ready(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = empty(&options).await;
    for path in
        ["/v1/offers", "/v1/offers/1", "/v1/licenses/1/epochs", "/v1/tokens", "/v1/policy", "/v1/status", "/ready"]
    {
        let answer = get(&api, path).await;
        assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{path}");
        assert_eq!(answer.json["code"], "not_ready", "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_fault_of_ours_is_not_explained_to_clients(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, mut conn) = filled(&options).await;
    conn.execute("drop view offer_states").await.unwrap();
    let answer = get(&api, "/v1/offers").await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.json["code"], "internal");
    let told = answer.json.to_string();
    assert!(!told.contains("offer_states") && !told.contains("database"), "{told}");
}

#[sqlx::test(migrations = false)]
async fn only_get_is_answered_and_the_callers_id_is_kept(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let request = Request::delete("/v1/offers").header("x-request-id", "mine").body(Body::empty()).unwrap();
    let answer = ask(&api, request).await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        (answer.json["code"].as_str(), answer.json["request_id"].as_str()),
        (Some("method_not_allowed"), Some("mine"))
    );
}

#[sqlx::test(migrations = false)]
async fn browsers_of_any_origin_may_read(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let request = Request::get("/v1/offers").header(header::ORIGIN, "https://example.com").body(Body::empty()).unwrap();
    let answer = ask(&api, request).await;
    assert_eq!(answer.headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
}
