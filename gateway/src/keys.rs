//! The folder of content keys that a meter serves and delivers from.

use std::{
    fs, io,
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use content::ContentKey;
use domain::ContentId;
use zeroize::Zeroizing;

/// What the key folder could not do.
#[derive(Debug, thiserror::Error)]
pub enum KeyFolderError {
    /// The disk refused.
    #[error("could not {action} {path}: {source}")]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Others may read the key.
    #[error("{path} can be read by others (mode {mode:o}): run `chmod 600` on it, and consider its key known")]
    Exposed {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is no key.
    #[error("{path} is not a content key: {source}")]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: content::KeyError,
    },
    /// Another key is there.
    #[error("{path} holds another key for this content: move it away first, replacing it would lose it")]
    Different {
        /// The file.
        path: PathBuf,
    },
}

/// Content keys, one file per content: `AGE-SECRET-KEY-1…`, which `age -d -i` reads too.
///
/// # Invariants
/// - a key appears whole or not at all, and survives the loss of power
/// - only the owner may read it: 0600 in a folder of 0700
/// - a key is never replaced by another
#[derive(Clone, Debug)]
pub struct KeyFolder(PathBuf);

impl KeyFolder {
    /// Opens the folder, making it where needed.
    ///
    /// # Errors
    /// The folder cannot be made.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, KeyFolderError> {
        let path = path.into();
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(disk("create", &path))?;
        Ok(Self(path))
    }

    fn path_of(&self, content_id: ContentId) -> PathBuf {
        self.0.join(format!("{:#x}", content_id.0))
    }

    /// Stores a key durably. Storing the same key again changes nothing.
    ///
    /// # Errors
    /// Another key is there, or the disk refused.
    pub fn put(&self, content_id: ContentId, key: &ContentKey) -> Result<(), KeyFolderError> {
        let path = self.path_of(content_id);
        if let Some(found) = self.get(content_id)? {
            return if *found.to_bytes() == *key.to_bytes() { Ok(()) } else { Err(KeyFolderError::Different { path }) };
        }
        let temp = self.0.join(format!(".{:#x}.{}", content_id.0, std::process::id()));
        let _ = fs::remove_file(&temp);
        let mut file = fs::OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temp)
            .map_err(disk("create", &temp))?;
        let mut text = key.to_identity();
        text.push('\n');
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(disk("write", &temp))?;
        fs::rename(&temp, &path).map_err(disk("rename into", &path))?;
        fs::File::open(&self.0).and_then(|folder| folder.sync_all()).map_err(disk("sync", &self.0))
    }

    /// The key of a content, nothing if it is not here.
    ///
    /// # Errors
    /// The file is no key, or others may read it.
    pub fn get(&self, content_id: ContentId) -> Result<Option<ContentKey>, KeyFolderError> {
        let path = self.path_of(content_id);
        let metadata = match fs::metadata(&path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(disk("read", &path)(error)),
        };
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyFolderError::Exposed { path, mode });
        }
        let text = Zeroizing::new(fs::read_to_string(&path).map_err(disk("read", &path))?);
        ContentKey::from_identity(&text).map(Some).map_err(|source| KeyFolderError::NotAKey { path, source })
    }

    /// Whether a key for this content is here.
    #[must_use]
    pub fn has(&self, content_id: ContentId) -> bool {
        self.path_of(content_id).is_file()
    }

    /// Every content that has a key here.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn list(&self) -> Result<Vec<ContentId>, KeyFolderError> {
        let mut found = Vec::new();
        for item in fs::read_dir(&self.0).map_err(disk("list", &self.0))? {
            let name = item.map_err(disk("list", &self.0))?.file_name();
            found.extend(name.to_str().and_then(|name| name.parse::<ContentId>().ok()));
        }
        found.sort();
        Ok(found)
    }
}

fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> KeyFolderError + use<> {
    let path = path.to_owned();
    move |source| KeyFolderError::Disk { action, path, source }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::B256;

    use super::*;

    const ID: ContentId = ContentId(B256::repeat_byte(7));

    #[test]
    fn a_key_round_trips_and_only_its_owner_may_read_it() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open(folder.path().join("keys")).unwrap();
        let key = ContentKey::generate();
        assert!(keys.get(ID).unwrap().is_none());
        keys.put(ID, &key).unwrap();
        keys.put(ID, &key).unwrap();
        assert_eq!(*keys.get(ID).unwrap().unwrap().to_bytes(), *key.to_bytes());
        assert_eq!(keys.list().unwrap(), [ID]);
        let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(keys.path_of(ID)), 0o600);
        assert_eq!(mode(folder.path().join("keys")), 0o700);
    }

    #[test]
    fn another_key_never_replaces_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open(folder.path()).unwrap();
        let first = ContentKey::generate();
        keys.put(ID, &first).unwrap();
        assert!(matches!(keys.put(ID, &ContentKey::generate()), Err(KeyFolderError::Different { .. })));
        assert_eq!(*keys.get(ID).unwrap().unwrap().to_bytes(), *first.to_bytes());
    }

    #[test]
    fn a_key_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let keys = KeyFolder::open(folder.path()).unwrap();
        keys.put(ID, &ContentKey::generate()).unwrap();
        fs::set_permissions(keys.path_of(ID), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(matches!(keys.get(ID), Err(KeyFolderError::Exposed { mode: 0o644, .. })));
    }
}
