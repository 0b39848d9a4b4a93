//! The folder of one wallet on one network: what it must not lose, and where each thing lies.
//!
//! ```text
//! <root>/<network>/<0xaddress>/
//!     content/<id>.json       what was encrypted: saved before anything is sent
//!     blocks/                 ciphertexts, metadata and evidence by CID
//!     receipts.sqlite         heads that both sides signed
//!     meter/                  content keys, and the meter's log if this wallet runs one
//!     orders/                 purchases under way
//! ```

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
};

use crate::failure::{Failure, OrFail};

/// A wallet's folder.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The folder at `path`, made if missing and readable by its owner alone.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Failure> {
        let home = Self(path.into());
        make_private_dir(&home.0)?;
        Ok(home)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Blocks by CID.
    #[must_use]
    pub fn blocks(&self) -> PathBuf {
        self.0.join("blocks")
    }

    /// What is known of content that this wallet encrypts and registers.
    #[must_use]
    pub fn content(&self) -> PathBuf {
        self.0.join("content")
    }

    /// Heads that both sides signed.
    #[must_use]
    pub fn receipts(&self) -> PathBuf {
        self.0.join("receipts.sqlite")
    }

    /// The log of the meter that this wallet runs.
    #[must_use]
    pub fn meter(&self) -> PathBuf {
        self.0.join("meter")
    }
}

/// Makes a folder that only its owner can enter.
///
/// # Errors
/// If it cannot be made.
pub fn make_private_dir(path: &Path) -> Result<(), Failure> {
    let make = || {
        fs::create_dir_all(path)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        }
        Ok::<_, std::io::Error>(())
    };
    make().or_fail(|| format!("cannot make the folder `{}`", path.display()))
}

/// Writes a file so that after a crash it holds all of `bytes` or does not exist; only its owner can read it.
///
/// # Errors
/// If the disk refuses.
pub fn write_secret(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let write = || {
        let partial = path.with_extension("partial");
        match fs::remove_file(&partial) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let mut file = options.open(&partial)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&partial, path)?;
        match path.parent() {
            Some(parent) => File::open(parent)?.sync_all(),
            None => Ok(()),
        }
    };
    write().or_fail(|| format!("cannot write `{}`", path.display())).map_err(|f| f.fix("check space and permissions"))
}

/// Reads a file, or `None` if there is none.
///
/// # Errors
/// If it exists and cannot be read.
pub fn read_if_any(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::failed(format!("cannot read `{}`", path.display())).because(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_whole_and_private() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::open(dir.path().join("w")).unwrap();
        let path = home.path().join("key");
        fs::write(path.with_extension("partial"), b"left by a crash").unwrap();
        write_secret(&path, b"secret").unwrap();
        assert_eq!(read_if_any(&path).unwrap().unwrap(), b"secret");
        assert_eq!(read_if_any(&home.path().join("none")).unwrap(), None);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(home.path()).unwrap().permissions().mode() & 0o777, 0o700);
        }
    }
}
