//! Where the chain and the mirror part.

use sqlx::PgConnection;

use crate::{chain::Chain, error::IngestError};

/// Stored headers that are compared per round.
const PAGE: u32 = 64;

/// The highest stored block that the chain still has; `None`: it has none of them.
///
/// A hash commits to all blocks before it, so the stored heights split into those that agree, below, and those that do
/// not, above: each round asks for its lowest first and then halves.
pub(crate) async fn find(chain: &Chain, conn: &mut PgConnection, above: u64) -> Result<Option<u64>, IngestError> {
    let mut below = above.saturating_add(1);
    loop {
        let stored = store::stored_hashes_below(conn, below, PAGE).await?;
        let Some(lowest) = stored.last() else { return Ok(None) };
        if !agrees(chain, *lowest).await? {
            below = lowest.0;
            continue;
        }
        let (mut apart, mut agreed) = (0, stored.len() - 1);
        while apart < agreed {
            let middle = apart + (agreed - apart) / 2;
            if agrees(chain, stored[middle]).await? {
                agreed = middle;
            } else {
                apart = middle + 1;
            }
        }
        return Ok(Some(stored[agreed].0));
    }
}

async fn agrees(chain: &Chain, (number, hash): (u64, alloy::primitives::B256)) -> Result<bool, IngestError> {
    Ok(chain.header(number).await?.is_some_and(|header| header.block.hash == hash))
}
