//! Lists as the network's API tells them. Whoever needs certainty reads the chain.

use std::time::{Duration, Instant};

use serde::{Deserialize, de::DeserializeOwned};
use url::{Host, Url};

use crate::{
    failure::{Failure, OrFail},
    session::Session,
};

const TIMEOUT: Duration = Duration::from_secs(10);
/// How long a list waits for the mirror to reach the chain's latest block, so that what was just done is in it.
const CATCH_UP: Duration = Duration::from_secs(3);
const POLL: Duration = Duration::from_millis(50);
/// The largest page that the API gives.
const PAGE: &str = "200";

/// A list and the block that it reflects.
#[derive(Debug)]
pub(crate) struct Listed<T> {
    pub(crate) block: u64,
    /// Oldest first.
    pub(crate) rows: Vec<T>,
}

#[derive(Deserialize)]
struct Page<T> {
    block: Block,
    data: Vec<T>,
    next_cursor: Option<String>,
}

#[derive(Deserialize)]
struct Block {
    number: u64,
}

#[derive(Deserialize)]
struct Problem {
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

impl Session {
    /// A whole list from the API; nothing if the network has none, or it does not answer, which is said in the log.
    pub(crate) async fn mirrored<T: DeserializeOwned>(
        &self,
        path: &str,
        filter: &[(&str, String)],
    ) -> Result<Option<Listed<T>>, Failure> {
        let Some(api_url) = &self.network.api_url else { return Ok(None) };
        let head = self.chain.latest_block().await?.number;
        let begun = Instant::now();
        loop {
            match list(api_url, path, filter).await {
                Ok(listed) if listed.block < head && begun.elapsed() < CATCH_UP => tokio::time::sleep(POLL).await,
                Ok(listed) => {
                    if listed.block < head {
                        tracing::warn!(
                            "the mirror is at block {}, the chain at {head}: this may be incomplete",
                            listed.block
                        );
                    }
                    return Ok(Some(listed));
                }
                Err(failure) if failure.kind == crate::failure::FailureKind::Unreachable => {
                    tracing::warn!("{failure}");
                    return Ok(None);
                }
                Err(failure) => return Err(failure),
            }
        }
    }
}

pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    }
}

async fn list<T: DeserializeOwned>(api_url: &Url, path: &str, filter: &[(&str, String)]) -> Result<Listed<T>, Failure> {
    let silent = || format!("the API {api_url} does not answer");
    let http = reqwest::Client::builder().timeout(TIMEOUT);
    // A proxy of the environment cannot reach a service on this machine.
    let http =
        if is_this_machine(api_url) { http.no_proxy() } else { http }.build().or_fail(|| "cannot speak HTTP".into())?;
    let mut url = api_url.join(path).or_usage(|| format!("`{api_url}` is no API address"))?;
    url.query_pairs_mut().extend_pairs(filter).append_pair("limit", PAGE);
    let (mut rows, mut block, mut cursor) = (Vec::new(), 0, None::<String>);
    loop {
        let mut page_url = url.clone();
        if let Some(cursor) = &cursor {
            page_url.query_pairs_mut().append_pair("cursor", cursor);
        }
        let answer = http.get(page_url).send().await.or_unreachable(silent)?;
        let status = answer.status();
        if !status.is_success() {
            let problem: Problem =
                answer.json().await.unwrap_or(Problem { title: status.to_string(), detail: String::new() });
            return Err(Failure::unreachable(format!("the API refused {path}: {} {}", problem.title, problem.detail)));
        }
        let page: Page<T> =
            answer.json().await.or_unreachable(|| format!("the API's answer to {path} is not understood"))?;
        rows.extend(page.data);
        block = page.block.number.max(block);
        cursor = page.next_cursor;
        if cursor.is_none() {
            rows.reverse();
            return Ok(Listed { block, rows });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
    };

    /// Answers one request after another with the given bodies.
    async fn api(bodies: &'static [&'static str]) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        tokio::spawn(async move {
            for body in bodies {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await.unwrap();
                let head = format!("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: {}\r\n\r\n", body.len());
                stream.write_all(format!("{head}{body}").as_bytes()).await.unwrap();
            }
        });
        url
    }

    #[tokio::test]
    async fn pages_become_one_list_oldest_first() {
        let url = api(&[
            r#"{"block":{"number":7},"data":[3,2],"next_cursor":"c"}"#,
            r#"{"block":{"number":8},"data":[1],"next_cursor":null}"#,
        ])
        .await;
        let listed: Listed<u8> = list(&url, "/v1/things", &[]).await.unwrap();
        assert_eq!((listed.block, listed.rows), (8, vec![1, 2, 3]));
    }

    #[tokio::test]
    async fn an_answer_of_another_shape_is_not_believed() {
        let url = api(&[r#"{"hello":1}"#]).await;
        let failure = list::<u8>(&url, "/v1/things", &[]).await.unwrap_err();
        assert_eq!(failure.kind, crate::failure::FailureKind::Unreachable);
    }
}
