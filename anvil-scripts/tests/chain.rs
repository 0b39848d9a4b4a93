//! The development chain: starts, answers, moves time and history, and ends with us.
#![expect(clippy::unwrap_used, reason = "unwrap lives in tests")]

use std::net::TcpListener;
use std::time::Duration;

use alloy::eips::BlockNumberOrTag;
use alloy::network::TransactionBuilder;
use alloy::primitives::U256;
use alloy::providers::{Provider, ProviderBuilder, WsConnect};
use alloy::rpc::types::TransactionRequest;
use anvil_scripts::chain::ChainError;
use anvil_scripts::{Actors, ChainOptions, Devnet, Tools};

async fn start() -> Devnet {
    Devnet::start(&Tools::ensure().unwrap(), &ChainOptions::default()).await.unwrap()
}

#[tokio::test]
async fn every_actor_is_funded() {
    let chain = start().await;
    assert_eq!(chain.chain_id, 31_337);
    for actor in Actors::development().all() {
        let balance = chain.provider().get_balance(actor.address()).await.unwrap();
        assert_eq!(balance, U256::from(10).pow(U256::from(22)), "{}", actor.name);
    }
}

#[tokio::test]
async fn web_sockets_answer_at_the_same_port() {
    let chain = start().await;
    let ws = WsConnect::new(chain.ws_url.as_str());
    let provider = ProviderBuilder::new().connect_ws(ws).await.unwrap();
    assert_eq!(provider.get_chain_id().await.unwrap(), chain.chain_id);
}

#[tokio::test]
async fn two_chains_run_side_by_side() {
    let (one, other) = (start().await, start().await);
    assert_ne!(one.rpc_url, other.rpc_url);
    one.mine(3).await.unwrap();
    assert_eq!(other.latest().await.unwrap().0, 0);
}

#[tokio::test]
async fn time_moves_only_forward_and_as_told() {
    let chain = start().await;
    let (_, start) = chain.latest().await.unwrap();
    let week = 7 * 86_400;
    assert_eq!(chain.increase_time(week).await.unwrap(), start + week);
    assert_eq!(chain.latest().await.unwrap(), (1, start + week));
    assert_eq!(chain.warp_to(start).await.unwrap(), start + week);
    chain.set_next_block_timestamp(start + 2 * week).await.unwrap();
    chain.mine(1).await.unwrap();
    assert_eq!(chain.latest().await.unwrap(), (2, start + 2 * week));
    chain.mine(1).await.unwrap();
    assert!(chain.latest().await.unwrap().1 >= start + 2 * week);
}

#[tokio::test]
async fn finality_follows_the_head() {
    let chain = start().await;
    chain.mine(10).await.unwrap();
    let finalized = chain.provider().get_block_by_number(BlockNumberOrTag::Finalized).await.unwrap().unwrap();
    assert_eq!(finalized.header.number, 8);
}

#[tokio::test]
async fn a_reorg_drops_transactions_for_good_and_they_can_be_sent_again() {
    let chain = start().await;
    let actors = Actors::development();
    let wallet = ProviderBuilder::new().wallet(actors.company1.signer.clone()).connect_http(chain.rpc_url.clone());
    chain.mine(2).await.unwrap();
    let pay = || TransactionRequest::default().with_to(actors.platform.address()).with_value(U256::from(7));
    let before = chain.provider().get_balance(actors.platform.address()).await.unwrap();
    let first = wallet.send_transaction(pay()).await.unwrap().get_receipt().await.unwrap();
    let (number, _) = chain.latest().await.unwrap();
    let old = chain.provider().get_block_by_number(number.into()).await.unwrap().unwrap();

    chain.reorg(2).await.unwrap();

    assert_eq!(chain.latest().await.unwrap().0, number);
    let new = chain.provider().get_block_by_number(number.into()).await.unwrap().unwrap();
    assert_ne!(old.header.hash, new.header.hash);
    let lost = chain.provider().get_transaction_receipt(first.transaction_hash).await.unwrap();
    assert!(lost.is_none());
    assert_eq!(chain.provider().get_balance(actors.platform.address()).await.unwrap(), before);

    let wallet = ProviderBuilder::new().wallet(actors.company1.signer.clone()).connect_http(chain.rpc_url.clone());
    wallet.send_transaction(pay()).await.unwrap().get_receipt().await.unwrap();
    let after = chain.provider().get_balance(actors.platform.address()).await.unwrap();
    assert_eq!(after, before + U256::from(7));
}

#[tokio::test]
async fn a_taken_port_is_a_clear_error() {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = ChainOptions { port, ..ChainOptions::default() };
    let error = Devnet::start(&Tools::ensure().unwrap(), &options).await.unwrap_err();
    assert!(matches!(error, ChainError::Ended { .. }), "{error}");
    assert!(error.to_string().contains(&format!("if port {port} is taken")), "{error}");
}

#[tokio::test]
async fn blocks_come_by_themselves_when_asked_to() {
    let options = ChainOptions { block_time: Some(Duration::from_secs(1)), ..ChainOptions::default() };
    let chain = Devnet::start(&Tools::ensure().unwrap(), &options).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while chain.latest().await.unwrap().0 < 2 {
        assert!(std::time::Instant::now() < deadline, "no block in 20 s");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn a_dropped_chain_is_gone() {
    let chain = start().await;
    let address = chain.rpc_url.socket_addrs(|| None).unwrap()[0];
    drop(chain);
    assert!(std::net::TcpStream::connect(address).is_err());
}
