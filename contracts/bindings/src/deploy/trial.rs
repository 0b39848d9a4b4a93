//! Asks every deployed verifier for its opinion on a proof that it must accept, and on others that it must refuse.
//!
//! That the code on the chain is the artifact's says nothing of the artifact: a verifier that was generated from
//! another key than the prover's refuses every proof, one that checks too little accepts every proof. Either is found
//! before a contract depends on it.

use alloy::primitives::{Address, U256};
use serde::Deserialize;

use super::DeployError;
use crate::{
    abi::{ComplianceVerifier, KeyDeliveryVerifier, UsageBatchVerifier, UsageVerifier},
    connection::Connection,
    error::ChainError,
    verifiers::{self, COUNT, Verifier},
};

/// A committed proof.
#[derive(Clone, Deserialize)]
struct Example {
    inputs: Vec<U256>,
    proof: [U256; 8],
}

/// Tries all verifiers, given in the order of `VerifierSet`.
pub(super) async fn run(connection: &Connection, addresses: [Address; COUNT]) -> Result<(), DeployError> {
    for (verifier, address) in verifiers::ALL.into_iter().zip(addresses) {
        try_one(connection, verifier, address).await?;
    }
    Ok(())
}

async fn try_one(connection: &Connection, verifier: &Verifier, address: Address) -> Result<(), DeployError> {
    let failed = |reason| DeployError::Trial { name: verifier.name, address, reason };
    let example: Example = serde_json::from_str(verifier.example).map_err(|_| failed("there is no example to try"))?;
    let ask = async |example: &Example| match ask(connection, verifier.name, address, example).await {
        Some(answer) => answer.map_err(DeployError::from),
        None => Err(failed("the example has another number of inputs than the verifier")),
    };
    if !ask(&example).await? {
        return Err(failed("it refuses the example proof: its key is not the prover's"));
    }
    for at in 0..example.inputs.len() {
        let mut other = example.clone();
        other.inputs[at] ^= U256::ONE;
        if ask(&other).await? {
            return Err(failed("it accepts the example proof for another input: it proves nothing"));
        }
    }
    Ok(())
}

/// The answer of a verifier; `None` if the example is not of its kind.
async fn ask(
    connection: &Connection,
    name: &str,
    at: Address,
    Example { inputs, proof }: &Example,
) -> Option<Result<bool, ChainError>> {
    const WHAT: &str = "try a verifier";
    let (inputs, proof) = (inputs.as_slice(), *proof);
    Some(match name {
        "UsageVerifier" | "UsageLongVerifier" => {
            let inputs = inputs.try_into().ok()?;
            connection.read(at, WHAT, UsageVerifier::verifyCall { proof, inputs }).await
        }
        "UsageBatchVerifier" | "UsageLongBatchVerifier" => {
            let inputs: [U256; 6] = inputs.try_into().ok()?;
            // Twice, so that there is something to combine.
            let call = UsageBatchVerifier::verifyBatchCall { proofs: vec![proof; 2], inputs: vec![inputs; 2] };
            connection.read(at, WHAT, call).await
        }
        "KeyDeliveryVerifier" => {
            let inputs = inputs.try_into().ok()?;
            connection.read(at, WHAT, KeyDeliveryVerifier::verifyCall { proof, inputs }).await
        }
        "ComplianceVerifier" => {
            let inputs = inputs.try_into().ok()?;
            connection.read(at, WHAT, ComplianceVerifier::verifyCall { proof, inputs }).await
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use alloy::{
        node_bindings::Anvil,
        primitives::{Bytes, bytes},
        providers::ext::AnvilApi,
        signers::local::PrivateKeySigner,
    };

    use super::*;
    use crate::{DeployConfig, anvil_test::anvil_path, deploy};

    /// Returns true, whatever it is asked.
    const CREDULOUS: Bytes = bytes!("600160005260206000f3");

    #[tokio::test]
    async fn verifiers_that_refuse_everything_or_accept_everything_are_found() {
        let anvil = Anvil::at(anvil_path()).spawn();
        let deployer: PrivateKeySigner = anvil.keys()[0].clone().into();
        let config = DeployConfig::local(deployer.address());
        let deployment = deploy(&anvil.endpoint(), &deployer, &config, |_| {}).await.unwrap();
        let chain = Connection::open(&anvil.endpoint()).await.unwrap();
        let addresses = deployment.verifiers();
        run(&chain, addresses).await.unwrap();

        for (at, verifier) in addresses.into_iter().zip(verifiers::ALL) {
            // Of another circuit with the same interface, where there is one.
            let other = verifiers::ALL.into_iter().find(|other| {
                other.name != verifier.name && other.name.replace("Long", "") == verifier.name.replace("Long", "")
            });
            let codes = [(CREDULOUS, "accepts the example proof for another input")];
            let strict = other.map(|other| (other.runtime_code.clone(), "refuses the example proof"));
            for (code, reason) in codes.into_iter().chain(strict) {
                chain.provider.anvil_set_code(at, code).await.unwrap();
                let error = run(&chain, addresses).await.unwrap_err();
                let DeployError::Trial { name, address, reason: found } = &error else { panic!("{error}") };
                assert_eq!((*name, *address), (verifier.name, at));
                assert!(found.contains(reason), "{error}");
            }
            chain.provider.anvil_set_code(at, verifier.runtime_code.clone()).await.unwrap();
        }
        run(&chain, addresses).await.unwrap();
    }
}
