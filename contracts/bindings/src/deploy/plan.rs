//! Every transaction of a deployment, known before the first is sent.

use alloy::{
    primitives::{Address, B256, Bytes, U256, keccak256},
    sol_types::{SolCall, SolValue},
};

use super::{DeployConfig, upgrade::Upgradeable};
use crate::{
    abi::{
        CompanyAccount, CompanyAccountFactory, ContentRegistry, DevToken, DisputeResolution, ERC1967Proxy,
        LicenseManager, PanelArbitrator, PaymentEscrow, PurchaseRouter, TimelockController, UsageTracker, VerifierSets,
    },
    deployment::{Addresses, DeployedContract, Deployment},
    verifiers::{self, COMPLIANCE, COUNT, KEY_DELIVERY, USAGE, USAGE_BATCH, USAGE_LONG, USAGE_LONG_BATCH},
};

/// One transaction.
pub(super) struct Step {
    pub(super) name: &'static str,
    pub(super) action: Action,
}

pub(super) enum Action {
    /// A contract of the deployer, at the address of this transaction's number.
    Create { code: Bytes, runtime: &'static Bytes, at: Address },
    /// A call.
    Call { to: Address, input: Bytes },
}

/// All steps from the deployer's transaction number `nonce` on, and what they make.
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    pub(super) deployment: Deployment,
}

struct Draft<'a> {
    deployer: Address,
    first_nonce: u64,
    config: &'a DeployConfig,
    steps: Vec<Step>,
    contracts: Vec<DeployedContract>,
}

impl Plan {
    /// `verifiers`: where they are, or `None` where the deployer makes them itself.
    pub(super) fn new(
        chain_id: u64,
        deployer: Address,
        first_nonce: u64,
        verifiers: Option<[Address; COUNT]>,
        config: &DeployConfig,
    ) -> Self {
        let draft = Draft { deployer, first_nonce, config, steps: Vec::new(), contracts: Vec::new() };
        draft.plan(chain_id, verifiers)
    }

    /// Of everything that will be sent: two plans with the same hash do the same.
    pub(super) fn hash(&self) -> B256 {
        let parts = self.steps.iter().map(|step| match &step.action {
            Action::Create { code, at, .. } => (*at, keccak256(code)),
            Action::Call { to, input } => (*to, keccak256(input)),
        });
        keccak256(parts.collect::<Vec<_>>().abi_encode())
    }
}

impl Draft<'_> {
    fn plan(mut self, chain_id: u64, verifiers: Option<[Address; COUNT]>) -> Plan {
        let config = self.config;
        let verifiers = match verifiers {
            Some(there) => {
                for (verifier, address) in verifiers::ALL.iter().zip(there) {
                    self.note(verifier.name, verifier.name, address, &[]);
                }
                there
            }
            None => verifiers::ALL.map(|it| self.create(it.name, it.name, it.creation_code, it.runtime_code, &[])),
        };
        let dev_token = config
            .with_dev_token
            .then(|| self.create("DevToken", "DevToken", &DevToken::BYTECODE, &DevToken::DEPLOYED_BYTECODE, &[]));
        let tokens: Vec<Address> = config.tokens.iter().copied().chain(dev_token).collect();
        let (timelock, handover) = self.timelock(!tokens.is_empty());
        let owner = timelock.unwrap_or(config.owner);
        let keys_hash = verifiers::keys_hash();
        let set = VerifierSets::VerifierSet {
            usage: verifiers[0],
            usageBatch: verifiers[1],
            usageLong: verifiers[2],
            usageLongBatch: verifiers[3],
            keyDelivery: verifiers[4],
            compliance: verifiers[5],
        };
        let arguments = (owner, set, keys_hash).abi_encode_params();
        let verifier_sets = self.create(
            "VerifierSets",
            "VerifierSets",
            &VerifierSets::BYTECODE,
            &VerifierSets::DEPLOYED_BYTECODE,
            &arguments,
        );
        let panel = self.panel(owner);
        let addresses = self.core(verifier_sets, owner, handover, panel.unwrap_or_default());
        let (purchase_router, company_accounts) = self.periphery(&addresses);
        self.list(&addresses, &tokens);
        if handover {
            self.hand_over(addresses.escrow, owner, timelock.is_some());
        }
        let deployment = Deployment {
            chain_id,
            start_block: 0,
            addresses,
            usage_verifier: verifiers[0],
            usage_batch_verifier: verifiers[1],
            usage_long_verifier: verifiers[2],
            usage_long_batch_verifier: verifiers[3],
            key_delivery_verifier: verifiers[4],
            compliance_verifier: verifiers[5],
            usage_vk_sha256: USAGE.verifying_key_sha256(),
            usage_long_vk_sha256: USAGE_LONG.verifying_key_sha256(),
            key_delivery_vk_sha256: KEY_DELIVERY.verifying_key_sha256(),
            compliance_vk_sha256: COMPLIANCE.verifying_key_sha256(),
            owner: config.owner,
            timelock,
            panel,
            purchase_router,
            company_accounts,
            dev_token,
            contracts: self.contracts,
        };
        debug_assert_eq!(USAGE_BATCH.verifying_key_sha256(), deployment.usage_vk_sha256);
        debug_assert_eq!(USAGE_LONG_BATCH.verifying_key_sha256(), deployment.usage_long_vk_sha256);
        Plan { steps: self.steps, deployment }
    }

    /// The owner of everything, where there is one, and whether the deployer owns the escrow until its tokens are
    /// listed. Until the escrow is handed over, the timelock does not delay.
    fn timelock(&mut self, lists_tokens: bool) -> (Option<Address>, bool) {
        let Some(delay) = self.config.timelock_delay_secs else {
            return (None, lists_tokens && self.config.owner != self.deployer);
        };
        let mut proposers = vec![self.config.owner];
        if lists_tokens && self.deployer != self.config.owner {
            proposers.push(self.deployer);
        }
        let delay = if lists_tokens { 0 } else { delay };
        let anyone = vec![Address::ZERO];
        let arguments = (U256::from(delay), proposers, anyone, Address::ZERO).abi_encode_params();
        let timelock = self.create(
            "TimelockController",
            "TimelockController",
            &TimelockController::BYTECODE,
            &TimelockController::DEPLOYED_BYTECODE,
            &arguments,
        );
        (Some(timelock), lists_tokens)
    }

    fn panel(&mut self, owner: Address) -> Option<Address> {
        let DeployConfig { panel, panel_fee, panel_voting_secs, .. } = self.config;
        if panel.is_empty() {
            return None;
        }
        let arguments = (owner, panel.clone(), panel_fee.0, U256::from(*panel_voting_secs)).abi_encode_params();
        let (code, runtime) = (&PanelArbitrator::BYTECODE, &PanelArbitrator::DEPLOYED_BYTECODE);
        Some(self.create("PanelArbitrator", "PanelArbitrator", code, runtime, &arguments))
    }

    /// Four implementations, their proxies in the same order, and the escrow.
    fn core(&mut self, verifier_sets: Address, owner: Address, handover: bool, panel: Address) -> Addresses {
        let at = |step: u64| self.next(step);
        let (registry, licenses, usage, disputes, escrow) = (at(4), at(5), at(6), at(7), at(8));
        let addresses = Addresses { registry, licenses, escrow, usage, disputes, verifier_sets };
        let config = self.config;
        let appeal_arbitrator = match config.appeal_arbitrator {
            Address::ZERO => panel,
            named => named,
        };
        let implementations = Upgradeable::ALL.map(|of| {
            let (code, runtime) = of.code();
            self.create(of.implementation_name(), of.name(), code, runtime, &of.constructor_arguments(&addresses))
        });
        let initializers = [
            ContentRegistry::initializeCall { owner_: owner, guardian_: config.guardian, attester_: config.attester }
                .abi_encode(),
            LicenseManager::initializeCall { owner_: owner, guardian_: config.guardian }.abi_encode(),
            UsageTracker::initializeCall { owner_: owner }.abi_encode(),
            DisputeResolution::initializeCall {
                owner_: owner,
                filingBond_: config.filing_bond.0,
                appealArbitrator: appeal_arbitrator,
            }
            .abi_encode(),
        ];
        for ((of, implementation), initializer) in Upgradeable::ALL.into_iter().zip(implementations).zip(initializers) {
            let arguments = (implementation, Bytes::from(initializer)).abi_encode_params();
            self.create(
                of.name(),
                "ERC1967Proxy",
                &ERC1967Proxy::BYTECODE,
                &ERC1967Proxy::DEPLOYED_BYTECODE,
                &arguments,
            );
        }
        let escrow_owner = if handover { self.deployer } else { owner };
        let fee_bps = U256::from(config.fee_bps);
        let arguments = (licenses, usage, disputes, escrow_owner, config.fee_recipient, fee_bps).abi_encode_params();
        let (code, runtime) = (&PaymentEscrow::BYTECODE, &PaymentEscrow::DEPLOYED_BYTECODE);
        let escrow = self.create("PaymentEscrow", "PaymentEscrow", code, runtime, &arguments);
        debug_assert_eq!(escrow, addresses.escrow);
        addresses
    }

    fn periphery(&mut self, core: &Addresses) -> (Address, Address) {
        let arguments = (core.licenses, core.escrow, self.config.permit2).abi_encode();
        let (code, runtime) = (&PurchaseRouter::BYTECODE, &PurchaseRouter::DEPLOYED_BYTECODE);
        let router = self.create("PurchaseRouter", "PurchaseRouter", code, runtime, &arguments);
        let arguments = (core.licenses, core.escrow).abi_encode();
        let (code, runtime) = (&CompanyAccount::BYTECODE, &CompanyAccount::DEPLOYED_BYTECODE);
        let account = self.create("CompanyAccount implementation", "CompanyAccount", code, runtime, &arguments);
        let (code, runtime) = (&CompanyAccountFactory::BYTECODE, &CompanyAccountFactory::DEPLOYED_BYTECODE);
        let factory =
            self.create("CompanyAccountFactory", "CompanyAccountFactory", code, runtime, &account.abi_encode());
        (router, factory)
    }

    fn list(&mut self, core: &Addresses, tokens: &[Address]) {
        for token in tokens {
            let call = PaymentEscrow::listTokenCall { token: *token, open: true };
            self.call("list the token", core.escrow, &call);
        }
    }

    /// The escrow's next owner: a timelock takes it at once, and delays from then on.
    fn hand_over(&mut self, escrow: Address, owner: Address, to_timelock: bool) {
        self.call("hand over the escrow", escrow, &PaymentEscrow::transferOwnershipCall { newOwner: owner });
        if !to_timelock {
            return;
        }
        let delay = U256::from(self.config.timelock_delay_secs.unwrap_or_default());
        let mut acts = vec![
            (escrow, PaymentEscrow::acceptOwnershipCall {}.abi_encode()),
            (owner, TimelockController::updateDelayCall { newDelay: delay }.abi_encode()),
        ];
        if self.deployer != self.config.owner {
            for role in ["PROPOSER_ROLE", "CANCELLER_ROLE"] {
                let call = TimelockController::revokeRoleCall { role: keccak256(role), account: self.deployer };
                acts.push((owner, call.abi_encode()));
            }
        }
        let targets: Vec<Address> = acts.iter().map(|(to, _)| *to).collect();
        let payloads: Vec<Bytes> = acts.into_iter().map(|(_, input)| input.into()).collect();
        let values = vec![U256::ZERO; targets.len()];
        let (predecessor, salt) = (B256::ZERO, B256::ZERO);
        let schedule = TimelockController::scheduleBatchCall {
            targets: targets.clone(),
            values: values.clone(),
            payloads: payloads.clone(),
            predecessor,
            salt,
            delay: U256::ZERO,
        };
        self.call("let the timelock take over", owner, &schedule);
        let execute = TimelockController::executeBatchCall { targets, values, payloads, predecessor, salt };
        self.call("start the timelock's delay", owner, &execute);
    }

    /// The address of a contract that is made `steps` steps from here.
    fn next(&self, steps: u64) -> Address {
        self.deployer.create(self.first_nonce + self.steps.len() as u64 + steps)
    }

    fn create(
        &mut self,
        name: &'static str,
        artifact: &'static str,
        code: &Bytes,
        runtime: &'static Bytes,
        arguments: &[u8],
    ) -> Address {
        let at = self.next(0);
        let code = [code, arguments].concat().into();
        self.steps.push(Step { name, action: Action::Create { code, runtime, at } });
        self.note(name, artifact, at, arguments);
        at
    }

    fn call(&mut self, name: &'static str, to: Address, call: &impl SolCall) {
        self.steps.push(Step { name, action: Action::Call { to, input: call.abi_encode().into() } });
    }

    fn note(&mut self, name: &'static str, artifact: &'static str, address: Address, arguments: &[u8]) {
        self.contracts.push(DeployedContract {
            name: name.to_owned(),
            artifact: artifact.to_owned(),
            address,
            constructor_arguments: arguments.to_vec().into(),
        });
    }
}
