//! An IPFS node over Kubo's RPC. Nothing it says is believed: bytes are compared with their CID.

use std::fmt;
use std::io::Write;
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use ipfs_api_backend_hyper::request::Add;
use ipfs_api_backend_hyper::{
    BackendWithGlobalOptions, Error as RpcError, Form, GlobalOptions, IpfsApi, IpfsClient, TryFromUri,
};

use super::dag::{DagError, MAX_BLOCK_BYTES};
use super::embedded::{EmbeddedStore, StoreError};
use crate::cid::{Cid, CidBuilder, CidError, verify_block};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// What a node did not do.
#[derive(Debug, thiserror::Error)]
pub enum KuboError {
    /// The URL is not one of a Kubo RPC.
    #[error("{url:?} is not a Kubo RPC URL: {reason}; expected something like http://127.0.0.1:5001")]
    Url {
        /// What was given.
        url: String,
        /// What is wrong.
        reason: String,
    },
    /// The node answered with an error, or not in HTTP.
    #[error("{node} could not {call}: {source}; check that the IPFS node runs and that the URL is its RPC port")]
    Rpc {
        /// The node's URL.
        node: String,
        /// What was asked.
        call: String,
        /// What came back.
        source: RpcError,
    },
    /// The node refused, in words that are its own.
    #[error("{node} refused to {call}: HTTP {status}: {body}")]
    Refused {
        /// The node's URL.
        node: String,
        /// What was asked.
        call: String,
        /// The HTTP status.
        status: u16,
        /// The start of the answer.
        body: String,
    },
    /// No answer in time; a node searches the whole network for a CID that it does not have.
    #[error("{node} did not {call} within {timeout_secs} s; it probably does not have the content")]
    Timeout {
        /// The node's URL.
        node: String,
        /// What was asked.
        call: String,
        /// How long we waited.
        timeout_secs: u64,
    },
    /// The node sent other bytes than those named.
    #[error("{node} sent wrong bytes: {source}; nothing of it was kept")]
    WrongBytes {
        /// The node's URL.
        node: String,
        /// What is wrong.
        source: Box<CidError>,
    },
    /// The node named the same bytes otherwise.
    #[error("{node} stored the file as {actual} instead of {expected}; its chunker or layout is not the default one")]
    OtherCid {
        /// The node's URL.
        node: String,
        /// Our CID.
        expected: Box<Cid>,
        /// Its answer.
        actual: String,
    },
    /// More bytes than the caller allows.
    #[error(transparent)]
    Dag(#[from] DagError),
    /// The file to add is not in the embedded store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who a node says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeId {
    /// Its peer id.
    pub peer_id: String,
    /// Its software.
    pub agent: String,
}

/// A client of one IPFS node's RPC. Every call has a time-out.
#[derive(Clone)]
pub struct KuboNode {
    url: String,
    client: Arc<IpfsClient>,
    timeout: Duration,
}

impl fmt::Debug for KuboNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KuboNode({})", self.url)
    }
}

impl KuboNode {
    /// A client of the node whose RPC answers at `url`, such as `http://127.0.0.1:5001`.
    pub fn new(url: &str) -> Result<Self, KuboError> {
        Self::with_timeout(url, DEFAULT_TIMEOUT)
    }

    /// The same with another time-out for each call (for [`Self::add`], for each MiB).
    pub fn with_timeout(url: &str, timeout: Duration) -> Result<Self, KuboError> {
        let refuse = |reason: String| KuboError::Url { url: url.to_owned(), reason };
        if !url.starts_with("http://") || url.len() == "http://".len() {
            return Err(refuse("only plain http:// is spoken, to a node that is ours".into()));
        }
        let client = IpfsClient::from_str(url).map_err(|error| refuse(error.to_string()))?;
        Ok(Self { url: url.trim_end_matches('/').to_owned(), client: Arc::new(client), timeout })
    }

    /// The node's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The client with a time-out that the node itself observes, a little before ours.
    fn api(&self) -> BackendWithGlobalOptions<IpfsClient> {
        let options = GlobalOptions { offline: None, timeout: Some(self.timeout.mul_f32(0.9)) };
        BackendWithGlobalOptions::new(IpfsClient::clone(&self.client), options)
    }

    async fn within<T>(&self, call: &str, answer: impl Future<Output = Result<T, RpcError>>) -> Result<T, KuboError> {
        match tokio::time::timeout(self.timeout, answer).await {
            Ok(Ok(value)) => Ok(value),
            Ok(Err(source)) => Err(KuboError::Rpc { node: self.url.clone(), call: call.to_owned(), source }),
            Err(_) => Err(self.timed_out(call, self.timeout)),
        }
    }

    fn timed_out(&self, call: &str, timeout: Duration) -> KuboError {
        KuboError::Timeout { node: self.url.clone(), call: call.to_owned(), timeout_secs: timeout.as_secs() }
    }

    /// Who the node says it is.
    pub async fn id(&self) -> Result<NodeId, KuboError> {
        let answer = self.within("say its id", self.api().id(None)).await?;
        Ok(NodeId { peer_id: answer.id, agent: answer.agent_version })
    }

    /// The version of the node's software.
    pub async fn version(&self) -> Result<String, KuboError> {
        Ok(self.within("say its version", self.api().version()).await?.version)
    }

    /// One block, its hash checked.
    pub async fn block(&self, cid: &Cid) -> Result<Vec<u8>, KuboError> {
        let call = format!("give block {cid}");
        let limit = MAX_BLOCK_BYTES as u64;
        let api = self.api();
        let name = cid.to_string();
        let read = self.collect(&call, cid, limit, api.block_get(&name));
        let block =
            tokio::time::timeout(self.timeout, read).await.map_err(|_| self.timed_out(&call, self.timeout))??;
        self.check(verify_block(cid, &block))?;
        Ok(block)
    }

    /// A whole small file in one call, verified before it is returned.
    ///
    /// Only for files with our chunking; [`fetch`](crate::fetch()) takes any file, of any size.
    pub async fn cat(&self, cid: &Cid, limit: u64) -> Result<Vec<u8>, KuboError> {
        let api = self.api();
        let name = cid.to_string();
        let bytes = self.collect(&format!("cat {cid}"), cid, limit, api.cat(&name)).await?;
        let mut named = CidBuilder::new(|_: &Cid, _| Ok(()));
        let actual = named.write_all(&bytes).and_then(|()| named.finish());
        let (actual, ..) = actual.map_err(StoreError::Input)?;
        // CIDs of version 0 and 1 of the same DAG share their hash.
        if actual.hash() == cid.hash() {
            return Ok(bytes);
        }
        self.check(Err(CidError::Mismatch { cid: *cid, len: bytes.len() }))?;
        Ok(bytes)
    }

    fn check(&self, checked: Result<(), CidError>) -> Result<(), KuboError> {
        checked.map_err(|source| KuboError::WrongBytes { node: self.url.clone(), source: Box::new(source) })
    }

    async fn collect<S>(&self, call: &str, cid: &Cid, limit: u64, mut stream: S) -> Result<Vec<u8>, KuboError>
    where
        S: futures::Stream<Item = Result<bytes::Bytes, RpcError>> + Unpin,
    {
        let mut bytes = Vec::new();
        while let Some(part) = self.within(call, async { stream.next().await.transpose() }).await? {
            bytes.extend_from_slice(&part);
            if bytes.len() as u64 > limit {
                return Err(DagError::TooLarge { cid: *cid, bytes: bytes.len() as u64, limit }.into());
            }
        }
        Ok(bytes)
    }

    /// Uploads a file out of `store` and pins it; the node must come to the same CID.
    pub async fn add(&self, store: &EmbeddedStore, cid: &Cid) -> Result<(), KuboError> {
        let file = store.get(cid)?;
        let mib = 1 + (file.size() >> 20) as u32;
        let timeout = self.timeout.saturating_mul(mib);
        let mut form = Form::default();
        form.add_reader_file("path", file, cid.to_string());
        let call = format!("add {cid}");
        let answer = tokio::time::timeout(timeout, send_add(&*self.client, form))
            .await
            .map_err(|_| self.timed_out(&call, timeout))?;
        let (status, body) =
            answer.map_err(|source| KuboError::Rpc { node: self.url.clone(), call: call.clone(), source })?;
        // js-ipfs gives `Size` as a number, Kubo as a text: only `Hash` is read.
        let hash = body
            .split(|byte| *byte == b'\n')
            .filter_map(|line| serde_json::from_slice::<serde_json::Value>(line).ok())
            .filter_map(|line| Some(line.get("Hash")?.as_str()?.to_owned()))
            .next_back();
        match hash {
            Some(hash) if Cid::try_from(hash.as_str()).is_ok_and(|actual| actual == *cid) => Ok(()),
            Some(actual) => Err(KuboError::OtherCid { node: self.url.clone(), expected: Box::new(*cid), actual }),
            None => Err(KuboError::Refused {
                node: self.url.clone(),
                call,
                status,
                body: String::from_utf8_lossy(&body).chars().take(300).collect(),
            }),
        }
    }

    /// Pins a file, fetching what the node lacks from its peers.
    pub async fn pin(&self, cid: &Cid) -> Result<(), KuboError> {
        let (api, name) = (self.api(), cid.to_string());
        self.within(&format!("pin {cid}"), api.pin_add(&name, true)).await?;
        Ok(())
    }

    /// Removes a pin: the node may then forget the file.
    pub async fn unpin(&self, cid: &Cid) -> Result<(), KuboError> {
        let (api, name) = (self.api(), cid.to_string());
        self.within(&format!("unpin {cid}"), api.pin_rm(&name, true)).await?;
        Ok(())
    }

    /// The roots that the node keeps.
    pub async fn pins(&self) -> Result<Vec<Cid>, KuboError> {
        let answer = self.within("list its pins", self.api().pin_ls(None, Some("recursive"))).await?;
        let cids = answer.keys.keys().map(|text| Cid::try_from(text.as_str()));
        // What is not a CID is no pin of ours.
        Ok(cids.filter_map(Result::ok).collect())
    }
}

/// Generic over the trait, because only so its raw request is nameable.
async fn send_add<C: IpfsApi<Error = RpcError>>(
    client: &C,
    form: Form<'static>,
) -> Result<(u16, bytes::Bytes), RpcError> {
    let add = Add {
        cid_version: Some(1),
        raw_leaves: Some(true),
        chunker: Some("size-262144"),
        pin: Some(true),
        ..Add::default()
    };
    let (status, body) = client.request_raw(add, Some(form)).await?;
    Ok((status.as_u16(), body))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_urls_are_taken() {
        KuboNode::new("http://127.0.0.1:5001/").unwrap();
        for url in ["", "127.0.0.1:5001", "https://ipfs.example", "http://", "http://a b"] {
            let error = KuboNode::new(url).unwrap_err();
            assert!(matches!(error, KuboError::Url { .. }), "{url}: {error}");
        }
    }

    #[tokio::test]
    async fn a_node_that_is_not_there_is_named() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let error = KuboNode::new(&url).unwrap().version().await.unwrap_err();
        assert!(error.to_string().contains(&url), "{error}");
    }

    #[tokio::test]
    async fn a_node_that_never_answers_times_out() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let node = KuboNode::with_timeout(&url, Duration::from_millis(200)).unwrap();
        let (cid, _) = crate::cid_of(&b"x"[..]).unwrap();
        let error = node.block(&cid).await.unwrap_err();
        assert!(matches!(error, KuboError::Timeout { .. }), "{error}");
        let error = node.cat(&cid, 10).await.unwrap_err();
        assert!(matches!(error, KuboError::Timeout { .. }), "{error}");
    }
}
