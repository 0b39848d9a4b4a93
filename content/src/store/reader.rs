//! A stored file as `Read + Seek`, verified block by block.

use std::io::{self, Read, Seek, SeekFrom};

use super::dag::{DagError, MAX_DEPTH, Node};
use super::embedded::{EmbeddedStore, StoreError};
use crate::cid::Cid;

/// Reads a file out of an [`EmbeddedStore`].
///
/// # Invariants
/// - every byte handed out comes from a block whose hash was compared with its CID
/// - memory: one leaf and one branch per level
pub struct FileReader {
    store: EmbeddedStore,
    size: u64,
    pos: u64,
    /// From the root down to the branch above `leaf`.
    path: Vec<Branch>,
    leaf: Option<(u64, Vec<u8>)>,
}

struct Branch {
    start: u64,
    end: u64,
    /// Each part with the offset in the file at which it ends.
    parts: Vec<(Cid, u64)>,
}

impl FileReader {
    pub(crate) fn open(store: EmbeddedStore, root: &Cid) -> Result<Self, StoreError> {
        let node = Node::parse(root, store.block(root)?, None)?;
        let mut reader = Self { store, size: node.size(), pos: 0, path: Vec::new(), leaf: None };
        reader.descend_into(node, 0);
        Ok(reader)
    }

    /// Bytes in the file.
    pub fn size(&self) -> u64 {
        self.size
    }

    fn descend_into(&mut self, node: Node, start: u64) {
        match node {
            Node::Leaf(bytes) => self.leaf = Some((start, bytes)),
            Node::Branch { size, links } => {
                let mut end = start;
                let parts = links.into_iter().map(|(cid, len)| {
                    end += len;
                    (cid, end)
                });
                let parts = parts.collect();
                self.path.push(Branch { start, end: start + size, parts });
            }
        }
    }

    fn leaf_covers(&self, pos: u64) -> bool {
        matches!(&self.leaf, Some((start, bytes)) if *start <= pos && pos < start + bytes.len() as u64)
    }

    /// Makes `leaf` the one that holds `pos`, which must lie inside the file.
    fn load(&mut self, pos: u64) -> Result<(), StoreError> {
        if self.leaf_covers(pos) {
            return Ok(());
        }
        // A failed descent must leave no stale leaf behind.
        self.leaf = None;
        while matches!(self.path.last(), Some(top) if pos < top.start || top.end <= pos) {
            self.path.pop();
        }
        while self.leaf.is_none() {
            let depth = self.path.len();
            let top = self.path.last().expect("the root covers the whole file");
            let index = top.parts.partition_point(|(_, end)| *end <= pos);
            let start = if index == 0 { top.start } else { top.parts[index - 1].1 };
            let (cid, end) = top.parts[index];
            if depth >= MAX_DEPTH {
                return Err(DagError::TooDeep { cid }.into());
            }
            let node = Node::parse(&cid, self.store.block(&cid)?, Some(end - start))?;
            self.descend_into(node, start);
        }
        Ok(())
    }
}

impl Read for FileReader {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        if self.pos >= self.size || buf.is_empty() {
            return Ok(0);
        }
        self.load(self.pos)?;
        let (start, bytes) = self.leaf.as_ref().expect("load leaves a leaf");
        let rest = &bytes[(self.pos - start) as usize..];
        let len = rest.len().min(buf.len());
        buf[..len].copy_from_slice(&rest[..len]);
        self.pos += len as u64;
        Ok(len)
    }
}

impl Seek for FileReader {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::Current(delta) => self.pos.checked_add_signed(delta),
            SeekFrom::End(delta) => self.size.checked_add_signed(delta),
        };
        self.pos =
            target.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "seek before the start of the file"))?;
        Ok(self.pos)
    }
}
