//! A block store in a folder: `blocks/<shard>/<cid>`, one file per block.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::dag::{DagError, MAX_BLOCK_BYTES};
use super::reader::FileReader;
use crate::cid::{Cid, CidBuilder, CidError, verify_block};

/// What the embedded store could not do.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The block is not here.
    #[error("block {cid} is not in the store ({path}); fetch its file first, or give the store that has it")]
    Missing {
        /// The block's CID.
        cid: Cid,
        /// Where it would be.
        path: Box<Path>,
    },
    /// The file on disk has other bytes than its name says.
    #[error(
        "block {cid} is damaged on disk ({path}): its bytes have another hash; fetch or add the file again to repair it"
    )]
    Damaged {
        /// The block's CID.
        cid: Cid,
        /// The damaged file.
        path: Box<Path>,
    },
    /// The block offered, or the CID asked for, is not acceptable.
    #[error(transparent)]
    Cid(#[from] CidError),
    /// The DAG is not an honest file.
    #[error(transparent)]
    Dag(#[from] DagError),
    /// The disk refused.
    #[error("could not {action} {path}: {source}; check that the folder exists, is writable and has room")]
    Disk {
        /// What was attempted.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The bytes to add could not be read.
    #[error("could not read the bytes to add: {0}")]
    Input(#[source] io::Error),
}

impl From<StoreError> for io::Error {
    fn from(error: StoreError) -> Self {
        let kind = match &error {
            StoreError::Missing { .. } => io::ErrorKind::NotFound,
            StoreError::Disk { source, .. } => source.kind(),
            _ => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}

fn disk(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError + use<> {
    let path = path.to_owned();
    move |source| StoreError::Disk { action, path, source }
}

fn sync_folder(path: &Path) -> Result<(), StoreError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(disk("sync", path))
}

/// A file that is now in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Added {
    /// Its name.
    pub cid: Cid,
    /// Its size.
    pub bytes: u64,
}

/// Blocks by CID in a folder; clones share it, and so may several processes.
///
/// # Invariants
/// - a block appears whole or not at all, also across a crash: temporary file, fsync, rename
/// - a block's children are durable before the block itself, so a stored root means a stored file
/// - reading compares every block's hash with its CID
#[derive(Debug, Clone)]
pub struct EmbeddedStore {
    root: Arc<Path>,
}

impl EmbeddedStore {
    /// Opens the store in `root`, creating the folder where needed.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, StoreError> {
        let store = Self { root: root.as_ref().into() };
        for folder in [store.root.join("blocks"), store.temp_folder()] {
            fs::create_dir_all(&folder).map_err(disk("create", &folder))?;
        }
        Ok(store)
    }

    pub(crate) fn temp_folder(&self) -> PathBuf {
        self.root.join("tmp")
    }

    fn path_of(&self, cid: &Cid) -> PathBuf {
        let name = cid.to_string();
        // The last characters of a CID are the most even spread of its hash.
        let shard = &name[name.len().saturating_sub(3)..name.len() - 1];
        self.root.join("blocks").join(shard).join(&name)
    }

    /// Whether the file (or block) is here; its bytes are checked when they are read.
    pub fn has(&self, cid: &Cid) -> bool {
        self.path_of(cid).is_file()
    }

    /// One block, its hash checked.
    pub fn block(&self, cid: &Cid) -> Result<Vec<u8>, StoreError> {
        let path = self.path_of(cid);
        let file = File::open(&path).map_err(|source| match source.kind() {
            io::ErrorKind::NotFound => StoreError::Missing { cid: *cid, path: path.as_path().into() },
            _ => disk("open", &path)(source),
        })?;
        let mut block = Vec::new();
        file.take(MAX_BLOCK_BYTES as u64 + 1).read_to_end(&mut block).map_err(disk("read", &path))?;
        match verify_block(cid, &block) {
            Ok(()) => Ok(block),
            Err(CidError::Mismatch { .. }) => Err(StoreError::Damaged { cid: *cid, path: path.into() }),
            Err(source) => Err(source.into()),
        }
    }

    /// Writes one block durably, unless a good copy is here; its children must be stored already.
    pub(crate) fn put_block(&self, cid: &Cid, block: &[u8]) -> Result<(), StoreError> {
        if self.block(cid).is_ok() {
            return Ok(());
        }
        verify_block(cid, block)?;
        let path = self.path_of(cid);
        let shard = path.parent().expect("a block's path has a folder");
        if !shard.is_dir() {
            fs::create_dir_all(shard).map_err(disk("create", shard))?;
            sync_folder(&self.root.join("blocks"))?;
        }
        let temp = self.temp_folder();
        let mut file = tempfile::NamedTempFile::new_in(&temp).map_err(disk("create a file in", &temp))?;
        file.write_all(block).and_then(|()| file.as_file().sync_all()).map_err(disk("write", file.path()))?;
        file.persist(&path).map_err(|error| disk("rename into", &path)(error.error))?;
        sync_folder(shard)
    }

    /// Adds a file, in constant memory. Adding it again changes nothing.
    pub fn add(&self, mut reader: impl Read) -> Result<Added, StoreError> {
        let mut writer = self.writer();
        let mut buffer = vec![0; crate::CHUNK_BYTES];
        loop {
            match reader.read(&mut buffer) {
                Ok(0) => return writer.finish(),
                Ok(len) => writer.write_all(&buffer[..len]).map_err(from_io)?,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(StoreError::Input(error)),
            }
        }
    }

    /// A writer that becomes a stored file when it is finished.
    pub fn writer(&self) -> BlockWriter {
        let store = self.clone();
        let sink: Sink = Box::new(move |cid, block| Ok(store.put_block(cid, &block)?));
        BlockWriter(CidBuilder::new(sink))
    }

    /// A stored file, to read from anywhere in it.
    pub fn get(&self, cid: &Cid) -> Result<FileReader, StoreError> {
        FileReader::open(self.clone(), cid)
    }

    /// Up to `len` bytes from `offset`; fewer at the end of the file.
    pub fn read_range(&self, cid: &Cid, offset: u64, len: usize) -> Result<Vec<u8>, StoreError> {
        let mut reader = self.get(cid)?;
        let len = reader.size().saturating_sub(offset).min(len as u64);
        let mut bytes = Vec::new();
        io::Seek::seek(&mut reader, io::SeekFrom::Start(offset))
            .and_then(|_| reader.take(len).read_to_end(&mut bytes))
            .map_err(from_io)?;
        Ok(bytes)
    }

    /// A whole small file, refused if it is larger than `limit`.
    pub fn read_all(&self, cid: &Cid, limit: u64) -> Result<Vec<u8>, StoreError> {
        let bytes = self.get(cid)?.size();
        if bytes > limit {
            let cid = *cid;
            return Err(DagError::TooLarge { cid, bytes, limit }.into());
        }
        self.read_range(cid, 0, bytes as usize)
    }

    /// Reads every block of a file and compares its hash; the file's size.
    pub fn verify(&self, cid: &Cid) -> Result<u64, StoreError> {
        io::copy(&mut self.get(cid)?, &mut io::sink()).map_err(from_io)
    }
}

/// Recovers the error that travelled through `std::io`.
pub(crate) fn from_io(error: io::Error) -> StoreError {
    match error.downcast::<StoreError>() {
        Ok(error) => error,
        Err(error) => StoreError::Input(error),
    }
}

type Sink = Box<dyn FnMut(&Cid, Vec<u8>) -> io::Result<()> + Send>;

/// Writes a file into a store; dropped unfinished, it leaves only blocks that nothing refers to.
pub struct BlockWriter(CidBuilder<Sink>);

impl BlockWriter {
    /// Stores the rest and names the file.
    pub fn finish(self) -> Result<Added, StoreError> {
        let (cid, bytes, _) = self.0.finish().map_err(from_io)?;
        Ok(Added { cid, bytes })
    }
}

impl Write for BlockWriter {
    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        self.0.write(input)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CHUNK_BYTES;
    use crate::cid::tests::pattern;
    use crate::store::dag::tests::branch;
    use proptest::prelude::*;

    fn store() -> (tempfile::TempDir, EmbeddedStore) {
        let folder = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(folder.path().join("store")).unwrap();
        (folder, store)
    }

    #[test]
    fn what_was_added_is_read_back() {
        let (_folder, store) = store();
        for len in [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES] {
            let data = pattern(len);
            let added = store.add(data.as_slice()).unwrap();
            assert_eq!(added, store.add(data.as_slice()).unwrap());
            assert_eq!(added.cid, crate::cid_of(data.as_slice()).unwrap().0);
            assert!(store.has(&added.cid));
            assert_eq!(store.read_all(&added.cid, len as u64).unwrap(), data);
            assert_eq!(store.verify(&added.cid).unwrap(), len as u64);
        }
    }

    #[test]
    fn a_damaged_block_is_named_and_adding_again_repairs_it() {
        let (_folder, store) = store();
        let data = pattern(CHUNK_BYTES + 9);
        let root = store.add(data.as_slice()).unwrap().cid;
        let (leaf, _) = crate::cid_of(&data[CHUNK_BYTES..]).unwrap();
        fs::write(store.path_of(&leaf), b"something else").unwrap();
        // The rest of the file still reads.
        assert_eq!(store.read_range(&root, 10, 20).unwrap(), &data[10..30]);
        let error = store.verify(&root).unwrap_err();
        assert!(matches!(&error, StoreError::Damaged { cid, .. } if *cid == leaf));
        assert!(error.to_string().contains(&leaf.to_string()));
        store.add(data.as_slice()).unwrap();
        assert_eq!(store.verify(&root).unwrap(), data.len() as u64);
    }

    #[test]
    fn a_missing_block_says_where_it_should_be() {
        let (_folder, store) = store();
        let (cid, _) = crate::cid_of(&b"nobody added this"[..]).unwrap();
        let error = store.get(&cid).err().unwrap();
        assert!(matches!(error, StoreError::Missing { .. }), "{error}");
        assert!(!store.has(&cid));
    }

    #[test]
    fn no_temporary_file_stays_behind() {
        let (_folder, store) = store();
        store.add(pattern(CHUNK_BYTES * 2).as_slice()).unwrap();
        assert!(store.put_block(&crate::cid_of(&b"a"[..]).unwrap().0, b"b").is_err());
        assert_eq!(fs::read_dir(store.temp_folder()).unwrap().count(), 0);
    }

    #[test]
    fn hostile_dags_end_in_an_error() {
        let (_folder, store) = store();
        let leaf = store.add(&b"four"[..]).unwrap().cid;
        let put = |(cid, block): (Cid, Vec<u8>)| {
            store.put_block(&cid, &block).unwrap();
            cid
        };
        let lie = put(branch(9, &[(leaf, 9)]));
        let sum = put(branch(9, &[(leaf, 4)]));
        let empty = put(branch(4, &[(leaf, 4), (leaf, 0)]));
        let overflow = put(branch(3, &[(leaf, u64::MAX), (leaf, 4)]));
        let folder = put(branch(0, &[]));
        for cid in [lie, sum, overflow] {
            let error = store.verify(&cid).unwrap_err();
            assert!(matches!(error, StoreError::Dag(DagError::SizeLie { .. })), "{error}");
        }
        let error = store.verify(&empty).unwrap_err();
        assert!(matches!(error, StoreError::Dag(DagError::EmptyLink { .. })), "{error}");
        assert_eq!(store.verify(&folder).unwrap(), 0);

        let mut deep = leaf;
        for _ in 0..=crate::MAX_DEPTH {
            deep = put(branch(4, &[(deep, 4)]));
        }
        let error = store.verify(&deep).unwrap_err();
        assert!(matches!(error, StoreError::Dag(DagError::TooDeep { .. })), "{error}");

        // Shared children: a few hundred bytes that claim to be 2^62.
        let (mut bomb, mut size) = (leaf, 4_u64);
        for _ in 0..12 {
            (bomb, size) = (put(branch(size * 32, &vec![(bomb, size); 32])), size * 32);
        }
        let error = store.read_all(&bomb, 1 << 20).unwrap_err();
        assert!(matches!(error, StoreError::Dag(DagError::TooLarge { .. })), "{error}");
        assert_eq!(store.read_range(&bomb, size - 6, 99).unwrap(), b"urfour");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn any_range_equals_the_slice(len in 0_usize..900_000, at in 0_usize..1_000_000, take in 0_usize..600_000) {
            let (_folder, store) = store();
            let data = pattern(len);
            let root = store.add(data.as_slice()).unwrap().cid;
            let expected = &data[at.min(len)..(at + take).min(len).max(at.min(len))];
            prop_assert_eq!(store.read_range(&root, at as u64, take).unwrap(), expected);
        }
    }
}
