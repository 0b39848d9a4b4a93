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
        "/v1/offers".to_owned(),
        "/v1/offers/1".to_owned(),
        "/v1/licenses".to_owned(),
        "/v1/licenses/1".to_owned(),
        "/v1/licenses/1/usage".to_owned(),
        "/v1/payments".to_owned(),
        "/v1/payments/1".to_owned(),
        "/v1/disputes".to_owned(),
        "/v1/disputes/1".to_owned(),
        format!("/v1/balances/{}", account(1)),
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
async fn nouns_are_told_as_the_events_told_them(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let data = async |path: &str| get(&api, path).await.json["data"].clone();

    let content = data(&format!("/v1/contents/{}", content(1))).await;
    assert_eq!(content["state"], "retired");
    assert_eq!(content["payees"][1], json!({ "account": account(7).to_string(), "share_bps": 1000 }));
    assert!(content["cid"].as_str().unwrap().starts_with('b'));

    let offer = data("/v1/offers/1").await;
    assert_eq!(offer["state"], "closed");
    assert_eq!(offer["unit_price"], u128::MAX.to_string());
    assert_eq!(offer["supply"], u64::MAX.to_string());
    assert_eq!(offer["usage"].as_array().unwrap().len(), 8);

    let license = data("/v1/licenses/1").await;
    assert_eq!(license["owner"], account(4).to_string());
    assert_eq!(license["delivered"], true);
    assert_eq!(license["sealed_key"]["c1"], format!("0x{:064x}", 4));

    let usage = data("/v1/licenses/1/usage").await;
    assert_eq!(usage["settled_units"], u64::MAX.to_string());
    assert_eq!(usage["lanes"][0]["proved_total"], "40");
    assert_eq!(usage["settlements"][0]["by"], "signatures");
    assert_eq!(usage["settlements"][1]["units"], u32::MAX.to_string());

    let payment = data("/v1/payments/1").await;
    for (field, value) in [("amount", "1000"), ("released", "400"), ("fee_paid", "10"), ("refunded", "600")] {
        assert_eq!(payment[field], value, "{field}");
    }
    assert_eq!((&payment["state"], &payment["frozen"]), (&json!("closed"), &json!(false)));

    let dispute = data("/v1/disputes/1").await;
    assert_eq!((&dispute["state"], &dispute["ruling"]), (&json!("executed"), &json!("licensee")));
    assert_eq!(dispute["evidence"].as_array().unwrap().len(), 1);

    let balances = data(&format!("/v1/balances/{}", account(1))).await;
    assert_eq!(balances, json!([{ "token": account(9).to_string(), "balance": "0" }]));

    let status = data("/v1/status").await;
    assert_eq!((&status["chain_id"], &status["lag_blocks"]), (&json!(31337), &json!(2)));
}

#[sqlx::test(migrations = false)]
async fn filters_keep_what_they_name(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let (mine, other) = (account(4), account(99));
    for (kept, dropped) in [
        (format!("contents?creator={}", account(1)), format!("contents?creator={other}")),
        ("contents?state=retired".into(), "contents?state=active".into()),
        ("offers?state=closed".into(), "offers?state=open".into()),
        (format!("offers?content_id={}", content(1)), format!("offers?content_id={}", content(2))),
        (format!("licenses?licensee={mine}"), format!("licenses?licensee={other}")),
        (format!("licenses?owner={mine}&offer_id=1"), format!("licenses?owner={other}")),
        ("payments?state=closed&frozen=false".into(), "payments?frozen=true".into()),
        ("payments?license_id=1".into(), "payments?license_id=2".into()),
        ("disputes?state=executed".into(), "disputes?state=filed".into()),
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
        let template = ["offer", "license", "payment", "dispute"]
            .iter()
            .fold(template, |path, noun| path.replace(&format!("/{noun}s/1"), &format!("/{noun}s/{{{noun}_id}}")));
        assert!(description["paths"][&template]["get"].is_object(), "{template}");
    }
}
