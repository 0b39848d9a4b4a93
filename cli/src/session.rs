//! What a command works with: one network, one wallet, one folder.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use alloy::{primitives::Address, sol_types::SolValue};
use alloy::{primitives::B256, signers::local::PrivateKeySigner};
use contracts::{Addresses, Datavault};
use domain::ContentId;
use gateway::keys::KeyFolder;
use groth16::{KeySet, MANIFEST_FILE, Prover, Verifier};
use statement::SecretKey;
use tokio::sync::OnceCell;

use crate::{
    arguments::Global,
    blocks::{Blocks, blocking},
    failure::{Failure, OrFail},
    home::Home,
    network::{Network, data_root},
    progress::Progress,
    submit::Consent,
    wallet::{Wallet, keystore_dir, only_keystore, read_password},
};

/// What a command works with.
pub struct Session {
    /// Chain, contracts, API, meter.
    pub network: Network,
    /// The contracts, connected.
    pub chain: Datavault,
    /// Where progress goes.
    pub progress: Progress,
    /// Whether somebody is asked before a transaction is sent.
    pub consent: Consent,
    /// The wallet's folder, if it is not the usual one.
    data_dir: Option<PathBuf>,
    wallet: OnceLock<Wallet>,
    prover: OnceCell<Arc<Prover>>,
    /// Where the wallet comes from when a command first needs it.
    keystore: Option<PathBuf>,
    password_file: Option<PathBuf>,
}

/// Whether a ceremony was finalized into this folder.
fn has_manifest(keys: &Path) -> bool {
    keys.join(MANIFEST_FILE).exists()
}

/// The secrets of a licensee.
#[derive(Debug)]
pub struct LicenseeKeys {
    /// Content keys are delivered to it, and usage proofs show that its owner makes them.
    pub secret: SecretKey,
    /// Signs metering heads.
    pub session: PrivateKeySigner,
}

/// The secrets of a meter.
#[derive(Debug)]
pub struct MeterSecrets {
    /// Signs heads for circuits.
    pub eddsa: SecretKey,
    /// Signs heads for contracts.
    pub signer: PrivateKeySigner,
}

impl Session {
    /// Opens a session as the command line asks.
    ///
    /// # Errors
    /// If the network is unknown or its node does not answer.
    pub async fn open(global: &Global) -> Result<Self, Failure> {
        let network = Network::load(&global.network)?;
        let mut session = Self::connect(network).await?;
        session.progress = Progress::detect();
        session.consent = Consent::detect(global.yes || global.json);
        session.keystore.clone_from(&global.keystore);
        session.password_file.clone_from(&global.password_file);
        Ok(session)
    }

    /// A session without a wallet that asks nothing and shows nothing.
    ///
    /// # Errors
    /// If the node does not answer, or is another chain's.
    pub async fn connect(network: Network) -> Result<Self, Failure> {
        let chain = Datavault::connect(network.rpc_url.as_str(), network.deployment.clone()).await?;
        Ok(Self {
            network,
            chain,
            progress: Progress::Silent,
            consent: Consent::Given,
            data_dir: None,
            wallet: OnceLock::new(),
            prover: OnceCell::new(),
            keystore: None,
            password_file: None,
        })
    }

    /// The same with a wallet.
    #[must_use]
    pub fn with_wallet(mut self, wallet: Wallet) -> Self {
        self.wallet = OnceLock::from(wallet);
        self
    }

    /// The same with the wallet's folder somewhere else.
    #[must_use]
    pub fn with_data_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.data_dir = Some(folder.into());
        self
    }

    /// The same with proving keys that are loaded already.
    #[must_use]
    pub fn with_prover(mut self, prover: Arc<Prover>) -> Self {
        self.prover = OnceCell::new_with(Some(prover));
        self
    }

    /// The proving keys, loaded when they are first needed: a ceremony's where the network's folder of keys has its
    /// manifest, else those that this program was built with.
    ///
    /// # Errors
    /// If the keys are not for this chain, or the manifest does not hold.
    pub async fn prover(&self) -> Result<Arc<Prover>, Failure> {
        let load = || async {
            let _step = self.progress.step("loading the proving keys");
            let (folder, chain_id) = (self.network.proving_keys.clone(), self.chain.chain_id());
            let loaded = blocking(move || match has_manifest(&folder) {
                true => Prover::open(&folder, chain_id),
                false => Prover::load_or_generate(&folder, chain_id),
            });
            loaded.await?.map(Arc::new).or_fail(|| "there are no proving keys".into())
        };
        self.prover.get_or_try_init(load).await.cloned()
    }

    /// The verifying keys that go with [`Session::prover`]'s. No proving key is touched.
    ///
    /// # Errors
    /// As [`Session::prover`].
    pub async fn verifier(&self) -> Result<Verifier, Failure> {
        let (folder, chain_id) = (self.network.proving_keys.clone(), self.chain.chain_id());
        let loaded = blocking(move || match has_manifest(&folder) {
            true => Verifier::with(&KeySet::read(&folder)?, chain_id),
            false => Verifier::new(chain_id),
        });
        loaded.await?.or_fail(|| "there are no verifying keys".into())
    }

    /// Who signs. The keystore is opened when it is first needed.
    ///
    /// # Errors
    /// If there is no key, or it cannot be opened.
    pub fn wallet(&self) -> Result<&Wallet, Failure> {
        if let Some(wallet) = self.wallet.get() {
            return Ok(wallet);
        }
        let wallet = self.find_wallet()?;
        Ok(self.wallet.get_or_init(|| wallet))
    }

    fn find_wallet(&self) -> Result<Wallet, Failure> {
        find_wallet(self.keystore.as_deref(), self.password_file.as_deref(), Some(&self.network))
    }

    /// The wallet's folder.
    ///
    /// # Errors
    /// If there is no wallet, or the folder cannot be made.
    pub fn home(&self) -> Result<Home, Failure> {
        match &self.data_dir {
            Some(folder) => Home::open(folder),
            None => Home::open(self.network.home.join(format!("{:#x}", self.wallet()?.address()))),
        }
    }

    /// Files by CID.
    ///
    /// # Errors
    /// If a folder cannot be made.
    pub fn blocks(&self) -> Result<Blocks, Failure> {
        // Without a wallet there is still something to look up.
        let own = match self.home() {
            Ok(home) => home.blocks(),
            Err(_) => self.network.home.join("cache"),
        };
        Blocks::open(own, &self.network.block_dirs, &self.network.ipfs_urls)
    }

    /// The contracts' addresses, which build calls.
    #[must_use]
    pub fn addresses(&self) -> &Addresses {
        self.chain.addresses()
    }

    /// Content keys of this wallet; its meter reads the same folder.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn content_keys(&self) -> Result<KeyFolder, Failure> {
        gateway::meter::key_folder(&self.home()?.meter()).or_fail(|| "cannot open the content keys".into())
    }

    /// The keys that licenses of this wallet are bought for.
    ///
    /// # Errors
    /// If there is no wallet.
    pub fn licensee_keys(&self) -> Result<LicenseeKeys, Failure> {
        let wallet = self.wallet()?;
        Ok(LicenseeKeys {
            secret: SecretKey::derive(&wallet.seed(), "datavault/licensee/0"),
            session: wallet.derived_signer("datavault/session/0"),
        })
    }

    /// The keys of the meter that this wallet runs.
    ///
    /// # Errors
    /// If there is no wallet.
    pub fn meter_keys(&self) -> Result<MeterSecrets, Failure> {
        let wallet = self.wallet()?;
        Ok(MeterSecrets {
            eddsa: SecretKey::derive(&wallet.seed(), "datavault/meter/0"),
            signer: wallet.derived_signer("datavault/meter-signer/0"),
        })
    }

    /// The id that content gets when `creator` registers it.
    #[must_use]
    pub fn content_id(&self, creator: Address, content_hash: B256) -> ContentId {
        let words =
            (alloy::primitives::U256::from(self.chain.chain_id()), self.addresses().registry, creator, content_hash);
        ContentId(alloy::primitives::keccak256(words.abi_encode()))
    }
}

/// Who signs where there is no session, because no contracts are there yet.
///
/// # Errors
/// If there is no key, or it cannot be opened.
pub(crate) fn wallet_of(global: &Global) -> Result<Wallet, Failure> {
    find_wallet(global.keystore.as_deref(), global.password_file.as_deref(), None)
}

fn find_wallet(
    keystore: Option<&Path>,
    password_file: Option<&Path>,
    network: Option<&Network>,
) -> Result<Wallet, Failure> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let open = |path: &Path| {
        let password = read_password(password_file, &format!("Password of {}: ", path.display()))?;
        Wallet::from_keystore(path, &password)
    };
    if let Some(path) = keystore {
        return open(path);
    }
    match (variable("DATAVAULT_PRIVATE_KEY"), variable("DATAVAULT_ACTOR")) {
        (Some(_), Some(_)) => {
            return Err(Failure::usage("DATAVAULT_PRIVATE_KEY and DATAVAULT_ACTOR both say who signs").fix("unset one"));
        }
        (Some(key), None) => {
            return Wallet::from_hex(&zeroize::Zeroizing::new(key), "DATAVAULT_PRIVATE_KEY");
        }
        (None, Some(actor)) => {
            let network = network.ok_or_else(|| {
                Failure::usage("DATAVAULT_ACTOR is of a development network, which this command has none of")
                    .fix("set DATAVAULT_PRIVATE_KEY, or name a --keystore")
            })?;
            return network.actor(&actor);
        }
        (None, None) => {}
    }
    match only_keystore(&keystore_dir(&data_root()?))? {
        Some(path) => open(&path),
        None => Err(Failure::usage("this needs a key to sign with").fix(
            "make one with `datavault wallet new`, name a --keystore, or set DATAVAULT_PRIVATE_KEY \
             (on the development network: DATAVAULT_ACTOR)",
        )),
    }
}
