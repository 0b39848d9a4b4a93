//! Every noun, told as the events told it.

use axum::Router;
use domain::{ChainEvent, OfferClosed, OfferId};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::{
    append, empty, filled, get,
    samples::{self, account, content, hash, key_delivered, license_issued, offer_set},
};

async fn data(api: &Router, path: &str) -> Value {
    let answer = get(api, path).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.json);
    answer.json["data"].clone()
}

#[sqlx::test(migrations = false)]
async fn content_tells_its_owner_and_its_newest_version(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let path = format!("/v1/contents/{}", content(1));
    let told = data(&api, &path).await;
    assert_eq!((&told["state"], &told["version"], &told["generation"]), (&json!("retired"), &json!(1), &json!(255)));
    assert_eq!((&told["content_no"], &told["creator_level"]), (&json!(1), &json!(0)), "the new owner is unknown");
    assert_eq!(told["creator"], account(0x31).to_string());
    assert_eq!(told["registered_by"], account(1).to_string());
    assert_eq!(told["pending_creator"], account(0x32).to_string());
    assert_eq!(told["content_hash"], hash(111).to_string());
    assert!(told["cid"].as_str().unwrap().starts_with('b'));
    let versions = data(&api, &format!("{path}/versions")).await;
    assert_eq!((&versions[0]["version"], &versions[1]["version"]), (&json!(1), &json!(0)));
    assert_eq!(versions[1]["content_hash"], hash(11).to_string());
    assert_eq!(data(&api, &format!("{path}/meters")).await.as_array().unwrap().len(), 2);
    assert_eq!(data(&api, &format!("{path}/transfers")).await[0]["to"], account(0x31).to_string());
    let creator = data(&api, &format!("/v1/creators/{}", account(1))).await;
    assert_eq!((&creator["level"], &creator["attester"]), (&json!(4), &json!(account(0x21).to_string())));
    let nobody = data(&api, &format!("/v1/creators/{}", account(0x55))).await;
    assert_eq!((&nobody["level"], &nobody["attester"]), (&json!(0), &Value::Null));
}

#[sqlx::test(migrations = false)]
async fn an_offer_tells_all_its_terms(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let offer = data(&api, "/v1/offers/1").await;
    assert_eq!((&offer["state"], &offer["sold"], &offer["buyer"]), (&json!("closed"), &json!("1"), &Value::Null));
    for field in ["price", "unit_price", "overage_price", "bond"] {
        assert_eq!(offer[field], u128::MAX.to_string(), "{field}");
    }
    assert_eq!((&offer["units"], &offer["supply"]), (&json!(u64::MAX.to_string()), &json!(u32::MAX.to_string())));
    assert_eq!((&offer["nonce"], &offer["royalty_bps"]), (&json!(u32::MAX), &json!(u16::MAX)));
    assert_eq!((&offer["verifiers"], &offer["items_hash"]), (&json!(255), &json!(hash(3).to_string())));
    assert_eq!(offer["payees"][1], json!({ "account": account(7).to_string(), "share_bps": 1000 }));
    assert_eq!(offer["items"][1], json!({ "content_id": content(2).to_string(), "units": "0" }));
    assert_eq!(offer["usage"].as_array().unwrap().len(), 8);
}

#[sqlx::test(migrations = false)]
async fn a_license_tells_how_it_went_on(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let license = data(&api, "/v1/licenses/1").await;
    assert_eq!(license["owner"], account(4).to_string());
    assert_eq!((&license["kind"], &license["delivery"]), (&json!("per_use"), &json!("served")));
    assert_eq!((&license["periods"], &license["epoch"], &license["ended"]), (&json!(255), &json!(65535), &json!(true)));
    assert_eq!((&license["expires_at"], &license["content_version"]), (&json!(1_700_000_900_u64), &json!(1)));
    assert_eq!((&license["payment_id"], &license["bond_payment_id"]), (&json!("1"), &json!("2")));
    assert_eq!((&license["delivered"], &license["sealed_key"]), (&json!(false), &Value::Null), "it was re-keyed");
    let epochs = data(&api, "/v1/licenses/1/epochs").await;
    assert_eq!((&epochs[0]["epoch"], &epochs[0]["delivered"]), (&json!(65535), &json!(false)));
    assert_eq!((&epochs[1]["accepted"], &epochs[1]["delivered"]), (&json!(true), &json!(true)));
    assert_eq!(epochs[1]["sealed_key"]["c1"], format!("0x{:064x}", 4));
    let renewals = data(&api, "/v1/licenses/1/renewals").await;
    assert_eq!((&renewals[0]["payment_id"], &renewals[0]["periods"]), (&json!("1"), &json!(255)));
    assert_eq!(data(&api, "/v1/licenses/1/transfers").await[0]["to"], account(4).to_string());
}

#[sqlx::test(migrations = false)]
async fn a_license_shows_the_key_of_its_epoch(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, mut conn) = empty(&options).await;
    let mut plain = offer_set(1);
    plain.terms.bond = domain::Amount::ZERO;
    let events = vec![plain.into(), license_issued(1, account(4)).into(), key_delivered(1, 0).into()];
    append(&mut conn, 7, events).await;
    let license = data(&api, "/v1/licenses/1").await;
    assert_eq!((&license["delivered"], &license["accepted"]), (&json!(true), &json!(false)));
    assert_eq!((&license["sealed_key"]["epoch"], &license["bond_payment_id"]), (&json!(0), &Value::Null));
}

#[sqlx::test(migrations = false)]
async fn use_is_told_as_settled_and_as_attested(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let usage = data(&api, "/v1/licenses/1/usage").await;
    assert_eq!(usage["settled_units"], u64::MAX.to_string());
    assert_eq!(usage["lanes"][0]["proved_total"], "40");
    assert_eq!(usage["settlements"][0]["by"], "signatures");
    assert_eq!(usage["settlements"][1]["units"], u32::MAX.to_string());
    let compliance = data(&api, "/v1/licenses/1/compliance").await;
    assert_eq!(compliance[0]["max_allowed"], u64::MAX.to_string());
    assert_eq!(compliance[0]["as_of"], samples::LATEST);
}

#[sqlx::test(migrations = false)]
async fn a_payment_tells_where_its_money_went(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let payment = data(&api, "/v1/payments/1").await;
    for (field, value) in [
        ("amount", "1200"),
        ("released", "400"),
        ("due", "400"),
        ("fee_paid", "10"),
        ("refunded", "600"),
        ("purpose", "price"),
        ("state", "closed"),
        ("dispute_id", "1"),
    ] {
        assert_eq!(payment[field], value, "{field}");
    }
    assert_eq!((&payment["frozen"], &payment["deadline"]), (&json!(false), &json!(samples::LATEST)));
    let movements = data(&api, "/v1/payments/1/movements").await;
    let told: Vec<_> = movements.as_array().unwrap().iter().map(|row| row["movement"].as_str().unwrap()).collect();
    assert_eq!(told, ["released", "deadline_moved", "topped_up", "refunded", "held"]);
    assert_eq!((&movements[2]["amount"], &movements[2]["token"]), (&json!("200"), &json!(account(9).to_string())));
    let balances = data(&api, &format!("/v1/balances/{}", account(1))).await;
    assert_eq!(balances, json!([{ "token": account(9).to_string(), "balance": "0" }]));
}

#[sqlx::test(migrations = false)]
async fn a_dispute_tells_its_hearings_and_rulings(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let dispute = data(&api, "/v1/disputes/1").await;
    assert_eq!((&dispute["state"], &dispute["ruling"]), (&json!("executed"), &json!("licensee")));
    assert_eq!((&dispute["answered"], &dispute["deadline"]), (&json!(true), &json!(samples::LATEST)));
    assert_eq!(dispute["executable_from"], 1_700_000_400_u64);
    assert_eq!(dispute["appeal_arbitrator"], account(7).to_string());
    assert_eq!(dispute["evidence"].as_array().unwrap().len(), 1);
    assert_eq!(
        (&dispute["hearings"][0]["appeal"], &dispute["hearings"][0]["external_id"]),
        (&json!(false), &json!("0"))
    );
    assert_eq!(dispute["hearings"][1]["external_id"], alloy_primitives::U256::MAX.to_string());
    assert_eq!(
        (&dispute["rulings"][0]["by"], &dispute["rulings"][0]["ruling"]),
        (&json!(account(8).to_string()), &json!("creator"))
    );
}

#[sqlx::test(migrations = false)]
async fn settings_and_keys_are_told(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, _conn) = filled(&options).await;
    let policy = data(&api, "/v1/policy").await;
    assert_eq!((&policy["fee_bps"], &policy["verifiers"]), (&json!(250), &json!(255)));
    assert_eq!(policy["filing_bond"], alloy_primitives::U256::MAX.to_string());
    assert_eq!(policy["final_arbitrators"], json!([account(8).to_string()]));
    let token = json!({ "token": account(9).to_string(), "token_id": 65535, "open": true, "set_in_block": 7 });
    assert_eq!(data(&api, "/v1/tokens").await, json!([token]));
    let verifiers = data(&api, "/v1/verifier-sets").await;
    assert_eq!((&verifiers[0]["version"], &verifiers[0]["keys_hash"]), (&json!(255), &json!(hash(15).to_string())));
    let meter = data(&api, "/v1/meters/1").await;
    assert_eq!(
        (&meter["signer"], &meter["key_x"]),
        (&json!(account(2).to_string()), &json!(format!("0x{:064x}", alloy_primitives::U256::MAX)))
    );
    assert_eq!(data(&api, "/v1/profiles/1").await["session_key"], account(5).to_string());
    let status = data(&api, "/v1/status").await;
    assert_eq!((&status["chain_id"], &status["lag_blocks"]), (&json!(31337), &json!(2)));
    assert_eq!(status["contracts"]["verifier_sets"], account(6).to_string());
}

#[sqlx::test(migrations = false)]
async fn an_offer_id_stands_before_its_terms_are_known(_: PgPoolOptions, options: PgConnectOptions) {
    let (api, mut conn) = empty(&options).await;
    let id = OfferId::of(u32::MAX, 0xf_ffff).unwrap();
    let set = domain::OfferSet { offer_id: id, ..offer_set(1) };
    append(&mut conn, 7, vec![ChainEvent::OfferSet(set), OfferClosed { offer_id: OfferId(5) }.into()]).await;
    assert_eq!(data(&api, "/v1/offers/4503599627370495").await["offer_id"], "4503599627370495");
    assert_eq!(get(&api, "/v1/offers/5").await.status, 404, "a signature that was cancelled says nothing of terms");
    for (id, state, set) in [(5, "closed", Value::Null), (6, "unused", Value::Null), (id.0, "open", json!(7))] {
        let standing = data(&api, &format!("/v1/offers/{id}/standing")).await;
        assert_eq!((&standing["state"], &standing["set_in_block"]), (&json!(state), &set), "{id}");
    }
}
