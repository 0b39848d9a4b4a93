//! Files by CID: this wallet's own store, the folders and nodes that the network's parties share.

use std::{path::PathBuf, sync::Arc};

use content::{Cid, EmbeddedStore, KuboNode, Source, StoreError};

use crate::failure::{Failure, OrFail};

/// The largest file that is fetched because a chain told so.
pub const MAX_FETCH_BYTES: u64 = 64 << 30;

/// Where files by CID are kept, published and looked for.
#[derive(Clone, Debug)]
pub struct Blocks {
    own: EmbeddedStore,
    shared: Vec<EmbeddedStore>,
    nodes: Arc<[String]>,
}

impl Blocks {
    /// The store in `own`, and what the network's parties share.
    ///
    /// # Errors
    /// If a folder cannot be made.
    pub fn open(own: PathBuf, shared: &[PathBuf], nodes: &[url::Url]) -> Result<Self, Failure> {
        let open = |path: &PathBuf| {
            EmbeddedStore::open(path).or_fail(|| format!("cannot open the block store `{}`", path.display()))
        };
        Ok(Self {
            own: open(&own)?,
            shared: shared.iter().map(open).collect::<Result<_, _>>()?,
            nodes: nodes.iter().map(ToString::to_string).collect(),
        })
    }

    /// This wallet's own store.
    #[must_use]
    pub fn own(&self) -> &EmbeddedStore {
        &self.own
    }

    /// Whether anybody else could have what is published here.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        !self.shared.is_empty() || !self.nodes.is_empty()
    }

    /// Puts a small file into the own store.
    ///
    /// # Errors
    /// If the disk refuses.
    pub async fn add(&self, bytes: Vec<u8>) -> Result<Cid, Failure> {
        let store = self.own.clone();
        blocking(move || store.add(bytes.as_slice())).await?.map(|added| added.cid).or_fail(|| "cannot store".into())
    }

    /// Lets the other parties have a file of the own store, by its CID.
    ///
    /// # Errors
    /// If a shared folder or node does not take it.
    pub async fn publish(&self, cid: Cid) -> Result<(), Failure> {
        for store in &self.shared {
            let (store, own) = (store.clone(), self.own.clone());
            blocking(move || store.add(own.get(&cid)?))
                .await?
                .or_fail(|| format!("cannot copy {cid} into a folder that the network shares"))?;
        }
        for url in self.nodes.iter() {
            let node = KuboNode::new(url).or_usage(|| format!("`{url}` is no IPFS node"))?;
            node.add(&self.own, &cid)
                .await
                .or_unreachable(|| format!("the IPFS node {url} did not take {cid}"))
                .map_err(|failure| failure.fix("start it, or remove it from ipfs_urls"))?;
        }
        Ok(())
    }

    /// Brings a file into the own store, every block compared with its CID. Its size in bytes.
    ///
    /// # Errors
    /// If nobody has it, or it is larger than `limit`.
    pub async fn fetch(&self, cid: Cid, limit: u64) -> Result<u64, Failure> {
        for store in &self.shared {
            let (store, own) = (store.clone(), self.own.clone());
            // A damaged or foreign copy is as good as none: the next source may do better.
            let copied = blocking(move || copy(&store, &own, &cid, limit)).await?;
            if let Ok(Some(bytes)) = copied {
                return Ok(bytes);
            }
        }
        let mut sources = Vec::with_capacity(self.nodes.len());
        for url in self.nodes.iter() {
            sources.push(Source::Kubo(KuboNode::new(url).or_usage(|| format!("`{url}` is no IPFS node"))?));
        }
        content::fetch(&cid, &self.own, &sources, limit)
            .await
            .or_unreachable(|| format!("nobody gives {cid}"))
            .map_err(|failure| failure.fix("ask the creator to publish it, or name sources in datavault.toml"))
    }

    /// A small file by CID.
    ///
    /// # Errors
    /// If nobody has it, or it is larger than `limit`.
    pub async fn read(&self, cid: Cid, limit: u64) -> Result<Vec<u8>, Failure> {
        self.fetch(cid, limit).await?;
        let store = self.own.clone();
        blocking(move || store.read_all(&cid, limit)).await?.or_fail(|| format!("cannot read {cid}"))
    }
}

fn copy(from: &EmbeddedStore, to: &EmbeddedStore, cid: &Cid, limit: u64) -> Result<Option<u64>, StoreError> {
    if !to.has(cid) {
        let file = from.get(cid)?;
        if file.size() > limit || to.add(file)?.cid != *cid {
            return Ok(None);
        }
    }
    to.verify(cid).map(Some)
}

/// Runs what blocks away from the tasks that do not.
///
/// # Errors
/// If it panicked.
pub async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.or_fail(|| "a background task died".into())
}

/// The CID in an event's bytes.
///
/// # Errors
/// If it is none.
pub fn cid_from_bytes(bytes: &[u8]) -> Result<Cid, Failure> {
    Cid::try_from(bytes).or_mismatch(|| "what the chain holds is no CID".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_one_party_publishes_another_fetches_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let shared = vec![dir.path().join("shared")];
        let seller = Blocks::open(dir.path().join("a"), &shared, &[]).unwrap();
        let buyer = Blocks::open(dir.path().join("b"), &shared, &[]).unwrap();
        let cid = seller.add(b"ciphertext".to_vec()).await.unwrap();
        let nobody = buyer.fetch(cid, 100).await.unwrap_err().to_string();
        assert!(nobody.contains("nobody gives"), "{nobody}");
        seller.publish(cid).await.unwrap();
        assert!(buyer.fetch(cid, 5).await.is_err());
        assert_eq!(buyer.read(cid, 100).await.unwrap(), b"ciphertext");
    }
}
