//! Who signs: a key from the environment, or from an encrypted keystore file. Never from the command line, where
//! every process of the machine could read it.

use std::path::{Path, PathBuf};

use alloy::{
    primitives::{Address, B256, keccak256},
    signers::local::PrivateKeySigner,
};
use zeroize::Zeroizing;

use crate::failure::{Failure, OrFail};

/// A wallet: signs transactions, and is the one seed from which the keys of its licenses and its meter derive.
///
/// Whoever backs up the wallet's key has backed up those too.
#[derive(Clone, Debug)]
pub struct Wallet {
    signer: PrivateKeySigner,
}

impl Wallet {
    /// A wallet that signs with `signer`.
    #[must_use]
    pub fn new(signer: PrivateKeySigner) -> Self {
        Self { signer }
    }

    /// From a private key of 32 bytes in hex.
    ///
    /// # Errors
    /// If it is no key; the message does not repeat it.
    pub fn from_hex(key: &str, origin: &str) -> Result<Self, Failure> {
        let key: B256 = key.trim().parse().map_err(|_| {
            Failure::usage(format!("{origin} holds no private key")).fix("it must be 0x and 64 hex digits")
        })?;
        PrivateKeySigner::from_bytes(&key)
            .map(Self::new)
            .map_err(|_| Failure::usage(format!("{origin} holds a number that is no secp256k1 key")))
    }

    /// From a Web3 Secret Storage file.
    ///
    /// # Errors
    /// If the file cannot be read or the password is wrong.
    pub fn from_keystore(path: &Path, password: &str) -> Result<Self, Failure> {
        if !path.is_file() {
            return Err(Failure::state(format!("there is no keystore `{}`", path.display()))
                .fix("make one with `datavault wallet new` or `datavault wallet import`"));
        }
        PrivateKeySigner::decrypt_keystore(path, password)
            .map(Self::new)
            .or_fail(|| format!("cannot open the keystore `{}`", path.display()))
            .map_err(|failure| failure.fix("check the password"))
    }

    /// Writes the key, encrypted, as `<folder>/<0xaddress>.json`.
    ///
    /// # Errors
    /// If there is such a file already or it cannot be written.
    pub fn write_keystore(&self, folder: &Path, password: &str) -> Result<PathBuf, Failure> {
        crate::home::make_private_dir(folder)?;
        let name = format!("{:#x}.json", self.address());
        let path = folder.join(&name);
        if path.exists() {
            return Err(Failure::state(format!("the keystore `{}` exists already", path.display()))
                .fix("it holds the same key; delete it first if you want another password"));
        }
        let key = Zeroizing::new(self.signer.to_bytes().0);
        PrivateKeySigner::encrypt_keystore(folder, &mut rand::thread_rng(), key.as_slice(), password, Some(&name))
            .or_fail(|| format!("cannot write the keystore `{}`", path.display()))?;
        Ok(path)
    }

    /// Signs transactions and messages.
    #[must_use]
    pub fn signer(&self) -> &PrivateKeySigner {
        &self.signer
    }

    /// Where its money is.
    #[must_use]
    pub fn address(&self) -> Address {
        self.signer.address()
    }

    /// The seed of everything else that this wallet must keep secret and could lose.
    #[must_use]
    pub fn seed(&self) -> Zeroizing<[u8; 32]> {
        let key = Zeroizing::new(self.signer.to_bytes().0);
        let mut input = Zeroizing::new(Vec::with_capacity(64));
        input.extend_from_slice(b"datavault/wallet-seed/v1");
        input.extend_from_slice(key.as_slice());
        Zeroizing::new(keccak256(input.as_slice()).0)
    }

    /// A secp256k1 key of its own for one purpose, for instance for signing metering heads.
    #[must_use]
    pub fn derived_signer(&self, label: &str) -> PrivateKeySigner {
        let seed = self.seed();
        (0u8..=255)
            .find_map(|attempt| {
                let mut input = Zeroizing::new(seed.to_vec());
                input.extend_from_slice(label.as_bytes());
                input.push(attempt);
                PrivateKeySigner::from_bytes(&keccak256(input.as_slice())).ok()
            })
            .expect("256 hashes in a row are never all outside the group order")
    }
}

/// Where the encrypted keystores are.
#[must_use]
pub fn keystore_dir(root: &Path) -> PathBuf {
    root.join("keystore")
}

/// The keystore that is meant when none is named: the only one in the folder.
///
/// # Errors
/// If there are several.
pub fn only_keystore(folder: &Path) -> Result<Option<PathBuf>, Failure> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(None) };
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    match files.len() {
        0 | 1 => Ok(files.pop()),
        many => Err(Failure::usage(format!("there are {many} keystores in `{}`", folder.display()))
            .fix("name one with --keystore or DATAVAULT_KEYSTORE")),
    }
}

/// The password: from the file that `DATAVAULT_PASSWORD_FILE` names, else asked for on the terminal.
///
/// # Errors
/// If the file cannot be read, or there is no terminal to ask on.
pub fn read_password(file: Option<&Path>, prompt: &str) -> Result<Zeroizing<String>, Failure> {
    let Some(file) = file else {
        return rpassword::prompt_password(prompt)
            .map(Zeroizing::new)
            .or_fail(|| "cannot ask for the password".into())
            .map_err(|failure| failure.fix("without a terminal, set DATAVAULT_PASSWORD_FILE"));
    };
    let text = std::fs::read_to_string(file)
        .or_fail(|| format!("cannot read the password file `{}`", file.display()))
        .map_err(|failure| failure.fix("check DATAVAULT_PASSWORD_FILE"))?;
    Ok(Zeroizing::new(text.trim_end_matches(['\r', '\n']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

    #[test]
    fn a_keystore_opens_with_its_password_only() {
        let dir = tempfile::tempdir().unwrap();
        let wallet = Wallet::from_hex(KEY, "test").unwrap();
        let path = wallet.write_keystore(dir.path(), "right").unwrap();
        assert_eq!(Wallet::from_keystore(&path, "right").unwrap().address(), wallet.address());
        let wrong = Wallet::from_keystore(&path, "wrong").unwrap_err().to_string();
        assert!(wrong.contains("check the password"), "{wrong}");
        assert!(wallet.write_keystore(dir.path(), "other").unwrap_err().to_string().contains("exists already"));
        assert_eq!(only_keystore(dir.path()).unwrap(), Some(path));
    }

    #[test]
    fn a_bad_key_is_refused_without_being_shown() {
        let message = Wallet::from_hex("0x1234secret", "DATAVAULT_PRIVATE_KEY").unwrap_err().to_string();
        assert!(message.contains("DATAVAULT_PRIVATE_KEY") && !message.contains("1234"), "{message}");
    }

    #[test]
    fn derived_keys_are_stable_and_distinct() {
        let wallet = Wallet::from_hex(KEY, "test").unwrap();
        assert_eq!(wallet.derived_signer("a").address(), wallet.derived_signer("a").address());
        assert_ne!(wallet.derived_signer("a").address(), wallet.derived_signer("b").address());
        assert_ne!(wallet.seed().as_slice(), wallet.signer().to_bytes().as_slice());
    }
}
