//! A node that fails, refuses and forgets; and strangers who write what they like.

use std::sync::{Arc, Mutex};

use alloy::{
    primitives::{B256, U256, keccak256},
    transports::http::reqwest,
};
use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    Following, config,
    emitter::{ADDRESSES, Chain, Emitted, some_event},
    mirror::{caught_up, drop_sibling, dump, migrated, sibling},
};

/// What stands between the indexer and an honest node.
struct Unreliable {
    honest: String,
    rng: Mutex<StdRng>,
    client: reqwest::Client,
}

/// Fails every twelfth call, refuses ranges of more than four blocks, and forgets a quarter of the logs by block.
async fn answer(State(node): State<Arc<Unreliable>>, Json(call): Json<Value>) -> (StatusCode, Json<Value>) {
    let dice = node.rng.lock().unwrap().gen_range(0..12);
    if dice == 0 {
        return (StatusCode::BAD_GATEWAY, Json(json!("gone for lunch")));
    }
    let number = |field: &str| {
        let text = call["params"][0][field].as_str().and_then(|hex| hex.strip_prefix("0x"));
        text.and_then(|hex| u64::from_str_radix(hex, 16).ok())
    };
    if call["method"] == "eth_getLogs" {
        if number("fromBlock").zip(number("toBlock")).is_some_and(|(from, to)| to - from > 3) {
            let error = json!({ "code": -32005, "message": "query returned more than 10000 results" });
            return (StatusCode::OK, Json(json!({ "jsonrpc": "2.0", "id": call["id"], "error": error })));
        }
        if call["params"][0]["blockHash"].is_string() && dice < 4 {
            return (StatusCode::OK, Json(json!({ "jsonrpc": "2.0", "id": call["id"], "result": [] })));
        }
    }
    let answer = node.client.post(&node.honest).json(&call).send().await.unwrap();
    (StatusCode::OK, Json(answer.json().await.unwrap()))
}

/// Puts an unreliable node in front of `chain`; its URL.
async fn in_front_of(chain: &Chain) -> url::Url {
    let node = Unreliable {
        honest: chain.anvil.endpoint(),
        rng: Mutex::new(StdRng::seed_from_u64(3)),
        client: reqwest::Client::new(),
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let app = Router::new().route("/", post(answer)).with_state(Arc::new(node));
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

#[sqlx::test(migrations = false)]
async fn a_node_that_fails_refuses_and_forgets_is_survived(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    for n in 0..20 {
        chain.emit(&[some_event(n)]).await;
    }
    let mut unreliable = config(&chain, &options);
    unreliable.rpc_url = in_front_of(&chain).await;
    let following = Following::start(unreliable);
    for n in 20..26 {
        chain.emit(&[some_event(n)]).await;
    }
    caught_up(&mut conn, &chain).await;
    chain.reorg(3).await;
    chain.emit(&[some_event(99)]).await;
    caught_up(&mut conn, &chain).await;
    following.stop().await;

    let fresh = sibling(&options).await;
    let following = Following::start(config(&chain, &fresh));
    let mut rebuilt = migrated(&fresh).await;
    caught_up(&mut rebuilt, &chain).await;
    following.stop().await;
    assert_eq!(dump(&mut conn).await, dump(&mut rebuilt).await);
    drop_sibling(&options, &fresh).await;
}

/// `MeterPublished` with any bytes as its URL: anyone may emit it.
fn meter_published(id: u64, url: &[u8]) -> Emitted {
    let words = [1, 2, 3, 4, 0xa0, url.len() as u64].map(|word| U256::from(word).to_be_bytes::<32>());
    let mut data = words.concat();
    data.extend(url);
    data.resize(data.len().next_multiple_of(32), 0);
    let signature = "MeterPublished(uint64,address,uint256,uint256,uint256,address,string)";
    let topics = vec![keccak256(signature), B256::from(U256::from(id)), B256::with_last_byte(7)];
    Emitted { address: ADDRESSES.registry, topics, data }
}

#[sqlx::test(migrations = false)]
async fn no_text_of_a_stranger_stops_the_mirror(_: PgPoolOptions, options: PgConnectOptions) {
    let chain = Chain::start(0).await;
    let mut conn = migrated(&options).await;
    let following = Following::start(config(&chain, &options));
    for (id, url) in [(1, &b"http://meter.example"[..]), (2, b"\0"), (3, b"\xff\xfe"), (4, b"")] {
        chain.emit(&[meter_published(id, url)]).await;
    }
    caught_up(&mut conn, &chain).await;
    following.stop().await;
    let urls: Vec<String> =
        sqlx::query_scalar("select url from meters order by meter_id").fetch_all(&mut conn).await.unwrap();
    assert_eq!(urls, ["http://meter.example", "\u{fffd}", "\u{fffd}\u{fffd}", ""]);
}
