//! Upgrades: announced, waited for, and then run behind the same address.

use super::*;
use crate::{Operation, Upgradeable, deploy_implementation};

/// Where ERC-1967 keeps the code's address.
const IMPLEMENTATION: U256 =
    alloy::primitives::uint!(0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc_U256);

#[tokio::test]
async fn an_upgrade_waits_for_the_timelock_and_keeps_what_was_sold() {
    let anvil = Anvil::at(anvil_path()).spawn();
    let (url, operator) = (anvil.endpoint(), PrivateKeySigner::from(anvil.keys()[0].clone()));
    let config = DeployConfig { timelock_delay_secs: Some(3_600), ..DeployConfig::local(operator.address()) };
    let deployment = deploy(&url, &operator, &config, |_| {}).await.unwrap();
    let vault = Datavault::connect(&url, deployment.clone()).await.unwrap();
    let chain = Chain { anvil, vault: vault.clone() };
    let sold = chain.sell(&chain.actor(1), &chain.actor(2)).await;
    let license = vault.license(sold.license_id).await.unwrap();

    let mut calls = Vec::new();
    let mut codes = Vec::new();
    for of in Upgradeable::ALL {
        let code = deploy_implementation(&url, &chain.actor(3), &deployment, of).await.unwrap();
        calls.push(vault.addresses().upgrade(of.proxy(&deployment), code));
        codes.push(code);
    }
    let error = vault.send_and_confirm(&operator, &calls[0]).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "OwnableUnauthorizedAccount", "{error}");

    let operation = Operation::of(calls, B256::repeat_byte(1));
    let too_soon = deployment.schedule(&operation, 3_599).unwrap();
    let error = vault.send_and_confirm(&operator, &too_soon).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "TimelockInsufficientDelay", "{error}");
    let schedule = deployment.schedule(&operation, 3_600).unwrap();
    let error = vault.send_and_confirm(&chain.actor(4), &schedule).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "AccessControlUnauthorizedAccount", "{error}");
    vault.send_and_confirm(&operator, &schedule).await.unwrap();
    let execute = deployment.execute_scheduled(&operation).unwrap();
    let error = vault.send_and_confirm(&chain.actor(4), &execute).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "TimelockUnexpectedOperationState", "{error}");
    vault.provider().anvil_increase_time(3_601).await.unwrap();
    vault.send_and_confirm(&chain.actor(4), &execute).await.unwrap();

    for (of, code) in Upgradeable::ALL.into_iter().zip(codes) {
        let word = vault.provider().get_storage_at(of.proxy(&deployment), IMPLEMENTATION).await.unwrap();
        assert_eq!(Address::from_word(word.into()), code, "{of:?}");
    }
    assert_eq!(vault.license(sold.license_id).await.unwrap(), license);
    assert_eq!(vault.offer_of(sold.license_id).await.unwrap().price, sold.total);
}

#[tokio::test]
async fn a_cancelled_operation_is_never_executed() {
    let anvil = Anvil::at(anvil_path()).spawn();
    let operator = PrivateKeySigner::from(anvil.keys()[0].clone());
    let config = DeployConfig { timelock_delay_secs: Some(60), ..DeployConfig::local(operator.address()) };
    let deployment = deploy(&anvil.endpoint(), &operator, &config, |_| {}).await.unwrap();
    let vault = Datavault::connect(&anvil.endpoint(), deployment.clone()).await.unwrap();
    let token = Token(deployment.dev_token.unwrap());
    let operation = Operation::of(vec![vault.addresses().list_token(token, false)], B256::ZERO);
    vault.send_and_confirm(&operator, &deployment.schedule(&operation, 60).unwrap()).await.unwrap();
    vault.send_and_confirm(&operator, &deployment.cancel_scheduled(&operation).unwrap()).await.unwrap();
    vault.provider().anvil_increase_time(61).await.unwrap();
    let execute = deployment.execute_scheduled(&operation).unwrap();
    let error = vault.send_and_confirm(&operator, &execute).await.unwrap_err();
    assert_eq!(error.revert_reason().unwrap().name(), "TimelockUnexpectedOperationState", "{error}");
    assert!(vault.is_listed(token).await.unwrap());
}
