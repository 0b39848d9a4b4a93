//! What is answered when all is well.

use axum::http::StatusCode;
use domain::ChainEvent;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    append, filled, get,
    samples::{self, account, content, hash},
};

/// Every path that answers with 200 on the filled mirror.
fn paths() -> Vec<String> {
    let content = content(1);
    [
        "/v1/status".to_owned(),
        "/v1/contents".to_owned(),
        format!("/v1/contents/{content}"),
        format!("/v1/contents/{content}/versions"),
        format!("/v1/contents/{content}/meters"),
        format!("/v1/contents/{content}/transfers"),
        format!("/v1/creators/{}", account(1)),
        "/v1/offers".to_owned(),
        "/v1/offers/1".to_owned(),
        "/v1/offers/1/standing".to_owned(),
        "/v1/licenses".to_owned(),
        "/v1/licenses/1".to_owned(),
        "/v1/licenses/1/usage".to_owned(),
        "/v1/licenses/1/renewals".to_owned(),
        "/v1/licenses/1/epochs".to_owned(),
        "/v1/licenses/1/transfers".to_owned(),
        "/v1/licenses/1/compliance".to_owned(),
        "/v1/payments".to_owned(),
        "/v1/payments/1".to_owned(),
        "/v1/payments/1/movements".to_owned(),
        "/v1/disputes".to_owned(),
        "/v1/disputes/1".to_owned(),
        "/v1/meters/1".to_owned(),
        "/v1/profiles/1".to_owned(),
        format!("/v1/balances/{}", account(1)),
        "/v1/tokens".to_owned(),
        "/v1/verifier-sets".to_owned(),
        "/v1/policy".to_owned(),
    ]
    .into()
}

#[sqlx::test(migrations = false)]
async fn every_answer_names_the_block_it_reflects(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    for path in paths() {
        let answer = get(&api, &path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}: {}", answer.json);
        assert_eq!(
            answer.json["block"],
            json!({
                "number": 7, "hash": hash(1007).to_string(), "timestamp": 1_700_000_000,
            }),
            "{path}"
        );
        assert!(answer.headers.contains_key("x-request-id"), "{path}");
    }
}

#[sqlx::test(migrations = false)]
async fn filters_keep_what_they_name(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let (mine, other) = (account(4), account(99));
    for (kept, dropped) in [
        (format!("contents?creator={}", account(0x31)), format!("contents?creator={}", account(1))),
        ("contents?state=retired".into(), "contents?state=active".into()),
        ("offers?state=closed".into(), "offers?state=open".into()),
        (format!("offers?creator={}", account(1)), "offers?state=outdated".into()),
        (format!("offers?content_id={}", content(1)), format!("offers?content_id={}", content(2))),
        (format!("licenses?licensee={mine}"), format!("licenses?licensee={other}")),
        (format!("licenses?owner={mine}&offer_id=1"), format!("licenses?owner={other}")),
        ("payments?state=closed&frozen=false".into(), "payments?frozen=true".into()),
        ("payments?license_id=1".into(), "payments?license_id=2".into()),
        (format!("payments?payer={}", account(3)), "payments?state=refunded".into()),
        ("disputes?state=executed".into(), "disputes?state=filed".into()),
        ("disputes?license_id=1".into(), "disputes?state=appealed".into()),
    ] {
        let rows = async |query: &str| get(&api, &format!("/v1/{query}")).await.json["data"].as_array().unwrap().len();
        assert_eq!(rows(&kept).await, 1, "{kept}");
        assert_eq!(rows(&dropped).await, 0, "{dropped}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_list_is_read_part_by_part_while_it_grows(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, mut conn) = filled(&options).await;
    append(&mut conn, 8, (2..6).map(|id| ChainEvent::OfferSet(samples::offer_set(id))).collect()).await;
    let mut seen = Vec::new();
    let mut path = "/v1/offers?limit=2".to_owned();
    loop {
        let answer = get(&api, &path).await;
        seen.extend(answer.json["data"].as_array().unwrap().iter().map(|offer| offer["offer_id"].clone()));
        let number = answer.json["block"]["number"].as_u64().unwrap();
        append(&mut conn, number + 1, vec![ChainEvent::OfferSet(samples::offer_set(number * 100))]).await;
        let Value::String(cursor) = &answer.json["next_cursor"] else { break };
        path = format!("/v1/offers?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, ["5", "4", "3", "2", "1"]);
}

#[sqlx::test(migrations = false)]
async fn readiness_tells_how_the_mirror_is(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, mut conn) = filled(&options).await;
    assert_eq!(get(&api, "/health").await.status, StatusCode::OK);
    assert_eq!(get(&api, "/ready").await.status, StatusCode::OK);
    store::observe_head(&mut conn, 1000, hash(1)).await.unwrap();
    let behind = get(&api, "/ready").await;
    assert_eq!(behind.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(behind.json["detail"], "the mirror is 993 blocks behind");
    store::observe_head(&mut conn, 7, hash(1)).await.unwrap();
    store::set_halted(&mut conn, "no idea").await.unwrap();
    assert_eq!(get(&api, "/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(get(&api, "/v1/status").await.json["data"]["halted"], true);
}

#[sqlx::test(migrations = false)]
async fn the_description_is_served_and_names_every_path(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let description = get(&api, "/openapi.json").await.json;
    assert_eq!(description["openapi"], "3.1.0");
    for path in paths() {
        let template =
            path.replace(&content(1).to_string(), "{content_id}").replace(&account(1).to_string(), "{account}");
        let template = ["offer", "license", "payment", "dispute", "meter", "profile"]
            .iter()
            .fold(template, |path, noun| path.replace(&format!("/{noun}s/1"), &format!("/{noun}s/{{{noun}_id}}")));
        assert!(description["paths"][&template]["get"].is_object(), "{template}");
    }
}
