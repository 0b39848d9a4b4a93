//! A plan becomes transactions, once.

use std::time::{Duration, Instant};

use alloy::{
    eips::BlockNumberOrTag,
    network::TransactionBuilder,
    primitives::{Address, B256, Bytes, address},
    providers::Provider,
    rpc::types::TransactionRequest,
    signers::local::PrivateKeySigner,
};

use super::{
    DeployConfig, DeployError, DeployStep,
    journal::{Journal, refused},
    plan::{Action, Plan, Step},
    trial, wiring,
};
use crate::{connection::Connection, deployment::Deployment, error::ChainError, verifiers};

/// Arachnid's deterministic deployment proxy: salt and creation code in, CREATE2 out.
const CREATE2_DEPLOYER: Address = address!("4e59b44847b379578588920cA78FbF26c0B4956C");

pub(super) struct Run<'a, P> {
    pub(super) connection: Connection,
    pub(super) deployer: &'a PrivateKeySigner,
    pub(super) config: &'a DeployConfig,
    pub(super) progress: P,
}

impl<P: FnMut(DeployStep)> Run<'_, P> {
    pub(super) async fn finish(mut self) -> Result<Deployment, DeployError> {
        let shared = match self.connection.code(CREATE2_DEPLOYER).await?.is_empty() {
            true => None,
            false => Some(verifiers::ALL.map(|it| CREATE2_DEPLOYER.create2_from_code(B256::ZERO, it.creation_code))),
        };
        let begun = self.config.journal.as_deref().map(Journal::load).transpose()?.flatten();
        let plan_from =
            |nonce| Plan::new(self.connection.chain_id, self.deployer.address(), nonce, shared, self.config);
        let before = shared.map_or(0, |shared| shared.len());
        let (journal, plan, done) = match begun {
            Some(journal) => {
                let plan = plan_from(journal.first_nonce);
                let done = self.resume(&journal, &plan).await?;
                (journal, plan, done)
            }
            None => {
                let start_block = self.connection.block(BlockNumberOrTag::Latest).await?.number;
                let total = before + plan_from(0).steps.len();
                for (index, address) in shared.iter().flatten().enumerate() {
                    self.share(index, *address, total).await?;
                }
                let first_nonce = self.next_nonce().await?;
                let plan =
                    Plan::new(self.connection.chain_id, self.deployer.address(), first_nonce, shared, self.config);
                let journal = Journal {
                    chain_id: self.connection.chain_id,
                    deployer: self.deployer.address(),
                    first_nonce,
                    start_block,
                    plan: plan.hash(),
                };
                if let Some(path) = &self.config.journal {
                    journal.save(path)?;
                }
                (journal, plan, 0)
            }
        };
        let total = before + plan.steps.len();
        let own_verifiers = verifiers::COUNT - before;
        for (index, step) in plan.steps.iter().enumerate().skip(done) {
            if index == own_verifiers {
                trial::run(&self.connection, plan.deployment.verifiers()).await?;
            }
            self.send(step, journal.first_nonce + index as u64, before + index + 1, total).await?;
        }
        let deployment = Deployment { start_block: journal.start_block, ..plan.deployment };
        wiring::check(&self.connection, &deployment, self.deployer.address(), self.config).await?;
        Ok(deployment)
    }

    /// How many steps of a plan were done by an earlier run.
    async fn resume(&self, journal: &Journal, plan: &Plan) -> Result<usize, DeployError> {
        let path = self.config.journal.as_deref().unwrap_or_else(|| "".as_ref());
        if journal.chain_id != self.connection.chain_id || journal.deployer != self.deployer.address() {
            return Err(refused(path, "was begun on another chain or with another key"));
        }
        if journal.plan != plan.hash() {
            return Err(refused(path, "was begun with other contracts or another configuration"));
        }
        let nonce = self.settled_nonce().await?;
        let done = nonce.checked_sub(journal.first_nonce).map(|done| done as usize);
        let Some(done) = done.filter(|done| *done <= plan.steps.len()) else {
            return Err(refused(path, "does not fit the key's transactions on this chain"));
        };
        for step in &plan.steps[..done] {
            if let Action::Create { runtime, at, .. } = &step.action
                && !is_code_of(&self.connection.code(*at).await?, runtime)
            {
                return Err(refused(path, format!("has no {} at {at}", step.name)));
            }
        }
        Ok(done)
    }

    /// Puts a verifier where it is on every chain, unless it is there.
    async fn share(&mut self, index: usize, address: Address, total: usize) -> Result<(), DeployError> {
        let verifier = verifiers::ALL[index];
        let mut gas_used = 0;
        if !verifier.is_at(&self.connection, address).await? {
            let input: Bytes = [B256::ZERO.as_slice(), verifier.creation_code].concat().into();
            let request = TransactionRequest::default().with_to(CREATE2_DEPLOYER).with_input(input);
            gas_used = self.transact(verifier.name, request).await?.gas_used;
        }
        (self.progress)(DeployStep { done: index + 1, total, name: verifier.name, address, gas_used });
        Ok(())
    }

    async fn send(&mut self, step: &Step, nonce: u64, done: usize, total: usize) -> Result<(), DeployError> {
        let name = step.name;
        let found = self.next_nonce().await?;
        if found != nonce {
            let (found, expected) = (self.deployer.address().create(found), self.deployer.address().create(nonce));
            return Err(DeployError::Displaced { name, found, expected });
        }
        let (address, receipt) = match &step.action {
            Action::Create { code, at, .. } => {
                let request = TransactionRequest::default().with_deploy_code(code.clone());
                let receipt = self.transact(name, request).await?;
                let found = receipt.contract_address.unwrap_or_default();
                if found != *at {
                    return Err(DeployError::Displaced { name, found, expected: *at });
                }
                (found, receipt)
            }
            Action::Call { to, input } => {
                let request = TransactionRequest::default().with_to(*to).with_input(input.clone());
                (*to, self.transact(name, request).await?)
            }
        };
        (self.progress)(DeployStep { done, total, name, address, gas_used: receipt.gas_used });
        Ok(())
    }

    async fn transact(
        &self,
        name: &'static str,
        request: TransactionRequest,
    ) -> Result<alloy::rpc::types::TransactionReceipt, DeployError> {
        let sent = self.connection.transact(self.deployer, request, "deploy").await;
        sent.map_err(|source| DeployError::Contract { name, source: source.into() })
    }

    /// The next transaction number once nothing of the key is under way any more.
    async fn settled_nonce(&self) -> Result<u64, ChainError> {
        let deadline = Instant::now() + self.connection.receipt_timeout;
        loop {
            let next = self.next_nonce().await?;
            let mined = self.connection.provider.get_transaction_count(self.deployer.address()).await;
            let mined = mined.map_err(|e| self.connection.failed("read the deployer's nonce", e))?;
            if mined == next || Instant::now() >= deadline {
                return Ok(mined);
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    async fn next_nonce(&self) -> Result<u64, ChainError> {
        let count = self.connection.provider.get_transaction_count(self.deployer.address()).pending().await;
        count.map_err(|e| self.connection.failed("read the deployer's nonce", e))
    }
}

/// Whether a chain's code is an artifact's: equal but for the places that immutables fill, which are zero in it.
pub(super) fn is_code_of(found: &[u8], artifact: &[u8]) -> bool {
    found.len() == artifact.len() && found.iter().zip(artifact).all(|(found, known)| *known == 0 || found == known)
}

#[cfg(test)]
mod tests {
    use super::is_code_of;

    #[test]
    fn code_may_differ_from_its_artifact_where_that_is_zero_and_nowhere_else() {
        assert!(is_code_of(&[1, 7, 7, 4], &[1, 0, 0, 4]));
        assert!(!is_code_of(&[2, 7, 7, 4], &[1, 0, 0, 4]));
        assert!(!is_code_of(&[], &[1]));
        assert!(!is_code_of(&[1, 0], &[1]));
    }
}
