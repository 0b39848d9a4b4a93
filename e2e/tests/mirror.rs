//! The mirror follows whatever the chain does, and tells what the chain says.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anvil_scripts::{ChainOptions, Devnet};
use cli::Session;
use e2e::mirror::{
    Indexer, IndexerOptions, at_head, equals_rebuilt, everything, get, last_transactions, list, send_again,
};
use e2e::{Result, TestStack, datavault, eventually, raw_call, sale, word};
use reqwest::Url;
use tokio::net::{TcpListener, TcpStream};

/// Three companies buy, one block each: approve, profile, purchase.
async fn three_purchases(at: &TestStack, offer: domain::OfferId) -> Result {
    for company in ["company1", "company2", "company3"] {
        sale::buy(&at.session(company).await?, offer).await?;
    }
    Ok(())
}

async fn owner(at: &TestStack, api: &Url, license: u64) -> Result<Option<String>> {
    at_head(at, api).await?;
    let (status, answer) = get(api, &format!("v1/licenses/{license}")).await?;
    assert!([200, 404].contains(&status), "{answer}");
    Ok(answer["data"]["owner"].as_str().map(str::to_lowercase))
}

fn address(session: &Session) -> Result<String> {
    Ok(format!("{:#x}", session.wallet()?.address()))
}

#[tokio::test]
async fn reorgs_of_any_depth_are_followed_and_nothing_of_the_old_chain_stays() -> Result {
    let mut at = TestStack::start("mirror-reorgs").await?;
    let api = at.stack.indexer.url().clone();
    let (_, offer) = sale::undelivered(&at, "a.csv", &[]).await?;
    // The first round publishes the companies' keys, whose numbers the second one's orders name.
    three_purchases(&at, offer).await?;
    three_purchases(&at, offer).await?;
    let (first, third) = (address(&at.session("company1").await?)?, address(&at.session("company3").await?)?);
    assert_eq!(owner(&at, &api, 4).await?, Some(first));

    // Six blocks, each company's approval and purchase, are gone, then sent again in another order.
    let mut dropped = last_transactions(&at, 6).await?;
    assert_eq!(dropped.len(), 6);
    at.stack.chain.reorg(6).await?;
    assert_eq!(owner(&at, &api, 4).await?, None, "the chain has no such license any more");
    assert_eq!(list(&api, "v1/licenses", 50).await?.len(), 3);
    let early: alloy::primitives::Address = third.parse()?;
    dropped.sort_by_key(|mined| (mined.sender != early, mined.sender, mined.nonce));
    send_again(&at, &dropped).await?;
    assert_eq!(owner(&at, &api, 4).await?, Some(third));
    equals_rebuilt(&at, &api, "reorgs-a").await?;

    // Of the same height, seen or not: only hashes tell.
    let (height, hash) = at_head(&at, &api).await?;
    at.stack.chain.reorg(1).await?;
    let (same, other) = at_head(&at, &api).await?;
    assert_eq!(height, same);
    assert_ne!(hash, other);

    // While the indexer is down: deeper than what it has, and shallower.
    at.stack.indexer.kill()?;
    at.stack.chain.mine(2).await?;
    at.stack.chain.reorg(5).await?;
    at.stack.indexer.restart().await?;
    at_head(&at, &api).await?;
    equals_rebuilt(&at, &api, "reorgs-b").await?;
    at.stack.indexer.kill()?;
    let (_, second) = sale::undelivered(&at, "b.csv", &[]).await?;
    sale::buy(&at.session("company1").await?, second).await?;
    at.stack.chain.reorg(1).await?;
    at.stack.indexer.restart().await?;
    at_head(&at, &api).await?;
    let offers = list(&api, "v1/offers", 50).await?;
    assert_eq!(offers.len(), 2);
    assert!(offers.iter().any(|row| row["offer_id"] == second.to_string() && row["sold"] == "0"), "{offers:?}");

    // While it is down again, to a longer chain with fewer purchases: dropped for good.
    at.stack.indexer.kill()?;
    let (head, _) = at.stack.chain.latest().await?;
    let depth = head - at.stack.deployment.start_block - 30;
    at.stack.chain.reorg(depth.min(20)).await?;
    at.stack.chain.mine(40).await?;
    at.stack.indexer.restart().await?;
    at_head(&at, &api).await?;
    equals_rebuilt(&at, &api, "reorgs-c").await?;
    Ok(())
}

#[tokio::test]
async fn a_second_indexer_waits_and_takes_over_when_the_first_dies() -> Result {
    let mut at = TestStack::start("mirror-second").await?;
    let live = at.stack.indexer.url().clone();
    sale::undelivered(&at, "a.csv", &[]).await?;
    at_head(&at, &live).await?;
    let database = at.stack.postgres.url().join("/datavault_mirror_second")?;
    let options = IndexerOptions::of(&at, "all", database);
    let mut second = Indexer::start(&at, "second", &options)?;
    let api = second.url().await?;
    eventually("the second says that it waits", async || {
        Ok(second.process.log_tail().contains("another indexer").then_some(()))
    })
    .await?;
    at.stack.chain.mine(1).await?;
    at_head(&at, &live).await?;
    assert_eq!(at_head(&at, &api).await?, at_head(&at, &live).await?, "it answers from the first one's rows");

    at.stack.indexer.kill()?;
    sale::undelivered(&at, "b.csv", &[]).await?;
    at_head(&at, &api).await?;
    assert_eq!(list(&api, "v1/offers", 50).await?.len(), 2);
    equals_rebuilt(&at, &api, "second").await?;
    Ok(())
}

#[tokio::test]
async fn a_database_of_another_deployment_or_chain_is_refused_in_words() -> Result {
    let at = TestStack::start("mirror-foreign").await?;
    let api = at.stack.indexer.url().clone();
    at_head(&at, &api).await?;
    let free = at.stack.postgres.create_database("datavault_mirror_foreign_free").await?;

    // The database is mirrored already, from another registry.
    let mut other = at.stack.deployment.clone();
    other.addresses.registry = at.stack.actors.anyone.address();
    let deployment = at.folder().join("files/other.json");
    std::fs::create_dir_all(at.folder().join("files"))?;
    other.save(&deployment)?;
    // The first indexer writes it, so this one may only wait; a chain of its own shows what it is told.
    let copy = at.stack.postgres.create_database("datavault_mirror_foreign_copy").await?;
    let mut first = Indexer::start(&at, "first", &IndexerOptions::of(&at, "all", copy.clone()))?;
    at_head(&at, &first.url().await?).await?;
    drop(first);
    let options = IndexerOptions { deployment, ..IndexerOptions::of(&at, "ingest", copy.clone()) };
    let (code, said) = Indexer::start(&at, "other-deployment", &options)?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("this database mirrors another deployment: its ContentRegistry"), "{said}");

    // The same addresses on a chain that began otherwise.
    let fresh = Devnet::start(&at.stack.tools, &chain_options(&at, 31_337)).await?;
    fresh.mine(3).await?;
    let options = IndexerOptions { rpc_url: fresh.rpc_url.clone(), ..IndexerOptions::of(&at, "ingest", copy) };
    let (code, said) = Indexer::start(&at, "other-genesis", &options)?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("this database mirrors another deployment: its genesis"), "{said}");

    // A node on another chain id.
    let foreign = Devnet::start(&at.stack.tools, &chain_options(&at, 31_338)).await?;
    let options = IndexerOptions { rpc_url: foreign.rpc_url.clone(), ..IndexerOptions::of(&at, "all", free) };
    let (code, said) = Indexer::start(&at, "other-chain", &options)?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("is on chain 31338, but the deployment is on chain 31337"), "{said}");

    // A database that is not there.
    let options = IndexerOptions::of(&at, "all", at.stack.postgres.url().join("/datavault_nowhere")?);
    let (code, said) = Indexer::start(&at, "no-database", &options)?.ended().await?;
    assert_ne!(code, 0);
    assert!(said.contains("datavault_nowhere"), "{said}");
    Ok(())
}

fn chain_options(at: &TestStack, chain_id: u64) -> ChainOptions {
    let log = Some(at.folder().join(format!("anvil-{chain_id}.log")));
    ChainOptions { chain_id, log, ..ChainOptions::default() }
}

/// Passes connections on to a node while `open`; cuts and refuses them while not.
async fn proxy(node: &Url, open: Arc<AtomicBool>) -> Result<Url> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = Url::parse(&format!("http://{}", listener.local_addr()?))?;
    let node = node.authority().to_owned();
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            if !open.load(Ordering::Relaxed) {
                continue;
            }
            let (node, open) = (node.clone(), open.clone());
            tokio::spawn(async move {
                let Ok(mut far) = TcpStream::connect(node).await else { return };
                let closed = async {
                    while open.load(Ordering::Relaxed) {
                        tokio::time::sleep(Duration::from_millis(10)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    () = closed => {}
                }
            });
        }
    });
    Ok(url)
}

#[tokio::test]
async fn without_a_node_ready_says_no_and_afterwards_nothing_was_skipped() -> Result {
    let at = TestStack::start("mirror-down").await?;
    let open = Arc::new(AtomicBool::new(true));
    let rpc_url = proxy(&at.stack.chain.rpc_url, open.clone()).await?;
    let database = at.stack.postgres.create_database("datavault_mirror_down_proxied").await?;
    let options = IndexerOptions {
        rpc_url,
        more: ["--ready-max-silence-secs", "1", "--poll-interval-ms", "50"].map(str::to_owned).to_vec(),
        ..IndexerOptions::of(&at, "all", database)
    };
    let mut indexer = Indexer::start(&at, "proxied", &options)?;
    let api = indexer.url().await?;
    let ready = async |wanted: u16| {
        eventually(&format!("/ready answers {wanted}"), async || {
            let (status, answer) = get(&api, "ready").await?;
            Ok((status == wanted).then_some(answer))
        })
        .await
    };
    ready(200).await?;

    for round in 0..2 {
        open.store(false, Ordering::Relaxed);
        let (_, offer) = sale::undelivered(&at, &format!("{round}.csv"), &[]).await?;
        let problem = ready(503).await?;
        assert_eq!(problem["code"], "not_ready");
        assert!(problem["detail"].as_str().unwrap().contains("last saw the chain"), "{problem}");
        assert_eq!(get(&api, "health").await?.0, 200, "the process lives");
        if round == 1 {
            at.stack.chain.reorg(2).await?;
            let (_, offer) = sale::undelivered(&at, "instead.csv", &[]).await?;
            sale::buy(&at.session("company1").await?, offer).await?;
        } else {
            sale::buy(&at.session("company2").await?, offer).await?;
        }
        open.store(true, Ordering::Relaxed);
        ready(200).await?;
        at_head(&at, &api).await?;
        equals_rebuilt(&at, &api, &format!("down-{round}")).await?;
    }
    let live = at.stack.indexer.url().clone();
    at_head(&at, &live).await?;
    assert_eq!(everything(&at, &live).await?, everything(&at, &api).await?);
    Ok(())
}

#[tokio::test]
async fn lists_go_part_by_part_and_bad_questions_get_problems() -> Result {
    let at = TestStack::start("mirror-api").await?;
    let api = at.stack.indexer.url().clone();
    let creator = at.session("bad_creator").await?;
    let content = sale::content(&at, &creator, "a.csv", b"a").await?.content_id;
    for _ in 0..5 {
        sale::key_offer(&creator, content, &[]).await?;
    }
    at_head(&at, &api).await?;

    let whole = list(&api, "v1/offers", 200).await?;
    assert_eq!(whole.len(), 5);
    for limit in 1..7 {
        assert_eq!(list(&api, "v1/offers", limit).await?, whole, "in parts of {limit}");
    }
    let ids: HashSet<_> = whole.iter().map(|row| row["offer_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 5);
    // What comes in between pushes nothing out of the parts that follow.
    let (_, part) = get(&api, "v1/offers?limit=2").await?;
    sale::key_offer(&creator, content, &[]).await?;
    at_head(&at, &api).await?;
    let next = format!("v1/offers?limit=200&cursor={}", part["next_cursor"].as_str().unwrap());
    let (_, rest) = get(&api, &next).await?;
    assert_eq!(rest["data"].as_array().unwrap()[..], whole[2..]);

    for (path, status, code, field) in [
        ("v1/contents/0x12", 400, "invalid_parameter", Some("content_id")),
        ("v1/licenses/minus-one", 400, "invalid_parameter", Some("license_id")),
        ("v1/licenses/-1", 400, "invalid_parameter", Some("license_id")),
        ("v1/balances/0x12", 400, "invalid_parameter", Some("account")),
        ("v1/offers?limit=0", 400, "invalid_parameter", Some("limit")),
        ("v1/offers?limit=many", 400, "invalid_parameter", Some("limit")),
        ("v1/offers?cursor=rubbish", 400, "invalid_parameter", Some("cursor")),
        ("v1/offers?creater=0x00", 400, "invalid_parameter", Some("creater")),
        ("v1/licenses/77", 404, "not_found", None),
        ("v1/licenses/77/usage", 404, "not_found", None),
        ("v1/payments/77", 404, "not_found", None),
        ("v1/disputes/77", 404, "not_found", None),
        ("v1/offers/77", 404, "not_found", None),
        (&format!("v1/contents/0x{:064x}", 7), 404, "not_found", None),
        ("v1/nothing", 404, "route_not_found", None),
    ] {
        let answer = reqwest::get(api.join(path)?).await?;
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
        let problem: serde_json::Value = answer.json().await?;
        assert_eq!((&problem["status"], &problem["code"]), (&status.into(), &code.into()), "{path}: {problem}");
        assert_eq!(problem["field"].as_str(), field, "{path}");
        assert!(problem["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{path}");
    }
    let posted = reqwest::Client::new().post(api.join("v1/offers")?).send().await?;
    assert_eq!(posted.status(), 405);

    let (_, openapi) = get(&api, "openapi.json").await?;
    assert!(openapi["openapi"].as_str().unwrap().starts_with("3.1"));
    let paths = openapi["paths"].as_object().unwrap();
    for path in ["contents", "offers", "licenses", "licenses/{license_id}", "licenses/{license_id}/usage"] {
        assert!(paths[&format!("/v1/{path}")]["get"]["responses"]["200"].is_object(), "{path}");
    }
    for path in ["/v1/payments", "/v1/disputes", "/v1/status", "/v1/balances/{account}", "/ready"] {
        assert!(paths.contains_key(path), "{path}");
    }
    // Whatever a schema refers to is there.
    let text = openapi.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap();
        assert!(openapi.pointer(pointer).is_some(), "{pointer} is referred to and missing");
    }
    Ok(())
}

#[tokio::test]
async fn the_api_says_what_raw_calls_of_the_contracts_say() -> Result {
    let at = TestStack::start("mirror-chain").await?;
    let api = at.stack.indexer.url().clone();
    let (seller, offer) = sale::undelivered(&at, "a.csv", &[]).await?;
    three_purchases(&at, offer).await?;
    datavault!(seller, key::deliver, [1])?;
    at_head(&at, &api).await?;
    let stack = &at.stack.deployment.addresses;
    let reader = at.session("anyone").await?;
    let ask = async |to, signature: &str, arguments: &[alloy::primitives::U256]| {
        let call = raw_call(to, signature, arguments);
        let answer = reader.chain.simulate(reader.wallet()?.address(), &call).await?;
        let words = answer.chunks(32).map(alloy::primitives::U256::from_be_slice);
        Ok::<_, anyhow::Error>(words.collect::<Vec<_>>())
    };
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let licenses = list(&api, "v1/licenses", 50).await?;
    assert_eq!(licenses.len(), 3);
    for license in &licenses {
        let id = text(&license["license_id"]).parse()?;
        let owner = ask(stack.licenses, "ownerOf(uint256)", &[id]).await?[0];
        assert_eq!(word(text(&license["owner"]).parse()?), owner);
        let view = ask(stack.licenses, "license(uint256)", &[id]).await?;
        assert_eq!(text(&license["offer_id"]).parse::<alloy::primitives::U256>()?, view[0]);
        assert_eq!(text(&license["payment_id"]).parse::<alloy::primitives::U256>()?, id);
        assert_eq!(license["delivered"].as_bool().unwrap(), !view[12].is_zero());
    }
    let status = ask(stack.licenses, "offerStatus(uint64)", &[alloy::primitives::U256::from(offer.0)]).await?;
    let (_, answer) = get(&api, &format!("v1/offers/{offer}")).await?;
    assert!(status[2].is_zero() && answer["data"]["state"] == "open", "{answer}");
    assert_eq!(text(&answer["data"]["sold"]).parse::<usize>()?, at.sold(offer).await?);
    equals_rebuilt(&at, &api, "chain").await?;
    Ok(())
}
