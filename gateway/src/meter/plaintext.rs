//! Ranges of plaintext, decrypted from stored ciphertext at the moment they are asked for.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use bytes::Bytes;
use content::{Cid, EmbeddedStore, FileReader, Plaintext};
use domain::ContentId;

use super::respond::internal;
use crate::{
    keys::KeyFolder,
    protocol::{Problem, ProblemCode},
};

/// Idle readers kept, over all content; each holds a leaf of 256 KiB and its branches.
const MAX_IDLE: usize = 64;

/// Content that can be served.
pub(super) struct Shelf {
    store: EmbeddedStore,
    keys: KeyFolder,
    idle: Mutex<HashMap<ContentId, Vec<Plaintext<FileReader>>>>,
}

impl Shelf {
    pub(super) fn new(store: EmbeddedStore, keys: KeyFolder) -> Self {
        Self { store, keys, idle: Mutex::new(HashMap::new()) }
    }

    pub(super) fn has_key(&self, content_id: ContentId) -> bool {
        self.keys.has(content_id)
    }

    /// Bytes `start..end` and the size of the whole. Blocks.
    pub(super) fn read(
        &self,
        content_id: ContentId,
        cid: Option<&[u8]>,
        start: u64,
        end: u64,
    ) -> Result<(Bytes, u64), Problem> {
        let mut plaintext = match self.take(content_id) {
            Some(plaintext) => plaintext,
            None => self.open(content_id, cid)?,
        };
        let size = plaintext.size();
        if end > size {
            self.give_back(content_id, plaintext);
            let detail = format!("range {start}..{end} is not within the content's {size} bytes");
            return Err(
                Problem::new(ProblemCode::RangeNotSatisfiable, detail).expecting(serde_json::json!({ "size": size }))
            );
        }
        let length = usize::try_from(end - start).expect("fetches are bounded far below the address space");
        let bytes = plaintext.read_range(start, length).map_err(|error| internal(&error))?;
        self.give_back(content_id, plaintext);
        Ok((bytes.into(), size))
    }

    fn open(&self, content_id: ContentId, cid: Option<&[u8]>) -> Result<Plaintext<FileReader>, Problem> {
        let not_here = |reason: &str| {
            Problem::new(ProblemCode::ContentNotServed, format!("content {content_id} is not served here: {reason}"))
        };
        let cid = cid.ok_or_else(|| not_here("it is not registered"))?;
        let cid = Cid::try_from(cid).map_err(|_| not_here("its registered CID is not one"))?;
        let key = self.keys.get(content_id).map_err(|error| internal(&error))?;
        let key = key.ok_or_else(|| not_here("the meter has no key for it"))?;
        if !self.store.has(&cid) {
            return Err(not_here("the meter does not store its ciphertext"));
        }
        let reader = self.store.get(&cid).map_err(|error| internal(&error))?;
        Plaintext::new(&key, reader).map_err(|error| internal(&error))
    }

    fn take(&self, content_id: ContentId) -> Option<Plaintext<FileReader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).get_mut(&content_id)?.pop()
    }

    fn give_back(&self, content_id: ContentId, plaintext: Plaintext<FileReader>) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.values().map(Vec::len).sum::<usize>() < MAX_IDLE {
            idle.entry(content_id).or_default().push(plaintext);
        }
    }
}
