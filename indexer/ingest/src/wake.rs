//! Hearing of new blocks early. Polling goes on regardless: whatever this loses is late, not lost.

use std::{sync::Arc, time::Duration};

use alloy::providers::{Provider, ProviderBuilder, WsConnect};
use futures::StreamExt;
use tokio::sync::Notify;
use url::Url;

use crate::chain::without_secrets;

/// Between two attempts to subscribe.
const RETRY: Duration = Duration::from_secs(5);

/// Notifies `wake` of every new head that the node at `ws_url` announces, for ever.
pub(crate) async fn on_new_heads(ws_url: Url, wake: Arc<Notify>) {
    loop {
        match subscribe(&ws_url, &wake).await {
            Ok(()) => tracing::debug!("the subscription to new heads ended"),
            Err(error) => {
                tracing::warn!(ws_url = without_secrets(&ws_url), %error, "no new heads are announced; polling")
            }
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn subscribe(ws_url: &Url, wake: &Notify) -> Result<(), alloy::transports::TransportError> {
    let connect = WsConnect::new(ws_url.as_str()).with_max_retries(0);
    let provider = ProviderBuilder::new().disable_recommended_fillers().connect_ws(connect).await?;
    let mut heads = provider.subscribe_blocks().await?.into_stream();
    while heads.next().await.is_some() {
        wake.notify_one();
    }
    Ok(())
}
