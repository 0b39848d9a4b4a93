//! A real anvil on which any log can be emitted at the addresses of our contracts.
//!
//! The contracts themselves decide what they emit; the mirror must be right about whatever it is given. So a dozen
//! instructions stand at each address that emit the log which the transaction asks for.

use std::{path::PathBuf, time::Duration};

use alloy::{
    network::TransactionBuilder,
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, B256, Bytes, U256, keccak256},
    providers::{DynProvider, Provider, ProviderBuilder, ext::AnvilApi},
    rpc::types::{TransactionRequest, anvil::ReorgOptions},
};
use contracts::{Addresses, Deployment};

/// Emits the log that calldata describes: how many topics, four topics, data.
///
/// ```text
/// calldatacopy(0, 0xa0, calldatasize - 0xa0); push the topics, the size and 0; jump to 37 + 3 × how many
/// 37: log0 stop · 40: log1 stop · 43: log2 stop · 46: log3 stop · 49: log4 stop
/// ```
const CODE: &str = "60a0360360a0600037608035606035604035602035\
                    60a03603600060036000350260250156\
                    5ba0005ba1005ba2005ba3005ba400";

/// A log to emit.
#[derive(Clone, Debug)]
pub struct Emitted {
    pub address: Address,
    pub topics: Vec<B256>,
    pub data: Vec<u8>,
}

/// A development chain.
pub struct Chain {
    pub anvil: AnvilInstance,
    pub provider: DynProvider,
    pub deployment: Deployment,
}

/// Where the mirrored contracts stand in these tests.
pub const ADDRESSES: Addresses = Addresses {
    registry: Address::repeat_byte(0xa1),
    licenses: Address::repeat_byte(0xa2),
    escrow: Address::repeat_byte(0xa3),
    usage: Address::repeat_byte(0xa4),
    disputes: Address::repeat_byte(0xa5),
    verifier_sets: Address::repeat_byte(0xa6),
};

/// The pinned anvil if it is installed, else the one in `PATH`.
pub fn program() -> PathBuf {
    let pinned = format!(
        "{}/../../anvil-scripts/node_modules/@foundry-rs/anvil-{}-{}/bin/anvil",
        env!("CARGO_MANIFEST_DIR"),
        if cfg!(target_os = "macos") { "darwin" } else { "linux" },
        if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" },
    );
    std::env::var_os("ANVIL").map(PathBuf::from).unwrap_or_else(|| {
        let pinned = PathBuf::from(pinned);
        if pinned.exists() { pinned } else { "anvil".into() }
    })
}

impl Chain {
    /// Starts a chain; with `port` 0 on a free one.
    pub async fn start(port: u16) -> Self {
        let anvil = Anvil::at(program()).port(port).try_spawn().expect("anvil starts: run `make tools` or set ANVIL");
        let provider = ProviderBuilder::new().connect_http(anvil.endpoint_url()).erased();
        for address in ADDRESSES.all() {
            provider.anvil_set_code(address, CODE.parse().unwrap()).await.unwrap();
        }
        provider.anvil_mine(Some(3), None).await.unwrap();
        let deployment = Deployment {
            chain_id: anvil.chain_id(),
            start_block: 2,
            addresses: ADDRESSES,
            usage_verifier: Address::ZERO,
            usage_batch_verifier: Address::ZERO,
            usage_long_verifier: Address::ZERO,
            usage_long_batch_verifier: Address::ZERO,
            key_delivery_verifier: Address::ZERO,
            compliance_verifier: Address::ZERO,
            usage_vk_sha256: B256::ZERO,
            usage_long_vk_sha256: B256::ZERO,
            key_delivery_vk_sha256: B256::ZERO,
            compliance_vk_sha256: B256::ZERO,
            owner: Address::ZERO,
            timelock: None,
            purchase_router: Address::ZERO,
            company_accounts: Address::ZERO,
            panel: None,
            dev_token: None,
            contracts: vec![],
        };
        Self { anvil, provider, deployment }
    }

    /// Emits logs in one block, one transaction each.
    pub async fn emit(&self, logs: &[Emitted]) {
        self.provider.anvil_set_auto_mine(false).await.unwrap();
        for log in logs {
            let mut input = U256::from(log.topics.len()).to_be_bytes_vec();
            for i in 0..4 {
                input.extend(log.topics.get(i).copied().unwrap_or_default());
            }
            input.extend(&log.data);
            let request = TransactionRequest::default()
                .with_from(self.anvil.addresses()[0])
                .with_to(log.address)
                .with_gas_limit(300_000)
                .with_input(Bytes::from(input));
            let _: B256 = self.provider.raw_request("eth_sendTransaction".into(), (request,)).await.unwrap();
        }
        self.mine(1).await;
        self.provider.anvil_set_auto_mine(true).await.unwrap();
    }

    /// Mines blocks.
    pub async fn mine(&self, blocks: u64) {
        self.provider.anvil_mine(Some(blocks), None).await.unwrap();
    }

    /// Replaces the last `depth` blocks with empty ones. What they held is gone, and nobody is told.
    pub async fn reorg(&self, depth: u64) {
        self.provider.anvil_reorg(ReorgOptions { depth, tx_block_pairs: vec![] }).await.unwrap();
    }

    /// Takes the last `depth` blocks away.
    pub async fn roll_back(&self, depth: u64) {
        self.provider.anvil_rollback(Some(depth)).await.unwrap();
    }

    /// Number and hash of the newest block.
    pub async fn head(&self) -> (u64, B256) {
        let block = self.provider.get_block_by_number(alloy::eips::BlockNumberOrTag::Latest).await.unwrap().unwrap();
        (block.header.number, block.header.hash)
    }
}

fn event(address: Address, signature: &str, indexed: &[U256], data: &[U256]) -> Emitted {
    let topics = std::iter::once(keccak256(signature)).chain(indexed.iter().map(|word| B256::from(*word))).collect();
    Emitted { address, topics, data: data.iter().flat_map(|word| word.to_be_bytes::<32>()).collect() }
}

/// Some event of our contracts, by number; different numbers give different events.
pub fn some_event(n: u64) -> Emitted {
    let word = U256::from;
    let (key, value) = (word(n / 20 % 5 + 1), word(n));
    match n % 20 {
        0 => event(
            ADDRESSES.escrow,
            "Credited(address,address,uint256,uint256,uint256)",
            &[key, word(9), value],
            &[value, value],
        ),
        1 => event(
            ADDRESSES.escrow,
            "Withdrawn(address,address,address,uint256,uint256)",
            &[key, word(9)],
            &[key, value, word(0)],
        ),
        2 => event(ADDRESSES.escrow, "PaymentDue(uint256,uint256)", &[key], &[value]),
        3 => event(ADDRESSES.escrow, "PaymentDelivered(uint256,uint40)", &[key], &[value]),
        4 => event(ADDRESSES.registry, "ContentStatusChanged(bytes32,uint8)", &[key], &[word(n % 3 + 1)]),
        5 => event(ADDRESSES.licenses, "OfferClosed(uint64)", &[key], &[]),
        6 => event(ADDRESSES.escrow, "FeeSet(uint64,address,uint16)", &[value], &[key, word(n % 250)]),
        7 => event(ADDRESSES.disputes, "DisputeExecuted(uint256,uint8,address)", &[key], &[word(n % 3), key]),
        8 => event(
            ADDRESSES.licenses,
            "LicenseRenewed(uint256,uint256,uint8,uint64,uint40)",
            &[key, value],
            &[word(n % 256), value, value],
        ),
        9 => event(ADDRESSES.licenses, "LicenseEnded(uint256,uint40)", &[key], &[value]),
        10 => event(ADDRESSES.licenses, "LicenseRebound(uint256,uint64,uint16,uint8)", &[key, key], &[value, word(0)]),
        11 => event(ADDRESSES.licenses, "KeyAccepted(uint256,uint16)", &[key], &[value]),
        12 => event(
            ADDRESSES.escrow,
            "PaymentToppedUp(uint256,address,uint256,uint256,uint40)",
            &[key, word(9)],
            &[value, value, value],
        ),
        13 => event(ADDRESSES.escrow, "PaymentDeadlineMoved(uint256,uint40)", &[key], &[value]),
        14 => event(ADDRESSES.escrow, "TokenListed(address,uint16,bool)", &[key], &[word(n % 9), word(n % 2)]),
        15 => event(
            ADDRESSES.registry,
            "ContentTransferred(bytes32,address,address,uint8)",
            &[key, key, value],
            &[word(n % 256)],
        ),
        16 => event(ADDRESSES.registry, "CreatorLevelSet(address,uint8,address)", &[key, word(9)], &[word(n % 5)]),
        17 => event(
            ADDRESSES.usage,
            "ComplianceProved(uint256,bytes32,uint256,uint32,uint32,uint256,uint40,uint64)",
            &[key, key, value],
            &[word(0), word(0), value, value, value],
        ),
        18 => event(
            ADDRESSES.disputes,
            "DisputeEscalated(uint256,address,uint256,uint40)",
            &[key, word(8)],
            &[value, value],
        ),
        _ => event(
            ADDRESSES.verifier_sets,
            "VerifierSetAdded(uint8,(address,address,address,address,address,address),bytes32)",
            &[word(n / 20 % 256)],
            &[key, key, key, key, key, key, value],
        ),
    }
}

/// A log at one of our addresses that no contract of ours emits.
pub fn foreign_event() -> Emitted {
    event(ADDRESSES.escrow, "NobodyKnows(uint256)", &[U256::from(1)], &[])
}

/// Polls `done` until it is true.
///
/// # Panics
/// If that takes longer than a minute.
pub async fn eventually(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let waited = tokio::time::timeout(Duration::from_secs(60), async {
        while !done().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("after a minute still not so: {what}"));
}
