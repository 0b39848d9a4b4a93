//! Content: sealed with `age`, named by CID, described in Croissant.
//!
//! Promises: what [`seal`] writes any `age` tool opens with the [`ContentKey`]; a [`Cid`] is the one
//! Kubo and js-ipfs give the same bytes (UnixFS, CIDv1, raw leaves, 256 KiB chunks); no byte leaves
//! a store or a node before its hash was compared with the CID that asked for it.
//!
//! Sealing, opening and the embedded store are synchronous: call them from `spawn_blocking`. Only
//! what talks to other machines ([`KuboNode`], [`fetch`]) is async.

mod cid;
mod fetch;
mod key;
mod metadata;
mod seal;
mod store;

pub use crate::cid::{CHUNK_BYTES, Cid, CidBuilder, CidError, cid_of, parse_cid, verify_block};
pub use crate::fetch::{AnyError, Attempt, ByteStream, FetchError, OpenStream, Source, fetch};
pub use crate::key::{ContentKey, KeyError};
pub use crate::metadata::{MAX_METADATA_BYTES, Metadata, MetadataError};
pub use crate::seal::{OpenError, Plaintext, SealError, Sealed, open, open_plaintext, open_to_path, seal, seal_into};
pub use crate::store::{
    Added, BlockWriter, DagError, EmbeddedStore, FileReader, KuboError, KuboNode, MAX_BLOCK_BYTES, MAX_DEPTH, NodeId,
    StoreError,
};
