//! CIDs of files: UnixFS, CIDv1, raw leaves, 256 KiB chunks, balanced with 174 links.

use std::io::{self, Read, Write};

pub use ::cid::Cid;
use rust_unixfs::file::adder::FileAdder;
use sha2::{Digest, Sha256};

pub(crate) const RAW: u64 = 0x55;
pub(crate) const DAG_PB: u64 = 0x70;
const SHA2_256: u64 = 0x12;

/// Bytes per leaf, as Kubo and js-ipfs chunk by default.
pub const CHUNK_BYTES: usize = 256 * 1024;

/// Why a CID cannot be used, or a block is not the one that it names.
#[derive(Debug, thiserror::Error)]
pub enum CidError {
    /// Not a CID at all.
    #[error("{text:?} is not a CID ({source}); expected something like bafy… or ipfs://bafy…")]
    NotACid {
        /// What was given, cut to 120 characters.
        text: String,
        /// What the parser said.
        source: ::cid::Error,
    },
    /// A CID of something other than a UnixFS file under SHA-256.
    #[error("{cid} has codec {codec:#x} and hash {hash:#x}; only raw and dag-pb under sha2-256 are supported")]
    Unsupported {
        /// The CID.
        cid: Cid,
        /// Its multicodec.
        codec: u64,
        /// Its multihash code.
        hash: u64,
    },
    /// The bytes have another hash.
    #[error("{len} bytes were given for {cid}, but their hash is another: they were changed or mixed up")]
    Mismatch {
        /// The CID asked for.
        cid: Cid,
        /// How many bytes came.
        len: usize,
    },
}

/// Reads a CID, bare or as an `ipfs://` URL, and checks that it can name one of our files.
pub fn parse_cid(text: &str) -> Result<Cid, CidError> {
    let bare = text.trim();
    let bare = bare.strip_prefix("ipfs://").unwrap_or(bare);
    let cid =
        Cid::try_from(bare).map_err(|source| CidError::NotACid { text: text.chars().take(120).collect(), source })?;
    check_supported(&cid)?;
    Ok(cid)
}

fn check_supported(cid: &Cid) -> Result<(), CidError> {
    let hash = cid.hash();
    if matches!(cid.codec(), RAW | DAG_PB) && hash.code() == SHA2_256 && hash.size() == 32 {
        return Ok(());
    }
    Err(CidError::Unsupported { cid: *cid, codec: cid.codec(), hash: hash.code() })
}

/// Checks that `block` is what `cid` names.
pub fn verify_block(cid: &Cid, block: &[u8]) -> Result<(), CidError> {
    check_supported(cid)?;
    if Sha256::digest(block).as_slice() == cid.hash().digest() {
        return Ok(());
    }
    Err(CidError::Mismatch { cid: *cid, len: block.len() })
}

/// Computes a file's CID from the bytes written to it, handing each block to `sink` as it closes.
///
/// Children come before their parents and the root comes last. Memory stays constant.
pub struct CidBuilder<S> {
    adder: FileAdder,
    sink: S,
    root: Option<Cid>,
    bytes: u64,
}

impl<S: FnMut(&Cid, Vec<u8>) -> io::Result<()>> CidBuilder<S> {
    /// A builder of an empty file.
    pub fn new(sink: S) -> Self {
        Self::with_adder(FileAdder::default(), sink)
    }

    fn with_adder(adder: FileAdder, sink: S) -> Self {
        Self { adder, sink, root: None, bytes: 0 }
    }

    /// Closes the file: its CID, its size, and the sink back.
    pub fn finish(self) -> io::Result<(Cid, u64, S)> {
        let Self { adder, mut sink, mut root, bytes } = self;
        // A file of exactly one whole chunk yields nothing here: its root came from `push`.
        for (cid, block) in adder.finish() {
            sink(&cid, block)?;
            root = Some(cid);
        }
        let root = root.expect("even an empty file yields one block");
        Ok((root, bytes, sink))
    }
}

impl<S: FnMut(&Cid, Vec<u8>) -> io::Result<()>> Write for CidBuilder<S> {
    fn write(&mut self, input: &[u8]) -> io::Result<usize> {
        let (blocks, taken) = self.adder.push(input);
        for (cid, block) in blocks {
            (self.sink)(&cid, block)?;
            self.root = Some(cid);
        }
        self.bytes += taken as u64;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The CID and size of everything that `reader` yields, stored nowhere.
pub fn cid_of(mut reader: impl Read) -> io::Result<(Cid, u64)> {
    let mut builder = CidBuilder::new(|_: &Cid, _| Ok(()));
    io::copy(&mut reader, &mut builder)?;
    let (cid, bytes, _) = builder.finish()?;
    Ok((cid, bytes))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Vectors {
        vectors: Vec<Vector>,
    }

    #[derive(serde::Deserialize)]
    struct Vector {
        bytes: usize,
        cid: String,
        kubo_v0: Option<String>,
    }

    /// The pattern that `vectors/cid.json` describes.
    pub(crate) fn pattern(len: usize) -> Vec<u8> {
        (0..len).map(|i| (i.wrapping_mul(31) + (i >> 8) * 7 + (i >> 16) * 13 + 11) as u8).collect()
    }

    #[test]
    fn cids_equal_those_of_js_ipfs() {
        let pinned: Vectors = serde_json::from_str(include_str!("../vectors/cid.json")).unwrap();
        assert!(pinned.vectors.len() >= 13);
        for vector in pinned.vectors {
            let data = pattern(vector.bytes);
            let (cid, bytes) = cid_of(data.as_slice()).unwrap();
            assert_eq!(cid.to_string(), vector.cid, "{} bytes", vector.bytes);
            assert_eq!(bytes, vector.bytes as u64);
        }
    }

    /// Kubo's library names version 0 only: the same chunker and layout, with wrapped leaves.
    #[test]
    fn chunks_and_layout_equal_those_of_kubo() {
        let pinned: Vectors = serde_json::from_str(include_str!("../vectors/cid.json")).unwrap();
        let named = pinned.vectors.into_iter().filter_map(|v| Some((v.bytes, v.kubo_v0?)));
        for (len, expected) in named.collect::<Vec<_>>() {
            let adder = FileAdder::builder().with_cid_version(::cid::Version::V0);
            let mut builder = CidBuilder::with_adder(adder.build(), |_: &Cid, _| Ok(()));
            builder.write_all(&pattern(len)).unwrap();
            let (cid, ..) = builder.finish().unwrap();
            assert_eq!(cid.to_string(), expected, "{len} bytes");
        }
    }

    #[test]
    fn how_the_bytes_are_split_does_not_matter() {
        let data = pattern(2 * CHUNK_BYTES + 5);
        let whole = cid_of(data.as_slice()).unwrap().0;
        for step in [1_000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1] {
            let mut builder = CidBuilder::new(|_: &Cid, _| Ok(()));
            data.chunks(step).for_each(|part| builder.write_all(part).unwrap());
            assert_eq!(builder.finish().unwrap().0, whole, "steps of {step}");
        }
    }

    #[test]
    fn a_changed_block_is_refused_by_name() {
        let (cid, _) = cid_of(&b"hello"[..]).unwrap();
        verify_block(&cid, b"hello").unwrap();
        let error = verify_block(&cid, b"hellp").unwrap_err().to_string();
        assert!(error.contains(&cid.to_string()), "{error}");
    }

    #[test]
    fn only_files_under_sha256_are_accepted() {
        let (cid, _) = cid_of(&b"x"[..]).unwrap();
        assert_eq!(parse_cid(&format!("ipfs://{cid}")).unwrap(), cid);
        assert!(matches!(parse_cid("bafy"), Err(CidError::NotACid { .. })));
        let cbor = Cid::new_v1(0x71, *cid.hash());
        assert!(matches!(parse_cid(&cbor.to_string()), Err(CidError::Unsupported { codec: 0x71, .. })));
    }
}
