//! Sealing plaintext into an age file and opening it again, streaming both ways.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};

use crate::cid::{Cid, CidBuilder};
use crate::key::ContentKey;
use crate::store::{EmbeddedStore, StoreError};

const BUFFER_BYTES: usize = 64 * 1024;

/// Ours have one recipient and 200 bytes; this leaves room for dozens.
const MAX_HEADER_BYTES: usize = 16 * 1024;

/// What sealing learned in its one pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sealed {
    /// SHA-256 of the plaintext: the on-chain `contentHash`.
    pub content_hash: [u8; 32],
    /// Bytes of plaintext.
    pub size: u64,
    /// CID of the ciphertext: the on-chain `cid`.
    pub cid: Cid,
    /// Bytes of ciphertext.
    pub sealed_size: u64,
    /// SHA-256 of the ciphertext.
    pub sealed_sha256: [u8; 32],
}

/// Why nothing was sealed.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// The plaintext file could not be opened.
    #[error("could not open {path}: {source}; check the path and that you may read it")]
    OpenFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The plaintext stopped in the middle.
    #[error("could not read the plaintext after {bytes} bytes: {source}")]
    Read {
        /// How far it went.
        bytes: u64,
        /// Why it stopped.
        source: io::Error,
    },
    /// The ciphertext could not be written.
    #[error("could not write the ciphertext: {0}")]
    Write(#[source] io::Error),
    /// The store refused the ciphertext.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// age refused to encrypt.
    #[error("age could not encrypt to the content key: {0}")]
    Age(#[from] age::EncryptError),
}

/// Why a ciphertext was not opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key is not the one this file was sealed with.
    #[error("the key does not open this ciphertext; check that key and CID belong to the same content")]
    WrongKey,
    /// Not an age file, or its header was changed.
    #[error("the ciphertext is not an intact age file: {0}; fetch it again by its CID")]
    NotAge(#[source] age::DecryptError),
    /// Reading failed: the source, or age's authentication of a chunk.
    #[error("could not decrypt after {bytes} bytes of plaintext: {source}; fetch the ciphertext again by its CID")]
    Read {
        /// How far it went.
        bytes: u64,
        /// Why it stopped.
        source: io::Error,
    },
    /// The plaintext could not be written.
    #[error("could not write the plaintext: {0}")]
    Write(#[source] io::Error),
    /// The plaintext file could not be made.
    #[error("could not write {path}: {source}; check that its folder exists and is writable")]
    WriteFile {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// Decrypted well, but it is not what was registered.
    #[error(
        "the plaintext's SHA-256 is {actual}, but {expected} was registered: the creator sealed something else; file a ContentMismatch dispute"
    )]
    WrongContent {
        /// The registered hash, hex.
        expected: String,
        /// The plaintext's hash, hex.
        actual: String,
    },
}

/// Encrypts everything that `plaintext` yields into an age file, in constant memory.
pub fn seal(key: &ContentKey, plaintext: impl Read, mut ciphertext: impl Write) -> Result<Sealed, SealError> {
    let mut named = CidBuilder::new(|_: &Cid, _| Ok(()));
    let mut tee = Tee(&mut ciphertext, &mut named);
    let (content_hash, size, sealed_sha256) = encrypt(key, plaintext, &mut tee)?;
    ciphertext.flush().map_err(SealError::Write)?;
    let (cid, sealed_size, _) = named.finish().map_err(SealError::Write)?;
    Ok(Sealed { content_hash, size, cid, sealed_size, sealed_sha256 })
}

/// Encrypts `plaintext` straight into a store.
pub fn seal_into(key: &ContentKey, plaintext: impl Read, store: &EmbeddedStore) -> Result<Sealed, SealError> {
    let mut writer = store.writer();
    let (content_hash, size, sealed_sha256) = encrypt(key, plaintext, &mut writer)?;
    let added = writer.finish()?;
    Ok(Sealed { content_hash, size, cid: added.cid, sealed_size: added.bytes, sealed_sha256 })
}

/// Opens a plaintext file for sealing; the error names the path.
pub fn open_plaintext(path: &Path) -> Result<File, SealError> {
    let failed = |source| SealError::OpenFile { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

type Hash = [u8; 32];

fn encrypt(key: &ContentKey, mut plaintext: impl Read, out: &mut impl Write) -> Result<(Hash, u64, Hash), SealError> {
    let recipient = key.age_identity().to_public();
    let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as _))?;
    let mut hashed = Hashing { inner: out, hash: Sha256::new() };
    let mut stream = encryptor.wrap_output(&mut hashed).map_err(write_error)?;
    let (mut content_hash, mut size) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match plaintext.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => {
                content_hash.update(&buffer[..len]);
                stream.write_all(&buffer[..len]).map_err(write_error)?;
                size += len as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(SealError::Read { bytes: size, source }),
        }
    }
    stream.finish().map_err(write_error)?;
    Ok((content_hash.finalize().into(), size, hashed.hash.finalize().into()))
}

fn write_error(error: io::Error) -> SealError {
    match error.downcast::<StoreError>() {
        Ok(error) => SealError::Store(error),
        Err(error) => SealError::Write(error),
    }
}

struct Hashing<W> {
    inner: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        let len = self.inner.write(input)?;
        self.hash.update(&input[..len]);
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

struct Tee<A, B>(A, B);

impl<A: Write, B: Write> Write for Tee<A, B> {
    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        let len = self.0.write(input)?;
        self.1.write_all(&input[..len])?;
        Ok(len)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Decrypts into `plaintext` and compares its SHA-256; returns the number of bytes.
///
/// The hash is known only at the end: on an error, discard what was written, or use
/// [`open_to_path`], which does.
pub fn open(
    key: &ContentKey,
    ciphertext: impl Read,
    mut plaintext: impl Write,
    content_hash: &[u8; 32],
) -> Result<u64, OpenError> {
    let mut stream = decryptor(key, ciphertext)?;
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; BUFFER_BYTES];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(len) => {
                hash.update(&buffer[..len]);
                plaintext.write_all(&buffer[..len]).map_err(OpenError::Write)?;
                bytes += len as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(source) => return Err(OpenError::Read { bytes, source }),
        }
    }
    plaintext.flush().map_err(OpenError::Write)?;
    let actual: Hash = hash.finalize().into();
    if actual != *content_hash {
        return Err(OpenError::WrongContent { expected: hex::encode(content_hash), actual: hex::encode(actual) });
    }
    Ok(bytes)
}

/// Decrypts into a file that appears at `path` only when its SHA-256 is right.
pub fn open_to_path(
    key: &ContentKey,
    ciphertext: impl Read,
    path: &Path,
    content_hash: &[u8; 32],
) -> Result<u64, OpenError> {
    let failed = |source| OpenError::WriteFile { path: path.to_owned(), source };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    let bytes = open(key, ciphertext, &mut file, content_hash)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(bytes)
}

/// Lets at most [`MAX_HEADER_BYTES`] be read until the header is done.
///
/// age parses a header again for every few bytes of it, so a long one would take hours.
struct HeaderBound<R> {
    inner: R,
    left: usize,
    is_header_read: Arc<AtomicBool>,
}

impl<R: Read> Read for HeaderBound<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let len = self.inner.read(buf)?;
        if !self.is_header_read.load(Ordering::Relaxed) {
            self.left = self.left.checked_sub(len).ok_or_else(|| {
                io::Error::new(io::ErrorKind::InvalidData, "the age header is longer than ours can be")
            })?;
        }
        Ok(len)
    }
}

impl<R: Seek> Seek for HeaderBound<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

type Decrypting<R> = age::stream::StreamReader<HeaderBound<R>>;

fn decryptor<R: Read>(key: &ContentKey, ciphertext: R) -> Result<Decrypting<R>, OpenError> {
    let identity = key.age_identity();
    let is_header_read = Arc::new(AtomicBool::new(false));
    let bound = HeaderBound { inner: ciphertext, left: MAX_HEADER_BYTES, is_header_read: Arc::clone(&is_header_read) };
    let file = age::Decryptor::new(bound).map_err(open_error)?;
    is_header_read.store(true, Ordering::Relaxed);
    file.decrypt(std::iter::once(&identity as _)).map_err(open_error)
}

fn open_error(error: age::DecryptError) -> OpenError {
    match error {
        age::DecryptError::NoMatchingKeys => OpenError::WrongKey,
        age::DecryptError::Io(source) => OpenError::Read { bytes: 0, source },
        other => OpenError::NotAge(other),
    }
}

/// Random access to the plaintext of an age file: only the chunks asked for are decrypted.
pub struct Plaintext<R: Read> {
    stream: Decrypting<R>,
    size: u64,
}

impl<R: Read + Seek> Plaintext<R> {
    /// Reads the header and the last chunk, which authenticates the size.
    pub fn new(key: &ContentKey, ciphertext: R) -> Result<Self, OpenError> {
        let mut stream = decryptor(key, ciphertext)?;
        let size = stream.seek(SeekFrom::End(0)).map_err(|source| OpenError::Read { bytes: 0, source })?;
        Ok(Self { stream, size })
    }

    /// Bytes of plaintext.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Up to `len` bytes from `offset`; fewer at the end.
    ///
    /// age authenticates every chunk; the SHA-256 of the whole is not checked here.
    pub fn read_range(&mut self, offset: u64, len: usize) -> Result<Vec<u8>, OpenError> {
        let len = self.size.saturating_sub(offset).min(len as u64);
        let mut bytes = vec![0; len as usize];
        // age's reader must not be sent past the end: it would index outside its chunk.
        if len > 0 {
            self.stream
                .seek(SeekFrom::Start(offset))
                .and_then(|_| self.stream.read_exact(&mut bytes))
                .map_err(|source| OpenError::Read { bytes: offset, source })?;
        }
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests;
