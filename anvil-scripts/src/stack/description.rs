//! `stack.json`: what the binaries, and whoever writes a client, need to find a stack.

use std::collections::BTreeMap;
use std::path::Path;

use alloy::primitives::{Address, B256};
use anyhow::{Context, Result};
use contracts::Deployment;
use serde::Serialize;
use url::Url;

use crate::Actors;

/// Where the parts of a stack answer.
#[derive(Clone, Debug)]
pub struct Description {
    /// The chain, over HTTP.
    pub rpc_url: Url,
    /// The chain, over WebSocket.
    pub ws_url: Url,
    /// The mirror's database.
    pub database_url: Url,
    /// The mirror's API.
    pub api_url: Url,
    /// The creator's meter.
    pub meter_url: Url,
}

#[derive(Serialize)]
struct StackFile<'a> {
    rpc_url: &'a Url,
    ws_url: &'a Url,
    database_url: &'a Url,
    api_url: &'a Url,
    meter_url: &'a Url,
    contracts: BTreeMap<&'static str, Address>,
    actors: BTreeMap<&'static str, StackActor>,
}

#[derive(Serialize)]
struct StackActor {
    address: Address,
    /// Worth nothing outside a local chain: everybody knows it.
    private_key: B256,
}

impl Description {
    /// Writes `stack.json`, complete or not at all.
    ///
    /// # Errors
    /// If the folder cannot be written.
    pub fn write(&self, folder: &Path, deployment: &Deployment, actors: &Actors) -> Result<()> {
        let mut contracts = BTreeMap::from(deployment.addresses.named());
        contracts.extend([
            ("UsageVerifier", deployment.usage_verifier),
            ("UsageBatchVerifier", deployment.usage_batch_verifier),
            ("UsageLongVerifier", deployment.usage_long_verifier),
            ("UsageLongBatchVerifier", deployment.usage_long_batch_verifier),
            ("KeyDeliveryVerifier", deployment.key_delivery_verifier),
            ("ComplianceVerifier", deployment.compliance_verifier),
            ("PurchaseRouter", deployment.purchase_router),
            ("CompanyAccountFactory", deployment.company_accounts),
        ]);
        let optional = [
            ("TimelockController", deployment.timelock),
            ("PanelArbitrator", deployment.panel),
            ("dUSD", deployment.dev_token),
        ];
        contracts.extend(optional.into_iter().filter_map(|(name, address)| Some((name, address?))));
        let actors = actors
            .all()
            .into_iter()
            .map(|actor| (actor.name, StackActor { address: actor.address(), private_key: actor.private_key() }))
            .collect();
        let file = StackFile {
            rpc_url: &self.rpc_url,
            ws_url: &self.ws_url,
            database_url: &self.database_url,
            api_url: &self.api_url,
            meter_url: &self.meter_url,
            contracts,
            actors,
        };
        let path = folder.join("stack.json");
        let draft = folder.join("stack.json.draft");
        std::fs::write(&draft, serde_json::to_vec_pretty(&file)?)
            .and_then(|()| std::fs::rename(&draft, &path))
            .with_context(|| format!("cannot write `{}`", path.display()))
    }
}
