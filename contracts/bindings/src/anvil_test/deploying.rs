//! Deployments: through a timelock, cut off and continued, and those that are refused.

use domain::TokenListed;

use super::*;
use crate::{DeployError, DeployStep, Deployment};

fn anvil() -> AnvilInstance {
    Anvil::at(anvil_path()).spawn()
}

fn key(anvil: &AnvilInstance, index: usize) -> PrivateKeySigner {
    anvil.keys()[index].clone().into()
}

#[tokio::test]
async fn the_timelock_owns_everything_and_the_deployer_nothing() {
    let anvil = anvil();
    let (deployer, operator) = (key(&anvil, 0), key(&anvil, 1));
    let config = DeployConfig { timelock_delay_secs: Some(3_600), ..DeployConfig::local(operator.address()) };
    let deployment = deploy(&anvil.endpoint(), &deployer, &config, |_| {}).await.unwrap();
    let vault = Datavault::connect(&anvil.endpoint(), deployment.clone()).await.unwrap();
    let token = Token(deployment.dev_token.unwrap());
    assert!(vault.is_listed(token).await.unwrap());
    for account in [&deployer, &operator] {
        let call = vault.addresses().list_token(token, false);
        let error = vault.send_and_confirm(account, &call).await.unwrap_err();
        assert_eq!(error.revert_reason().unwrap().name(), "OwnableUnauthorizedAccount", "{error}");
    }
    let names: Vec<_> = deployment.contracts.iter().map(|contract| contract.name.as_str()).collect();
    assert_eq!(names.len(), 22, "{names:?}");
    assert_eq!(deployment.address_of("LicenseManager"), deployment.addresses.licenses);
    assert_ne!(deployment.address_of("LicenseManager implementation"), deployment.addresses.licenses);
}

#[tokio::test]
async fn an_owner_who_is_not_the_deployer_accepts_the_escrow() {
    let anvil = anvil();
    let (deployer, owner) = (key(&anvil, 0), key(&anvil, 1));
    let config = DeployConfig::local(owner.address());
    let deployment = deploy(&anvil.endpoint(), &deployer, &config, |_| {}).await.unwrap();
    let vault = Datavault::connect(&anvil.endpoint(), deployment).await.unwrap();
    vault.send_and_confirm(&owner, &vault.addresses().accept_escrow_ownership()).await.unwrap();
    let call = vault.addresses().list_token(Token(Address::repeat_byte(9)), true);
    let listed: TokenListed = vault.send_and_confirm(&owner, &call).await.unwrap().event().unwrap();
    assert!(listed.open);
}

#[tokio::test]
async fn verifiers_are_shared_by_deployments_of_one_chain_and_nothing_else_is() {
    let anvil = anvil();
    let config = DeployConfig::local(key(&anvil, 0).address());
    let first = deploy(&anvil.endpoint(), &key(&anvil, 0), &config, |_| {}).await.unwrap();
    let mut free = 0;
    let count = |step: DeployStep| free += usize::from(step.gas_used == 0);
    let second = deploy(&anvil.endpoint(), &key(&anvil, 0), &config, count).await.unwrap();
    assert_eq!(free, 6);
    assert_eq!(first.verifiers(), second.verifiers());
    assert!(first.addresses.all().iter().all(|address| !second.addresses.all().contains(address)));
}

/// Runs a deployment until so many steps are done, then drops it wherever it is.
async fn cut_off(url: &str, deployer: &PrivateKeySigner, config: &DeployConfig, after: usize) {
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let run = deploy(url, deployer, config, |step| tell.send(step.done).unwrap());
    let enough = async {
        while let Some(done) = told.recv().await {
            if done == after {
                break;
            }
        }
    };
    tokio::select! {
        _ = run => panic!("it came to its end"),
        () = enough => {}
    }
}

#[tokio::test]
async fn a_deployment_that_was_cut_off_is_continued_at_the_same_addresses() {
    let anvil = anvil();
    let (url, folder) = (anvil.endpoint(), tempfile::tempdir().unwrap());
    for (key_index, after) in [(0, 4), (1, 9), (2, 14), (3, 21)] {
        let deployer = key(&anvil, key_index);
        let config = DeployConfig {
            journal: Some(folder.path().join(format!("{after}.journal"))),
            timelock_delay_secs: Some(60),
            ..DeployConfig::local(deployer.address())
        };
        cut_off(&url, &deployer, &config, after).await;
        let mut steps = Vec::new();
        let continued = deploy(&url, &deployer, &config, |step: DeployStep| steps.push(step.done)).await.unwrap();
        assert_eq!(steps.last(), Some(&26), "{steps:?}");
        assert!(after == 4 || steps[0] > after, "after {after}: {steps:?}");
        // Once done, the same run finds nothing to do.
        let again = deploy(&url, &deployer, &config, |step| panic!("{step:?}")).await.unwrap();
        assert_eq!(again, continued);
        Datavault::connect(&url, continued).await.unwrap();
    }
}

#[tokio::test]
async fn a_journal_of_something_else_is_refused_before_anything_is_sent() {
    let anvil = anvil();
    let (url, folder) = (anvil.endpoint(), tempfile::tempdir().unwrap());
    let deployer = key(&anvil, 0);
    let config =
        DeployConfig { journal: Some(folder.path().join("journal")), ..DeployConfig::local(deployer.address()) };
    cut_off(&url, &deployer, &config, 12).await;
    let refused = async |key: &PrivateKeySigner, config: &DeployConfig| {
        let error = deploy(&url, key, config, |step| panic!("{step:?}")).await.unwrap_err();
        assert!(matches!(error, DeployError::Journal { .. }), "{error}");
        error.to_string()
    };
    let other = DeployConfig { fee_bps: 100, ..config.clone() };
    assert!(refused(&deployer, &other).await.contains("another configuration"));
    assert!(refused(&key(&anvil, 1), &config).await.contains("another key"));
    // Somebody uses the key in between: the next contract cannot be where its siblings look for it.
    let chain = crate::connection::Connection::open(&url).await.unwrap();
    let request = alloy::rpc::types::TransactionRequest::default();
    let request = alloy::network::TransactionBuilder::with_to(request, deployer.address());
    chain.transact(&deployer, request, "send nothing").await.unwrap();
    assert!(refused(&deployer, &config).await.contains("has no "));
}

#[tokio::test]
async fn chains_that_are_not_local_take_no_development_keys() {
    let anvil = Anvil::at(anvil_path()).chain_id(11_155_111).spawn();
    let deployer = key(&anvil, 0);
    let config = DeployConfig::local(deployer.address());
    let error = deploy(&anvil.endpoint(), &deployer, &config, |_| {}).await.unwrap_err();
    assert!(matches!(error, DeployError::DevelopmentKeys { chain_id: 11_155_111 }), "{error}");
    let provider = crate::connection::Connection::open(&anvil.endpoint()).await.unwrap().provider;
    assert_eq!(provider.get_transaction_count(deployer.address()).await.unwrap(), 0);
}

#[test]
fn the_delay_is_the_contracts() {
    let timings = include_str!("../../../src/libraries/Timings.sol");
    for line in [
        "MAX_WINDOW = 30 days;",
        "MAX_FREEZE = 60 days;",
        "LONGEST_EXIT = 2 * MAX_WINDOW + MAX_FREEZE;",
        "UPGRADE_DELAY = LONGEST_EXIT + 1 days;",
    ] {
        assert!(timings.contains(line), "{line}");
    }
    assert_eq!(crate::UPGRADE_DELAY_SECS, 121 * 86_400);
}

#[test]
fn a_deployment_file_comes_back() {
    let deployment = crate::abi_test::deployment();
    let text = serde_json::to_string(&deployment).unwrap();
    assert_eq!(serde_json::from_str::<Deployment>(&text).unwrap(), deployment);
}
