//! One node of a file's DAG, parsed with suspicion.

use rust_unixfs::file::adder::parse_file_branch;
use rust_unixfs::file::visit::IdleFileVisit;

use crate::cid::{Cid, RAW};

/// Largest block that is read from anywhere; IPFS nodes do not exchange larger ones.
pub const MAX_BLOCK_BYTES: usize = 2 * 1024 * 1024;

/// Deepest DAG that is followed; four levels of 174 links already hold 200 TiB.
pub const MAX_DEPTH: usize = 16;

/// Why a DAG cannot be followed, although its blocks have the right hashes.
#[derive(Debug, thiserror::Error)]
pub enum DagError {
    /// A directory, a symlink, or not UnixFS.
    #[error("{cid} is not a UnixFS file; give the CID of a file, not of a folder")]
    NotAFile {
        /// The block's CID.
        cid: Cid,
    },
    /// The node holds another number of bytes than its parent, or itself, says.
    #[error("{cid} says it holds {claimed} bytes but its content adds up to {actual}; its maker is broken or hostile")]
    SizeLie {
        /// The block's CID.
        cid: Cid,
        /// What was claimed.
        claimed: u64,
        /// What adds up.
        actual: u64,
    },
    /// Links that hold nothing would make the walk endless.
    #[error("{cid} links to an empty part; its maker is broken or hostile")]
    EmptyLink {
        /// The block's CID.
        cid: Cid,
    },
    /// More than [`MAX_DEPTH`] levels.
    #[error("{cid} lies deeper than {MAX_DEPTH} levels; add the file again with a balanced layout")]
    TooDeep {
        /// The block's CID.
        cid: Cid,
    },
    /// More bytes than the caller allows.
    #[error("{cid} needs {bytes} bytes, more than the {limit} allowed; raise the limit if you expect this")]
    TooLarge {
        /// The root's CID.
        cid: Cid,
        /// What it would need.
        bytes: u64,
        /// The caller's limit.
        limit: u64,
    },
}

/// A parsed block of a file.
#[derive(Debug)]
pub(crate) enum Node {
    /// Bytes of the file.
    Leaf(Vec<u8>),
    /// Parts in order, each with its size; none is empty.
    Branch { size: u64, links: Vec<(Cid, u64)> },
}

impl Node {
    /// Parses a block whose hash was checked; `expected` is the size that its parent claims.
    pub(crate) fn parse(cid: &Cid, block: Vec<u8>, expected: Option<u64>) -> Result<Self, DagError> {
        let node = if cid.codec() == RAW { Self::Leaf(block) } else { Self::parse_dag_pb(cid, &block)? };
        match expected {
            Some(claimed) if claimed != node.size() => {
                Err(DagError::SizeLie { cid: *cid, claimed, actual: node.size() })
            }
            _ => Ok(node),
        }
    }

    fn parse_dag_pb(cid: &Cid, block: &[u8]) -> Result<Self, DagError> {
        if let Some(branch) = parse_file_branch(block) {
            if branch.links.iter().any(|link| link.blocksize == 0) {
                return Err(DagError::EmptyLink { cid: *cid });
            }
            let sum = branch.links.iter().fold(0_u64, |sum, link| sum.saturating_add(link.blocksize));
            if sum != branch.filesize || sum == u64::MAX {
                return Err(DagError::SizeLie { cid: *cid, claimed: branch.filesize, actual: sum });
            }
            let links = branch.links.iter().map(|link| (link.cid, link.blocksize));
            return Ok(Self::Branch { size: sum, links: links.collect() });
        }
        match IdleFileVisit::default().start(block) {
            Ok((bytes, size, _, None)) if bytes.len() as u64 == size => Ok(Self::Leaf(bytes.to_vec())),
            Ok((bytes, size, _, None)) => {
                Err(DagError::SizeLie { cid: *cid, claimed: size, actual: bytes.len() as u64 })
            }
            Ok(_) | Err(_) => Err(DagError::NotAFile { cid: *cid }),
        }
    }

    /// Bytes of the file below this node.
    pub(crate) fn size(&self) -> u64 {
        match self {
            Self::Leaf(bytes) => bytes.len() as u64,
            Self::Branch { size, .. } => *size,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use cid::multihash::Multihash;
    use sha2::{Digest, Sha256};

    fn field(out: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
        out.push(tag);
        varint(out, bytes.len() as u64);
        out.extend_from_slice(bytes);
    }

    fn varint(out: &mut Vec<u8>, mut value: u64) {
        while value >= 0x80 {
            out.push(value as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    /// A UnixFS file node with any sizes, honest or not.
    pub(crate) fn branch(filesize: u64, links: &[(Cid, u64)]) -> (Cid, Vec<u8>) {
        let (mut block, mut data) = (Vec::new(), vec![8, 2, 24]);
        varint(&mut data, filesize);
        for (cid, size) in links {
            let mut link = Vec::new();
            field(&mut link, 10, &cid.to_bytes());
            field(&mut link, 18, b"");
            field(&mut block, 18, &link);
            data.push(32);
            varint(&mut data, *size);
        }
        field(&mut block, 10, &data);
        let hash = Multihash::wrap(0x12, &Sha256::digest(&block)).unwrap();
        (Cid::new_v1(crate::cid::DAG_PB, hash), block)
    }

    #[test]
    fn a_folder_is_not_a_file() {
        let block = [10, 2, 8, 1];
        let hash = Multihash::wrap(0x12, &Sha256::digest(block)).unwrap();
        let cid = Cid::new_v1(crate::cid::DAG_PB, hash);
        let error = Node::parse(&cid, block.to_vec(), None).unwrap_err();
        assert!(matches!(error, DagError::NotAFile { .. }), "{error}");
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_parse_or_fail(block: Vec<u8>) {
            let hash = Multihash::wrap(0x12, &Sha256::digest(&block)).unwrap();
            let cid = Cid::new_v1(crate::cid::DAG_PB, hash);
            let _ = Node::parse(&cid, block, None);
        }
    }
}
