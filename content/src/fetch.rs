//! Fetching a file by CID from several sources, trusting none of them.

use std::collections::HashMap;
use std::fmt;
use std::io::{Seek, Write};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt;
use futures::future::BoxFuture;
use futures::stream::BoxStream;

use crate::cid::{Cid, CidBuilder};
use crate::store::{DagError, EmbeddedStore, KuboNode, MAX_DEPTH, Node, StoreError};

const IDLE: Duration = Duration::from_secs(30);

/// Whatever a source failed with.
pub type AnyError = Box<dyn std::error::Error + Send + Sync>;

/// Bytes of a file as they arrive.
pub type ByteStream = BoxStream<'static, Result<Bytes, AnyError>>;

/// Starts a download of the file that a CID names.
pub type OpenStream = Box<dyn Fn(Cid) -> BoxFuture<'static, Result<ByteStream, AnyError>> + Send + Sync>;

/// Somewhere a file may be had.
pub enum Source {
    /// An IPFS node, asked block by block: any chunking, resumes where it stopped.
    Kubo(KuboNode),
    /// Anything that streams a whole file with our chunking, such as a meter over HTTP.
    Stream {
        /// What to call it in errors: its URL.
        name: String,
        /// Starts the download.
        open: OpenStream,
    },
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Source {
    /// A source that streams whole files, such as an HTTP client's response body.
    pub fn stream<F, Opened>(name: impl Into<String>, open: F) -> Self
    where
        F: Fn(Cid) -> Opened + Send + Sync + 'static,
        Opened: Future<Output = Result<ByteStream, AnyError>> + Send + 'static,
    {
        Self::Stream { name: name.into(), open: Box::new(move |cid| Box::pin(open(cid))) }
    }

    fn name(&self) -> &str {
        match self {
            Self::Kubo(node) => node.url(),
            Self::Stream { name, .. } => name,
        }
    }
}

/// What one source said.
#[derive(Debug)]
pub struct Attempt {
    /// The source.
    pub source: String,
    /// Its failure.
    pub error: AnyError,
}

/// Why a file could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No source had it, or none was honest.
    #[error("could not fetch {cid}{}; start one of these or name another source", told(.attempts))]
    NoSource {
        /// The file.
        cid: Cid,
        /// What each source said, in order.
        attempts: Vec<Attempt>,
    },
    /// The file itself is unacceptable: another source would not help.
    #[error(transparent)]
    Dag(#[from] DagError),
    /// The local store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn told(attempts: &[Attempt]) -> String {
    if attempts.is_empty() {
        return ": it is not in the local store and no source was named".into();
    }
    let lines = attempts.iter().map(|a| format!("\n  {}: {}", a.source, a.error));
    lines.collect()
}

/// Brings the whole file `cid` into `store` and verifies every block; returns its size.
///
/// What is stored already is only verified. Sources are tried in order, each continuing where the
/// one before stopped. A file larger than `limit` bytes is refused before its content is read.
pub async fn fetch(cid: &Cid, store: &EmbeddedStore, sources: &[Source], limit: u64) -> Result<u64, FetchError> {
    let mut attempts = Vec::new();
    match walk(cid, store, None, limit).await {
        Err(Failure::Source(error)) => {
            // That a file is not here yet is no news; damage is.
            if !matches!(error.downcast_ref(), Some(StoreError::Missing { .. })) {
                attempts.push(Attempt { source: "the local store".to_owned(), error });
            }
        }
        done => return done.map_err(Failure::fatal),
    }
    for source in sources {
        let result = match source {
            Source::Kubo(node) => walk(cid, store, Some(node), limit).await,
            Source::Stream { open, .. } => download(cid, store, open, limit).await,
        };
        match result {
            Err(Failure::Source(error)) => attempts.push(Attempt { source: source.name().to_owned(), error }),
            done => return done.map_err(Failure::fatal),
        }
    }
    Err(FetchError::NoSource { cid: *cid, attempts })
}

/// Whether the next source may do better.
enum Failure {
    Source(AnyError),
    Fatal(Box<FetchError>),
}

impl Failure {
    fn fatal(self) -> FetchError {
        match self {
            Self::Fatal(error) => *error,
            Self::Source(_) => unreachable!("failures of a source are collected"),
        }
    }
}

impl<E: Into<FetchError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Fatal(Box::new(error.into()))
    }
}

enum Task {
    Visit { cid: Cid, expected: Option<u64>, depth: usize },
    Store { cid: Cid, block: Vec<u8> },
}

/// Walks the DAG, reading each block here or else from `node`; parents are stored after children.
async fn walk(root: &Cid, store: &EmbeddedStore, node: Option<&KuboNode>, limit: u64) -> Result<u64, Failure> {
    let mut sizes: HashMap<Cid, u64> = HashMap::new();
    // Distinct blocks of an honest file add up to little more than the file.
    let budget = limit.saturating_mul(2).saturating_add(1 << 20);
    let mut read = 0_u64;
    let mut tasks = vec![Task::Visit { cid: *root, expected: None, depth: 0 }];
    while let Some(task) = tasks.pop() {
        let (cid, expected, depth) = match task {
            Task::Visit { cid, expected, depth } => (cid, expected, depth),
            Task::Store { cid, block } => {
                put(store, cid, block).await?;
                continue;
            }
        };
        if depth > MAX_DEPTH {
            return Err(DagError::TooDeep { cid }.into());
        }
        if let Some(&actual) = sizes.get(&cid) {
            match expected {
                Some(claimed) if claimed != actual => {
                    return Err(DagError::SizeLie { cid, claimed, actual }.into());
                }
                _ => continue,
            }
        }
        let (block, is_new) = obtain(&cid, store, node).await?;
        read = read.saturating_add(block.len() as u64);
        let parsed = Node::parse(&cid, block.clone(), expected)?;
        let bytes = if depth == 0 { parsed.size().max(read) } else { read };
        if (depth == 0 && bytes > limit) || bytes > budget {
            return Err(DagError::TooLarge { cid: *root, bytes, limit }.into());
        }
        sizes.insert(cid, parsed.size());
        if is_new {
            tasks.push(Task::Store { cid, block });
        }
        if let Node::Branch { links, .. } = parsed {
            let visits =
                links.into_iter().rev().map(|(cid, size)| Task::Visit { cid, expected: Some(size), depth: depth + 1 });
            tasks.extend(visits);
        }
    }
    Ok(sizes[root])
}

async fn obtain(cid: &Cid, store: &EmbeddedStore, node: Option<&KuboNode>) -> Result<(Vec<u8>, bool), Failure> {
    let (local, name) = (store.clone(), *cid);
    let here = tokio::task::spawn_blocking(move || local.block(&name)).await;
    match (here.map_err(|error| Failure::Source(error.into()))?, node) {
        (Ok(block), _) => Ok((block, false)),
        (Err(StoreError::Missing { .. } | StoreError::Damaged { .. }), Some(node)) => {
            let block = node.block(cid).await.map_err(|error| Failure::Source(error.into()))?;
            Ok((block, true))
        }
        (Err(error @ (StoreError::Missing { .. } | StoreError::Damaged { .. })), None) => {
            Err(Failure::Source(error.into()))
        }
        (Err(error), _) => Err(error.into()),
    }
}

async fn put(store: &EmbeddedStore, cid: Cid, block: Vec<u8>) -> Result<(), Failure> {
    let store = store.clone();
    let stored = tokio::task::spawn_blocking(move || store.put_block(&cid, &block)).await;
    Ok(stored.map_err(|error| Failure::Source(error.into()))??)
}

/// Downloads into a temporary file, compares its CID, and only then stores it.
async fn download(cid: &Cid, store: &EmbeddedStore, open: &OpenStream, limit: u64) -> Result<u64, Failure> {
    let broken = |error: AnyError| Failure::Source(error);
    let local = |source| StoreError::Disk { action: "write a download in", path: store.temp_folder(), source };
    let mut file = tempfile::tempfile_in(store.temp_folder()).map_err(local)?;
    let mut named = CidBuilder::new(|_: &Cid, _| Ok(()));
    let mut bytes = 0_u64;
    let opened = tokio::time::timeout(IDLE, open(*cid)).await;
    let mut stream = opened.map_err(|late| broken(late.into()))?.map_err(broken)?;
    loop {
        let next = tokio::time::timeout(IDLE, stream.next()).await;
        let Some(part) = next.map_err(|late| broken(late.into()))? else {
            break;
        };
        let part = part.map_err(broken)?;
        bytes += part.len() as u64;
        if bytes > limit {
            let text = format!("it sends more than the {limit} bytes allowed");
            return Err(broken(text.into()));
        }
        file.write_all(&part).map_err(local)?;
        named.write_all(&part).map_err(local)?;
    }
    let (actual, ..) = named.finish().map_err(local)?;
    if actual != *cid {
        let text = format!("it sent {bytes} bytes whose CID is {actual}");
        return Err(broken(text.into()));
    }
    file.rewind().map_err(local)?;
    let store = store.clone();
    let stored = tokio::task::spawn_blocking(move || store.add(file)).await;
    stored.map_err(|error| broken(error.into()))??;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
