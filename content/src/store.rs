//! Where blocks live: [`embedded`] in a folder, [`kubo`] on an IPFS node.

mod dag;
mod embedded;
mod kubo;
mod reader;

pub(crate) use dag::Node;
pub use dag::{DagError, MAX_BLOCK_BYTES, MAX_DEPTH};
pub use embedded::{Added, BlockWriter, EmbeddedStore, StoreError};
pub use kubo::{KuboError, KuboNode, NodeId};
pub use reader::FileReader;

#[cfg(test)]
pub(crate) use dag::tests;
