//! Addresses for services that must be known before the service runs.

use std::net::TcpListener;

use anyhow::{Context, Result};
use url::Url;

/// `http://127.0.0.1:<port>`, with a free port for 0. A meter's address is published on the chain before the meter
/// runs and must survive its restarts, so it cannot be the system's choice at each start.
///
/// # Errors
/// If the port is taken.
pub fn url(port: u16) -> Result<Url> {
    let listener = TcpListener::bind(("127.0.0.1", port))
        .with_context(|| format!("port {port} of 127.0.0.1 is taken; free it, or name another"))?;
    Ok(Url::parse(&format!("http://{}", listener.local_addr()?)).expect("a socket address makes a URL"))
}
